// FolderReader: all that verifies in a data folder, which nobody has open and
// nothing of which is changed; and a list of what does not.

#ifndef RUNDLET_STORAGE_ENGINE_INTEGRITY_FOLDER_READER_H_
#define RUNDLET_STORAGE_ENGINE_INTEGRITY_FOLDER_READER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/engine/integrity/folder_writer.h"
#include "storage/engine/requests/request_table.h"
#include "storage/file/file_system.h"
#include "storage/format/file_names.h"
#include "storage/index/index.h"
#include "storage/log/manifest.h"
#include "storage/log/segment_set.h"
#include "storage/log/segment_walk.h"
#include "storage/repair_report.h"

namespace rundlet {

// One owner.
class FolderReader {
 public:
  FolderReader(FileSystem* file_system, std::string folder)
      : file_system_(file_system), folder_(std::move(folder)) {}

  // Reads everything; called once. Damage is no error: report() lists it. See
  // storage/repair.h for the errors.
  absl::Status Read();

  // Hands over the requests that the records tell of, whether or not they are
  // old; then the newest version of each key, in key order. What can no longer
  // be read is added to report().
  absl::Status CopyTo(FolderWriter& writer);

  // What a store that goes on from here has to know.
  FolderWriter::Facts facts() const;

  const RepairReport& report() const { return report_; }
  bool stopped_cleanly() const { return state_.stopped_cleanly; }

 private:
  class Salvage;

  // Which bytes of a segment are to be read.
  struct Extent {
    uint64_t to = 0;
    bool sealed = false;  // all of them were synced, or are known to be whole
  };

  absl::Status List();
  absl::Status Lock();
  std::string StoreIdOfSegments() const;
  absl::Status ReadManifest(const std::string& store_id);
  // The segments to read: those that the MANIFEST lists, as far as it is known.
  std::vector<SegmentName> Choose();
  absl::Status ReadSegment(SegmentName name);
  absl::StatusOr<Extent> ExtentOf(const Segment& segment);
  void AddLoss(absl::string_view path, const SegmentDamage& damage);
  void DecideOutcomes();
  absl::Status CopyVersion(const std::string& key, const Version& version,
                           FolderWriter& writer);
  absl::Status CopyRequests(FolderWriter& writer);

  FileSystem* const file_system_;
  const std::string folder_;
  std::unique_ptr<FileLock> lock_;
  std::vector<SegmentName> names_;
  ManifestState state_;
  SegmentSet segments_;
  Index index_;
  std::vector<CommittedRequest> requests_;
  Revision revision_max_ = 0;
  int64_t time_us_ = 0;
  RepairReport report_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_INTEGRITY_FOLDER_READER_H_

// FolderWriter: a whole data folder, written at once: base segments, an empty
// log, and last the MANIFEST, without which it is no store.

#ifndef RUNDLET_STORAGE_ENGINE_INTEGRITY_FOLDER_WRITER_H_
#define RUNDLET_STORAGE_ENGINE_INTEGRITY_FOLDER_WRITER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/file/file_system.h"
#include "storage/format/record.h"
#include "storage/log/base_writer.h"
#include "storage/log/segment.h"

namespace rundlet {

// One owner.
class FolderWriter {
 public:
  struct Settings {
    FileSystem* file_system = nullptr;
    std::string folder;
    std::string store_id;
    uint64_t segment_bytes = 0;
  };

  // What the new store has to know beside its records.
  struct Facts {
    Revision next_revision = 1;  // above every record's
    int64_t time_us = 0;         // engine time was at least this
    std::set<std::string> ingested;
    std::map<uint8_t, std::string> dictionaries;  // of its values
  };

  struct Written {
    uint64_t segment_count = 0;
    uint64_t record_count = 0;
    uint64_t bytes = 0;
  };

  // Makes the folder and holds its lock. ALREADY_EXISTS: something is in it.
  // FAILED_PRECONDITION: another process holds it.
  static absl::StatusOr<std::unique_ptr<FolderWriter>> Create(
      Settings settings);

  // Removes what Finish has not made a store, as far as that can be done.
  ~FolderWriter();

  FolderWriter(const FolderWriter&) = delete;
  FolderWriter& operator=(const FolderWriter&) = delete;

  // Appends a record, in key order. After an error the writer is only good for
  // being destroyed.
  absl::Status Append(const Record& record);

  // Makes a store of it, which can be opened as one that was stopped cleanly.
  // After an error there is no MANIFEST, or it is whole.
  absl::StatusOr<Written> Finish(const Facts& facts);

 private:
  FolderWriter(Settings settings, std::unique_ptr<FileLock> lock);

  absl::Status WriteManifest(const Facts& facts);
  void RemoveAll();

  const Settings settings_;
  std::unique_ptr<FileLock> lock_;
  uint64_t next_segment_id_ = 1;
  std::unique_ptr<BaseWriter> base_;
  std::vector<BaseWriter::Output> outputs_;
  std::shared_ptr<Segment> active_;
  bool finished_ = false;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_INTEGRITY_FOLDER_WRITER_H_

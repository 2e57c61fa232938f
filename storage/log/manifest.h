// Manifest: the one file that says what the store is made of (FORMAT.md 5).

#ifndef RUNDLET_STORAGE_LOG_MANIFEST_H_
#define RUNDLET_STORAGE_LOG_MANIFEST_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "storage/file/file_system.h"
#include "storage/format/manifest_edit.h"

namespace rundlet {

struct ManifestState {
  struct SegmentState {
    FileKind kind = FileKind::kLog;
    std::optional<SegmentSeal> seal;  // empty: the active one
  };

  std::string store_id;                       // kStoreIdBytes bytes
  std::map<uint64_t, SegmentState> segments;  // by id
  uint64_t segment_id_max = 0;                // of all that were ever listed
  Revision revision_ceiling = 0;
  Revision floor = 0;
  int64_t time_us = 0;
  std::optional<CleanStop> clean_stop;  // the last one
  bool stopped_cleanly = false;         // nothing has followed it
  std::set<std::string> ingested;
  std::map<uint8_t, std::string> dictionaries;  // by id

  // Applies one edit. DATA_LOSS: it does not fit the state, which is then of
  // no further use.
  absl::Status Apply(const ManifestEdit& edit);

  // The edit that makes this state out of nothing. Where the last stop was
  // clean but is over, an empty edit has to follow.
  ManifestEdit AsEdit() const;
};

// Thread-safe. Edits are synced before Append returns.
class Manifest {
 public:
  // Reads the folder's MANIFEST and syncs what it has read; a damaged copy, or
  // a damaged tail that nothing relied on, is mended by a rewrite. NOT_FOUND:
  // there is none. DATA_LOSS: it is damaged. FAILED_PRECONDITION: a newer
  // version wrote it.
  static absl::StatusOr<std::unique_ptr<Manifest>> Open(
      FileSystem* file_system, const std::string& folder);

  // Reads the folder's MANIFEST and changes nothing. *state is what its edits
  // come to, and after DATA_LOSS what those before the damage come to; the
  // store id is `store_id` where the header is damaged. Other errors as Open.
  static absl::Status Read(FileSystem* file_system, const std::string& folder,
                           absl::string_view store_id, ManifestState* state);

  // Writes the first MANIFEST of a folder, or replaces the one it has.
  static absl::StatusOr<std::unique_ptr<Manifest>> Write(
      FileSystem* file_system, const std::string& folder,
      const ManifestState& state);

  static constexpr uint64_t kRewriteBytes = 1 << 20;

  // From now on it is rewritten as one edit when it has `bytes`, instead of
  // kRewriteBytes, and twice what one edit takes.
  void RewriteAt(uint64_t bytes) ABSL_LOCKS_EXCLUDED(mu_);

  // Appends and applies an edit. DATA_LOSS: it does not fit the state.
  // RESOURCE_EXHAUSTED and the like: it could not be written. Either way
  // nothing has changed. UNKNOWN: the edit may or may not be on the disk, the
  // store has to stop (P7), and every later call fails alike.
  absl::Status Append(const ManifestEdit& edit) ABSL_LOCKS_EXCLUDED(mu_);

  // Reads the file once more. DATA_LOSS: a copy of an edit is damaged, or the
  // edits are not those of state().
  absl::Status Verify() const ABSL_LOCKS_EXCLUDED(mu_);

  std::string path() const;

  // `hook` runs after each edit that seals or removes segments, under the
  // MANIFEST's lock: it may wake a thread, no more. Empty: none.
  void OnSegments(std::function<void()> hook) ABSL_LOCKS_EXCLUDED(mu_);

  ManifestState state() const ABSL_LOCKS_EXCLUDED(mu_);

  // Whether an Append has failed so that the store has to stop.
  bool broken() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  Manifest(FileSystem* file_system, std::string folder, ManifestState state,
           std::unique_ptr<File> file, uint64_t bytes, uint64_t edit_number);

  absl::Status WriteEdit(const ManifestEdit& edit)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Replaces the file by one that holds the state as one edit.
  absl::Status Rewrite() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  FileSystem* const file_system_;
  const std::string folder_;

  mutable absl::Mutex mu_;
  ManifestState state_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<File> file_ ABSL_GUARDED_BY(mu_);
  uint64_t bytes_ ABSL_GUARDED_BY(mu_);
  uint64_t rewrite_bytes_ ABSL_GUARDED_BY(mu_) = kRewriteBytes;
  uint64_t rewritten_bytes_ ABSL_GUARDED_BY(mu_) = 0;  // of the last rewrite
  uint64_t edit_number_ ABSL_GUARDED_BY(mu_);          // of the last edit
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  std::function<void()> on_segments_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_MANIFEST_H_

// GatedFileSystem: a file system in whose calls a test can hold a thread.
//
//   GatedFileSystem files(&disk);
//   files.Hold(Call::kSync, ".log");   // syncs of segments wait from now on
//   ... something syncs, on another thread ...
//   files.AwaitHeld(1);                // it is in there
//   files.LetGo();                     // it goes on, and nothing waits any
//   more

#ifndef RUNDLET_TESTS_SUPPORT_GATED_FILE_SYSTEM_H_
#define RUNDLET_TESTS_SUPPORT_GATED_FILE_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "storage/file/file_system.h"
#include "tests/support/faulty_file_system.h"

namespace rundlet {

// Thread-safe. Does not own `base`, which must outlive it, as it must outlive
// its files and locks.
class GatedFileSystem : public FileSystem {
 public:
  explicit GatedFileSystem(FileSystem* base) : base_(base) {}

  absl::StatusOr<std::unique_ptr<File>> CreateFile(
      const std::string& path) override;
  absl::StatusOr<std::unique_ptr<File>> OpenFile(
      const std::string& path) override;
  absl::StatusOr<std::vector<std::string>> ListDirectory(
      const std::string& path) override;
  absl::Status MakeDirectory(const std::string& path) override;
  absl::Status SyncDirectory(const std::string& path) override;
  absl::Status RenameFile(const std::string& from,
                          const std::string& to) override;
  absl::Status RemoveFile(const std::string& path) override;
  absl::StatusOr<std::unique_ptr<FileLock>> LockFile(
      const std::string& path) override;
  absl::StatusOr<uint64_t> AvailableBytes(const std::string& path) override;

  // Calls of this kind (kCreate, kRead, kWrite, kSync, kTruncate or kRemove)
  // with a path that ends like this wait before they do anything.
  void Hold(Call call, std::string path_end) ABSL_LOCKS_EXCLUDED(mutex_);
  // Waits until so many calls wait.
  void AwaitHeld(int calls) ABSL_LOCKS_EXCLUDED(mutex_);
  void LetGo() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  class GatedFile;

  void Pass(Call call, const std::string& path) ABSL_LOCKS_EXCLUDED(mutex_);

  FileSystem* const base_;
  absl::Mutex mutex_;
  std::optional<Call> call_ ABSL_GUARDED_BY(mutex_);
  std::string path_end_ ABSL_GUARDED_BY(mutex_);
  int held_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_GATED_FILE_SYSTEM_H_

// PosixFileSystem: the machine's files, by the system calls of POSIX.

#ifndef RUNDLET_STORAGE_FILE_POSIX_FILE_SYSTEM_H_
#define RUNDLET_STORAGE_FILE_POSIX_FILE_SYSTEM_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "storage/file/file_system.h"

namespace rundlet {

// Files are readable and writable by the owner, and readable by the group. No
// descriptor passes to a program that this process starts.
class PosixFileSystem : public FileSystem {
 public:
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

 private:
  class Lock;
  using FileId = std::pair<dev_t, ino_t>;

  absl::Mutex mutex_;
  std::set<FileId> locked_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FILE_POSIX_FILE_SYSTEM_H_

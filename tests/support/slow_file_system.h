// SlowFileSystem: a file system on a disk that is as slow as a test wants.
//
// A sync takes a fixed time, and more by the bytes that the file was given
// since its last one, as of a disk of little bandwidth; zeros, which a log
// writes ahead of itself, cost nothing. It only takes that time: the disk below
// is not asked to sync, so that what else the machine does with it has no part
// in it.

#ifndef RUNDLET_TESTS_SUPPORT_SLOW_FILE_SYSTEM_H_
#define RUNDLET_TESTS_SUPPORT_SLOW_FILE_SYSTEM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/file/file_system.h"

namespace rundlet {

// Thread-safe. Does not own `base`, which must outlive it and its files.
class SlowFileSystem : public FileSystem {
 public:
  SlowFileSystem(FileSystem* base, absl::Duration sync_time,
                 uint64_t bytes_per_second)
      : base_(base),
        sync_time_(sync_time),
        bytes_per_second_(bytes_per_second) {}

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
  class SlowFile;

  FileSystem* const base_;
  const absl::Duration sync_time_;
  const uint64_t bytes_per_second_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_SLOW_FILE_SYSTEM_H_

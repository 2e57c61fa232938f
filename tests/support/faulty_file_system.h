// FaultyFileSystem: a file system that works until it is told to fail.
//
//   FaultyFileSystem files(FileSystem::Posix());
//   files.FailCall({Call::kSync, 3, absl::UnknownError("EIO")});
//
// makes the third sync from now fail, once.

#ifndef RUNDLET_TESTS_SUPPORT_FAULTY_FILE_SYSTEM_H_
#define RUNDLET_TESTS_SUPPORT_FAULTY_FILE_SYSTEM_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "storage/file/file_system.h"

namespace rundlet {

// The methods of FileSystem and File that can fail.
enum class Call : uint8_t {
  kCreate,
  kOpen,
  kList,
  kMakeDirectory,
  kSyncDirectory,
  kRename,
  kRemove,
  kLock,
  kAvailable,
  kRead,
  kWrite,
  kSync,
  kTruncate,
  kAllocate,
  kSize,
};
inline constexpr size_t kCallKinds = 15;

struct Fault {
  std::optional<Call> call;  // empty: calls of every kind
  uint64_t nth = 1;          // of these calls, from now; 1 is the next
  absl::Status error;        // never OK
  bool for_good = false;     // and so do all of these calls after it
  // How much of a failing write still reaches the file, in 1/256.
  uint8_t written_share = 0;
};

// Thread-safe. Does not own `base`, which must outlive it, as it must outlive
// its files and locks.
class FaultyFileSystem : public FileSystem {
 public:
  explicit FaultyFileSystem(FileSystem* base) : base_(base) {}

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

  // Replaces the fault that was set before.
  void FailCall(Fault fault);
  void Heal();

  // Runs after each sync of a file that was made to fail, with its path.
  // REQUIRES: set before the first file is opened.
  void OnFailedSync(absl::AnyInvocable<void(const std::string& path)> hook);

  // Calls so far, the failed ones too.
  uint64_t call_count(Call call) const;
  uint64_t call_count() const;
  // Calls that were made to fail.
  uint64_t fault_count() const;

 private:
  class FaultyFile;

  // Counts the call; the error if it is to fail.
  absl::Status Begin(Call call, const std::string& path);
  uint8_t written_share() const;

  FileSystem* const base_;
  absl::AnyInvocable<void(const std::string& path)> on_failed_sync_;
  mutable absl::Mutex mutex_;
  std::array<uint64_t, kCallKinds> counts_ ABSL_GUARDED_BY(mutex_) = {};
  uint64_t fault_count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<Fault> fault_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_FAULTY_FILE_SYSTEM_H_

// CrashableFileSystem: files in memory that lose, when the power goes, what
// their user did not sync: bytes, sizes, names, renames and removals.
//
//   CrashableFileSystem disk;
//   ... a store works on it ...
//   disk.PowerOff();                               // every call fails
//   ... the store is destroyed ...
//   disk.PowerOn(PowerLoss::kUnsynced, random);    // what is left is there

#ifndef RUNDLET_TESTS_SUPPORT_CRASHABLE_FILE_SYSTEM_H_
#define RUNDLET_TESTS_SUPPORT_CRASHABLE_FILE_SYSTEM_H_

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "storage/file/file_system.h"
#include "tests/support/power_loss.h"
#include "tests/support/seeded_random.h"

namespace rundlet {

// Thread-safe. Files and locks must not outlive it.
class CrashableFileSystem : public FileSystem {
 public:
  CrashableFileSystem();

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

  // From now on every call fails as UNAVAILABLE and changes nothing.
  void PowerOff();
  // The same, at the n-th call from now that changes the disk (1: the next).
  // That call is cut short: a write reaches the file in memory, a sync does
  // nothing, and it fails. 0: never.
  void PowerOffAtCall(uint64_t n);
  bool has_power() const;
  // Calls so far that change the disk.
  uint64_t call_count() const;

  // Switches on again with what the loss left. Files that were open before
  // fail for ever; locks are free.
  void PowerOn(PowerLoss loss, SeededRandom& random);

  // The content of every file, by path.
  std::map<std::string, std::string> Image() const;
  // Replaces everything by an image, all of it synced.
  void SetImage(const std::map<std::string, std::string>& image);

  // How many bytes all files together may have; beyond it writes fail as
  // RESOURCE_EXHAUSTED, after as many bytes as there is room for.
  void SetCapacityBytes(uint64_t bytes);

  // What a kernel may do when fdatasync fails: the unsynced bytes of the file
  // never reach the disk, and the next sync succeeds without them.
  void ForgetUnsynced(const std::string& path);

 private:
  class OpenedFile;
  class HeldLock;

  // The folder that a path stands in, and its last name.
  static std::pair<std::string, std::string> Split(const std::string& path);

  // Fails if there is no power.
  absl::Status Begin(absl::string_view call, const std::string& path) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Counts a call that changes the disk. False: the power goes during it.
  bool CountChange() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<DiskNode> Find(const std::string& path) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<DiskNode> FindFolder(const std::string& path) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void MakeFolders(const std::string& path)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t UsedBytes(const DiskNode& folder) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  uint64_t Room() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::shared_ptr<DiskNode> root_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> locked_ ABSL_GUARDED_BY(mutex_);
  bool power_ ABSL_GUARDED_BY(mutex_) = true;
  uint64_t boot_ ABSL_GUARDED_BY(mutex_) = 1;  // how often it was switched on
  uint64_t calls_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t power_off_at_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t capacity_bytes_ ABSL_GUARDED_BY(mutex_) =
      std::numeric_limits<uint64_t>::max();
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_CRASHABLE_FILE_SYSTEM_H_

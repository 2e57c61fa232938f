// DiskGuard: a full disk as a state that the store is designed for (P11, T4).
//
//   kOk     enough bytes are free, and both reserves are held.
//   kLow    fewer bytes are free than the mark: what would make the store
//           larger is refused; deletes, expiry and compaction go on.
//   kFull   hardly any byte is free, or a write found no room: the delete
//           reserve has been given back, and deletes live on it.
//
// It goes back to kOk by itself once both reserves are held again and a quarter
// more than the mark is free. Compaction has a reserve of its own, lent to it
// when its output would not fit.

#ifndef RUNDLET_STORAGE_ENGINE_GUARDS_DISK_GUARD_H_
#define RUNDLET_STORAGE_ENGINE_GUARDS_DISK_GUARD_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/engine/guards/disk_reserve.h"
#include "storage/file/file_system.h"
#include "storage/stats.h"

namespace rundlet {

// Thread-safe. Runs a thread from construction to destruction.
class DiskGuard {
 public:
  struct Settings {
    FileSystem* file_system = nullptr;
    std::string folder;
    // Each at most; less where the store has little room (see Sizes).
    uint64_t free_bytes_min = 0;  // the mark
    uint64_t delete_reserve_bytes = 0;
    uint64_t compaction_reserve_bytes = 0;
    uint64_t used_bytes = 0;  // by the store so far
    absl::Duration interval;  // between two looks at the disk
    std::function<void(absl::string_view)> on_event;  // never empty
  };

  // What fits a store that has `room` bytes, free or its own.
  struct Sizes {
    uint64_t mark = 0;
    uint64_t full_mark = 0;  // below it the disk is full
    uint64_t delete_reserve = 0;
    uint64_t compaction_reserve = 0;
  };
  static Sizes SizesFor(const Settings& settings, uint64_t room);

  // Gives the room of a store's reserves back, before there is a guard.
  static absl::Status EmptyReserves(FileSystem* file_system,
                                    const std::string& folder);

  // Looks at the disk and takes the reserves as far as there is room.
  explicit DiskGuard(Settings settings);
  ~DiskGuard();

  DiskGuard(const DiskGuard&) = delete;
  DiskGuard& operator=(const DiskGuard&) = delete;

  // RESOURCE_EXHAUSTED: there is no room for so many bytes that are still to be
  // written. Waits for nothing.
  absl::Status Admit(uint64_t bytes);
  // So many bytes have been written since the last look at the disk.
  void Spend(uint64_t bytes) { room_.fetch_sub(static_cast<int64_t>(bytes)); }

  // A write has found no room. True: the delete reserve has been given back,
  // now or since this was asked last, so that trying again makes sense.
  bool GiveRoom() ABSL_LOCKS_EXCLUDED(mu_);

  // True: the compaction reserve is free for a compaction until Reclaim.
  bool LendToCompaction() ABSL_LOCKS_EXCLUDED(mu_);
  void Reclaim() ABSL_LOCKS_EXCLUDED(mu_);

  // Looks at the disk now and moves to the state that it calls for.
  void Check() ABSL_LOCKS_EXCLUDED(mu_);

  bool is_low() const { return state_.load() != DiskState::kOk; }
  DiskStats stats() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  // Takes back what is not lent, where enough stays free. Returns what is free.
  uint64_t TakeReserves(uint64_t free) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Take(DiskReserve& reserve, uint64_t* free)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Release(DiskReserve& reserve) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void GiveDeleteReserve() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void MoveTo(DiskState state, uint64_t free)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void NoteOnce(absl::string_view what, const absl::Status& status)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SayNoted() ABSL_LOCKS_EXCLUDED(mu_);
  void CheckLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Settings settings_;
  const Sizes sizes_;
  std::atomic<DiskState> state_{DiskState::kOk};
  std::atomic<uint64_t> free_bytes_{0};  // at the last look
  std::atomic<int64_t> room_{0};  // that may be written before the mark is met

  mutable absl::Mutex mu_;
  DiskReserve delete_reserve_ ABSL_GUARDED_BY(mu_);
  DiskReserve compaction_reserve_ ABSL_GUARDED_BY(mu_);
  bool lent_ ABSL_GUARDED_BY(mu_) = false;
  // The delete reserve has been given back, and no write was told.
  bool given_ ABSL_GUARDED_BY(mu_) = false;
  // A reserve fails for another reason than room: that must not stop writes.
  bool unreservable_ ABSL_GUARDED_BY(mu_) = false;
  DiskState noted_state_ ABSL_GUARDED_BY(mu_) = DiskState::kOk;
  std::string noted_error_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> unsaid_ ABSL_GUARDED_BY(mu_);  // events, noted
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_GUARDS_DISK_GUARD_H_

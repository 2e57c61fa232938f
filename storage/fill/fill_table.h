// FillTable: which keys are being filled, by whom, and who waits for it. It
// knows no store, no thread and no clock: FillStore (fill_store.h) does what it
// says.
//
// A key has a place here while somebody probes it (reads it, to decide who
// fills it), holds its lease, or waits. One probes at a time. The lease goes to
// the one who probed and found nothing. Who waits is told to read again when
// there may be something to read; when the holder is lost, the oldest of them
// probes.

#ifndef RUNDLET_STORAGE_FILL_FILL_TABLE_H_
#define RUNDLET_STORAGE_FILL_FILL_TABLE_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/fill/fill_get.h"
#include "storage/fill/fill_lease.h"
#include "storage/transaction.h"

namespace rundlet {

// What is to be done next, with no lock held.
struct FillSteps {
  std::vector<FillGetPtr> probes;   // read, and tell the table by Probed
  std::vector<FillGetPtr> rereads;  // begin anew, in this order
  std::vector<FillGetPtr> in_vain;  // answer that a fill is under way
};

// Thread-safe. Its lock is a leaf.
class FillTable {
 public:
  enum class Probe : uint8_t { kAbsent, kOther };  // kOther: there, or an error

  FillTable(FillLimits limits, uint64_t life) : limits_(limits), life_(life) {}

  // Whether no key has a place: then writes need not be told.
  bool empty() const { return size_.load(std::memory_order_acquire) == 0; }

  // How many wait.
  uint64_t waiter_count() const ABSL_LOCKS_EXCLUDED(mutex_) {
    const absl::MutexLock lock(&mutex_);
    return waiter_count_;
  }

  // For FillGet::number; never 0.
  uint64_t NewNumber() { return last_number_.fetch_add(1) + 1; }

  // The key was missed: it is to be probed, or to be waited for, or waiting is
  // over. RESOURCE_EXHAUSTED (Refusal::kFillsFull, kFillWaitsFull): there are
  // as many as there may be.
  absl::StatusOr<FillSteps> Join(FillGetPtr get, absl::Duration now)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // What a probe found. A lease, without its end, is for `get`.
  std::optional<FillToken> Probed(const FillGetPtr& get, Probe found,
                                  absl::Duration now, FillSteps* steps)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // A transaction that is about to be committed takes the leases of the keys
  // that it may change. Returns those of them that are waited for: Written has
  // to be called when its outcome can be read.
  std::vector<std::string> Write(const Transaction& transaction)
      ABSL_LOCKS_EXCLUDED(mutex_);
  FillSteps Written(const std::vector<std::string>& keys)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes all leases.
  FillSteps WriteAll() ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether the lease may be used now. OK: it does not end until Filled or
  // NotFilled. ABORTED (Refusal::kFillLost): it is lost.
  absl::Status Use(const std::string& key, FillToken token, absl::Duration now)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The outcome of the fill can be read. Nothing, if the lease is lost.
  FillSteps Filled(const std::string& key, FillToken token)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // It failed: the lease goes on to its end. With `give_up` it ends.
  FillSteps NotFilled(const std::string& key, FillToken token, bool give_up)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Whoever asks no longer; a probe goes on and is passed to the next one.
  void Leave(const FillGetPtr& get) ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends what has come to its end, and says when the next one does.
  FillSteps EndDue(absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Duration NextEnd() const ABSL_LOCKS_EXCLUDED(mutex_);

  // From now on nobody waits.
  FillSteps StopWaiting() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Holder {
    uint64_t number = 0;  // of its token
    absl::Duration end;
    bool in_use = false;  // its fill has its place in the order of writes
    bool ended = false;   // meanwhile
  };

  struct Place {
    std::optional<Holder> holder;
    bool probing = false;
    bool probe_again = false;                // something was written meanwhile
    std::map<uint64_t, FillGetPtr> waiters;  // by number: the oldest first
  };
  using Places = absl::btree_map<std::string, Place>;
  // Of holders and waiters, by time and number, with their keys.
  using Ends =
      absl::btree_map<std::pair<absl::Duration, uint64_t>, std::string>;

  void Wait(Place& place, const FillGetPtr& get, absl::Duration now,
            FillSteps* steps) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  FillGetPtr TakeWaiter(Place& place, uint64_t number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void DropHolder(Place& place) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The holder's place, if this is the holder.
  Places::iterator FindHeld(const std::string& key, FillToken token)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // If nobody probes, the oldest who waits begins to.
  void BeginProbe(Place& place, FillSteps* steps)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Without a holder: the oldest who waits probes, or the place goes.
  void PassOn(Places::iterator at, FillSteps* steps)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Everybody who waits reads again, and the place goes.
  void Close(Places::iterator at, FillSteps* steps)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Erase(Places::iterator at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Takes the lease away; whether somebody waits.
  bool TakeLease(Places::iterator at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const FillLimits limits_;
  const uint64_t life_;
  std::atomic<uint64_t> last_number_{0};
  std::atomic<size_t> size_{0};  // of places_

  mutable absl::Mutex mutex_;
  Places places_ ABSL_GUARDED_BY(mutex_);
  Ends ends_ ABSL_GUARDED_BY(mutex_);
  uint64_t waiter_count_ ABSL_GUARDED_BY(mutex_) = 0;
  bool nobody_waits_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FILL_FILL_TABLE_H_

// WriteAdmission: the way of a write from a door to the store.
//
// While a group of writes is on its way to the disk, further ones that want the
// disk wait here, in order, and become the next group when it has arrived. So a
// write that has not begun can still be taken back: one whose caller has left,
// or whose deadline has passed, is not applied. Once handed to the store a
// write is applied, whoever listens. When waits become too long (DelayControl),
// or too many wait (WriteQueue), writes are refused with a time to come back.
//
// Writes that do not want the disk go straight to the store unless others wait:
// they wait for nothing there. Reads never wait, and do not come here.

#ifndef RUNDLET_SERVICE_ADMISSION_WRITE_ADMISSION_H_
#define RUNDLET_SERVICE_ADMISSION_WRITE_ADMISSION_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/admission/admission_stats.h"
#include "service/admission/caller.h"
#include "service/admission/delay_control.h"
#include "service/admission/delay_histogram.h"
#include "service/admission/write_queue.h"
#include "storage/file/clock.h"
#include "storage/store.h"

namespace rundlet {

// Thread-safe. Its callbacks in the store share it, so that it may be let go
// of while writes are under way.
class WriteAdmission : public std::enable_shared_from_this<WriteAdmission> {
 public:
  struct Settings {
    // The store's: what Durability::kDefault means.
    Durability default_durability = Durability::kDisk;
    DelayControl::Settings delay;
    uint64_t waiting_bytes_max = uint64_t{64} << 20;
    const Clock* clock = Clock::System();
    // Of the jitter of retry delays.
    uint32_t seed = 1;
  };

  // The store is not owned; it must live until Close.
  static std::shared_ptr<WriteAdmission> Create(Store* store,
                                                const Settings& settings);

  // As Store::Commit. UNAVAILABLE with a RetryDelayOf: refused.
  // DEADLINE_EXCEEDED, CANCELLED: no longer wanted before it began. In each
  // case nothing was done. The writes of a caller that hands over one after the
  // other reach the store in that order.
  void Commit(Transaction transaction, Caller caller,
              Store::CommitCallback done) ABSL_LOCKS_EXCLUDED(mutex_);

  // The short way of a write that waits for nothing: hands it to the store, and
  // says so. If not, both are untouched, and Commit has to take them.
  bool CommitAtOnce(Transaction* transaction, Store::CommitCallback* done)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Keeps the promise of Transaction::more where no other write follows.
  void EndRun() ABSL_LOCKS_EXCLUDED(mutex_);

  // How many writes of one stream should be under way, at most: what a door
  // does not take from a client yet it need not refuse.
  uint64_t stream_writes_max() const {
    return stream_writes_max_.load(std::memory_order_relaxed);
  }

  // What waits is refused, and all that comes later. The store is not called
  // any more when it returns; REQUIRES that no Commit is under way.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);

  AdmissionStats stats() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  WriteAdmission(Store* store, const Settings& settings);

  // A write that is refused, and with what.
  using Refused = std::pair<WaitingWrite, absl::Status>;

  bool WantsDisk(const Transaction& transaction) const;
  // Whether the disk is at work for a group that nothing may join.
  bool IsBusy() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Puts a write into the queue, or says why not; used up only if OK.
  absl::Status Enqueue(Transaction* transaction, Caller* caller,
                       Store::CommitCallback* done)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Refuse(WriteQueue::Room why)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Counts writes that are about to be handed to the store, as a group or the
  // rest of one; the last says whether another follows.
  void Begin(uint64_t writes, bool more) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Hands over what waits, while the disk has nothing to do. REQUIRES that
  // this thread has set handing_over_, which is not set afterwards.
  void HandOver() ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes the next group out of the queue, and those that are refused instead.
  void TakeGroup(std::vector<WaitingWrite>* group,
                 std::vector<Refused>* refused)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Answers those that are no longer wanted, and takes them out.
  void DropUnwanted(std::vector<WaitingWrite>* group)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Pass(Transaction transaction, Store::CommitCallback done)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The store has called back for a write that was counted by Begin.
  void Arrived(bool on_disk) ABSL_LOCKS_EXCLUDED(mutex_);

  const Settings settings_;
  Store* const store_;

  // Writes in the queue, or taken out of it and not yet handed over.
  std::atomic<uint64_t> waiting_{0};
  std::atomic<uint64_t> stream_writes_max_;

  mutable absl::Mutex mutex_;
  WriteQueue queue_ ABSL_GUARDED_BY(mutex_);
  DelayControl control_ ABSL_GUARDED_BY(mutex_);
  DelayHistogram delays_ ABSL_GUARDED_BY(mutex_);
  AdmissionStats counts_ ABSL_GUARDED_BY(mutex_);
  std::minstd_rand random_ ABSL_GUARDED_BY(mutex_);    // of jitter
  bool handing_over_ ABSL_GUARDED_BY(mutex_) = false;  // by one thread
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  // Of the group in the store: not yet called back; all; whether its last one
  // is among them; whether any has reached the disk; since when.
  uint64_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t group_writes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool complete_ ABSL_GUARDED_BY(mutex_) = false;
  bool on_disk_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration begun_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_ADMISSION_WRITE_ADMISSION_H_

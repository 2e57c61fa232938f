// WatchDesk: where the readers of watches and the watch thread meet: who has
// come, who asks, who is answered, who has left.

#ifndef RUNDLET_STORAGE_ENGINE_WATCH_WATCH_DESK_H_
#define RUNDLET_STORAGE_ENGINE_WATCH_WATCH_DESK_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/engine/watch/change_tail.h"
#include "storage/engine/watch/log_watch.h"
#include "storage/watch.h"

namespace rundlet {

// Thread-safe. Its lock is a leaf; callbacks run without it.
class WatchDesk {
 public:
  // --- for readers; `id` is one that Enter gave and that has not left.

  // RESOURCE_EXHAUSTED: `watches_max` are there. UNAVAILABLE: it is closed.
  absl::StatusOr<uint64_t> Enter(std::unique_ptr<LogWatch> watch,
                                 uint64_t watches_max) ABSL_LOCKS_EXCLUDED(mu_);
  void Ask(uint64_t id, Watch::Callback done) ABSL_LOCKS_EXCLUDED(mu_);
  void WantBookmark(uint64_t id) ABSL_LOCKS_EXCLUDED(mu_);
  // Answers CANCELLED what is owed, and waits for a callback that runs on
  // another thread.
  void Leave(uint64_t id) ABSL_LOCKS_EXCLUDED(mu_);

  // --- for the store

  // There may be something new. Costs next to nothing while nobody is here.
  void Wake();
  // Every watch that is here ends like that; the watch thread says so.
  void EndAll(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mu_);
  // Ends all as UNAVAILABLE, and those to come.
  void Close() ABSL_LOCKS_EXCLUDED(mu_);

  // --- for the watch thread

  struct Seated {
    uint64_t id = 0;
    bool asks = false;
    bool bookmark_wanted = false;
    bool has_ended = false;
  };

  struct Work {
    std::vector<std::pair<uint64_t, std::unique_ptr<LogWatch>>> entered;
    std::vector<uint64_t> left;  // also of those that have just entered
    std::vector<Seated> seated;
    bool closed = false;
  };

  // Waits for something to do, `patience` at most.
  Work Await(absl::Duration patience) ABSL_LOCKS_EXCLUDED(mu_);
  // Answers who asks; an error ends the watch, asked or not. One that has ended
  // is answered how it ended.
  void Answer(uint64_t id, absl::StatusOr<WatchBatch> answer)
      ABSL_LOCKS_EXCLUDED(mu_);
  // What usage() says.
  void SetLag(const ChangeTail::Totals& lag) ABSL_LOCKS_EXCLUDED(mu_);

  struct Usage {
    size_t watches = 0;
    ChangeTail::Totals lag;  // of the watch that is behind most
  };
  Usage usage() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Seat {
    Watch::Callback done;  // owed; empty: the reader does not ask
    bool bookmark_wanted = false;
    absl::Status end;         // not OK: what every Ask is answered from now on
    std::thread::id running;  // the thread that runs its callback
  };

  void EndSeats(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mu_) { return has_work_; }

  std::atomic<bool> is_used_{false};  // somebody is here
  mutable absl::Mutex mu_;
  std::map<uint64_t, Seat> seats_ ABSL_GUARDED_BY(mu_);
  uint64_t last_id_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::pair<uint64_t, std::unique_ptr<LogWatch>>> entered_
      ABSL_GUARDED_BY(mu_);
  std::vector<uint64_t> left_ ABSL_GUARDED_BY(mu_);
  bool has_work_ ABSL_GUARDED_BY(mu_) = false;
  bool closed_ ABSL_GUARDED_BY(mu_) = false;
  ChangeTail::Totals lag_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_WATCH_WATCH_DESK_H_

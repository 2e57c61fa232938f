// WatchHub: the thread that reads the log for watches, and what opens them.
//
// It reads what has been synced since once for all, into the tail; a watch that
// is further behind reads the log on its own, from the segments that it holds.
// Nothing is gathered for a reader who does not ask: the log is the queue.

#ifndef RUNDLET_STORAGE_ENGINE_WATCH_WATCH_HUB_H_
#define RUNDLET_STORAGE_ENGINE_WATCH_WATCH_HUB_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/engine/read/snapshots.h"
#include "storage/engine/read/store_reader.h"
#include "storage/engine/watch/change_tail.h"
#include "storage/engine/watch/log_history.h"
#include "storage/engine/watch/log_watch.h"
#include "storage/engine/watch/watch_desk.h"
#include "storage/file/clock.h"
#include "storage/index/index.h"
#include "storage/limits.h"
#include "storage/watch.h"

namespace rundlet {

// Thread-safe.
class WatchHub {
 public:
  struct Environment {
    const Index* index = nullptr;
    StoreReader* reader = nullptr;  // that leases no pages
    Snapshots* snapshots = nullptr;
    const LogHistory* history = nullptr;
    const Clock* clock = nullptr;
    const Limits* limits = nullptr;
    // Up to which revision all is on the disk, or why nothing more will be.
    // Called by the watch thread.
    std::function<absl::StatusOr<Revision>()> durable;
  };

  explicit WatchHub(const Environment& environment);
  ~WatchHub() { Close(); }

  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  // As Store::OpenWatch.
  absl::StatusOr<std::unique_ptr<Watch>> Open(WatchRequest request);

  // More of the log has been synced. Never blocks for long.
  void OnSync() { desk_->Wake(); }
  // Commits have become visible. Never blocks for long.
  void OnPublish() {
    if (awaits_visible_.load()) desk_->Wake();
  }

  // Ends every watch: what comes next is not in the log.
  void EndAll(const absl::Status& status) { desk_->EndAll(status); }

  // Ends every watch, for good, and answers who waits.
  void Close();

  WatchDesk::Usage usage() const { return desk_->usage(); }

 private:
  void Run();
  void Seat(WatchDesk::Work& work);
  // One round for all; true: there is more to do at once.
  bool ServeAll(const WatchDesk::Work& work);
  bool Serve(const WatchDesk::Seated& seated, Revision visible,
             ChangeTail::Totals* lag);
  absl::Status StartTail();
  // Whether no crash can take back the present state that it is to give.
  absl::StatusOr<bool> IsDurable(const LogWatch& watch) const;

  const Environment environment_;
  const std::shared_ptr<WatchDesk> desk_;
  std::atomic<bool> awaits_visible_{false};

  // The thread's own. Null: it has ended.
  std::map<uint64_t, std::unique_ptr<LogWatch>> watches_;
  ChangeTail tail_;
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_WATCH_WATCH_HUB_H_

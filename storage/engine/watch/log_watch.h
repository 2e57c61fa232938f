// LogWatch: one watch as its thread sees it: what has been given, and what
// comes next.

#ifndef RUNDLET_STORAGE_ENGINE_WATCH_LOG_WATCH_H_
#define RUNDLET_STORAGE_ENGINE_WATCH_LOG_WATCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/engine/read/snapshots.h"
#include "storage/engine/read/store_reader.h"
#include "storage/engine/watch/change_tail.h"
#include "storage/engine/watch/log_cursor.h"
#include "storage/file/clock.h"
#include "storage/snapshot.h"
#include "storage/watch.h"

namespace rundlet {

// One owner.
class LogWatch {
 public:
  struct Environment {
    StoreReader* reader = nullptr;  // that leases no pages
    Snapshots* snapshots = nullptr;
    const Clock* clock = nullptr;
  };

  // Gives the changes above `through`, which stand at or behind `place`; before
  // them, the entries of `present`, if it is there: its own then. The request
  // has been checked.
  LogWatch(Environment environment, WatchRequest request,
           std::optional<Snapshot> present, LogPlace place, Revision through);
  ~LogWatch();

  LogWatch(const LogWatch&) = delete;
  LogWatch& operator=(const LogWatch&) = delete;

  // What Next has found: a batch, or none, and then whether to look again at
  // once or only when something has happened.
  struct Found {
    std::optional<WatchBatch> batch;
    bool look_again = false;
  };

  // Of changes only those up to `visible`. An error ends the watch.
  absl::StatusOr<Found> Next(const ChangeTail& tail, Revision visible,
                             bool bookmark_wanted);

  // Of the entries that are to be given first; empty: none are, any more.
  std::optional<Revision> present_revision() const {
    if (!present_.has_value()) return std::nullopt;
    return present_->revision;
  }

  // What has changed since the first call and has not been given.
  ChangeTail::Totals Lag(const ChangeTail& tail);
  // Why it ends if it is to be cut off for that.
  absl::Status CutOffStatus(const ChangeTail::Totals& lag) const;

 private:
  absl::StatusOr<Found> NextPresent();
  absl::StatusOr<bool> AddPage(WatchBatch* batch);
  // Both go on until the batch is full, the budget used up (look again), or
  // there is nothing more.
  absl::StatusOr<bool> ReadLog(Revision visible, WatchBatch* batch);
  bool ReadTail(const ChangeTail& tail, Revision visible, WatchBatch* batch);
  // Takes a transaction into the batch; false: it does not fit any more.
  bool Add(const LoggedTransaction& transaction, WatchBatch* batch);
  bool Wants(const Change& change) const;
  bool WantsKey(absl::string_view key) const;

  const Environment environment_;
  const WatchRequest request_;  // ranges are merged
  std::optional<Snapshot> present_;
  size_t range_ = 0;   // of the present state, the next one
  std::string after_;  // the key that was given last of it
  bool marker_given_ = false;
  Revision through_;
  LogPlace place_;                   // at or before what comes behind through_
  std::optional<LogCursor> cursor_;  // while the tail does not reach back
  uint64_t batch_bytes_ = 0;
  uint64_t budget_bytes_ = 0;  // of log to be looked at in one call
  absl::Duration last_batch_;

  bool is_counted_ = false;
  Revision counted_from_ = 0;
  ChangeTail::Totals taken_;  // of the tail's totals
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_WATCH_LOG_WATCH_H_

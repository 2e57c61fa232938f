// ChangeTail: the newest transactions of the log in memory, read once for all
// watches that are up to date.

#ifndef RUNDLET_STORAGE_ENGINE_WATCH_CHANGE_TAIL_H_
#define RUNDLET_STORAGE_ENGINE_WATCH_CHANGE_TAIL_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "absl/status/statusor.h"
#include "storage/engine/watch/log_cursor.h"

namespace rundlet {

// One owner.
class ChangeTail {
 public:
  // How much has been changed; grows only.
  struct Totals {
    uint64_t changes = 0;
    uint64_t bytes = 0;
  };

  struct Item {
    LoggedTransaction transaction;
    LogPlace place;  // of the group that it stands in
  };

  // Holds at most so many bytes of records, but at least one transaction.
  explicit ChangeTail(uint64_t bytes_max) : bytes_max_(bytes_max) {}

  // Begins with revision `from`, which is at or behind `place`.
  void Start(LogPlace place, Revision from);
  void Stop();
  bool is_started() const { return cursor_.has_value(); }

  // Reads what has been synced since; true: there is more to read.
  absl::StatusOr<bool> Fill();

  // It holds every transaction above floor() up to end().
  Revision floor() const { return floor_; }
  Revision end() const { return end_; }
  const Totals& totals() const { return totals_; }

  const std::deque<Item>& items() const { return items_; }
  // The index of the first item above `revision`, which is not below floor().
  size_t IndexBehind(Revision revision) const;

 private:
  const uint64_t bytes_max_;
  std::optional<LogCursor> cursor_;
  std::deque<Item> items_;
  uint64_t bytes_ = 0;  // of the items
  Revision floor_ = 0;
  Revision end_ = 0;
  Totals totals_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_WATCH_CHANGE_TAIL_H_

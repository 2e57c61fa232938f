// LogCursor: reads the log from a place on, group by group, as transactions.

#ifndef RUNDLET_STORAGE_ENGINE_WATCH_LOG_CURSOR_H_
#define RUNDLET_STORAGE_ENGINE_WATCH_LOG_CURSOR_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "storage/engine/watch/log_chain.h"
#include "storage/format/record.h"
#include "storage/log/file_window.h"
#include "storage/watch.h"

namespace rundlet {

// A transaction as the log has it. Some of its changes may be left out; the
// counts are of all.
struct LoggedTransaction {
  Revision revision = 0;
  std::vector<Change> changes;
  uint64_t change_count = 0;
  uint64_t record_bytes = 0;
  uint64_t held_bytes = 0;  // the same, with the values of `changes` plain
};

// One owner.
class LogCursor {
 public:
  // Starts at `place`; passes over what is below revision `from`.
  LogCursor(LogPlace place, Revision from)
      : place_(std::move(place)), group_(place_), from_(from) {}

  // Whether the change that a record makes is wanted.
  using Filter = absl::FunctionRef<bool(const Record& record)>;

  // Reads the next group and appends its transactions, maybe none. Returns
  // false if there is no further group that is synced. DATA_LOSS: the group is
  // damaged; the cursor stays in front of it.
  absl::StatusOr<bool> Next(Filter is_wanted,
                            std::vector<LoggedTransaction>* transactions);

  // Where the last group that was read starts; before, where the first may.
  const LogPlace& place() const { return group_; }

 private:
  // Moves to the next segment where this one ends; false: nothing is there yet.
  bool HasGroup();
  absl::Status Add(const Record& record, const Location& location,
                   Filter is_wanted, LoggedTransaction* open,
                   std::vector<LoggedTransaction>* transactions) const;

  LogPlace place_;  // of the next group
  LogPlace group_;  // of the last one read
  Revision from_;
  std::unique_ptr<FileWindow> window_;  // of the segment at place_; may be null
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_WATCH_LOG_CURSOR_H_

"""Defects in what watches tell, snapshots keep and requests remember."""

from defect import ENGINE, HISTORY, LAWS, POWER_LOSS, WATCH_HISTORY, defect

WATCH = "storage/engine/watch/"
REQUESTS = "storage/engine/requests/request_table.cc"
SNAPSHOTS = "storage/engine/read/snapshots.cc"
LOG_WATCH = ENGINE + "/watch:log_watch_test"
LOG_HISTORY = ENGINE + "/watch:log_history_test"

DEFECTS = [
    defect(
        "tell a watch of what is not synced",
        (ENGINE + "/watch:watch_hub_test",),
        WATCH + "log_cursor.cc",
        "if (place_.offset < place_.link->synced_bytes()) return true;",
        "if (place_.offset < place_.link->segment()->bytes()) return true;",
    ),
    defect(
        "tell a present state that is not synced",
        (ENGINE + "/watch:watch_hub_test",),
        WATCH + "watch_hub.cc",
        "return *present <= *durable;",
        "return *present <= *durable || true;",
    ),
    defect(
        "split a transaction at each of its changes",
        (WATCH_HISTORY, POWER_LOSS),
        WATCH + "log_cursor.cc",
        "  if (record.ends_transaction) {\n    if",
        "  if (record.ends_transaction || open->change_count > 1) {\n    if",
    ),
    defect(
        "skip the log between a watch and the tail",
        (LOG_WATCH, WATCH_HISTORY),
        WATCH + "log_watch.cc",
        "if (through_ >= tail.floor()) {",
        "through_ = std::max(through_, tail.floor());\n"
        "      if (through_ >= tail.floor()) {",
    ),
    defect(
        "resume a watch one revision later",
        (WATCH_HISTORY, LAWS),
        WATCH + "watch_hub.cc",
        "Revision through = request.from == 0 ? visible : request.from - 1;",
        "Revision through = request.from == 0 ? visible : request.from;",
    ),
    defect(
        "give no event for an expired key",
        (LOG_WATCH,),
        WATCH + "log_watch.cc",
        "  return (is_put ? request_.puts : request_.deletes) &&\n",
        "  return (is_put ? request_.puts : request_.deletes) &&\n"
        "         change.cause != Change::Cause::kExpired &&\n",
    ),
    defect(
        "read history from the active segment on",
        (WATCH_HISTORY, POWER_LOSS),
        WATCH + "log_history.cc",
        "if (is_before && segment.seal->revision_max >= from) {",
        "if (is_before && segment.seal->revision_max >= from + 1000000) {",
    ),
    defect(
        "skip the change at which a batch of a watch is full",
        (LOG_WATCH, WATCH_HISTORY),
        WATCH + "log_watch.cc",
        "if (!wanted.empty() && !fits) return false;",
        "if (!wanted.empty() && !fits) {\n"
        "    through_ = transaction.revision;\n"
        "    return false;\n  }",
    ),
    defect(
        "lose the end of a transaction that is larger than a batch",
        (LOG_WATCH, WATCH_HISTORY),
        WATCH + "log_watch.cc",
        "    if (!Wants(change)) continue;\n",
        "    if (!Wants(change)) continue;\n"
        "    if (bytes > request_.batch_bytes_max) break;\n",
    ),
    defect(
        "give a change of the tail before it is visible",
        (LOG_WATCH,),
        WATCH + "log_watch.cc",
        "if (item.transaction.revision > visible) return false;",
        "if (item.transaction.revision > visible + 1000) return false;",
    ),
    defect(
        "give a change of the log before it is visible",
        (LOG_WATCH,),
        WATCH + "log_watch.cc",
        "if (transaction.revision <= visible && Add(transaction, batch)) "
        "continue;",
        "if (Add(transaction, batch) || visible == ~Revision{0}) continue;",
    ),
    defect(
        "pass over the rest of a group when a batch is full",
        (LOG_WATCH, WATCH_HISTORY),
        WATCH + "log_watch.cc",
        "    cursor_.reset();  // the rest of the group comes again\n",
        "",
    ),
    defect(
        "let a page of the present state overfill its batch",
        (LOG_WATCH,),
        WATCH + "log_watch.cc",
        "if (!batch->entries.empty() &&\n"
        "        batch_bytes_ + bytes > request_.batch_bytes_max) {",
        "if (bytes > request_.batch_bytes_max + kBudgetBytes) {",
    ),
    defect(
        "tell a reader that was cut off to go on one revision later",
        (LOG_WATCH,),
        WATCH + "log_watch.cc",
        ": CutOff(std::move(status), through_ + 1);",
        ": CutOff(std::move(status), through_ + 2);",
    ),
    defect(
        "say that the tail reaches back to what it has dropped",
        (ENGINE + "/watch:change_tail_test",),
        WATCH + "change_tail.cc",
        "      floor_ = items_.front().transaction.revision;\n",
        "",
    ),
    defect(
        "give what is below the floor of history",
        (LOG_HISTORY,),
        WATCH + "log_history.cc",
        "if (from < state.floor) {",
        "if (from == 0) {",
    ),
    defect(
        "let go of the history that a watch has still to read",
        (LOG_HISTORY,),
        WATCH + "log_history.cc",
        "      link->set_next(std::move(place.link));\n",
        "      link->set_next(chain_->last());\n",
    ),
    defect(
        "forget the oldest request when there are too many",
        (ENGINE + "/requests:request_table_test",),
        REQUESTS,
        "if (requests_.size() >= settings_.requests_max) {",
        "if (requests_.size() > settings_.requests_max + 1000) {",
    ),
    defect(
        "answer a repeat with another payload",
        (LAWS, POWER_LOSS),
        REQUESTS,
        "if (first.payload_crc32 != payload_crc32) {",
        "if (first.payload_crc32 != payload_crc32 && payload_crc32 == 0) {",
    ),
    defect(
        "forget requests in a compaction",
        (POWER_LOSS, HISTORY),
        REQUESTS,
        "if (request.revision <= revision && !IsOld(time_us)) {",
        "if (request.revision <= revision && IsOld(time_us)) {",
    ),
    defect(
        "leave the requests of a backup behind",
        (POWER_LOSS,),
        "storage/engine/integrity/backup.cc",
        "if (status.ok()) status = CopyRequests(at, **writer);",
        "if (!status.ok()) status = CopyRequests(at, **writer);",
    ),
    defect(
        "leave the requests of a backup behind when it is restored",
        (POWER_LOSS, "//tests/storage:repair_test"),
        "storage/engine/integrity/folder_reader_copying.cc",
        "absl::Status requests = CopyRequests(writer);",
        "absl::Status requests =\n"
        "      requests_.empty() ? CopyRequests(writer) : absl::OkStatus();",
    ),
    defect(
        "remember requests after an expired window",
        (ENGINE + "/requests:request_table_test",),
        REQUESTS,
        "while (!order_.empty() && IsOld(order_.front().first)) {",
        "while (!order_.empty() && order_.front().first == 0) {",
    ),
    defect(
        "keep a snapshot for ever",
        (POWER_LOSS, LAWS),
        SNAPSHOTS,
        "while (!ends_.empty() && ends_.begin()->first <= now_us) {",
        "while (!ends_.empty() && now_us == 0) {",
    ),
    defect(
        "end a snapshot that was renewed when its first lease ends",
        (POWER_LOSS, LAWS),
        SNAPSHOTS,
        "  ends_.erase({held.end_us, id});\n  held.end_us",
        "  held.end_us",
    ),
    defect(
        "take a snapshot before the first commit for the newest",
        ("//tests/storage:empty_snapshot_test",),
        "storage/snapshot.h",
        "return at != 0 || at_time != absl::Time();",
        "return at != 0 || at_time == absl::InfinitePast();",
    ),
    defect(
        "back up what is not on the disk yet",
        (ENGINE + "/integrity:backup_test",),
        "storage/engine/integrity/backup.cc",
        "absl::Status status = environment_.sync_log();",
        "absl::Status status;",
    ),
    defect(
        "count the name of a request as bytes of a page",
        (ENGINE + ":log_store_limits_test",),
        "storage/engine/read/store_reader.cc",
        "return bytes - std::min(bytes, kExtraBytesMax);",
        "return bytes;",
    ),
]

#include "storage/engine/watch/log_watch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/engine/sync_point.h"
#include "storage/scan.h"

namespace rundlet {
namespace {

// Looked at before other watches have their turn.
constexpr uint64_t kBudgetBytes = 4 << 20;
// What a change takes in memory besides its key and value.
constexpr uint64_t kChangeOverheadBytes = 64;

WatchRequest Merged(WatchRequest request) {
  request.ranges = MergedRanges(std::move(request.ranges));
  return request;
}

}  // namespace

LogWatch::LogWatch(Environment environment, WatchRequest request,
                   std::optional<Snapshot> present, LogPlace place,
                   Revision through)
    : environment_(environment),
      request_(Merged(std::move(request))),
      present_(present),
      through_(through),
      place_(std::move(place)),
      last_batch_(environment.clock->Monotonic()) {}

LogWatch::~LogWatch() {
  if (!present_.has_value()) return;
  // It may have expired by itself.
  environment_.snapshots->Release(present_->id).IgnoreError();
}

bool LogWatch::WantsKey(absl::string_view key) const {
  // Behind the last range that starts at or before the key there is none.
  const auto behind =
      std::upper_bound(request_.ranges.begin(), request_.ranges.end(), key,
                       [](absl::string_view wanted, const KeyRange& range) {
                         return wanted < range.start;
                       });
  return behind != request_.ranges.begin() && std::prev(behind)->Contains(key);
}

bool LogWatch::Wants(const Change& change) const {
  const bool is_put = change.cause == Change::Cause::kPut;
  return (is_put ? request_.puts : request_.deletes) &&
         WantsKey(change.entry.key);
}

absl::StatusOr<bool> LogWatch::AddPage(WatchBatch* batch) {
  ScanRequest scan;
  scan.range = request_.ranges[range_];
  scan.after = after_;
  scan.at = present_->revision;
  scan.at_time = present_->read_time;
  scan.bytes_max = request_.batch_bytes_max - batch_bytes_;
  scan.projection = request_.metadata_only ? ScanRequest::Projection::kMetadata
                                           : ScanRequest::Projection::kEntries;
  absl::StatusOr<ScanPage> page = environment_.reader->Scan(scan);
  if (!page.ok()) return page.status();
  RUNDLET_SYNC_POINT("watch: present read");
  for (Entry& entry : page->entries) {
    const uint64_t bytes = entry.key.size() + entry.value.bytes.size();
    // A page has one entry at least, whatever it takes.
    if (!batch->entries.empty() &&
        batch_bytes_ + bytes > request_.batch_bytes_max) {
      return true;
    }
    batch_bytes_ += bytes;
    after_ = entry.key;
    batch->entries.push_back(std::move(entry));
  }
  if (!page->more) {
    ++range_;
    after_.clear();
  }
  return page->more || batch_bytes_ >= request_.batch_bytes_max;
}

absl::StatusOr<LogWatch::Found> LogWatch::NextPresent() {
  const absl::StatusOr<Snapshot> renewed =
      environment_.snapshots->Renew(present_->id, absl::ZeroDuration());
  if (!renewed.ok()) {
    return absl::OutOfRangeError(
        absl::StrCat("the present state was not read in time: ",
                     renewed.status().message()));
  }
  Found found;
  WatchBatch batch;
  batch.kind = WatchBatch::Kind::kPresent;
  batch.through = present_->revision;
  batch_bytes_ = 0;
  for (bool is_full = false; !is_full && range_ < request_.ranges.size();) {
    const absl::StatusOr<bool> added = AddPage(&batch);
    if (!added.ok()) return added.status();
    is_full = *added;
  }
  if (!batch.entries.empty()) {
    found.batch = std::move(batch);
    return found;
  }
  RUNDLET_SYNC_POINT("watch: present given");
  environment_.snapshots->Release(present_->id).IgnoreError();
  present_.reset();
  found.look_again = true;
  return found;
}

bool LogWatch::Add(const LoggedTransaction& transaction, WatchBatch* batch) {
  uint64_t bytes = 0;
  std::vector<Change> wanted;
  for (const Change& change : transaction.changes) {
    if (!Wants(change)) continue;
    wanted.push_back(change);
    Value& value = wanted.back().entry.value;
    if (request_.metadata_only && value.kind != ValueKind::kLarge) {
      value.bytes.clear();
    }
    bytes +=
        change.entry.key.size() + value.bytes.size() + kChangeOverheadBytes;
  }
  const bool fits = batch->changes.empty() ||
                    batch_bytes_ + bytes <= request_.batch_bytes_max;
  if (!wanted.empty() && !fits) return false;
  std::move(wanted.begin(), wanted.end(), std::back_inserter(batch->changes));
  batch_bytes_ += bytes;
  through_ = transaction.revision;
  budget_bytes_ -= std::min(budget_bytes_, transaction.held_bytes);
  if (through_ > counted_from_) {
    taken_.changes += transaction.change_count;
    taken_.bytes += transaction.record_bytes;
  }
  return true;
}

absl::StatusOr<bool> LogWatch::ReadLog(Revision visible, WatchBatch* batch) {
  if (!cursor_.has_value()) cursor_.emplace(place_, through_ + 1);
  std::vector<LoggedTransaction> read;
  const uint64_t offset = cursor_->place().offset;
  const auto is_wanted = [this](const Record& record) {
    return WantsKey(record.key);
  };
  const absl::StatusOr<bool> more = cursor_->Next(is_wanted, &read);
  if (!more.ok()) return more.status();
  place_ = cursor_->place();
  // What was passed over costs something, too.
  budget_bytes_ -= std::min(
      budget_bytes_, place_.offset - std::min(offset, place_.offset) + 1);
  for (const LoggedTransaction& transaction : read) {
    if (transaction.revision <= visible && Add(transaction, batch)) continue;
    cursor_.reset();  // the rest of the group comes again
    return false;
  }
  return *more;
}

bool LogWatch::ReadTail(const ChangeTail& tail, Revision visible,
                        WatchBatch* batch) {
  cursor_.reset();
  for (size_t i = tail.IndexBehind(through_);
       i < tail.items().size() && budget_bytes_ > 0; ++i) {
    const ChangeTail::Item& item = tail.items()[i];
    place_ = item.place;
    if (item.transaction.revision > visible) return false;
    if (!Add(item.transaction, batch)) return false;
  }
  return through_ < tail.end();
}

absl::StatusOr<LogWatch::Found> LogWatch::Next(const ChangeTail& tail,
                                               Revision visible,
                                               bool bookmark_wanted) {
  if (present_.has_value()) return NextPresent();
  Found found;
  WatchBatch batch;
  batch_bytes_ = 0;
  budget_bytes_ = kBudgetBytes;
  if (!marker_given_) {
    marker_given_ = true;
    batch.kind = WatchBatch::Kind::kMarker;
  } else {
    bool more = true;
    while (more && budget_bytes_ > 0) {
      if (through_ >= tail.floor()) {
        more = ReadTail(tail, visible, &batch);
      } else {
        const absl::StatusOr<bool> read = ReadLog(visible, &batch);
        if (!read.ok()) return read.status();
        more = *read;
      }
    }
    found.look_again = more;
    batch.kind = WatchBatch::Kind::kChanges;
    if (batch.changes.empty()) {
      const absl::Duration interval = request_.bookmark_interval;
      const bool is_due =
          interval > absl::ZeroDuration() &&
          environment_.clock->Monotonic() - last_batch_ >= interval;
      if (!is_due && (more || !bookmark_wanted)) return found;
      batch.kind = WatchBatch::Kind::kBookmark;
    }
  }
  batch.through = through_;
  last_batch_ = environment_.clock->Monotonic();
  found.batch = std::move(batch);
  return found;
}

ChangeTail::Totals LogWatch::Lag(const ChangeTail& tail) {
  const ChangeTail::Totals& all = tail.totals();
  if (!is_counted_) {
    is_counted_ = true;
    counted_from_ = std::max(tail.end(), through_);
    taken_ = all;
  }
  // The watch may be ahead of the tail.
  return {all.changes - std::min(all.changes, taken_.changes),
          all.bytes - std::min(all.bytes, taken_.bytes)};
}

absl::Status LogWatch::CutOffStatus(const ChangeTail::Totals& lag) const {
  absl::Status status = absl::ResourceExhaustedError(absl::StrCat(
      "the reader of the watch is too slow: ", lag.changes, " changes of ",
      lag.bytes, " bytes have not been asked for; ",
      present_.has_value() ? "start again"
                           : absl::StrCat("resume from ", through_ + 1)));
  return present_.has_value() ? status
                              : CutOff(std::move(status), through_ + 1);
}

}  // namespace rundlet

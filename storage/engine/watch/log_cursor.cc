#include "storage/engine/watch/log_cursor.h"

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "storage/engine/sync_point.h"
#include "storage/format/file_header.h"
#include "storage/log/segment_replay.h"

namespace rundlet {
namespace {

// All of it but the bytes of its value.
Change ChangeOf(const Record& record) {
  Change change;
  Entry& entry = change.entry;
  entry.key = std::string(record.key);
  entry.revision = record.revision;
  entry.modified = absl::FromUnixMicros(record.modified_us);
  if (record.type == RecordType::kDelete) {
    change.cause =
        record.expired ? Change::Cause::kExpired : Change::Cause::kDelete;
    return change;
  }
  entry.value.kind = record.kind;
  entry.create_revision = record.create_revision;
  entry.version = record.version;
  entry.created = absl::FromUnixMicros(record.created_us);
  if (record.expiry_us != 0) {
    entry.expiry = absl::FromUnixMicros(record.expiry_us);
  }
  return change;
}

}  // namespace

bool LogCursor::HasGroup() {
  while (true) {
    // In this order: with a next link the number of synced bytes is final.
    std::shared_ptr<LogLink> next = place_.link->next();
    if (place_.offset < place_.link->synced_bytes()) return true;
    if (next == nullptr) return false;
    place_ = {std::move(next), kFileHeaderBytes};
    window_ = nullptr;
  }
}

absl::Status LogCursor::Add(
    const Record& record, const Location& location, Filter is_wanted,
    LoggedTransaction* open,
    std::vector<LoggedTransaction>* transactions) const {
  open->revision = record.revision;
  open->record_bytes += record.EncodedBytes();
  open->held_bytes += record.EncodedBytes();
  // A receipt alone says of a transaction that it has changed nothing.
  if (record.type != RecordType::kReceipt) {
    ++open->change_count;
    if (record.revision >= from_ && is_wanted(record)) {
      std::string& value =
          open->changes.emplace_back(ChangeOf(record)).entry.value.bytes;
      absl::Status decoded =
          place_.link->segment()->DecodeValue(record, location, &value);
      if (!decoded.ok()) return decoded;
      open->held_bytes += value.size() - record.value.size();
    }
  }
  if (record.ends_transaction) {
    if (record.revision >= from_) transactions->push_back(std::move(*open));
    *open = LoggedTransaction();
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> LogCursor::Next(
    Filter is_wanted, std::vector<LoggedTransaction>* transactions) {
  if (!HasGroup()) return false;
  const Segment& segment = *place_.link->segment();
  const uint64_t synced_bytes = place_.link->synced_bytes();
  if (window_ == nullptr || window_->end() <= place_.offset) {
    window_ = std::make_unique<FileWindow>(segment.file(), synced_bytes);
  }
  const size_t before = transactions->size();
  LoggedTransaction open;
  const absl::StatusOr<uint64_t> end = ReplayGroup(
      segment, *window_, place_.offset, from_,
      [&](const Record& record, const Location& location) {
        return Add(record, location, is_wanted, &open, transactions);
      });
  if (!end.ok()) {
    transactions->resize(before);
    return end.status();
  }
  RUNDLET_SYNC_POINT("watch: log read");
  group_ = place_;
  place_.offset = *end;
  if (transactions->size() > before) from_ = transactions->back().revision + 1;
  return true;
}

}  // namespace rundlet

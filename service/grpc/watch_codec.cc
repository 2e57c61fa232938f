#include "service/grpc/watch_codec.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "service/grpc/entry_codec.h"
#include "service/grpc/errors.h"
#include "service/grpc/expiry_codec.h"
#include "service/grpc/range_codec.h"

namespace rundlet {
namespace {

constexpr absl::Duration kBookmarkIntervalMin = absl::Milliseconds(100);

absl::Status DecodeRanges(v1::WatchRequest* proto, const Limits& limits,
                          WatchRequest* watch) {
  const auto count = static_cast<uint64_t>(proto->ranges_size());
  if (count == 0) {
    return InvalidField(FieldPath("ranges"),
                        "must not be empty; one range {} is every key");
  }
  if (count > limits.watch_ranges_max) {
    return LimitExceeded(FieldPath("ranges"), "watch_ranges_max",
                         limits.watch_ranges_max, count);
  }
  for (int i = 0; i < proto->ranges_size(); ++i) {
    v1::KeyRange* range = proto->mutable_ranges(i);
    if (range->prefix().empty()) {
      watch->ranges.push_back({std::move(*range->mutable_start()),
                               std::move(*range->mutable_end())});
    } else if (range->start().empty() && range->end().empty()) {
      watch->ranges.push_back(KeyRange::Prefix(range->prefix()));
    } else {
      return InvalidField(
          FieldPath(FieldPath(FieldPath(), "ranges", i), "prefix"),
          "does not go together with start or end");
    }
  }
  return absl::OkStatus();
}

// What does not go together.
absl::Status CheckFields(const v1::WatchRequest& proto,
                         absl::string_view store_id) {
  if (proto.present_state() && proto.start_revision() != 0) {
    return InvalidField(FieldPath("present_state"),
                        "does not go together with start_revision");
  }
  if (proto.no_puts() && proto.no_deletes()) {
    return InvalidField(FieldPath("no_deletes"),
                        "does not go together with no_puts");
  }
  if (!proto.store_id().empty() && proto.store_id() != store_id) {
    return MakeError(Reason::kForeignStore, "store_id is that of another store",
                     {{"field", "store_id"}});
  }
  return absl::OkStatus();
}

void EncodeChange(Change change, const WatchNotes& notes, EntryEncoder* encoder,
                  v1::Change* proto) {
  switch (change.cause) {
    case Change::Cause::kPut:
      proto->set_cause(v1::CAUSE_PUT);
      if (notes.metadata_only) {
        EntryEncoder::EncodeMetadata(std::move(change.entry),
                                     proto->mutable_entry());
      } else {
        encoder->Encode(std::move(change.entry), proto->mutable_entry());
      }
      return;
    case Change::Cause::kDelete:
      proto->set_cause(v1::CAUSE_DELETE);
      break;
    case Change::Cause::kExpired:
      proto->set_cause(v1::CAUSE_EXPIRED);
      break;
  }
  v1::Entry* entry = proto->mutable_entry();
  entry->set_key(std::move(change.entry.key));
  entry->set_revision(change.entry.revision);
  EncodeTime(change.entry.modified, entry->mutable_modify_time());
}

// Counts what goes into a message.
class MessageBudget {
 public:
  // Whether an entry fits, too; the first one always does.
  bool Take(const Entry& entry) {
    const uint64_t bytes = entry.key.size() + entry.value.bytes.size();
    if (count_ > 0 &&
        (count_ == kPageSizeMax || bytes_ + bytes > kPageStoredBytesMax)) {
      return false;
    }
    ++count_;
    bytes_ += bytes;
    return true;
  }

 private:
  uint64_t count_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace

absl::StatusOr<DecodedWatch> Decode(v1::WatchRequest* proto,
                                    absl::string_view store_id,
                                    const Limits& limits) {
  DecodedWatch decoded;
  absl::Status status = DecodeRanges(proto, limits, &decoded.watch);
  if (status.ok()) status = CheckFields(*proto, store_id);
  if (!status.ok()) return status;
  decoded.watch.bookmark_interval = kBookmarkInterval;
  if (proto->has_bookmark_interval()) {
    absl::StatusOr<absl::Duration> interval = DecodeDuration(
        FieldPath("bookmark_interval"), proto->bookmark_interval());
    if (!interval.ok()) return interval.status();
    if (*interval < kBookmarkIntervalMin) {
      return InvalidField(
          FieldPath("bookmark_interval"),
          absl::StrCat("must be at least ",
                       absl::FormatDuration(kBookmarkIntervalMin)));
    }
    decoded.watch.bookmark_interval = *interval;
  }
  decoded.watch.puts = !proto->no_puts();
  decoded.watch.deletes = !proto->no_deletes();
  decoded.watch.from = proto->start_revision();
  decoded.watch.present_state = proto->present_state();
  decoded.watch.metadata_only = proto->metadata_only();
  decoded.watch.batch_bytes_max = kPageStoredBytesMax;
  decoded.notes = {proto->metadata_only(), proto->json_as_text()};
  return decoded;
}

void WatchMessages::Add(WatchBatch batch) {
  batch_ = std::move(batch);
  next_ = 0;
  has_batch_ = true;
}

void WatchMessages::Next(v1::WatchResponse* proto) {
  switch (batch_.kind) {
    case WatchBatch::Kind::kPresent:
      return NextPresent(proto->mutable_present());
    case WatchBatch::Kind::kMarker:
      return EncodeBookmark(proto->mutable_marker());
    case WatchBatch::Kind::kChanges:
      return NextChanges(proto->mutable_changes());
    case WatchBatch::Kind::kBookmark:
      return EncodeBookmark(proto->mutable_bookmark());
  }
}

void WatchMessages::NextPresent(v1::PresentEntries* proto) {
  EntryEncoder encoder(notes_.json_as_text);
  MessageBudget budget;
  proto->set_read_revision(batch_.through);
  std::vector<Entry>& entries = batch_.entries;
  for (; next_ < entries.size() && budget.Take(entries[next_]); ++next_) {
    if (notes_.metadata_only) {
      EntryEncoder::EncodeMetadata(std::move(entries[next_]),
                                   proto->add_entries());
    } else {
      encoder.Encode(std::move(entries[next_]), proto->add_entries());
    }
  }
  has_batch_ = next_ < entries.size();
}

void WatchMessages::NextChanges(v1::Changes* proto) {
  std::vector<Change>& changes = batch_.changes;
  MessageBudget budget;
  size_t end = next_;
  size_t whole = next_;  // behind the last transaction that is complete
  for (; end < changes.size() && budget.Take(changes[end].entry); ++end) {
    if (end + 1 == changes.size() ||
        changes[end].entry.revision != changes[end + 1].entry.revision) {
      whole = end + 1;
    }
  }
  if (whole > next_) {
    end = whole;
    through_ = end == changes.size() ? batch_.through
                                     : changes[end - 1].entry.revision;
    proto->set_through_revision(through_);
    proto->set_last_fragment(true);
  }
  EntryEncoder encoder(notes_.json_as_text);
  for (; next_ < end; ++next_) {
    EncodeChange(std::move(changes[next_]), notes_, &encoder,
                 proto->add_changes());
  }
  has_batch_ = next_ < changes.size();
}

void WatchMessages::EncodeBookmark(v1::Bookmark* proto) {
  through_ = batch_.through;
  proto->set_through_revision(through_);
  proto->set_store_id(std::string(store_id_));
  has_batch_ = false;
}

}  // namespace rundlet

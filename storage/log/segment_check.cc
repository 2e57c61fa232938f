#include "storage/log/segment_check.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rundlet {

void SegmentCheck::Flaw(uint64_t offset, uint64_t bytes, std::string what) {
  if (++damage_count_ > damage_max_) return;
  SegmentDamage damage;
  damage.offset = offset;
  damage.bytes = bytes;
  damage.what = std::move(what);
  damage_.push_back(std::move(damage));
}

void SegmentCheck::EndGroup(uint64_t end) {
  if (in_group_) {
    const bool agrees =
        group_records_ == group_.record_count &&
        (group_records_ == 0 || revision_ == group_.last_revision);
    if (!agrees) {
      Flaw(group_offset_, end - group_offset_,
           absl::StrCat("a group says ", group_.record_count,
                        " records up to revision ", group_.last_revision,
                        ", but holds ", group_records_, " up to ", revision_));
    }
    if (!whole_) {
      Flaw(group_offset_, end - group_offset_, "a transaction ends early");
    }
  }
  whole_ = true;
  in_group_ = false;
}

absl::Status SegmentCheck::OnGroup(const GroupHeader& header, uint64_t offset) {
  EndGroup(offset);
  in_group_ = true;
  group_ = header;
  group_offset_ = offset;
  group_records_ = 0;
  if (header.synced_bytes > offset) {
    Flaw(offset, kGroupHeaderBytes,
         absl::StrCat("a group says that ", header.synced_bytes,
                      " bytes were synced before it"));
  }
  return on_bytes_(kGroupHeaderBytes);
}

void SegmentCheck::CheckLogOrder(const Record& record,
                                 const Location& location) {
  const bool goes_on = !whole_ && record.revision == revision_;
  const bool begins = whole_ && record.revision > revision_;
  if (connected_ && !goes_on && !begins) {
    Flaw(location.offset, location.bytes,
         absl::StrCat("revision ", record.revision, " stands behind ",
                      whole_ ? "" : "the unfinished ", revision_));
  }
  if (in_group_ && group_records_ == 0 &&
      record.revision != group_.first_revision) {
    Flaw(location.offset, location.bytes,
         absl::StrCat("the group begins with revision ", record.revision,
                      ", its header says ", group_.first_revision));
  }
}

void SegmentCheck::CheckBaseOrder(const Record& record,
                                  const Location& location) {
  if (!record.ends_transaction) {
    Flaw(location.offset, location.bytes,
         "a record of a base segment is not committed by itself");
  }
  // A receipt has no key and no place in the order.
  if (record.type == RecordType::kReceipt) return;
  const int order = record.key.compare(key_);
  if (connected_ &&
      (order < 0 || (order == 0 && record.revision <= revision_))) {
    Flaw(location.offset, location.bytes,
         absl::StrCat("the record is not above the one before it: revision ",
                      record.revision, " behind ", revision_));
  }
  key_.assign(record.key.data(), record.key.size());
}

absl::Status SegmentCheck::OnRecord(const Record& record,
                                    const Location& location) {
  if (kind_ == FileKind::kBase) {
    CheckBaseOrder(record, location);
  } else {
    CheckLogOrder(record, location);
  }
  connected_ = true;
  whole_ = record.ends_transaction;
  revision_ = record.revision;
  ++group_records_;
  seen_.revision_min = seen_.record_count == 0
                           ? record.revision
                           : std::min(seen_.revision_min, record.revision);
  seen_.revision_max = std::max(seen_.revision_max, record.revision);
  ++seen_.record_count;
  const absl::Status told = on_record_(record, location);
  return told.ok() ? on_bytes_(location.bytes) : told;
}

absl::Status SegmentCheck::OnDamage(const SegmentDamage& damage) {
  if (++damage_count_ <= damage_max_) damage_.push_back(damage);
  // What stands behind cannot be held against what stands before.
  connected_ = false;
  whole_ = true;
  in_group_ = false;
  return on_bytes_(damage.bytes);
}

void SegmentCheck::Finish(uint64_t end, const SegmentSeal* seal) {
  EndGroup(end);
  // What is damaged is missed in the figures, too.
  if (seal == nullptr || damage_count_ > 0) return;
  if (seen_.record_count == seal->record_count &&
      seen_.revision_min == seal->revision_min &&
      seen_.revision_max == seal->revision_max) {
    return;
  }
  Flaw(kFileHeaderBytes, end - kFileHeaderBytes,
       absl::StrCat("holds ", seen_.record_count, " records of revisions ",
                    seen_.revision_min, " to ", seen_.revision_max,
                    ", but the MANIFEST says ", seal->record_count, " of ",
                    seal->revision_min, " to ", seal->revision_max));
}

}  // namespace rundlet

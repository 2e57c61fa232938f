#include "storage/log/segment_walk.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/format/file_header.h"
#include "storage/log/lenient_window.h"

namespace rundlet {
namespace {

constexpr size_t kStepBytes = 128 << 10;
constexpr size_t kGroupMagicBytes = sizeof(kGroupMagic) - 1;

class Walk {
 public:
  Walk(const Segment& segment, uint64_t to, SegmentVisitor& visitor)
      : segment_(segment),
        to_(to),
        visitor_(visitor),
        front_(segment.file(), to),
        candidates_(segment.file(), to) {
    if (segment.kind() == FileKind::kBase) group_end_ = to;
  }

  absl::Status Run() {
    while (offset_ < to_) {
      std::string what;
      absl::Status visited = Step(&what);
      if (!visited.ok()) return visited;
      if (what.empty()) continue;
      visited = PassDamage(what);
      if (!visited.ok()) return visited;
    }
    return absl::OkStatus();
  }

 private:
  bool is_log() const { return segment_.kind() == FileKind::kLog; }
  uint32_t SeedAt(uint64_t offset) const {
    return PlaceSeed(segment_.salt(), offset);
  }

  absl::StatusOr<GroupHeader> GroupAt(LenientWindow& window, uint64_t offset) {
    return DecodeGroupHeader(window.At(offset, kGroupHeaderBytes),
                             SeedAt(offset));
  }

  // A record that ends at or before `limit`, and whose value can be had.
  absl::StatusOr<Record> RecordAt(LenientWindow& window, uint64_t offset,
                                  uint64_t limit) {
    absl::string_view bytes = window.At(offset, kRecordHeaderBytes);
    if (bytes.size() == kRecordHeaderBytes) {
      bytes = window.At(
          offset, std::min<uint64_t>(PeekRecordBytes(bytes), limit - offset));
    }
    absl::StatusOr<Record> record = DecodeRecord(bytes, SeedAt(offset));
    if (!record.ok()) return record;
    const Location location{segment_.id(), offset,
                            static_cast<uint32_t>(record->EncodedBytes())};
    absl::Status value = segment_.CheckValue(*record, location);
    if (!value.ok()) return value;
    return record;
  }

  bool VerifiesAt(uint64_t offset) {
    return RecordAt(candidates_, offset, to_).ok() ||
           (is_log() && GroupAt(candidates_, offset).ok());
  }

  // Visits what stands at offset_ and moves behind it, or sets *what.
  absl::Status Step(std::string* what) {
    const bool group_due = group_end_ == offset_;
    if (is_log() && (group_due || !group_end_.has_value())) {
      const absl::StatusOr<GroupHeader> group = GroupAt(front_, offset_);
      if (group.ok()) {
        const uint64_t offset = offset_;
        offset_ += kGroupHeaderBytes;
        group_end_ = offset_ + group->payload_bytes;
        return visitor_.OnGroup(*group, offset);
      }
      if (group_due) {
        *what = std::string(group.status().message());
        return absl::OkStatus();
      }
    }
    const uint64_t limit = std::min(group_end_.value_or(to_), to_);
    const absl::StatusOr<Record> record = RecordAt(front_, offset_, limit);
    if (!record.ok()) {
      *what = std::string(record.status().message());
      return absl::OkStatus();
    }
    const Location location{segment_.id(), offset_,
                            static_cast<uint32_t>(record->EncodedBytes())};
    offset_ += location.bytes;
    return visitor_.OnRecord(*record, location);
  }

  absl::Status PassDamage(const std::string& what) {
    SegmentDamage damage;
    damage.offset = offset_;
    damage.what = what;
    const uint64_t end = EndOfDamage(&damage);
    damage.bytes = end - offset_;
    const std::string error = front_.ErrorIn(offset_, end);
    if (!error.empty()) damage.what = absl::StrCat("cannot be read: ", error);
    offset_ = end;
    // Inside a group that is known its end still counts; else a group or a
    // record may follow.
    const bool group_known = group_end_ > damage.offset && group_end_ >= end;
    if (is_log() && !group_known) group_end_.reset();
    return visitor_.OnDamage(damage);
  }

  // The first place behind offset_ where something verifies. Fills what the
  // damaged record claims, where its length leads to such a place.
  uint64_t EndOfDamage(SegmentDamage* damage) {
    const bool group_due = is_log() && group_end_ == offset_;
    const uint64_t behind_group = offset_ + kGroupHeaderBytes;
    if (group_due && behind_group < to_ && VerifiesAt(behind_group)) {
      return behind_group;
    }
    const absl::string_view bytes = front_.At(offset_, kRecordHeaderBytes);
    if (!group_due && bytes.size() == kRecordHeaderBytes &&
        LooksLikeRecord(bytes)) {
      const uint64_t next = offset_ + PeekRecordBytes(bytes);
      const uint64_t limit = std::min(group_end_.value_or(to_), to_);
      if (next == limit || (next < to_ && VerifiesAt(next))) {
        Claim(next, damage);
        return next;
      }
    }
    return Search();
  }

  void Claim(uint64_t end, SegmentDamage* damage) {
    const size_t at_most = kRecordHeaderBytes + (64 << 10);
    const absl::string_view bytes =
        front_.At(offset_, std::min<uint64_t>(end - offset_, at_most));
    const ClaimedRecord claimed = PeekRecord(bytes);
    damage->claimed_key = std::string(claimed.key);
    damage->claimed_revision = claimed.revision;
  }

  uint64_t Search() {
    for (uint64_t step = offset_ + 1; step < to_; step += kStepBytes) {
      const absl::string_view bytes =
          front_.At(step, kStepBytes + kRecordHeaderBytes);
      const size_t starts = std::min(bytes.size(), kStepBytes);
      for (size_t at = 0; at < starts; ++at) {
        const absl::string_view rest = bytes.substr(at);
        const bool likely =
            (is_log() && rest.size() >= kGroupHeaderBytes &&
             rest.substr(kGroupMagicAt, kGroupMagicBytes) == kGroupMagic) ||
            (rest.size() >= kRecordHeaderBytes && LooksLikeRecord(rest) &&
             PeekRecordBytes(rest) <= to_ - (step + at));
        if (likely && VerifiesAt(step + at)) return step + at;
      }
    }
    return to_;
  }

  const Segment& segment_;
  const uint64_t to_;
  SegmentVisitor& visitor_;
  LenientWindow front_;
  LenientWindow candidates_;  // reads ahead, so that front_ stays where it is
  uint64_t offset_ = kFileHeaderBytes;
  // Where the next group has to be; empty: not known.
  std::optional<uint64_t> group_end_ = kFileHeaderBytes;
};

}  // namespace

absl::Status WalkSegment(const Segment& segment, uint64_t to,
                         SegmentVisitor& visitor) {
  return Walk(segment, to, visitor).Run();
}

}  // namespace rundlet

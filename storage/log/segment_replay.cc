#include "storage/log/segment_replay.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/format/file_header.h"
#include "storage/format/group_header.h"
#include "storage/log/file_window.h"

namespace rundlet {
namespace {

absl::Status Damage(const Segment& segment, uint64_t offset,
                    absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat(segment.path(), ": at offset ", offset, ": ", what));
}

// The record at `offset`, which must end at or before `limit`.
absl::StatusOr<Record> RecordAt(const Segment& segment, FileWindow& window,
                                uint64_t offset, uint64_t limit) {
  absl::StatusOr<absl::string_view> bytes =
      window.At(offset, kRecordHeaderBytes);
  if (!bytes.ok()) return bytes.status();
  if (bytes->size() == kRecordHeaderBytes) {
    const uint64_t want = PeekRecordBytes(*bytes);
    bytes = window.At(offset, std::min(want, limit - offset));
    if (!bytes.ok()) return bytes.status();
  }
  absl::StatusOr<Record> record =
      DecodeRecord(*bytes, PlaceSeed(segment.salt(), offset));
  if (record.ok()) return record;
  return Damage(segment, offset, record.status().message());
}

absl::StatusOr<GroupHeader> GroupAt(const Segment& segment, FileWindow& window,
                                    uint64_t offset) {
  const absl::StatusOr<absl::string_view> bytes =
      window.At(offset, kGroupHeaderBytes);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<GroupHeader> header =
      DecodeGroupHeader(*bytes, PlaceSeed(segment.salt(), offset));
  if (header.ok()) return header;
  return Damage(segment, offset, header.status().message());
}

// Visits records from `*offset` to `limit`, moving *offset behind each.
absl::Status ReplayRecords(const Segment& segment, FileWindow& window,
                           uint64_t limit, uint64_t* offset,
                           RecordVisitor visit) {
  while (*offset < limit) {
    const absl::StatusOr<Record> record =
        RecordAt(segment, window, *offset, limit);
    if (!record.ok()) return record.status();
    const Location location{segment.id(), *offset,
                            static_cast<uint32_t>(record->EncodedBytes())};
    absl::Status visited = visit(*record, location);
    if (!visited.ok()) return visited;
    *offset += location.bytes;
  }
  return absl::OkStatus();
}

// Calls `found` for each group header that verifies in [from, end), wherever it
// stands. A header is bound to its place, so one inside a value is none.
absl::Status FindGroups(const Segment& segment, uint64_t from, uint64_t end,
                        absl::FunctionRef<void(const GroupHeader&)> found) {
  constexpr size_t kStepBytes = 128 << 10;
  FileWindow window(segment.file(), end);
  for (uint64_t step = from; step < end; step += kStepBytes) {
    const absl::StatusOr<absl::string_view> bytes =
        window.At(step, kStepBytes + kGroupHeaderBytes);
    if (!bytes.ok()) return bytes.status();
    size_t at = bytes->find(kGroupMagic, kGroupMagicAt);
    for (; at != bytes->npos && at - kGroupMagicAt < kStepBytes;
         at = bytes->find(kGroupMagic, at + 1)) {
      const size_t start = at - kGroupMagicAt;
      const absl::StatusOr<GroupHeader> header = DecodeGroupHeader(
          bytes->substr(start), PlaceSeed(segment.salt(), step + start));
      if (header.ok()) found(*header);
    }
  }
  return absl::OkStatus();
}

// Goes through whole transactions until the first bad byte or the file's end;
// sets all of *tail but what stands behind the bad byte. Returns the offset of
// the bad byte, or the file's end.
absl::StatusOr<uint64_t> WalkTail(const Segment& segment, FileWindow& window,
                                  Tail* tail) {
  uint64_t offset = kFileHeaderBytes;
  while (offset < window.end()) {
    const absl::StatusOr<GroupHeader> header = GroupAt(segment, window, offset);
    if (absl::IsDataLoss(header.status())) return offset;
    if (!header.ok()) return header.status();
    tail->mark = std::max(tail->mark, header->synced_bytes);
    tail->time_us = std::max(tail->time_us, header->time_us);
    offset += kGroupHeaderBytes;
    // A group without records is whole as soon as its header is.
    if (header->payload_bytes == 0) tail->end = offset;
    bool whole = true;
    const absl::Status replayed = ReplayRecords(
        segment, window, offset + header->payload_bytes, &offset,
        [tail, &whole](const Record& record, const Location& location) {
          whole = record.ends_transaction;
          if (whole) {
            tail->end = location.offset + location.bytes;
            tail->revision_max = std::max(tail->revision_max, record.revision);
          }
          return absl::OkStatus();
        });
    if (absl::IsDataLoss(replayed)) return offset;
    if (!replayed.ok()) return replayed;
    // A group holds whole transactions; nothing behind can complete this one.
    if (!whole) return offset;
  }
  return offset;
}

}  // namespace

absl::StatusOr<uint64_t> ReplayGroup(const Segment& segment, FileWindow& window,
                                     uint64_t offset, Revision from,
                                     RecordVisitor visit) {
  const absl::StatusOr<GroupHeader> header = GroupAt(segment, window, offset);
  if (!header.ok()) return header.status();
  offset += kGroupHeaderBytes;
  const uint64_t limit = std::min(offset + header->payload_bytes, window.end());
  if (header->last_revision < from) return limit;
  bool whole = true;
  const absl::Status replayed = ReplayRecords(
      segment, window, limit, &offset,
      [&whole, visit](const Record& record, const Location& location) {
        whole = record.ends_transaction;
        return visit(record, location);
      });
  if (!replayed.ok()) return replayed;
  if (!whole) return Damage(segment, offset, "a transaction ends early");
  return offset;
}

absl::Status ReplaySegment(const Segment& segment, uint64_t from, uint64_t to,
                           RecordVisitor visit) {
  const absl::StatusOr<uint64_t> file_bytes = segment.file().SizeBytes();
  if (!file_bytes.ok()) return file_bytes.status();
  if (*file_bytes < to) {
    return Damage(segment, *file_bytes,
                  absl::StrCat("the file ends, but had ", to, " bytes"));
  }
  FileWindow window(segment.file(), to);
  uint64_t offset = from;
  if (segment.kind() == FileKind::kBase) {
    return ReplayRecords(segment, window, to, &offset, visit);
  }
  while (offset < to) {
    const absl::StatusOr<uint64_t> end =
        ReplayGroup(segment, window, offset, /*from=*/0, visit);
    if (!end.ok()) return end.status();
    offset = *end;
  }
  return absl::OkStatus();
}

absl::StatusOr<Tail> InspectTail(const Segment& segment,
                                 uint64_t synced_bytes) {
  const absl::StatusOr<uint64_t> file_bytes = segment.file().SizeBytes();
  if (!file_bytes.ok()) return file_bytes.status();
  Tail tail;
  tail.mark = std::max<uint64_t>(synced_bytes, kFileHeaderBytes);
  tail.end = kFileHeaderBytes;
  FileWindow window(segment.file(), *file_bytes);
  const absl::StatusOr<uint64_t> bad = WalkTail(segment, window, &tail);
  if (!bad.ok()) return bad.status();
  const absl::Status searched =
      FindGroups(segment, *bad, *file_bytes, [&tail](const GroupHeader& group) {
        tail.mark = std::max(tail.mark, group.synced_bytes);
      });
  if (!searched.ok()) return searched;
  if (tail.end < tail.mark) {
    return Damage(segment, *bad,
                  absl::StrCat("damaged, but everything up to offset ",
                               tail.mark, " had been synced"));
  }
  // Zeros at the end were written ahead, or are what a write lost: nobody can
  // tell, and nothing was in them.
  const absl::StatusOr<uint64_t> written = WrittenEnd(segment, tail.end);
  if (!written.ok()) return written.status();
  tail.torn_end = *written;
  return tail;
}

absl::StatusOr<uint64_t> WrittenEnd(const Segment& segment, uint64_t from) {
  constexpr uint64_t kStepBytes = 128 << 10;
  const absl::StatusOr<uint64_t> file_bytes = segment.file().SizeBytes();
  if (!file_bytes.ok()) return file_bytes.status();
  std::string bytes;
  for (uint64_t end = *file_bytes; end > from;) {
    bytes.resize(std::min(kStepBytes, end - from));
    const uint64_t start = end - bytes.size();
    const absl::Status read =
        segment.file().ReadAt(start, bytes.size(), &bytes[0]);
    if (!read.ok()) return read;
    const size_t last = bytes.find_last_not_of('\0');
    if (last != bytes.npos) return start + last + 1;
    end = start;
  }
  return from;
}

absl::StatusOr<bool> HoldsGroup(const Segment& segment) {
  const absl::StatusOr<uint64_t> file_bytes = segment.file().SizeBytes();
  if (!file_bytes.ok()) return file_bytes.status();
  bool holds = false;
  const absl::Status searched =
      FindGroups(segment, kFileHeaderBytes, *file_bytes,
                 [&holds](const GroupHeader&) { holds = true; });
  if (!searched.ok()) return searched;
  return holds;
}

}  // namespace rundlet

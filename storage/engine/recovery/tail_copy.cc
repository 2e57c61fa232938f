#include "storage/engine/recovery/tail_copy.h"

#include <deque>
#include <utility>
#include <vector>

#include "storage/compression/value_codec.h"
#include "storage/log/log_writer.h"
#include "storage/log/segment_replay.h"

namespace rundlet {
namespace {

constexpr uint64_t kGroupBytes = 1 << 20;

// Records whose bytes it owns, to be written as one group.
class OwnedGroup {
 public:
  void Add(const Record& record) {
    std::string& bytes = bytes_.emplace_back();
    bytes.reserve(record.key.size() + record.value.size() +
                  record.extra.size());
    bytes.append(record.key.data(), record.key.size());
    bytes.append(record.value.data(), record.value.size());
    bytes.append(record.extra.data(), record.extra.size());
    const absl::string_view all = bytes;
    Record owned = record;
    owned.key = all.substr(0, record.key.size());
    owned.value = all.substr(record.key.size(), record.value.size());
    owned.extra = all.substr(record.key.size() + record.value.size());
    // Whoever reads a group holds its values as they were put.
    size_bytes_ += record.EncodedBytes() - record.value.size() +
                   PlainValueBytes(record).value_or(record.value.size());
    records_.push_back(owned);
  }

  absl::Status WriteTo(LogWriter& writer) {
    std::vector<Location> locations;
    absl::Status written = writer.Append(records_, records_.back().modified_us,
                                         /*synced_bytes=*/0, &locations);
    *this = OwnedGroup();
    return written;
  }

  bool empty() const { return records_.empty(); }
  uint64_t size_bytes() const { return size_bytes_; }

 private:
  std::deque<std::string> bytes_;
  std::vector<Record> records_;
  uint64_t size_bytes_ = 0;
};

}  // namespace

absl::StatusOr<CopiedTail> CopyTail(FileSystem* file_system,
                                    const std::string& folder,
                                    const std::string& store_id,
                                    const Segment& source, uint64_t from,
                                    uint64_t to, uint64_t new_segment_id) {
  absl::StatusOr<std::shared_ptr<Segment>> segment =
      Segment::Create(file_system, folder, {new_segment_id, FileKind::kLog},
                      store_id, /*recovered=*/true);
  if (!segment.ok()) return segment.status();
  LogWriter writer(*segment, SegmentSeal());
  OwnedGroup group;
  absl::Status status = ReplaySegment(
      source, from, to, [&](const Record& record, const Location&) {
        group.Add(record);
        const bool is_full = group.size_bytes() >= kGroupBytes;
        return record.ends_transaction && is_full ? group.WriteTo(writer)
                                                  : absl::OkStatus();
      });
  if (status.ok() && !group.empty()) status = group.WriteTo(writer);
  if (status.ok()) status = (*segment)->file().Sync();
  if (!status.ok()) return status;
  return CopiedTail{*std::move(segment), writer.Seal()};
}

}  // namespace rundlet

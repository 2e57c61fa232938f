#include "storage/log/log_writer.h"

#include <algorithm>
#include <utility>

#include "storage/format/checksum.h"
#include "storage/format/group_header.h"

namespace rundlet {
namespace {

// A buffer that one huge group has grown is not kept for the small ones.
constexpr size_t kBufferBytesKept = 1 << 20;

// Zeros that one write(2) takes.
constexpr uint64_t kZeroBytes = 256 << 10;

}  // namespace

LogWriter::LogWriter(std::shared_ptr<Segment> segment, const SegmentSeal& seal)
    : segment_(std::move(segment)),
      seal_(seal),
      file_bytes_(segment_->bytes()) {
  seal_.segment_id = segment_->id();
}

uint64_t LogWriter::GroupBytes(uint64_t records_bytes) {
  return kGroupHeaderBytes + records_bytes;
}

void LogWriter::Encode(absl::Span<const Record> records, int64_t time_us,
                       uint64_t synced_bytes,
                       std::vector<Location>* locations) {
  if (buffer_.capacity() > kBufferBytesKept) std::string().swap(buffer_);
  size_t group_bytes = kGroupHeaderBytes;
  for (const Record& record : records) group_bytes += record.EncodedBytes();
  buffer_.resize(group_bytes);
  group_offset_ = segment_->bytes();
  size_t at = kGroupHeaderBytes;
  for (const Record& record : records) {
    const uint64_t offset = group_offset_ + at;
    EncodeRecord(record, PlaceSeed(segment_->salt(), offset), &buffer_[at]);
    locations->push_back(
        {segment_->id(), offset, static_cast<uint32_t>(record.EncodedBytes())});
    at += record.EncodedBytes();
  }
  GroupHeader header;
  header.payload_bytes =
      static_cast<uint32_t>(buffer_.size() - kGroupHeaderBytes);
  header.record_count = static_cast<uint32_t>(records.size());
  header.synced_bytes = synced_bytes;
  header.time_us = time_us;
  if (!records.empty()) {
    header.first_revision = records.front().revision;
    header.last_revision = records.back().revision;
  }
  EncodeGroupHeader(header, PlaceSeed(segment_->salt(), group_offset_),
                    &buffer_[0]);
}

absl::Status LogWriter::Append(absl::Span<const Record> records,
                               int64_t time_us, uint64_t synced_bytes,
                               std::vector<Location>* locations) {
  const size_t locations_before = locations->size();
  Encode(records, time_us, synced_bytes, locations);
  absl::Status written = segment_->file().WriteAt(group_offset_, buffer_);
  if (!written.ok()) {
    locations->resize(locations_before);
    return written;
  }
  segment_->set_bytes(group_offset_ + buffer_.size());
  file_bytes_ = std::max(file_bytes_, segment_->bytes());
  if (!records.empty()) {
    if (seal_.record_count == 0) seal_.revision_min = records.front().revision;
    seal_.revision_max = records.back().revision;
    seal_.record_count += records.size();
  }
  return absl::OkStatus();
}

absl::Status LogWriter::CutToEnd() {
  absl::Status cut = segment_->file().Truncate(segment_->bytes());
  if (cut.ok()) file_bytes_ = segment_->bytes();
  return cut;
}

absl::Status LogWriter::Repair() {
  absl::Status cut = CutToEnd();
  if (!cut.ok()) return cut;
  return segment_->file().Sync();
}

absl::Status LogWriter::Extend(uint64_t bytes) {
  const uint64_t target = segment_->bytes() + bytes;
  const std::string zeros(std::min(bytes, kZeroBytes), '\0');
  while (file_bytes_ < target) {
    const uint64_t step =
        std::min<uint64_t>(zeros.size(), target - file_bytes_);
    absl::Status written = segment_->file().WriteAt(
        file_bytes_, absl::string_view(zeros).substr(0, step));
    // Also what a failed write left is to be trimmed.
    file_bytes_ += step;
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

absl::Status LogWriter::Trim() {
  return ahead_bytes() == 0 ? absl::OkStatus() : CutToEnd();
}

SegmentSeal LogWriter::Seal() const {
  SegmentSeal seal = seal_;
  seal.bytes = segment_->bytes();
  return seal;
}

}  // namespace rundlet

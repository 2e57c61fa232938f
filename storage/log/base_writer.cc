#include "storage/log/base_writer.h"

#include <algorithm>
#include <utility>

#include "storage/format/checksum.h"
#include "storage/format/file_header.h"

namespace rundlet {
namespace {

constexpr size_t kBufferBytes = 256 << 10;

}  // namespace

BaseWriter::BaseWriter(FileSystem* file_system, std::string folder,
                       std::string store_id, uint64_t segment_bytes,
                       std::function<uint64_t()> next_id)
    : file_system_(file_system),
      folder_(std::move(folder)),
      store_id_(std::move(store_id)),
      segment_bytes_(segment_bytes),
      next_id_(std::move(next_id)) {}

BaseWriter::~BaseWriter() {
  if (finished_) return;
  // Best effort: what stays behind is not listed, and goes at the next open.
  for (const Output& output : outputs_) {
    file_system_->RemoveFile(output.segment->path()).IgnoreError();
  }
}

absl::Status BaseWriter::Flush() {
  if (buffer_.empty()) return absl::OkStatus();
  Segment& segment = *outputs_.back().segment;
  absl::Status written = segment.file().WriteAt(segment.bytes(), buffer_);
  if (!written.ok()) return written;
  segment.set_bytes(segment.bytes() + buffer_.size());
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status BaseWriter::Roll() {
  if (!outputs_.empty()) {
    absl::Status status = Flush();
    if (status.ok()) status = outputs_.back().segment->file().Sync();
    if (!status.ok()) return status;
  }
  absl::StatusOr<std::shared_ptr<Segment>> segment =
      Segment::Create(file_system_, folder_, {next_id_(), FileKind::kBase},
                      store_id_, /*recovered=*/false);
  if (!segment.ok()) return segment.status();
  Output output;
  output.seal.segment_id = (*segment)->id();
  output.segment = *std::move(segment);
  outputs_.push_back(std::move(output));
  return absl::OkStatus();
}

absl::Status BaseWriter::Append(Record record) {
  const auto end = [this] {
    return outputs_.back().segment->bytes() + buffer_.size();
  };
  if (outputs_.empty() || (outputs_.back().seal.record_count > 0 &&
                           end() + record.EncodedBytes() > segment_bytes_)) {
    absl::Status rolled = Roll();
    if (!rolled.ok()) return rolled;
  }
  Output& output = outputs_.back();
  record.ends_transaction = true;
  AppendRecord(record, PlaceSeed(output.segment->salt(), end()), &buffer_);
  SegmentSeal& seal = output.seal;
  seal.revision_min = seal.record_count == 0
                          ? record.revision
                          : std::min(seal.revision_min, record.revision);
  seal.revision_max = std::max(seal.revision_max, record.revision);
  ++seal.record_count;
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::StatusOr<std::vector<BaseWriter::Output>> BaseWriter::Finish() {
  if (!outputs_.empty()) {
    absl::Status status = Flush();
    if (status.ok()) status = outputs_.back().segment->file().Sync();
    if (status.ok()) status = file_system_->SyncDirectory(folder_);
    if (!status.ok()) return status;
  }
  for (Output& output : outputs_) output.seal.bytes = output.segment->bytes();
  finished_ = true;
  return std::move(outputs_);
}

}  // namespace rundlet

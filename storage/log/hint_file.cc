#include "storage/log/hint_file.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/log/file_window.h"

namespace rundlet {
namespace {

// Little enough that a reader holds it beside others, enough that the cost of a
// read(2) is lost in it.
constexpr size_t kFrameBytes = 64 << 10;

bool NamesSegment(const HintFileName& name) {
  return name.kind == FileKind::kCheckpoint;
}

absl::Status CheckHeader(absl::string_view bytes, const HintFileName& name) {
  const absl::StatusOr<FileHeader> header = DecodeFileHeader(bytes);
  if (!header.ok()) return header.status();
  if (header->kind == name.kind && header->segment_id == name.segment_id &&
      header->store_id == name.store_id) {
    return absl::OkStatus();
  }
  return absl::DataLossError("its header is that of another store or file");
}

}  // namespace

void HintDigest::Add(const Record& record, const Location& location) {
  entry_.clear();
  AppendHintEntry(record, location, /*names_segment=*/false, &entry_);
  end_.digest = Crc32(end_.digest, entry_);
  ++end_.entry_count;
}

HintWriter::HintWriter(FileSystem* file_system, HintFileName name,
                       std::unique_ptr<File> file)
    : file_system_(file_system),
      name_(std::move(name)),
      salt_(SegmentSalt(name_.store_id, name_.segment_id)),
      file_(std::move(file)) {}

absl::StatusOr<std::unique_ptr<HintWriter>> HintWriter::Create(
    FileSystem* file_system, HintFileName name, const ManifestEdit& binding) {
  const absl::Status removed = file_system->RemoveFile(name.path);
  if (!removed.ok() && !absl::IsNotFound(removed)) return removed;
  absl::StatusOr<std::unique_ptr<File>> file =
      file_system->CreateFile(name.path);
  if (!file.ok()) return file.status();
  auto writer = absl::WrapUnique(
      new HintWriter(file_system, std::move(name), *std::move(file)));
  const std::string header =
      EncodeFileHeader({writer->name_.kind, /*recovered=*/false,
                        writer->name_.store_id, writer->name_.segment_id});
  absl::Status written = writer->file_->WriteAt(0, header);
  if (!written.ok()) return written;
  writer->bytes_ = header.size();
  written = writer->WriteFrame(HintFrameKind::kBinding, 0,
                               EncodeManifestEdit(binding));
  if (!written.ok()) return written;
  return writer;
}

HintWriter::~HintWriter() {
  if (finished_) return;
  // Best effort: half a hint is not believed, and goes at the next open.
  file_system_->RemoveFile(name_.path).IgnoreError();
}

absl::Status HintWriter::WriteFrame(HintFrameKind kind, uint32_t entry_count,
                                    absl::string_view payload) {
  const std::string bytes =
      EncodeHintFrame({kind, entry_count, payload}, PlaceSeed(salt_, bytes_));
  absl::Status written = file_->WriteAt(bytes_, bytes);
  if (written.ok()) bytes_ += bytes.size();
  return written;
}

absl::Status HintWriter::FlushEntries() {
  if (entry_count_ == 0) return absl::OkStatus();
  absl::Status written =
      WriteFrame(HintFrameKind::kEntries, entry_count_, entries_);
  end_.digest = Crc32(end_.digest, entries_);
  end_.entry_count += entry_count_;
  entries_.clear();
  entry_count_ = 0;
  return written;
}

absl::Status HintWriter::Append(const Record& record,
                                const Location& location) {
  AppendHintEntry(record, location, NamesSegment(name_), &entries_);
  ++entry_count_;
  return entries_.size() < kFrameBytes ? absl::OkStatus() : FlushEntries();
}

absl::Status HintWriter::Finish() {
  absl::Status written = FlushEntries();
  if (written.ok()) {
    written = WriteFrame(HintFrameKind::kEnd, 0, EncodeHintEnd(end_));
  }
  finished_ = written.ok();
  return written;
}

HintReader::HintReader(HintFileName name, std::unique_ptr<File> file,
                       uint64_t file_bytes)
    : name_(std::move(name)),
      salt_(SegmentSalt(name_.store_id, name_.segment_id)),
      file_(std::move(file)),
      file_bytes_(file_bytes) {}

absl::StatusOr<std::unique_ptr<HintReader>> HintReader::Open(
    FileSystem* file_system, const HintFileName& name) {
  absl::StatusOr<std::unique_ptr<File>> file = file_system->OpenFile(name.path);
  if (!file.ok()) return file.status();
  const absl::StatusOr<uint64_t> bytes = (*file)->SizeBytes();
  if (!bytes.ok()) return bytes.status();
  auto reader =
      absl::WrapUnique(new HintReader(name, *std::move(file), *bytes));
  const absl::Status checked = reader->Check();
  if (!checked.ok()) return checked;
  return reader;
}

absl::Status HintReader::Damage(uint64_t offset, absl::string_view what) const {
  return absl::DataLossError(
      absl::StrCat(name_.path, ": at offset ", offset, ": ", what));
}

absl::Status HintReader::ReadFrames(
    absl::FunctionRef<absl::Status(const HintFrame& frame, uint64_t offset)>
        read) const {
  FileWindow window(*file_, file_bytes_);
  uint64_t offset = 0;
  absl::StatusOr<absl::string_view> bytes = window.At(0, kFileHeaderBytes);
  if (!bytes.ok()) return bytes.status();
  const absl::Status header = CheckHeader(*bytes, name_);
  if (!header.ok()) return Damage(offset, header.message());
  offset = kFileHeaderBytes;
  while (offset < file_bytes_) {
    bytes = window.At(offset, kHintFrameHeaderBytes);
    if (bytes.ok() && bytes->size() == kHintFrameHeaderBytes) {
      bytes = window.At(offset, PeekHintFrameBytes(*bytes));
    }
    if (!bytes.ok()) return bytes.status();
    const absl::StatusOr<HintFrame> frame =
        DecodeHintFrame(*bytes, PlaceSeed(salt_, offset));
    if (!frame.ok()) return Damage(offset, frame.status().message());
    absl::Status taken = read(*frame, offset);
    if (!taken.ok()) return taken;
    offset += frame->EncodedBytes();
  }
  return absl::OkStatus();
}

absl::Status HintReader::VisitEntries(const HintFrame& frame, uint64_t offset,
                                      RecordVisitor visit) const {
  absl::string_view rest = frame.payload;
  Record record;
  Location location;
  for (uint32_t i = 0; i < frame.entry_count; ++i) {
    location.segment_id = name_.segment_id;
    if (!TakeHintEntry(&rest, &record, &location)) {
      return Damage(offset, "an entry is none of this version");
    }
    absl::Status visited = visit(record, location);
    if (!visited.ok()) return visited;
  }
  if (rest.empty()) return absl::OkStatus();
  return Damage(offset, "a frame holds more than its entries");
}

bool HintReader::IsInItsSegment(const Record& record,
                                const Location& location) const {
  // A remembered request of a checkpoint stands in no segment any more, or in
  // several (FORMAT.md 8.1).
  if (NamesSegment(name_) && record.type == RecordType::kReceipt) {
    return location.segment_id == 0 && location.offset == 0 &&
           location.bytes == 0;
  }
  const auto found = seals_.find(location.segment_id);
  if (found == seals_.end()) return false;
  const SegmentSeal& seal = found->second;
  return location.offset >= kFileHeaderBytes && location.offset < seal.bytes &&
         location.bytes <= seal.bytes - location.offset &&
         location.bytes >= record.EncodedBytes() &&
         record.revision >= seal.revision_min &&
         record.revision <= seal.revision_max;
}

absl::Status HintReader::Check() {
  bool bound = false;
  bool ended = false;
  HintEnd seen;
  absl::Status read = ReadFrames([&](const HintFrame& frame, uint64_t offset) {
    const bool is_binding = frame.kind == HintFrameKind::kBinding;
    if (ended || is_binding == bound) {
      return Damage(offset, "a frame is not in its place");
    }
    if (is_binding) {
      absl::StatusOr<ManifestEdit> binding = DecodeManifestEdit(frame.payload);
      if (!binding.ok()) return Damage(offset, binding.status().message());
      binding_ = *std::move(binding);
      for (const SegmentSeal& seal : binding_.sealed) {
        seals_[seal.segment_id] = seal;
      }
      bound = true;
      return absl::OkStatus();
    }
    if (frame.kind == HintFrameKind::kEnd) {
      const absl::StatusOr<HintEnd> end = DecodeHintEnd(frame.payload);
      if (!end.ok()) return Damage(offset, end.status().message());
      end_ = *end;
      ended = true;
      return absl::OkStatus();
    }
    seen.digest = Crc32(seen.digest, frame.payload);
    seen.entry_count += frame.entry_count;
    return VisitEntries(
        frame, offset,
        [this, offset](const Record& record, const Location& location) {
          if (IsInItsSegment(record, location)) return absl::OkStatus();
          return Damage(offset, "an entry points behind its segment's end");
        });
  });
  if (!read.ok()) return read;
  if (!ended) return Damage(file_bytes_, "it is not finished");
  if (seen.entry_count != end_.entry_count || seen.digest != end_.digest) {
    return Damage(file_bytes_, "its end does not agree with its entries");
  }
  return absl::OkStatus();
}

absl::Status HintReader::Visit(RecordVisitor visit) const {
  return ReadFrames([&](const HintFrame& frame, uint64_t offset) {
    return frame.kind == HintFrameKind::kEntries
               ? VisitEntries(frame, offset, visit)
               : absl::OkStatus();
  });
}

}  // namespace rundlet

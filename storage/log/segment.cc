#include "storage/log/segment.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "storage/compression/value_codec.h"
#include "storage/format/checksum.h"
#include "storage/format/file_header.h"

namespace rundlet {
namespace {

// The header of a file that has to be this segment of the store.
absl::StatusOr<FileHeader> ReadHeader(const File& file, const std::string& path,
                                      SegmentName name,
                                      absl::string_view store_id) {
  const absl::StatusOr<uint64_t> size = file.SizeBytes();
  if (!size.ok()) return size.status();
  if (*size < kFileHeaderBytes) {
    return absl::DataLossError(
        absl::StrCat(path, ": its header ends after ", *size, " bytes"));
  }
  std::string bytes(kFileHeaderBytes, '\0');
  const absl::Status read = file.ReadAt(0, bytes.size(), &bytes[0]);
  if (!read.ok()) return read;
  absl::StatusOr<FileHeader> header = DecodeFileHeader(bytes);
  if (!header.ok()) {
    return absl::Status(header.status().code(),
                        absl::StrCat(path, ": ", header.status().message()));
  }
  if (header->kind != name.kind || header->segment_id != name.segment_id ||
      header->store_id != store_id) {
    return absl::DataLossError(
        absl::StrCat(path, ": its header is that of another store or segment"));
  }
  return header;
}

}  // namespace

Segment::Segment(std::string path, SegmentName name, uint32_t salt,
                 bool recovered, std::unique_ptr<File> file)
    : path_(std::move(path)),
      name_(name),
      salt_(salt),
      recovered_(recovered),
      file_(std::move(file)),
      mapped_(file_.get()),
      bytes_(kFileHeaderBytes) {}

absl::StatusOr<std::shared_ptr<Segment>> Segment::Create(
    FileSystem* file_system, const std::string& folder, SegmentName name,
    absl::string_view store_id, bool recovered) {
  std::string path = absl::StrCat(folder, "/", FormatSegmentName(name));
  absl::StatusOr<std::unique_ptr<File>> file = file_system->CreateFile(path);
  if (!file.ok()) return file.status();
  const std::string header = EncodeFileHeader(
      {name.kind, recovered, std::string(store_id), name.segment_id});
  absl::Status status = (*file)->WriteAt(0, header);
  if (status.ok()) status = (*file)->Sync();
  if (!status.ok()) {
    // Half a segment is of no use; what cannot be removed is not listed, and
    // goes at the next open.
    file_system->RemoveFile(path).IgnoreError();
    return status;
  }
  return absl::WrapUnique(new Segment(std::move(path), name,
                                      SegmentSalt(store_id, name.segment_id),
                                      recovered, *std::move(file)));
}

absl::StatusOr<std::shared_ptr<Segment>> Segment::Open(
    FileSystem* file_system, const std::string& folder, SegmentName name,
    absl::string_view store_id) {
  std::string path = absl::StrCat(folder, "/", FormatSegmentName(name));
  absl::StatusOr<std::unique_ptr<File>> file = file_system->OpenFile(path);
  if (!file.ok()) return file.status();
  const absl::StatusOr<FileHeader> header =
      ReadHeader(**file, path, name, store_id);
  if (!header.ok()) return header.status();
  return absl::WrapUnique(new Segment(std::move(path), name,
                                      SegmentSalt(store_id, name.segment_id),
                                      header->recovered, *std::move(file)));
}

absl::StatusOr<std::shared_ptr<Segment>> Segment::OpenUnchecked(
    FileSystem* file_system, const std::string& folder, SegmentName name,
    absl::string_view store_id) {
  std::string path = absl::StrCat(folder, "/", FormatSegmentName(name));
  absl::StatusOr<std::unique_ptr<File>> file = file_system->OpenFile(path);
  if (!file.ok()) return file.status();
  return absl::WrapUnique(new Segment(std::move(path), name,
                                      SegmentSalt(store_id, name.segment_id),
                                      /*recovered=*/false, *std::move(file)));
}

absl::Status Segment::CheckHeader(absl::string_view store_id) const {
  return ReadHeader(*file_, path_, name_, store_id).status();
}

absl::StatusOr<Record> Segment::Read(const Location& location,
                                     std::string* buffer) const {
  buffer->resize(location.bytes);
  const absl::Status read =
      file_->ReadAt(location.offset, location.bytes, &(*buffer)[0]);
  if (absl::IsOutOfRange(read)) {
    return absl::DataLossError(absl::StrCat(path_, ": the record at offset ",
                                            location.offset, " ends early"));
  }
  if (!read.ok()) return read;
  return Decode(location, *buffer);
}

absl::string_view Segment::Mapped(const Location& location) const {
  // Behind these bytes there may be no file.
  if (location.offset + location.bytes > bytes()) return {};
  return mapped_.At(location.offset, location.bytes);
}

absl::Status Segment::Damaged(const Location& location,
                              const absl::Status& status) const {
  return absl::DataLossError(absl::StrCat(
      path_, ": at offset ", location.offset, ": ", status.message()));
}

absl::StatusOr<Record> Segment::Decode(const Location& location,
                                       absl::string_view bytes) const {
  absl::StatusOr<Record> record =
      DecodeRecord(bytes, PlaceSeed(salt_, location.offset));
  if (record.ok()) return record;
  return Damaged(location, record.status());
}

absl::Status Segment::CheckValue(const Record& record,
                                 const Location& location) const {
  if (record.compression == Compression::kNone) return absl::OkStatus();
  std::string value;
  return DecodeValue(record, location, &value);
}

absl::Status Segment::DecodeValue(const Record& record,
                                  const Location& location,
                                  std::string* value) const {
  static const auto* const kNoDictionaries = new Dictionaries();
  absl::Status decoded = rundlet::DecodeValue(
      record, dictionaries_ == nullptr ? *kNoDictionaries : *dictionaries_,
      value);
  if (!absl::IsDataLoss(decoded)) return decoded;
  return Damaged(location, decoded);
}

}  // namespace rundlet

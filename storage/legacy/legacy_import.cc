#include "storage/legacy/legacy_import.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/legacy/legacy_record.h"

namespace rundlet {
namespace {

constexpr uint64_t kChunkBytes = uint64_t{1} << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<LegacyLog>> LegacyLog::Read(
    FileSystem* file_system, const std::string& path, absl::Time now,
    const Limits& limits) {
  absl::StatusOr<std::unique_ptr<File>> file = file_system->OpenFile(path);
  if (!file.ok()) return file.status();
  const absl::StatusOr<uint64_t> file_bytes = (*file)->SizeBytes();
  if (!file_bytes.ok()) return file_bytes.status();

  std::unique_ptr<LegacyLog> log(new LegacyLog(path, *std::move(file), limits));
  log->summary_.file_bytes = *file_bytes;
  absl::Status status = log->MakeLabel();
  if (status.ok()) status = log->ReadPieces();
  if (!status.ok()) return status;
  log->DropExpired(now);
  log->summary_.entry_count = log->locations_.size();
  log->next_ = log->locations_.begin();
  return log;
}

absl::Status LegacyLog::MakeLabel() {
  std::string chunk;
  uint32_t checksum = 0;
  for (uint64_t offset = 0; offset < summary_.file_bytes;
       offset += chunk.size()) {
    chunk.resize(std::min(kChunkBytes, summary_.file_bytes - offset));
    absl::Status read = file_->ReadAt(offset, chunk.size(), &chunk[0]);
    if (!read.ok()) return read;
    checksum = Crc32(checksum, chunk);
  }
  label_ = absl::StrCat("bitpystore:", summary_.file_bytes, ":",
                        absl::Hex(checksum, absl::kZeroPad8));
  return absl::OkStatus();
}

absl::Status LegacyLog::ReadPieces() {
  LegacyLogReader reader(file_.get(), summary_.file_bytes);
  while (true) {
    absl::StatusOr<LegacyPiece> piece = reader.Next();
    if (!piece.ok()) return piece.status();
    switch (piece->kind) {
      case LegacyPiece::Kind::kEnd:
        return absl::OkStatus();
      case LegacyPiece::Kind::kDamage:
        Skip({piece->offset, piece->bytes, "", std::move(piece->reason)});
        break;
      case LegacyPiece::Kind::kRecord:
        Apply(*piece);
        break;
    }
  }
}

void LegacyLog::Apply(const LegacyPiece& piece) {
  LegacyRecord record = ParseLegacyRecord(piece.json, limits_);
  if (record.effect == LegacyRecord::Effect::kPut) {
    ++summary_.put_count;
    locations_[record.key] = {piece.json_offset,
                              static_cast<uint32_t>(piece.json.size()),
                              Crc32(0, piece.json), record.expiry};
    return;
  }
  if (record.effect == LegacyRecord::Effect::kDelete) {
    locations_.erase(record.key);
  }
  if (record.problem.empty()) {
    ++summary_.delete_count;
  } else {
    Skip({piece.offset, piece.bytes, std::move(record.key),
          std::move(record.problem)});
  }
}

void LegacyLog::Skip(SkippedRecord skipped) {
  ++summary_.skipped_count;
  if (summary_.skipped.size() < kSkippedRecordsListedMax) {
    summary_.skipped.push_back(std::move(skipped));
  }
}

void LegacyLog::DropExpired(absl::Time now) {
  for (auto location = locations_.begin(); location != locations_.end();) {
    if (location->second.expiry > now) {
      ++location;
      continue;
    }
    location = locations_.erase(location);
    ++summary_.expired_count;
  }
}

absl::StatusOr<bool> LegacyLog::Next(Entry* entry) {
  if (next_ == locations_.end()) return false;
  const auto& [key, location] = *next_;
  std::string json(location.json_bytes, '\0');
  absl::Status read =
      file_->ReadAt(location.json_offset, json.size(), &json[0]);
  if (absl::IsOutOfRange(read) ||
      (read.ok() && Crc32(0, json) != location.checksum)) {
    return absl::AbortedError(absl::StrCat(
        path_, " has changed while it was imported: the record at ",
        location.json_offset, " is another one now"));
  }
  if (!read.ok()) return read;
  LegacyRecord record = ParseLegacyRecord(json, limits_);
  entry->key = key;
  entry->value = std::move(record.value);
  entry->expiry = record.expiry;
  ++next_;
  return true;
}

absl::StatusOr<LegacyImport> ImportLegacyLog(Store* store,
                                             FileSystem* file_system,
                                             const std::string& path,
                                             absl::Time now) {
  absl::StatusOr<std::unique_ptr<LegacyLog>> log =
      LegacyLog::Read(file_system, path, now, store->limits());
  if (!log.ok()) return log.status();
  const absl::StatusOr<IngestReport> ingest = store->Ingest(**log);
  if (!ingest.ok()) return ingest.status();
  return LegacyImport{(*log)->summary(), *ingest};
}

}  // namespace rundlet

#include "storage/engine/integrity/backup.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "storage/engine/record_version.h"
#include "storage/engine/sync_point.h"

namespace rundlet {
namespace {

// Keys looked at under the index's lock at a time.
constexpr size_t kKeysAtOnce = 128;

}  // namespace

absl::Status Backup::CopyVersion(const std::string& key, Version version,
                                 Revision at, FolderWriter& writer) {
  while (version.value == nullptr) {
    const std::shared_ptr<const Segment> segment =
        environment_.segments->Find(version.location.segment_id);
    if (segment == nullptr) {
      // The revision is pinned, so the version is there, in another place.
      std::vector<std::optional<Version>> again;
      environment_.index->FindAll({key}, at, &again);
      version = *again[0];
      continue;
    }
    RUNDLET_SYNC_POINT("backup: segment found");
    std::string bytes;
    const absl::StatusOr<Record> record =
        segment->Read(version.location, &bytes);
    if (!record.ok()) return record.status();
    if (record->key != key || record->revision != version.revision) {
      return absl::DataLossError(
          absl::StrCat(segment->path(), ": at offset ", version.location.offset,
                       ": the record is that of another key or revision"));
    }
    absl::Status decoded = segment->CheckValue(*record, version.location);
    if (!decoded.ok()) return decoded;
    Record copied = *record;
    copied.extra = {};  // CopyRequests copies what is still remembered
    return writer.Append(copied);
  }
  return writer.Append(RecordOf(key, version));
}

absl::Status Backup::CopyRequests(Revision at, FolderWriter& writer) {
  if (environment_.requests == nullptr) return absl::OkStatus();
  for (const CommittedRequest& request : environment_.requests->Until(at)) {
    absl::Status copied = writer.Append(ReceiptRecordOf(request));
    if (!copied.ok()) return copied;
    ++request_count_;
  }
  return absl::OkStatus();
}

absl::Status Backup::Copy(Revision at, FolderWriter& writer, Proceed proceed) {
  std::string after;
  while (true) {
    std::vector<std::pair<std::string, Version>> batch;
    environment_.index->Scan(
        KeyRange(), after, /*reverse=*/false, at,
        [&batch](absl::string_view key, const Version& version) {
          batch.emplace_back(key, version);
          return batch.size() < kKeysAtOnce;
        });
    RUNDLET_SYNC_POINT("backup: keys found");
    if (batch.empty()) return absl::OkStatus();
    after = batch.back().first;
    uint64_t bytes = 0;
    for (const auto& [key, version] : batch) {
      absl::Status copied = CopyVersion(key, version, at, writer);
      if (!copied.ok()) return copied;
      bytes += version.location.bytes;
    }
    if (!proceed(bytes)) return absl::CancelledError("the store is closing");
  }
}

absl::StatusOr<BackupReport> Backup::Run(const std::string& folder,
                                         const std::string& store_id,
                                         Proceed proceed) {
  absl::StatusOr<std::unique_ptr<FolderWriter>> writer = FolderWriter::Create(
      {environment_.file_system, folder, store_id, environment_.segment_bytes});
  if (!writer.ok()) return writer.status();
  const Revision at = environment_.index->PinNewest();
  const auto unpin = absl::MakeCleanup([&] { environment_.index->Unpin(at); });
  RUNDLET_SYNC_POINT("backup: revision pinned");
  // L4: what a power loss could still take back is in no backup.
  absl::Status status = environment_.sync_log();
  RUNDLET_SYNC_POINT("backup: log synced");
  if (status.ok()) status = CopyRequests(at, **writer);
  RUNDLET_SYNC_POINT("backup: requests copied");
  if (status.ok()) status = Copy(at, **writer, proceed);
  if (!status.ok()) return status;
  FolderWriter::Facts facts;
  facts.next_revision = at + 1;
  facts.time_us = environment_.time->now_us();
  // Of now: a value that was copied may need the newest dictionary.
  const ManifestState state = environment_.manifest->state();
  facts.ingested = state.ingested;
  facts.dictionaries = state.dictionaries;
  const absl::StatusOr<FolderWriter::Written> written =
      (*writer)->Finish(facts);
  RUNDLET_SYNC_POINT("backup: written");
  if (!written.ok()) return written.status();
  BackupReport report;
  report.revision = at;
  report.key_count = written->record_count - request_count_;
  report.segment_count = written->segment_count;
  report.bytes = written->bytes;
  return report;
}

}  // namespace rundlet

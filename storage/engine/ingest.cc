#include "storage/engine/ingest.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/engine/expiry_micros.h"
#include "storage/engine/known_failure.h"
#include "storage/engine/record_version.h"
#include "storage/engine/sync_point.h"
#include "storage/format/file_header.h"
#include "storage/limit_checks.h"
#include "storage/log/segment_replay.h"

namespace rundlet {
namespace {

constexpr uint64_t kLabelBytesMax = 256;

absl::Status CheckEntry(const Entry& entry, absl::string_view previous_key,
                        uint64_t number, const Limits& limits) {
  absl::Status status =
      CheckKey(absl::StrCat("entry ", number, ".key"), entry.key, limits);
  if (!status.ok()) return status;
  if (number > 0 && entry.key <= previous_key) {
    return absl::InvalidArgumentError(
        absl::StrCat("entry ", number, ".key is not above the key before it"));
  }
  return CheckValue(absl::StrCat("entry ", number, ".value"), entry.value,
                    limits);
}

Record RecordOf(const Entry& entry, Revision revision, int64_t time_us) {
  Record record;
  record.kind = entry.value.kind;
  record.revision = revision;
  record.create_revision = revision;
  record.version = 1;
  record.created_us = time_us;
  record.modified_us = time_us;
  record.expiry_us = ToExpiryMicros(entry.expiry);
  record.key = entry.key;
  record.value = entry.value.bytes;
  return record;
}

absl::Status WrongCount(uint64_t given, uint64_t entry_count) {
  return absl::InvalidArgumentError(absl::StrCat(
      "the source gave ", given, given > entry_count ? " or more" : "",
      " entries, entry_count is ", entry_count));
}

}  // namespace

Ingest::Ingest(Environment environment)
    : environment_(std::move(environment)) {}

absl::Status Ingest::CheckLabel(absl::string_view label) {
  if (label.empty()) return absl::InvalidArgumentError("label is empty");
  absl::Status fits =
      CheckAtMost("label bytes", label.size(), "the limit", kLabelBytesMax);
  if (!fits.ok()) return fits;
  const ManifestState state = environment_.manifest->state();
  if (state.ingested.count(std::string(label)) == 0) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat(label, " has been ingested before"));
}

absl::Status Ingest::WriteEntries(EntrySource& source, int64_t time_us,
                                  BaseWriter& writer) {
  ValueCompressor compressor(environment_.compression);
  Entry entry;
  std::string previous_key;
  uint64_t given = 0;
  while (true) {
    entry = Entry();
    const absl::StatusOr<bool> next = source.Next(&entry);
    if (!next.ok()) return next.status();
    if (!*next) break;
    if (given == report_.entry_count) return WrongCount(given + 1, given);
    absl::Status status =
        CheckEntry(entry, previous_key, given, *environment_.limits);
    if (!status.ok()) return status;
    Record record = RecordOf(entry, report_.first_revision + given, time_us);
    compressor.Compress(absl::MakeSpan(&record, 1));
    status = writer.Append(record);
    if (!status.ok()) return status;
    ++given;
    previous_key = std::move(entry.key);
  }
  return given == report_.entry_count ? absl::OkStatus()
                                      : WrongCount(given, report_.entry_count);
}

absl::Status Ingest::List(const std::vector<BaseWriter::Output>& outputs,
                          absl::string_view label, int64_t time_us) {
  ManifestEdit edit;
  for (const BaseWriter::Output& output : outputs) {
    edit.added.push_back({output.segment->id(), FileKind::kBase});
    edit.sealed.push_back(output.seal);
  }
  edit.ingested.emplace_back(label);
  edit.revision_ceiling =
      report_.last_revision + environment_.log->revision_block();
  // A base segment is no history of its changes (L3).
  edit.floor = report_.last_revision + 1;
  edit.time_us = time_us;
  absl::Status listed = environment_.manifest->Append(edit);
  if (listed.ok()) {
    environment_.log->set_revision_ceiling(*edit.revision_ceiling);
    return listed;
  }
  must_stop_ = environment_.manifest->broken();
  for (const BaseWriter::Output& output : outputs) {
    if (must_stop_) break;
    environment_.file_system->RemoveFile(output.segment->path()).IgnoreError();
  }
  return listed;
}

absl::Status Ingest::MakeVisible(
    const std::vector<BaseWriter::Output>& outputs) {
  for (const BaseWriter::Output& output : outputs) {
    environment_.segments->Add(output.segment);
    absl::Status replayed =
        ReplaySegment(*output.segment, kFileHeaderBytes, output.seal.bytes,
                      [this](const Record& record, const Location& location) {
                        const Index::Change change{std::string(record.key),
                                                   VersionOf(record, location)};
                        environment_.index->Apply({change}, /*visible=*/0);
                        return absl::OkStatus();
                      });
    if (!replayed.ok()) return replayed;
  }
  environment_.index->Apply({}, report_.last_revision);
  return absl::OkStatus();
}

absl::Status Ingest::Load(EntrySource& source, int64_t time_us) {
  BaseWriter writer(environment_.file_system, environment_.folder,
                    environment_.manifest->state().store_id,
                    environment_.segment_bytes,
                    [this] { return environment_.log->NextSegmentId(); });
  absl::Status status = WriteEntries(source, time_us, writer);
  if (!status.ok()) return status;
  const absl::StatusOr<std::vector<BaseWriter::Output>> outputs =
      writer.Finish();
  if (!outputs.ok()) return outputs.status();
  RUNDLET_SYNC_POINT("ingest: segments written");
  status = List(*outputs, source.label(), time_us);
  if (!status.ok()) return status;
  RUNDLET_SYNC_POINT("ingest: listed");
  status = MakeVisible(*outputs);
  if (status.ok()) return status;
  // Listed it is, and the next open will find it.
  must_stop_ = true;
  return absl::UnknownError(absl::StrCat(
      "an ingest that is on the disk could not be read: ", status.message()));
}

absl::StatusOr<IngestReport> Ingest::Run(EntrySource& source, int64_t time_us) {
  absl::Status status = CheckLabel(source.label());
  if (!status.ok()) return status;
  report_.entry_count = source.entry_count();
  const absl::StatusOr<Revision> first =
      environment_.pipeline->BeginIngest(report_.entry_count);
  if (!first.ok()) return KnownFailure(first.status());
  report_.first_revision = *first;
  report_.last_revision = *first + report_.entry_count - 1;
  status = Load(source, time_us);
  RUNDLET_SYNC_POINT("ingest: visible");
  environment_.pipeline->EndIngest(status.ok());
  if (!status.ok()) return must_stop_ ? status : KnownFailure(status);
  if (report_.entry_count == 0) {
    report_.first_revision = report_.last_revision = 0;
  }
  return report_;
}

}  // namespace rundlet

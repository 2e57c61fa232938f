#include "storage/backup.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "storage/engine/integrity/folder_reader.h"
#include "storage/engine/integrity/folder_writer.h"
#include "storage/engine/recovery/store_id.h"
#include "storage/repair_report.h"

namespace rundlet {
namespace {

absl::Status CheckWhole(const FolderReader& reader, const std::string& from) {
  const RepairReport& report = reader.report();
  if (!report.manifest_error.empty()) {
    return absl::DataLossError(report.manifest_error);
  }
  if (report.loss_count > 0) {
    const LostBytes& first = report.losses.front();
    return absl::DataLossError(
        absl::StrCat(first.path, ": at offset ", first.offset, ": ", first.what,
                     "; ", report.loss_count, " pieces of damage in all"));
  }
  if (reader.stopped_cleanly()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(from, " is no backup, but a store that was not stopped"));
}

}  // namespace

absl::StatusOr<RestoreReport> RestoreBackup(RestoreRequest request) {
  FolderReader reader(request.file_system, request.from);
  absl::Status status = reader.Read();
  if (status.ok()) status = CheckWhole(reader, request.from);
  if (!status.ok()) return status;
  const std::string store_id = NewStoreId(request.random);
  const absl::StatusOr<std::unique_ptr<FolderWriter>> writer =
      FolderWriter::Create(
          {request.file_system, request.to, store_id, request.segment_bytes});
  if (!writer.ok()) return writer.status();
  status = reader.CopyTo(**writer);
  // A record may have failed since it was read first.
  if (status.ok()) status = CheckWhole(reader, request.from);
  if (!status.ok()) return status;
  const absl::StatusOr<FolderWriter::Written> written =
      (*writer)->Finish(reader.facts());
  if (!written.ok()) return written.status();
  RestoreReport report;
  report.store_id = absl::BytesToHexString(store_id);
  report.revision = reader.facts().next_revision - 1;
  report.key_count = reader.report().key_count;
  report.bytes = written->bytes;
  return report;
}

}  // namespace rundlet

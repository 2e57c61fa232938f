#include "storage/repair.h"

#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "storage/engine/integrity/folder_reader.h"
#include "storage/engine/integrity/folder_writer.h"
#include "storage/engine/recovery/store_id.h"

namespace rundlet {

absl::StatusOr<RepairReport> RepairStore(RepairRequest request) {
  FolderReader reader(request.file_system, request.from);
  const absl::Status read = reader.Read();
  if (!read.ok()) return read;
  const std::string store_id = NewStoreId(request.random);
  const absl::StatusOr<std::unique_ptr<FolderWriter>> writer =
      FolderWriter::Create(
          {request.file_system, request.to, store_id, request.segment_bytes});
  if (!writer.ok()) return writer.status();
  const absl::Status copied = reader.CopyTo(**writer);
  if (!copied.ok()) return copied;
  const absl::StatusOr<FolderWriter::Written> written =
      (*writer)->Finish(reader.facts());
  if (!written.ok()) return written.status();
  RepairReport report = reader.report();
  report.store_id = absl::BytesToHexString(store_id);
  return report;
}

absl::StatusOr<RepairReport> InspectStore(const std::string& folder,
                                          FileSystem* file_system) {
  FolderReader reader(file_system, folder);
  const absl::Status read = reader.Read();
  if (!read.ok()) return read;
  return reader.report();
}

}  // namespace rundlet

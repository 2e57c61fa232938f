#include "storage/legacy/legacy_export.h"

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "storage/blocking_store.h"
#include "storage/legacy/legacy_record.h"
#include "storage/scan.h"

namespace rundlet {
namespace {

// The folder that a path's last part stands in.
std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Makes an empty file at `path`, in place of one that an earlier export left.
absl::StatusOr<std::unique_ptr<File>> StartFile(FileSystem* file_system,
                                                const std::string& path) {
  absl::Status removed = file_system->RemoveFile(path);
  if (!removed.ok() && !absl::IsNotFound(removed)) return removed;
  return file_system->CreateFile(path);
}

absl::Status CheckAbsent(FileSystem* file_system, const std::string& path) {
  absl::Status opened = file_system->OpenFile(path).status();
  if (absl::IsNotFound(opened)) return absl::OkStatus();
  if (!opened.ok()) return opened;
  return absl::AlreadyExistsError(
      absl::StrCat(path, " is there already; an export replaces no file"));
}

absl::Status WritePage(const std::vector<Entry>& entries, File* file,
                       LegacyExport* report) {
  std::string records;
  for (const Entry& entry : entries) {
    absl::StatusOr<std::string> record =
        EncodeLegacyPut(entry.key, entry.value, entry.expiry);
    if (record.ok()) {
      records.append(*record);
      ++report->entry_count;
      continue;
    }
    ++report->refused_count;
    if (report->refused.size() < kRefusedEntriesListedMax) {
      report->refused.push_back(
          {entry.key, std::string(record.status().message())});
    }
  }
  absl::Status written = file->WriteAt(report->file_bytes, records);
  report->file_bytes += records.size();
  return written;
}

// Pages that name the first one's revision and time continue it exactly.
absl::Status WriteAll(Store* store, File* file, LegacyExport* report) {
  BlockingStore blocking(store);
  ScanRequest request;
  while (true) {
    const absl::StatusOr<ScanPage> page = blocking.Scan(request);
    if (!page.ok()) return page.status();
    report->read_revision = page->read_revision;
    absl::Status written = WritePage(page->entries, file, report);
    if (!written.ok()) return written;
    if (!page->more) return file->Sync();
    request.after = page->entries.back().key;
    request.at = page->read_revision;
    request.at_time = page->read_time;
  }
}

}  // namespace

absl::StatusOr<LegacyExport> ExportLegacyLog(Store* store,
                                             FileSystem* file_system,
                                             const std::string& path) {
  absl::Status absent = CheckAbsent(file_system, path);
  if (!absent.ok()) return absent;
  const std::string partial = absl::StrCat(path, ".partial");
  absl::StatusOr<std::unique_ptr<File>> file = StartFile(file_system, partial);
  if (!file.ok()) return file.status();

  LegacyExport report;
  absl::Status written = WriteAll(store, file->get(), &report);
  if (!written.ok()) return written;
  absl::Status renamed = file_system->RenameFile(partial, path);
  if (!renamed.ok()) return renamed;
  absl::Status named = file_system->SyncDirectory(FolderOf(path));
  if (!named.ok()) return named;
  return report;
}

}  // namespace rundlet

// Importing a BitPyStore log.
//
//   absl::StatusOr<LegacyImport> import = ImportLegacyLog(
//       store.get(), FileSystem::Posix(), "kv.db", Clock::System()->Now());
//   for (const SkippedRecord& skipped : import->log.skipped) ...

#ifndef RUNDLET_STORAGE_LEGACY_LEGACY_IMPORT_H_
#define RUNDLET_STORAGE_LEGACY_LEGACY_IMPORT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/entry.h"
#include "storage/file/file_system.h"
#include "storage/legacy/legacy_log_reader.h"
#include "storage/limits.h"
#include "storage/stats.h"
#include "storage/store.h"

namespace rundlet {

// Skipped records that a summary describes; all are counted.
inline constexpr uint64_t kSkippedRecordsListedMax = 10000;

struct SkippedRecord {
  uint64_t offset = 0;  // in the file
  uint64_t bytes = 0;   // up to the next thing that could be a record
  std::string key;      // empty if the record does not tell
  std::string reason;
};

struct LegacyLogSummary {
  uint64_t file_bytes = 0;
  uint64_t put_count = 0;      // records, the later overwritten ones too
  uint64_t delete_count = 0;   // records
  uint64_t skipped_count = 0;  // records and stretches of damage
  uint64_t entry_count = 0;    // keys in the end
  uint64_t expired_count = 0;  // keys left out since their expiry has passed
  std::vector<SkippedRecord> skipped;  // the first ones, in file order
};

// What a log says in the end, key by key. Holds the keys in memory, and the
// values of one record. Not thread-safe.
class LegacyLog : public EntrySource {
 public:
  // Reads the whole log. Keys whose expiry is not after `now` are left out.
  // Errors are those of the file system only: what is wrong inside the file is
  // in the summary.
  static absl::StatusOr<std::unique_ptr<LegacyLog>> Read(
      FileSystem* file_system, const std::string& path, absl::Time now,
      const Limits& limits);

  const LegacyLogSummary& summary() const { return summary_; }

  // The label names the file's content, not its path: the same log is the same
  // source wherever it lies.
  absl::string_view label() const override { return label_; }
  uint64_t entry_count() const override { return summary_.entry_count; }

  // ABORTED: the file has changed since Read().
  absl::StatusOr<bool> Next(Entry* entry) override;

 private:
  // Where the record stands that made the newest version of a key.
  struct Location {
    uint64_t json_offset = 0;
    uint32_t json_bytes = 0;
    uint32_t checksum = 0;
    absl::Time expiry;
  };

  LegacyLog(std::string path, std::unique_ptr<File> file, const Limits& limits)
      : path_(std::move(path)), file_(std::move(file)), limits_(limits) {}

  absl::Status MakeLabel();
  absl::Status ReadPieces();
  void Apply(const LegacyPiece& piece);
  void Skip(SkippedRecord skipped);
  void DropExpired(absl::Time now);

  const std::string path_;
  const std::unique_ptr<File> file_;
  const Limits limits_;
  std::string label_;
  LegacyLogSummary summary_;
  absl::btree_map<std::string, Location> locations_;
  absl::btree_map<std::string, Location>::const_iterator next_;
};

struct LegacyImport {
  LegacyLogSummary log;
  IngestReport ingest;
};

// Loads a log into a store, all of it or nothing; expiry times are kept. Each
// key of the log becomes the newest version of that key. Blocks, and REQUIRES
// as Store::Ingest() does that no other call is under way.
//
// ALREADY_EXISTS: a log with this content has been imported before. Other
// errors are those of the file system and of Store::Ingest().
absl::StatusOr<LegacyImport> ImportLegacyLog(Store* store,
                                             FileSystem* file_system,
                                             const std::string& path,
                                             absl::Time now);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LEGACY_LEGACY_IMPORT_H_

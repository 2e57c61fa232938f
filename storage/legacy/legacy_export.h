// Exporting a store as a BitPyStore log.

#ifndef RUNDLET_STORAGE_LEGACY_LEGACY_EXPORT_H_
#define RUNDLET_STORAGE_LEGACY_LEGACY_EXPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/entry.h"
#include "storage/file/file_system.h"
#include "storage/store.h"

namespace rundlet {

// Refused entries that a report describes; all are counted.
inline constexpr uint64_t kRefusedEntriesListedMax = 10000;

struct RefusedEntry {
  std::string key;
  std::string reason;
};

struct LegacyExport {
  Revision read_revision = 0;  // of which the log is the whole content
  uint64_t entry_count = 0;    // written
  uint64_t file_bytes = 0;
  uint64_t refused_count = 0;         // not written: BitPyStore cannot hold it
  std::vector<RefusedEntry> refused;  // the first ones, in key order
};

// Writes every key of the store, as of one revision, to a new file at `path`:
// one put a key, in key order. Values of kind kData, and keys that are not
// UTF-8, are refused and reported; the others go on. The expiry is rounded up
// to a whole second. The file stands under its name once it is whole and on the
// disk; before, and after an error, it is `path` with ".partial" added. Blocks.
//
// ALREADY_EXISTS: something stands at `path`. Other errors are those of the
// file system and of Store::Scan().
absl::StatusOr<LegacyExport> ExportLegacyLog(Store* store,
                                             FileSystem* file_system,
                                             const std::string& path);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LEGACY_LEGACY_EXPORT_H_

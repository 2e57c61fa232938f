// The shapes of Store::Scan: ranges of keys, and pages of entries.

#ifndef RUNDLET_STORAGE_SCAN_H_
#define RUNDLET_STORAGE_SCAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/entry.h"

namespace rundlet {

// Keys from start (included) to end (not included), ordered by bytes. An empty
// start is before every key, an empty end after every key.
struct KeyRange {
  std::string start;
  std::string end;

  static KeyRange All() { return {}; }
  // Every key that begins with `prefix`; an empty prefix means every key.
  static KeyRange Prefix(absl::string_view prefix);

  bool Contains(absl::string_view key) const {
    return key >= start && (end.empty() || key < end);
  }
};

struct ScanRequest {
  enum class Projection : uint8_t {
    kEntries,   // all of each entry
    kMetadata,  // entries without the bytes of their values
    kCount,     // no entries, only how many there are; one page holds all
  };

  KeyRange range;
  Projection projection = Projection::kEntries;
  bool reverse = false;
  // Go on behind this key (before it, if reverse); empty: from the first one.
  std::string after;
  uint64_t entries_max = 1000;             // of one page, at least 1
  uint64_t bytes_max = uint64_t{1} << 20;  // keys and values of one page; the
                                           // first entry may exceed it
  Revision at = 0;          // 0: the newest; else read_revision of a page
  absl::Time at_time;       // with `at`: read_time of that page
  Revision not_before = 0;  // fail rather than answer from before this one
};

struct ScanPage {
  Revision read_revision = 0;
  absl::Time read_time;  // decided which entries had expired
  std::vector<Entry> entries;
  uint64_t count = 0;  // of the entries, or of all keys in range for kCount
  bool more = false;   // there are further entries behind the last one
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_SCAN_H_

// What the store holds: values, and entries with the history of their key.

#ifndef RUNDLET_STORAGE_ENTRY_H_
#define RUNDLET_STORAGE_ENTRY_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/time/time.h"

namespace rundlet {

// The place of a transaction in the one order of all writes. The first is 1; 0
// means "none". Gaps are possible, a number is never given twice.
using Revision = uint64_t;

// What the bytes of a value are. The store keeps the kind and never looks
// inside; the numbers are on disk (FORMAT.md).
enum class ValueKind : uint8_t {
  kText = 1,  // UTF-8
  kData = 2,  // any bytes
  kJson = 3,  // the text of one JSON value, UTF-8
  // The description of a value whose bytes stand under other keys
  // (large_value.h). It counts as metadata: reads without values give it, too.
  kLarge = 4,
};

struct Value {
  ValueKind kind = ValueKind::kText;
  std::string bytes;

  static Value Text(std::string bytes) {
    return {ValueKind::kText, std::move(bytes)};
  }
  static Value Data(std::string bytes) {
    return {ValueKind::kData, std::move(bytes)};
  }
  static Value Json(std::string bytes) {
    return {ValueKind::kJson, std::move(bytes)};
  }

  friend bool operator==(const Value& a, const Value& b) {
    return a.kind == b.kind && a.bytes == b.bytes;
  }
  friend bool operator!=(const Value& a, const Value& b) { return !(a == b); }
};

// One version of one key. Times have microseconds.
struct Entry {
  std::string key;
  Value value;
  Revision revision = 0;         // of the write that made this version
  Revision create_revision = 0;  // of the write that made the key exist
  uint64_t version = 0;          // writes since then; 1 is the creating one
  absl::Time created;            // engine time of create_revision
  absl::Time modified;           // engine time of revision
  absl::Time expiry = absl::InfiniteFuture();  // InfiniteFuture: never
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENTRY_H_

// HashedKey: a key and its hash, for whoever looks a key up more than once on
// its way. Tables in memory alone know the hash; it is never stored.

#ifndef RUNDLET_STORAGE_FORMAT_HASHED_KEY_H_
#define RUNDLET_STORAGE_FORMAT_HASHED_KEY_H_

#include <cstddef>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"

namespace rundlet {

// The key's bytes are somebody else's.
struct HashedKey {
  explicit HashedKey(absl::string_view bytes)
      : key(bytes), hash(absl::Hash<absl::string_view>()(key)) {}
  // `known_hash` was computed for the same key.
  HashedKey(absl::string_view bytes, size_t known_hash)
      : key(bytes), hash(known_hash) {}

  absl::string_view key;
  size_t hash;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FORMAT_HASHED_KEY_H_

// RecordCache: the records read or written last, as they stand in the log.
//
// It holds encoded bytes, so that a hit is verified like a read (P4), and
// checks the place, so that it never has to be told that a key has changed.

#ifndef RUNDLET_STORAGE_LOG_RECORD_CACHE_H_
#define RUNDLET_STORAGE_LOG_RECORD_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "storage/format/hashed_key.h"
#include "storage/format/location.h"

namespace rundlet {

// Thread-safe. Least recently used entries go first; a large cache is made of
// shards, each with its own order.
class RecordCache {
 public:
  struct Usage {
    uint64_t entries = 0;
    uint64_t bytes = 0;
  };

  // At most so many entries and bytes; 0 entries turn it off.
  RecordCache(uint64_t entries_max, uint64_t bytes_max);

  // A copy of the key's record, if it is the one at `location`; else empty.
  std::optional<std::string> Find(absl::string_view key,
                                  const Location& location);

  // Takes the place of what the key had. A record too large for its shard is
  // not kept.
  void Insert(const HashedKey& key, const Location& location,
              absl::string_view record);
  void Insert(absl::string_view key, const Location& location,
              absl::string_view record) {
    Insert(HashedKey(key), location, record);
  }

  void Erase(absl::string_view key);

  bool enabled() const { return entries_max_ > 0; }
  Usage usage() const;

 private:
  struct Node {
    std::string key;
    Location location;
    std::string record;

    uint64_t bytes() const { return key.size() + record.size(); }
  };
  using Nodes = std::list<Node>;

  struct Shard {
    mutable absl::Mutex mu;
    Nodes order ABSL_GUARDED_BY(mu);  // the latest first
    absl::flat_hash_map<absl::string_view, Nodes::iterator> nodes
        ABSL_GUARDED_BY(mu);  // keyed by the node's own key
    uint64_t bytes ABSL_GUARDED_BY(mu) = 0;
    uint64_t entries_max = 0;
    uint64_t bytes_max = 0;

    void Drop(Nodes::iterator node) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
    // The key's node, now the latest: its own, the one that goes, or a new one.
    Node& NodeFor(const HashedKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu);
  };

  Shard& ShardOf(const HashedKey& key);

  const uint64_t entries_max_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_RECORD_CACHE_H_

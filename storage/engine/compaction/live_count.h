// How much of each segment is live.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_LIVE_COUNT_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_LIVE_COUNT_H_

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "storage/index/index.h"

namespace rundlet {

struct LiveCount {
  uint64_t bytes = 0;    // of the records that the index leads to
  uint64_t records = 0;  // alike
  uint64_t newest = 0;   // those that are the newest of a key
};

using LiveCounts = absl::flat_hash_map<uint64_t, LiveCount>;  // by segment id

// Walks the index, some keys at a time, beside everything. A key that is
// deleted when this is called is not counted in `newest` anywhere, unless it is
// written again; nor is any record twice.
LiveCounts CountLive(const Index& index);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_LIVE_COUNT_H_

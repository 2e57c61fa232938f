#include "storage/engine/compaction/live_count.h"

#include <string>

namespace rundlet {
namespace {

// Keys looked at under the index's lock at a time.
constexpr size_t kKeysAtOnce = 512;

}  // namespace

LiveCounts CountLive(const Index& index) {
  LiveCounts counts;
  std::string after;
  for (size_t keys = kKeysAtOnce; keys == kKeysAtOnce;) {
    keys = 0;
    index.Walk(after,
               [&](absl::string_view key, absl::Span<const Version> versions) {
                 for (const Version& version : versions) {
                   LiveCount& count = counts[version.location.segment_id];
                   count.bytes += version.location.bytes;
                   ++count.records;
                 }
                 const Version& newest = versions.back();
                 if (!newest.deleted)
                   ++counts[newest.location.segment_id].newest;
                 if (++keys < kKeysAtOnce) return true;
                 after = std::string(key);
                 return false;
               });
  }
  return counts;
}

}  // namespace rundlet

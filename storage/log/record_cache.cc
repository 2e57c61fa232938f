#include "storage/log/record_cache.h"

#include <utility>

#include "absl/hash/hash.h"

namespace rundlet {
namespace {

// Below this a cache is one shard, with one exact order.
constexpr uint64_t kShardEntriesMin = 64;
constexpr uint64_t kShardsMax = 8;

uint64_t ShardCount(uint64_t entries_max) {
  uint64_t shards = 1;
  while (shards < kShardsMax &&
         entries_max / (shards * 2) >= kShardEntriesMin) {
    shards *= 2;
  }
  return shards;
}

// The i-th part of `whole` in `parts` parts that add up to it.
uint64_t Share(uint64_t whole, uint64_t parts, uint64_t i) {
  return whole / parts + (i < whole % parts ? 1 : 0);
}

}  // namespace

RecordCache::RecordCache(uint64_t entries_max, uint64_t bytes_max)
    : entries_max_(entries_max) {
  const uint64_t count = ShardCount(entries_max);
  for (uint64_t i = 0; i < count; ++i) {
    auto shard = std::make_unique<Shard>();
    shard->entries_max = Share(entries_max, count, i);
    shard->bytes_max = Share(bytes_max, count, i);
    shards_.push_back(std::move(shard));
  }
}

RecordCache::Shard& RecordCache::ShardOf(absl::string_view key) {
  // The high bits: the map inside the shard uses the low ones.
  const uint64_t hash = absl::Hash<absl::string_view>()(key);
  return *shards_[(hash >> 32) % shards_.size()];
}

void RecordCache::Shard::Drop(std::list<Node>::iterator node) {
  bytes -= node->bytes();
  nodes.erase(node->key);
  order.erase(node);
}

std::shared_ptr<const std::string> RecordCache::Find(absl::string_view key,
                                                     const Location& location) {
  if (!enabled()) return nullptr;
  Shard& shard = ShardOf(key);
  const absl::MutexLock lock(&shard.mu);
  const auto found = shard.nodes.find(key);
  if (found == shard.nodes.end() || !(found->second->location == location)) {
    return nullptr;
  }
  shard.order.splice(shard.order.begin(), shard.order, found->second);
  return found->second->record;
}

void RecordCache::Insert(absl::string_view key, const Location& location,
                         absl::string_view record) {
  if (!enabled()) return;
  Shard& shard = ShardOf(key);
  auto bytes = std::make_shared<const std::string>(record);
  const absl::MutexLock lock(&shard.mu);
  const auto found = shard.nodes.find(key);
  if (found != shard.nodes.end()) shard.Drop(found->second);
  if (key.size() + record.size() > shard.bytes_max) return;
  shard.order.push_front({std::string(key), location, std::move(bytes)});
  shard.nodes[shard.order.front().key] = shard.order.begin();
  shard.bytes += shard.order.front().bytes();
  while (shard.order.size() > shard.entries_max ||
         shard.bytes > shard.bytes_max) {
    shard.Drop(std::prev(shard.order.end()));
  }
}

void RecordCache::Erase(absl::string_view key) {
  if (!enabled()) return;
  Shard& shard = ShardOf(key);
  const absl::MutexLock lock(&shard.mu);
  const auto found = shard.nodes.find(key);
  if (found != shard.nodes.end()) shard.Drop(found->second);
}

RecordCache::Usage RecordCache::usage() const {
  Usage usage;
  for (const auto& shard : shards_) {
    const absl::MutexLock lock(&shard->mu);
    usage.entries += shard->order.size();
    usage.bytes += shard->bytes;
  }
  return usage;
}

}  // namespace rundlet

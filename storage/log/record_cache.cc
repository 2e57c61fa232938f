#include "storage/log/record_cache.h"

#include <iterator>

namespace rundlet {
namespace {

// Below this a cache is one shard, with one exact order.
constexpr uint64_t kShardEntriesMin = 64;
constexpr uint64_t kShardsMax = 8;  // a power of two, as every count of them

// Memory that an entry may hold beyond its record.
constexpr uint64_t kSlackBytesMax = 1024;

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

RecordCache::Shard& RecordCache::ShardOf(const HashedKey& key) {
  // The high bits: the map inside the shard uses the low ones.
  return *shards_[(key.hash >> 32) & (shards_.size() - 1)];
}

void RecordCache::Shard::Drop(Nodes::iterator node) {
  bytes -= node->bytes();
  nodes.erase(node->key);
  order.erase(node);
}

RecordCache::Node& RecordCache::Shard::NodeFor(const HashedKey& key) {
  const auto found = nodes.find(key.key, key.hash);
  if (found != nodes.end()) {
    order.splice(order.begin(), order, found->second);
    return order.front();
  }
  if (order.size() < entries_max) {
    order.emplace_front();
  } else {
    // A full cache takes no more memory from the heap: the record that goes
    // leaves its own.
    Node& last = order.back();
    bytes -= last.bytes();
    nodes.erase(last.key);
    last.record.clear();
    order.splice(order.begin(), order, std::prev(order.end()));
  }
  Node& node = order.front();
  node.key.assign(key.key.data(), key.key.size());
  bytes += node.bytes();
  nodes.emplace(node.key, order.begin());
  return node;
}

std::optional<std::string> RecordCache::Find(absl::string_view key,
                                             const Location& location) {
  if (!enabled()) return std::nullopt;
  const HashedKey hashed(key);
  Shard& shard = ShardOf(hashed);
  const absl::MutexLock lock(&shard.mu);
  const auto found = shard.nodes.find(key, hashed.hash);
  if (found == shard.nodes.end() || !(found->second->location == location)) {
    return std::nullopt;
  }
  shard.order.splice(shard.order.begin(), shard.order, found->second);
  return found->second->record;
}

void RecordCache::Insert(const HashedKey& key, const Location& location,
                         absl::string_view record) {
  if (!enabled()) return;
  Shard& shard = ShardOf(key);
  const absl::MutexLock lock(&shard.mu);
  if (key.key.size() + record.size() > shard.bytes_max) {
    const auto found = shard.nodes.find(key.key, key.hash);
    if (found != shard.nodes.end()) shard.Drop(found->second);
    return;
  }
  Node& node = shard.NodeFor(key);
  shard.bytes += record.size();
  shard.bytes -= node.record.size();
  node.location = location;
  node.record.assign(record.data(), record.size());
  // A long record leaves no more memory than it takes to a short one.
  if (node.record.capacity() > 2 * record.size() + kSlackBytesMax) {
    node.record.shrink_to_fit();
  }
  while (shard.bytes > shard.bytes_max) {
    shard.Drop(std::prev(shard.order.end()));
  }
}

void RecordCache::Erase(absl::string_view key) {
  if (!enabled()) return;
  const HashedKey hashed(key);
  Shard& shard = ShardOf(hashed);
  const absl::MutexLock lock(&shard.mu);
  const auto found = shard.nodes.find(key, hashed.hash);
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

#include "storage/index/key_table.h"

#include "absl/base/optimization.h"

namespace rundlet {
namespace {

// What a slot holds besides a node and its tag. An erased one is passed by.
constexpr uint64_t kEmpty = 0;
constexpr uint64_t kErased = 1;

constexpr unsigned kTagShift = 48;  // addresses of processes end below
constexpr uint64_t kAddressMask = (uint64_t{1} << kTagShift) - 1;

constexpr size_t kSlotsMin = 8;
// Nodes under way at a time while slots are filled again.
constexpr size_t kNodesAtOnce = 16;

uint64_t TagOf(uint64_t hash) { return hash & ~kAddressMask; }

// The bits between those of the shard and those of the tag.
size_t HomeOf(uint64_t hash, unsigned shard_bits) {
  return static_cast<size_t>(hash >> shard_bits);
}

KeyNode* NodeOf(uint64_t slot) {
  return reinterpret_cast<KeyNode*>(slot & kAddressMask);
}

bool IsNode(uint64_t slot) { return slot > kErased; }

bool MayBe(uint64_t slot, uint64_t hash) {
  return IsNode(slot) && TagOf(slot) == TagOf(hash);
}

bool IsFull(size_t used, size_t slots) { return used * 4 > slots * 3; }

void Prefetch(const void* address) {
  __builtin_prefetch(address, /*rw=*/0, /*locality=*/3);
}

}  // namespace

KeyTable::~KeyTable() {
  for (Shard& shard : shards_) {
    delete shard.slots.load(std::memory_order_relaxed);
  }
}

KeyNode* KeyTable::Find(const HashedKey& key) const {
  const uint64_t hash = key.hash;
  const Slots* const slots = SlotsOf(hash);
  if (slots == nullptr) return nullptr;
  for (size_t position = HomeOf(hash, kShardBits);; ++position) {
    const uint64_t slot = slots->At(position).load(std::memory_order_acquire);
    if (slot == kEmpty) return nullptr;
    if (!MayBe(slot, hash)) continue;
    KeyNode* const node = NodeOf(slot);
    if (ABSL_PREDICT_TRUE(node->key() == key.key)) return node;
  }
}

void KeyTable::PrefetchSlot(uint64_t hash) const {
  const Slots* const slots = SlotsOf(hash);
  if (slots != nullptr) Prefetch(&slots->At(HomeOf(hash, kShardBits)));
}

void KeyTable::PrefetchNode(uint64_t hash) const {
  const Slots* const slots = SlotsOf(hash);
  if (slots == nullptr) return;
  for (size_t position = HomeOf(hash, kShardBits);; ++position) {
    const uint64_t slot = slots->At(position).load(std::memory_order_relaxed);
    if (slot == kEmpty) return;
    if (MayBe(slot, hash)) return NodeOf(slot)->Prefetch();
  }
}

void KeyTable::Place(const Slots& slots, KeyNode* node, uint64_t hash) {
  size_t position = HomeOf(hash, kShardBits);
  while (slots.At(position).load(std::memory_order_relaxed) != kEmpty) {
    ++position;
  }
  slots.At(position).store(
      TagOf(hash) | static_cast<uint64_t>(reinterpret_cast<uintptr_t>(node)),
      std::memory_order_release);
}

void KeyTable::Rebuild(Shard& shard) {
  const Slots* const old = shard.slots.load(std::memory_order_relaxed);
  size_t count = kSlotsMin;
  while (IsFull(shard.keys * 2, count)) count *= 2;
  auto slots = std::make_unique<Slots>(count);
  for (size_t position = 0; old != nullptr && position < old->count();
       ++position) {
    const uint64_t ahead =
        old->At(position + kNodesAtOnce).load(std::memory_order_relaxed);
    if (IsNode(ahead)) NodeOf(ahead)->Prefetch();
    const uint64_t slot = old->At(position).load(std::memory_order_relaxed);
    if (!IsNode(slot)) continue;
    Place(*slots, NodeOf(slot), HashedKey(NodeOf(slot)->key()).hash);
  }
  shard.slots.store(slots.release(), std::memory_order_release);
  shard.used = shard.keys;
  if (old != nullptr) {
    epochs_->Delete(old, sizeof(Slots) + old->count() * sizeof(Slot));
  }
}

void KeyTable::Insert(KeyNode* node) {
  const uint64_t hash = HashedKey(node->key()).hash;
  Shard& shard = ShardOf(hash);
  const Slots* slots = shard.slots.load(std::memory_order_relaxed);
  ++shard.keys;
  if (slots == nullptr || IsFull(shard.used + 1, slots->count())) {
    Rebuild(shard);
    slots = shard.slots.load(std::memory_order_relaxed);
  } else {
    ++shard.used;
  }
  Place(*slots, node, hash);
  ++size_;
}

void KeyTable::Erase(const KeyNode* node) {
  const uint64_t hash = HashedKey(node->key()).hash;
  Shard& shard = ShardOf(hash);
  const Slots& slots = *shard.slots.load(std::memory_order_relaxed);
  size_t position = HomeOf(hash, kShardBits);
  const auto at = [&slots](size_t place) {
    return slots.At(place).load(std::memory_order_relaxed);
  };
  while (!IsNode(at(position)) || NodeOf(at(position)) != node) ++position;
  // Whoever comes by here goes on to the next slot; if that ends the search,
  // this one may.
  const bool is_last = at(position + 1) == kEmpty;
  slots.At(position).store(is_last ? kEmpty : kErased,
                           std::memory_order_release);
  if (is_last) --shard.used;
  --shard.keys;
  --size_;
}

}  // namespace rundlet

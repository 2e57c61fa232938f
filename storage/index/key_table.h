// KeyTable: finds the node of a key by its hash.
//
// Open addressing. A slot has a node's address and, in the 16 bits above it, a
// tag of the key's hash: a key that is not there reads no node in all but one
// of 65,536 looks at a slot. The table is cut into shards, so that one which
// grows stops the writer for a small part of the whole only; its readers go on
// in the slots that it replaces, which Epochs frees behind them.

#ifndef RUNDLET_STORAGE_INDEX_KEY_TABLE_H_
#define RUNDLET_STORAGE_INDEX_KEY_TABLE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"
#include "storage/epochs.h"
#include "storage/format/hashed_key.h"
#include "storage/index/key_node.h"

namespace rundlet {

// Any number of readers, each under a guard of `epochs` or instead of the
// writer; one writer. Does not own the nodes.
class KeyTable {
 public:
  explicit KeyTable(Epochs* epochs) : epochs_(epochs) {}
  ~KeyTable();
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;

  // Null: it is not there.
  KeyNode* Find(const HashedKey& key) const;

  // For many keys at once, so that their misses of the cache overlap: first all
  // slots, then all nodes, then Find.
  void PrefetchSlot(uint64_t hash) const;
  void PrefetchNode(uint64_t hash) const;

  // The writer. REQUIRES: no node of this key is there; this one is.
  void Insert(KeyNode* node);
  void Erase(const KeyNode* node);

  size_t size() const { return size_; }

 private:
  using Slot = std::atomic<uint64_t>;

  // Zeroed; their number is a power of two.
  struct Slots {
    explicit Slots(size_t count)
        : mask(count - 1), slots(std::make_unique<Slot[]>(count)) {}
    Slot& At(size_t position) const { return slots[position & mask]; }
    size_t count() const { return mask + 1; }

    const size_t mask;
    const std::unique_ptr<Slot[]> slots;
  };

  struct Shard {
    std::atomic<const Slots*> slots{nullptr};  // null: it never had a key
    // The writer's.
    size_t keys = 0;
    size_t used = 0;  // slots of keys, and those that had one
  };

  static constexpr unsigned kShardBits = 6;

  Shard& ShardOf(uint64_t hash) {
    return shards_[hash % (size_t{1} << kShardBits)];
  }
  const Slots* SlotsOf(uint64_t hash) const {
    return shards_[hash % (size_t{1} << kShardBits)].slots.load(
        std::memory_order_acquire);
  }

  static void Place(const Slots& slots, KeyNode* node, uint64_t hash);
  // Gives the shard slots for its keys and as many more.
  void Rebuild(Shard& shard);

  Epochs* const epochs_;
  std::array<Shard, size_t{1} << kShardBits> shards_;
  size_t size_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_INDEX_KEY_TABLE_H_

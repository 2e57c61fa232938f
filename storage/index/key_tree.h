// KeyTree: nodes in the order of their keys.
//
// A B+ tree whose leaves are chained. A search reads no key but the one or two
// that decide (KeyHeads): a million keys cost it some four misses of the
// processor's caches. Leaves that keys have left are joined; inner nodes go
// when they are empty, which keeps the tree as good as joining them would
// (Johnson and Shasha, "B-Trees with Inserts and Deletes: Why Free-at-Empty Is
// Better Than Merge-at-Half", 1993).

#ifndef RUNDLET_STORAGE_INDEX_KEY_TREE_H_
#define RUNDLET_STORAGE_INDEX_KEY_TREE_H_

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "storage/index/key_heads.h"
#include "storage/index/key_node.h"

namespace rundlet {

// Any number of readers, or one writer. Does not own the nodes.
class KeyTree {
 private:
  struct Leaf;

 public:
  // A place in the order; one behind the last is there, too. Ends with the next
  // call of the writer.
  class Cursor {
   public:
    bool is_end() const;
    // REQUIRES: not the end; of Next, too.
    KeyNode* node() const;
    void Next();
    // False, and nothing is done: it is the first.
    bool Previous();

   private:
    friend class KeyTree;
    Cursor(const Leaf* leaf, size_t place);
    // Behind the last key of a leaf is the first one of the next.
    void Settle();

    const Leaf* leaf_;
    size_t place_;
  };

  KeyTree();
  ~KeyTree();
  KeyTree(const KeyTree&) = delete;
  KeyTree& operator=(const KeyTree&) = delete;

  // REQUIRES: no node of this key is there.
  void Insert(KeyNode* node);
  // REQUIRES: a node of this key is there.
  void Erase(absl::string_view key);

  // The first node whose key is not below `key`; whose key is above it.
  Cursor LowerBound(absl::string_view key) const;
  Cursor UpperBound(absl::string_view key) const;
  Cursor End() const;

  // Of leaves and inner nodes.
  size_t bytes() const {
    return leaves_ * sizeof(Leaf) + inners_ * sizeof(Inner);
  }

 private:
  // With these a leaf has 1,016 bytes, which allocators round to 1,024.
  static constexpr size_t kLeafKeysMax = 78;
  static constexpr size_t kChildrenMax = 64;

  // Never empty, unless it is the root.
  struct Leaf {
    auto KeyAt() const {
      return [this](size_t place) { return nodes[place]->key(); };
    }
    // Has fetched what a cursor that comes here looks at first.
    void Prefetch() const {
      __builtin_prefetch(&heads, /*rw=*/0, /*locality=*/3);
      __builtin_prefetch(nodes.data(), /*rw=*/0, /*locality=*/3);
      __builtin_prefetch(&next, /*rw=*/0, /*locality=*/3);
    }
    size_t LowerBound(absl::string_view key) const;
    size_t UpperBound(absl::string_view key) const;
    void Insert(size_t place, KeyNode* node);
    void Erase(size_t place);
    // The nodes from `place` on go behind those of `to`.
    void Move(size_t place, Leaf* to);

    KeyHeads<kLeafKeysMax> heads;
    std::array<KeyNode*, kLeafKeysMax> nodes;
    Leaf* previous = nullptr;
    Leaf* next = nullptr;
  };

  struct Inner;
  // One of the two.
  struct Child {
    std::unique_ptr<Leaf> leaf;
    std::unique_ptr<Inner> inner;
  };

  // The keys of a child are below the separator behind it, and not below the
  // one before it. Of separators there is one less than of children.
  struct Inner {
    auto KeyAt() const {
      return
          [this](size_t place) { return absl::string_view(separators[place]); };
    }
    size_t PlaceOf(absl::string_view key) const;
    // `right` is what `separator` cuts off the child at `place`.
    void Insert(size_t place, std::string separator, Child right);
    // REQUIRES: it is not the only one.
    void Erase(size_t place);
    // Children from `place` on go to `to`, which is new; returns what separates
    // the two.
    std::string Move(size_t place, Inner* to);

    KeyHeads<kChildrenMax> heads;
    std::vector<std::string> separators;
    std::vector<Child> children;
  };

  // What an insertion has cut off a child; without one of the two, nothing.
  struct Cut {
    bool is_empty() const {
      return right.leaf == nullptr && right.inner == nullptr;
    }

    std::string separator;
    Child right;
  };

  Cut InsertInto(const Child& child, KeyNode* node);
  Cut InsertInto(Leaf& leaf, KeyNode* node);
  Cut CutInner(Inner& inner);
  // Whether the child is empty then.
  bool EraseFrom(const Child& child, absl::string_view key);
  // Joins the leaf there with one beside it, where both have few keys.
  void JoinAt(Inner& inner, size_t place);
  // A leaf behind that one, and the end of one.
  std::unique_ptr<Leaf> Chain(Leaf& leaf);
  void Unchain(const Leaf& leaf);
  const Leaf& LeafOf(absl::string_view key) const;

  size_t leaves_ = 1;
  size_t inners_ = 0;
  Child root_;
  Leaf* last_;
};

inline bool KeyTree::Cursor::is_end() const {
  return place_ == leaf_->heads.count();
}

inline KeyNode* KeyTree::Cursor::node() const { return leaf_->nodes[place_]; }

inline void KeyTree::Cursor::Settle() {
  if (place_ < leaf_->heads.count() || leaf_->next == nullptr) return;
  leaf_ = leaf_->next;
  place_ = 0;
  if (leaf_->next != nullptr) leaf_->next->Prefetch();
}

inline void KeyTree::Cursor::Next() {
  ++place_;
  Settle();
}

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_INDEX_KEY_TREE_H_

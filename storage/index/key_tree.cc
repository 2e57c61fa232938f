#include "storage/index/key_tree.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rundlet {
namespace {

// A leaf with fewer keys looks for one to be joined with.
constexpr size_t kLeafKeysMin = 16;
// Joined, they have room left: else the next key would cut them again.
constexpr size_t kJoinedKeysMax = 40;

// The shortest that is above `left` and not above `right`. REQUIRES: left is
// below right.
std::string SeparatorOf(absl::string_view left, absl::string_view right) {
  return std::string(right.substr(0, SharedBytes(left, right) + 1));
}

}  // namespace

// --- leaves

size_t KeyTree::Leaf::LowerBound(absl::string_view key) const {
  return heads.LowerBound(key, KeyAt());
}

size_t KeyTree::Leaf::UpperBound(absl::string_view key) const {
  return heads.UpperBound(key, KeyAt());
}

void KeyTree::Leaf::Insert(size_t place, KeyNode* node) {
  const size_t count = heads.count();
  heads.Insert(place, node->key(), KeyAt());
  std::copy_backward(nodes.begin() + place, nodes.begin() + count,
                     nodes.begin() + count + 1);
  nodes[place] = node;
}

void KeyTree::Leaf::Erase(size_t place) {
  std::copy(nodes.begin() + place + 1, nodes.begin() + heads.count(),
            nodes.begin() + place);
  heads.Erase(place);
}

void KeyTree::Leaf::Move(size_t place, Leaf* to) {
  const size_t count = heads.count() - place;
  const size_t to_count = to->heads.count();
  std::copy(nodes.begin() + place, nodes.begin() + place + count,
            to->nodes.begin() + to_count);
  to->heads.Assign(to_count + count, to->KeyAt());
  heads.Assign(place, KeyAt());
}

std::unique_ptr<KeyTree::Leaf> KeyTree::Chain(Leaf& leaf) {
  auto right = std::make_unique<Leaf>();
  ++leaves_;
  right->previous = &leaf;
  right->next = leaf.next;
  leaf.next = right.get();
  Leaf*& back = right->next == nullptr ? last_ : right->next->previous;
  back = right.get();
  return right;
}

void KeyTree::Unchain(const Leaf& leaf) {
  --leaves_;
  if (leaf.previous != nullptr) leaf.previous->next = leaf.next;
  Leaf*& back = leaf.next == nullptr ? last_ : leaf.next->previous;
  back = leaf.previous;
}

// --- inner nodes

size_t KeyTree::Inner::PlaceOf(absl::string_view key) const {
  return heads.UpperBound(key, KeyAt());
}

void KeyTree::Inner::Insert(size_t place, std::string separator, Child right) {
  heads.Insert(place, separator,
               [this](size_t at) { return absl::string_view(separators[at]); });
  separators.insert(separators.begin() + place, std::move(separator));
  children.insert(children.begin() + place + 1, std::move(right));
}

void KeyTree::Inner::Erase(size_t place) {
  const size_t separator = place == 0 ? 0 : place - 1;
  heads.Erase(separator);
  separators.erase(separators.begin() + separator);
  children.erase(children.begin() + place);
}

std::string KeyTree::Inner::Move(size_t place, Inner* to) {
  std::string between = std::move(separators[place - 1]);
  std::move(children.begin() + place, children.end(),
            std::back_inserter(to->children));
  std::move(separators.begin() + place, separators.end(),
            std::back_inserter(to->separators));
  children.resize(place);
  separators.resize(place - 1);
  heads.Assign(separators.size(), KeyAt());
  to->heads.Assign(to->separators.size(), to->KeyAt());
  return between;
}

// --- insertion

KeyTree::Cut KeyTree::InsertInto(Leaf& leaf, KeyNode* node) {
  const size_t place = leaf.LowerBound(node->key());
  if (!leaf.heads.is_full()) {
    leaf.Insert(place, node);
    return {};
  }
  // Keys that come in order leave full leaves behind.
  const bool is_last = leaf.next == nullptr && place == leaf.heads.count();
  const size_t kept = is_last ? place : leaf.heads.count() / 2;
  std::unique_ptr<Leaf> right = Chain(leaf);
  leaf.Move(kept, right.get());
  if (place < kept) {
    leaf.Insert(place, node);
  } else {
    right->Insert(place - kept, node);
  }
  const KeyNode* const left_last = leaf.nodes[leaf.heads.count() - 1];
  return {SeparatorOf(left_last->key(), right->nodes[0]->key()),
          {std::move(right), nullptr}};
}

KeyTree::Cut KeyTree::CutInner(Inner& inner) {
  auto right = std::make_unique<Inner>();
  ++inners_;
  std::string between = inner.Move(inner.children.size() / 2, right.get());
  return {std::move(between), {nullptr, std::move(right)}};
}

KeyTree::Cut KeyTree::InsertInto(const Child& child, KeyNode* node) {
  if (child.leaf != nullptr) return InsertInto(*child.leaf, node);
  Inner& inner = *child.inner;
  const size_t place = inner.PlaceOf(node->key());
  Cut cut = InsertInto(inner.children[place], node);
  if (cut.is_empty()) return {};
  inner.Insert(place, std::move(cut.separator), std::move(cut.right));
  if (inner.children.size() <= kChildrenMax) return {};
  return CutInner(inner);
}

void KeyTree::Insert(KeyNode* node) {
  Cut cut = InsertInto(root_, node);
  if (cut.is_empty()) return;
  auto root = std::make_unique<Inner>();
  ++inners_;
  root->children.push_back(std::move(root_));
  root->Insert(0, std::move(cut.separator), std::move(cut.right));
  root_ = {nullptr, std::move(root)};
}

// --- erasure

void KeyTree::JoinAt(Inner& inner, size_t place) {
  if (inner.children[place].leaf->heads.count() >= kLeafKeysMin) return;
  if (inner.children.size() == 1) return;
  const size_t left_place = place == 0 ? 0 : place - 1;
  Leaf& left = *inner.children[left_place].leaf;
  Leaf& right = *inner.children[left_place + 1].leaf;
  if (left.heads.count() + right.heads.count() > kJoinedKeysMax) return;
  right.Move(0, &left);
  Unchain(right);
  inner.Erase(left_place + 1);
}

bool KeyTree::EraseFrom(const Child& child, absl::string_view key) {
  if (child.leaf != nullptr) {
    child.leaf->Erase(child.leaf->LowerBound(key));
    return child.leaf->heads.count() == 0;
  }
  Inner& inner = *child.inner;
  const size_t place = inner.PlaceOf(key);
  const Child& below = inner.children[place];
  if (!EraseFrom(below, key)) {
    if (below.leaf != nullptr) JoinAt(inner, place);
    return false;
  }
  if (below.leaf != nullptr) {
    Unchain(*below.leaf);
  } else {
    --inners_;
  }
  if (inner.children.size() == 1) return true;
  inner.Erase(place);
  return false;
}

void KeyTree::Erase(absl::string_view key) {
  const bool is_empty = EraseFrom(root_, key);
  if (root_.leaf != nullptr) return;
  if (is_empty) {
    --inners_;
    ++leaves_;
    root_.inner.reset();
    root_.leaf = std::make_unique<Leaf>();
    last_ = root_.leaf.get();
  }
  while (root_.inner != nullptr && root_.inner->children.size() == 1) {
    --inners_;
    const std::unique_ptr<Inner> old = std::move(root_.inner);
    root_ = std::move(old->children.front());
  }
}

// --- searches

KeyTree::KeyTree() : root_{std::make_unique<Leaf>(), nullptr} {
  last_ = root_.leaf.get();
}

KeyTree::~KeyTree() = default;

KeyTree::Cursor::Cursor(const Leaf* leaf, size_t place)
    : leaf_(leaf), place_(place) {
  Settle();
}

bool KeyTree::Cursor::Previous() {
  if (place_ == 0) {
    if (leaf_->previous == nullptr) return false;
    leaf_ = leaf_->previous;
    place_ = leaf_->heads.count();
  }
  --place_;
  return true;
}

const KeyTree::Leaf& KeyTree::LeafOf(absl::string_view key) const {
  const Child* child = &root_;
  while (child->inner != nullptr) {
    child = &child->inner->children[child->inner->PlaceOf(key)];
  }
  return *child->leaf;
}

KeyTree::Cursor KeyTree::LowerBound(absl::string_view key) const {
  const Leaf& leaf = LeafOf(key);
  return {&leaf, leaf.LowerBound(key)};
}

KeyTree::Cursor KeyTree::UpperBound(absl::string_view key) const {
  const Leaf& leaf = LeafOf(key);
  return {&leaf, leaf.UpperBound(key)};
}

KeyTree::Cursor KeyTree::End() const { return {last_, last_->heads.count()}; }

}  // namespace rundlet

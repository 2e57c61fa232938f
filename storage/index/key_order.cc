#include "storage/index/key_order.h"

namespace rundlet {
namespace {

// Nodes that are on their way to the cache while one is visited.
constexpr int kNodesAhead = 16;

// Goes before a cursor through the same nodes.
class Lookahead {
 public:
  explicit Lookahead(const KeyTree::Cursor& from) : next_(from) {
    for (int i = 0; i < kNodesAhead; ++i) Step();
  }

  void Step() {
    if (next_.is_end()) return;
    next_.node()->Prefetch();
    next_.Next();
  }

 private:
  KeyTree::Cursor next_;
};

}  // namespace

void KeyOrder::Insert(KeyNode* node) {
  const absl::MutexLock lock(&mu_);
  nodes_.Insert(node);
}

void KeyOrder::Erase(KeyNode* node) {
  const absl::MutexLock lock(&mu_);
  nodes_.Erase(node->key());
}

void KeyOrder::Forwards(const KeyRange& range, absl::string_view after,
                        VisitNode visit) const {
  const absl::ReaderMutexLock lock(&mu_);
  // Behind `after`, but never before the range's start.
  KeyTree::Cursor cursor = after.empty() || after < range.start
                               ? nodes_.LowerBound(range.start)
                               : nodes_.UpperBound(after);
  Lookahead ahead(cursor);
  for (; !cursor.is_end(); cursor.Next()) {
    KeyNode* const node = cursor.node();
    if (!range.Contains(node->key())) return;
    ahead.Step();
    if (!visit(node)) return;
  }
}

void KeyOrder::Backwards(const KeyRange& range, absl::string_view after,
                         VisitNode visit) const {
  const absl::ReaderMutexLock lock(&mu_);
  const bool is_inside =
      !after.empty() && (range.end.empty() || after < range.end);
  const absl::string_view end = is_inside ? after : range.end;
  KeyTree::Cursor cursor = end.empty() ? nodes_.End() : nodes_.LowerBound(end);
  while (cursor.Previous()) {
    KeyNode* const node = cursor.node();
    if (!range.Contains(node->key()) || !visit(node)) return;
  }
}

size_t KeyOrder::bytes() const {
  const absl::ReaderMutexLock lock(&mu_);
  return nodes_.bytes();
}

}  // namespace rundlet

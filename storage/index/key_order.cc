#include "storage/index/key_order.h"

namespace rundlet {
namespace {

// Nodes that are on their way to the cache while one is visited.
constexpr int kNodesAhead = 8;

// Goes before an iterator through the same nodes.
template <typename Iterator>
class Lookahead {
 public:
  Lookahead(Iterator from, Iterator end) : next_(from), end_(end) {
    for (int i = 0; i < kNodesAhead; ++i) Step();
  }

  void Step() {
    if (next_ == end_) return;
    __builtin_prefetch(*next_, /*rw=*/0, /*locality=*/3);
    ++next_;
  }

 private:
  Iterator next_;
  const Iterator end_;
};

}  // namespace

void KeyOrder::Insert(KeyNode* node) {
  const absl::MutexLock lock(&mu_);
  nodes_.insert(node);
}

void KeyOrder::Erase(KeyNode* node) {
  const absl::MutexLock lock(&mu_);
  nodes_.erase(node);
}

void KeyOrder::Forwards(const KeyRange& range, absl::string_view after,
                        VisitNode visit) const {
  const absl::ReaderMutexLock lock(&mu_);
  // Behind `after`, but never before the range's start.
  auto it = after.empty() || after < range.start
                ? nodes_.lower_bound(absl::string_view(range.start))
                : nodes_.upper_bound(after);
  Lookahead ahead(it, nodes_.end());
  for (; it != nodes_.end() && range.Contains((*it)->key()); ++it) {
    ahead.Step();
    if (!visit(*it)) return;
  }
}

void KeyOrder::Backwards(const KeyRange& range, absl::string_view after,
                         VisitNode visit) const {
  const absl::ReaderMutexLock lock(&mu_);
  auto it = nodes_.end();
  if (!range.end.empty()) {
    it = nodes_.lower_bound(absl::string_view(range.end));
  }
  if (!after.empty() && (range.end.empty() || after < range.end)) {
    it = nodes_.lower_bound(after);
  }
  while (it != nodes_.begin()) {
    --it;
    if (!range.Contains((*it)->key()) || !visit(*it)) return;
  }
}

}  // namespace rundlet

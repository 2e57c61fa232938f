// KeyOrder: the nodes of an index in the order of their keys.

#ifndef RUNDLET_STORAGE_INDEX_KEY_ORDER_H_
#define RUNDLET_STORAGE_INDEX_KEY_ORDER_H_

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "storage/index/key_node.h"
#include "storage/index/key_tree.h"
#include "storage/scan.h"

namespace rundlet {

// Thread-safe. A node that is in it may be read while `visit` runs, for it
// cannot leave meanwhile; its details need a guard. Does not own the nodes.
class KeyOrder {
 public:
  using VisitNode = absl::FunctionRef<bool(KeyNode* node)>;
  using VisitVersion =
      absl::FunctionRef<bool(absl::string_view key, const Version& version)>;

  void Insert(KeyNode* node) ABSL_LOCKS_EXCLUDED(mu_);
  void Erase(KeyNode* node) ABSL_LOCKS_EXCLUDED(mu_);

  // Visit nodes of the range in order, from behind `after` (empty: from its
  // end) on, until `visit` returns false.
  void Forwards(const KeyRange& range, absl::string_view after,
                VisitNode visit) const ABSL_LOCKS_EXCLUDED(mu_);
  void Backwards(const KeyRange& range, absl::string_view after,
                 VisitNode visit) const ABSL_LOCKS_EXCLUDED(mu_);

  // Besides the nodes.
  size_t bytes() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  mutable absl::Mutex mu_;
  KeyTree nodes_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_INDEX_KEY_ORDER_H_

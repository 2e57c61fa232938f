// Planning a transaction: from what a store holds and a request to what is to
// be written and answered. Pure; it knows no lock, no log and no clock.

#ifndef RUNDLET_STORAGE_ENGINE_COMMIT_TRANSACTION_PLAN_H_
#define RUNDLET_STORAGE_ENGINE_COMMIT_TRANSACTION_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/format/hashed_key.h"
#include "storage/index/version.h"
#include "storage/limits.h"
#include "storage/scan.h"
#include "storage/transaction.h"

namespace rundlet {

// Values read before the commit lock, each good for one revision of its key
// (T2): a plan that finds another revision asks for it again.
struct FetchedValue {
  Revision revision = 0;
  std::shared_ptr<const std::string> value;
  ValueKind kind = ValueKind::kText;
  std::string digest = {};  // value_digest.h; empty: not computed
};
using FetchedValues = absl::flat_hash_map<std::string, FetchedValue>;

// A version that a transaction makes; a deleted one stands for a tombstone.
struct PlannedChange {
  std::string key;
  size_t key_hash = 0;  // as HashedKey computes it
  Version version;      // without location and value
  std::string value;    // of a put
  // For the pipeline: the next change of the key that waits with it; 0: none.
  Revision next_revision = 0;
  bool was_newest = true;  // when it was about to be written

  HashedKey hashed_key() const { return {key, key_hash}; }
};

struct TransactionPlan {
  // Not empty: these values were needed and not there; nothing else counts.
  std::vector<std::string> missing_values;

  Receipt receipt;  // durability not set; revision 0 if there is no change
  // At most one a key, in the order of their last mutation.
  absl::InlinedVector<PlannedChange, 1> changes;
  uint64_t put_count = 0;
  uint64_t delete_count = 0;

  // Makes it as new, to be used again.
  void Clear() {
    missing_values.clear();
    receipt = Receipt();
    changes.clear();
    put_count = delete_count = 0;
  }
};

// The newest version of a key, expired or not.
struct FoundVersion {
  Version version;
  // Its value, if that is in no segment yet; valid while the plan is made.
  const std::string* value = nullptr;
};

using VisitKey =
    absl::FunctionRef<bool(absl::string_view key, const Version& version)>;

struct PlanInput {
  Revision revision = 0;  // that the transaction gets if it changes anything
  Revision read_revision = 0;  // the newest before it
  int64_t now_us = 0;
  const FetchedValues* values = nullptr;
  const Limits* limits = nullptr;
  // Sets *found, which is new; false if the key is absent or deleted.
  absl::FunctionRef<bool(const HashedKey& key, FoundVersion* found)> find;
  // Calls `visit` for each key of the range that is not deleted, in order, with
  // its newest version, expired or not, until it returns false.
  absl::FunctionRef<void(const KeyRange& range, VisitKey visit)> list;
};

// Fills *plan, which is empty. A plan without missing values takes keys and
// values out of the transaction's operations; otherwise they are unchanged.
// INVALID_ARGUMENT: the receipt would exceed receipt_bytes_max, or range
// deletes their limits. FAILED_PRECONDITION: an AddOperation met no number, or
// its sum is none.
absl::Status PlanTransaction(Transaction* transaction, const PlanInput& input,
                             TransactionPlan* plan);

// The keys whose values a plan is sure to need, as far as the request tells.
std::vector<std::string> ValuesNeeded(const Transaction& transaction);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMMIT_TRANSACTION_PLAN_H_

// Planning a transaction: from what a store holds and a request to what is to
// be written and answered. Pure; it knows no lock, no log and no clock.

#ifndef RUNDLET_STORAGE_ENGINE_COMMIT_TRANSACTION_PLAN_H_
#define RUNDLET_STORAGE_ENGINE_COMMIT_TRANSACTION_PLAN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/index/index.h"
#include "storage/index/version.h"
#include "storage/limits.h"
#include "storage/transaction.h"

namespace rundlet {

// Values read before the commit lock, each good for one revision of its key
// (T2): a plan that finds another revision asks for it again.
struct FetchedValue {
  Revision revision = 0;
  std::shared_ptr<const std::string> value;
};
using FetchedValues = absl::flat_hash_map<std::string, FetchedValue>;

struct TransactionPlan {
  // Not empty: these values were needed and not there; nothing else is set.
  std::vector<std::string> missing_values;

  Receipt receipt;  // durability not set; revision 0 if there is no change
  // At most one a key, in the order of their last mutation; a deleted version
  // stands for a tombstone.
  absl::InlinedVector<Index::Change, 1> changes;
  uint64_t put_count = 0;
  uint64_t delete_count = 0;
};

struct PlanInput {
  Revision revision = 0;  // that the transaction gets if it changes anything
  Revision read_revision = 0;  // the newest before it
  int64_t now_us = 0;
  const FetchedValues* values = nullptr;
  const Limits* limits = nullptr;
  // The newest version of a key, expired or not; empty if absent or deleted.
  absl::FunctionRef<std::optional<Version>(absl::string_view key)> find;
};

// A plan without missing values takes keys and values out of the transaction's
// operations; otherwise it is unchanged. INVALID_ARGUMENT: the receipt would
// exceed receipt_bytes_max.
absl::StatusOr<TransactionPlan> PlanTransaction(Transaction* transaction,
                                                const PlanInput& input);

// The keys whose values a plan is sure to need, as far as the request tells.
std::vector<std::string> ValuesNeeded(const Transaction& transaction);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMMIT_TRANSACTION_PLAN_H_

// Planner: one run of PlanTransaction (transaction_plan.h), its private matter.

#ifndef RUNDLET_STORAGE_ENGINE_COMMIT_PLANNER_H_
#define RUNDLET_STORAGE_ENGINE_COMMIT_PLANNER_H_

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/engine/commit/transaction_plan.h"

namespace rundlet {

class Planner {
 public:
  Planner(Transaction* transaction, const PlanInput& input,
          TransactionPlan* plan)
      : transaction_(*transaction), input_(input), plan_(*plan) {}

  absl::Status Run();

 private:
  // A key that an operation has looked at.
  struct Seen {
    std::string* key = nullptr;  // of the first operation that did
    size_t key_hash = 0;
    FoundVersion found;                // what it is now, if it is live
    bool live = false;                 // neither absent nor expired
    bool in_store = false;             // something has to be deleted if it goes
    uint64_t mutation = 0;             // the number of its last one; 0: none
    std::string* put_value = nullptr;  // its value, if it was put here
  };

  // --- what there is: transaction_plan.cc
  bool FindLive(const HashedKey& key, FoundVersion* found) const;
  // The key, if an operation has looked at it; good until the next Look.
  Seen* FindSeen(absl::string_view key);
  Seen& Look(std::string* key);
  // Likewise; what a put has let expire at once is gone already.
  Seen& LookAgain(std::string* key);
  const std::string& ValueOf(absl::string_view key, const FoundVersion& found);
  Entry PreviousOf(const Seen& seen);
  void CollectChanges();
  void AddChange(Seen& seen);

  // --- planner_conditions.cc
  bool Holds(const Condition& condition);
  bool ValueIs(const Condition& condition, const FoundVersion& found);
  FailedCondition Describe(const Condition& condition, size_t index);
  absl::Span<Operation> ChooseBranch();

  // --- planner_operations.cc
  void Apply(Operation& operation);
  void ApplyTo(Seen& seen, Operation& operation, OperationResult* result);
  int64_t Resolve(const Expiry& expiry, const Seen& seen) const;
  void Write(Seen& seen, ValueKind kind, int64_t expiry_us);
  void ApplyPut(Seen& seen, PutOperation& put);
  void ApplySetExpiry(Seen& seen, const SetExpiryOperation& set,
                      OperationResult* result);
  void ApplyAdd(Seen& seen, const AddOperation& add, OperationResult* result);
  void ApplyDelete(Seen& seen);
  void ApplyDeleteRange(const DeleteRangeOperation& range,
                        OperationResult* result);
  // The live keys of a range in order, at most one more than `max`.
  std::vector<std::string> KeysOf(const KeyRange& range, uint64_t max);
  // Refuses the transaction; the first refusal counts.
  void Refuse(absl::Status why);

  Transaction& transaction_;
  const PlanInput& input_;
  TransactionPlan& plan_;
  absl::InlinedVector<Seen, 1> seen_;
  absl::flat_hash_map<absl::string_view, size_t> seen_at_;  // if many
  std::forward_list<std::string> made_;  // keys and values that are in no
                                         // operation
  uint64_t mutations_ = 0;
  uint64_t receipt_bytes_ = 0;
  uint64_t range_keys_ = 0;       // deleted by ranges so far
  uint64_t range_key_bytes_ = 0;  // of these keys
  absl::Status refusal_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMMIT_PLANNER_H_

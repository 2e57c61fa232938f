#include "storage/engine/commit/transaction_plan.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "storage/engine/commit/planner.h"
#include "storage/engine/commit/put_plan.h"
#include "storage/engine/read/record_reader.h"
#include "storage/limit_checks.h"

namespace rundlet {

bool Planner::FindLive(const HashedKey& key, FoundVersion* found) const {
  return input_.find(key, found) && !found->version.ExpiredAt(input_.now_us);
}

Planner::Seen* Planner::FindSeen(absl::string_view key) {
  constexpr size_t kFewKeys = 8;
  if (seen_.size() < kFewKeys) {
    for (Seen& seen : seen_) {
      if (*seen.key == key) return &seen;
    }
    return nullptr;
  }
  for (size_t i = seen_at_.size(); i < seen_.size(); ++i) {
    seen_at_[*seen_[i].key] = i;
  }
  const auto found = seen_at_.find(key);
  return found == seen_at_.end() ? nullptr : &seen_[found->second];
}

Planner::Seen& Planner::Look(std::string* key) {
  if (Seen* const again = FindSeen(*key); again != nullptr) return *again;
  const HashedKey hashed(*key);
  Seen& seen = seen_.emplace_back();
  seen.key = key;
  seen.key_hash = hashed.hash;
  seen.in_store = input_.find(hashed, &seen.found);
  seen.live = seen.in_store && !seen.found.version.ExpiredAt(input_.now_us);
  return seen;
}

Planner::Seen& Planner::LookAgain(std::string* key) {
  Seen& seen = Look(key);
  if (seen.live && seen.found.version.ExpiredAt(input_.now_us)) {
    seen.live = false;
    seen.put_value = nullptr;
  }
  return seen;
}

const std::string& Planner::ValueOf(absl::string_view key,
                                    const FoundVersion& found) {
  static const auto* const kPlaceholder = new std::string();
  if (found.value != nullptr) return *found.value;
  if (found.version.value != nullptr) return *found.version.value;
  const auto fetched = input_.values->find(key);
  if (fetched != input_.values->end() &&
      fetched->second.revision == found.version.revision) {
    return *fetched->second.value;
  }
  // The plan goes on, to find all that is missing at once, and is thrown away.
  plan_.missing_values.emplace_back(key);
  return *kPlaceholder;
}

Entry Planner::PreviousOf(const Seen& seen) {
  Entry entry = EntryOf(*seen.key, seen.found.version);
  entry.value.bytes = ValueOf(*seen.key, seen.found);
  receipt_bytes_ += entry.key.size() + entry.value.bytes.size();
  return entry;
}

void Planner::CollectChanges() {
  absl::InlinedVector<Seen*, 4> mutated;
  for (Seen& seen : seen_) {
    // A key that came and went leaves nothing, unless there was one before.
    const bool leaves_record = seen.live || seen.in_store;
    if (seen.mutation != 0 && leaves_record) mutated.push_back(&seen);
  }
  if (mutated.size() > 1) {
    std::sort(mutated.begin(), mutated.end(), [](const Seen* a, const Seen* b) {
      return a->mutation < b->mutation;
    });
  }
  for (Seen* seen : mutated) AddChange(*seen);
}

void Planner::AddChange(Seen& seen) {
  PlannedChange& change = plan_.changes.emplace_back();
  change.key_hash = seen.key_hash;
  if (!seen.live) {
    change.version.deleted = true;
    change.version.revision = input_.revision;
    change.version.modified_us = input_.now_us;
  } else {
    if (seen.put_value != nullptr) {
      change.value = std::move(*seen.put_value);
    } else {
      change.value = *seen.found.value;
    }
    change.version = std::move(seen.found.version);
    change.version.value = nullptr;
  }
  change.key = std::move(*seen.key);
}

absl::Status Planner::Run() {
  const absl::Span<Operation> branch = ChooseBranch();
  plan_.receipt.results.reserve(branch.size());
  for (Operation& operation : branch) Apply(operation);
  if (!plan_.missing_values.empty()) return absl::OkStatus();
  if (!refusal_.ok()) return refusal_;
  absl::Status fits =
      CheckAtMost("receipt bytes", receipt_bytes_, "receipt_bytes_max",
                  input_.limits->receipt_bytes_max);
  if (!fits.ok()) return fits;
  CollectChanges();
  plan_.receipt.read_revision = input_.read_revision;
  if (!plan_.changes.empty()) {
    plan_.receipt.revision = input_.revision;
    plan_.receipt.read_revision = input_.revision;
  }
  return absl::OkStatus();
}

absl::Status PlanTransaction(Transaction* transaction, const PlanInput& input,
                             TransactionPlan* plan) {
  if (IsOnlyPut(*transaction)) {
    PlanPut(std::get<PutOperation>(transaction->operations[0]), input, plan);
    return absl::OkStatus();
  }
  return Planner(transaction, input, plan).Run();
}

std::vector<std::string> ValuesNeeded(const Transaction& transaction) {
  std::vector<std::string> keys;
  for (const Condition& condition : transaction.conditions) {
    if (condition.target == Condition::Target::kValue ||
        condition.target == Condition::Target::kDigest) {
      keys.push_back(condition.key);
    }
  }
  for (const auto* branch : {&transaction.operations, &transaction.otherwise}) {
    for (const Operation& operation : *branch) {
      const std::string* const key = KeyOf(operation);
      if (key == nullptr) continue;  // which keys, only the plan knows
      if (transaction.return_previous ||
          std::holds_alternative<GetOperation>(operation) ||
          std::holds_alternative<SetExpiryOperation>(operation) ||
          std::holds_alternative<AddOperation>(operation)) {
        keys.push_back(*key);
      }
    }
  }
  return keys;
}

}  // namespace rundlet

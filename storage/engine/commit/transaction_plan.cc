#include "storage/engine/commit/transaction_plan.h"

#include <algorithm>

#include "absl/types/span.h"
#include "storage/engine/commit/put_plan.h"
#include "storage/engine/read/record_reader.h"
#include "storage/format/checksum.h"
#include "storage/limit_checks.h"

namespace rundlet {
namespace {

const std::string& KeyOf(const Operation& operation) {
  return std::visit(
      [](const auto& each) -> const std::string& { return each.key; },
      operation);
}

std::string& KeyOf(Operation& operation) {
  return std::visit([](auto& each) -> std::string& { return each.key; },
                    operation);
}

template <typename T>
bool Compare(const T& have, Condition::Comparison comparison, const T& want) {
  switch (comparison) {
    case Condition::Comparison::kEqual:
      return have == want;
    case Condition::Comparison::kNotEqual:
      return !(have == want);
    case Condition::Comparison::kLess:
      return have < want;
    case Condition::Comparison::kGreater:
      return want < have;
  }
  return false;
}

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

  bool FindLive(const HashedKey& key, FoundVersion* found) const;
  Seen& Look(std::string* key);
  const std::string& ValueOf(absl::string_view key, const FoundVersion& found);

  bool Holds(const Condition& condition);
  FailedCondition Describe(const Condition& condition, size_t index);
  absl::Span<Operation> ChooseBranch();

  void Apply(Operation& operation);
  void Write(Seen& seen, ValueKind kind, int64_t expiry_us);
  void ApplyPut(Seen& seen, PutOperation& put);
  void ApplySetExpiry(Seen& seen, const SetExpiryOperation& set);
  void ApplyDelete(Seen& seen);
  void CollectChanges();
  void AddChange(Seen& seen);

  Transaction& transaction_;
  const PlanInput& input_;
  TransactionPlan& plan_;
  absl::InlinedVector<Seen, 1> seen_;
  absl::flat_hash_map<absl::string_view, size_t> seen_at_;  // if many
  uint64_t mutations_ = 0;
  uint64_t receipt_bytes_ = 0;
};

bool Planner::FindLive(const HashedKey& key, FoundVersion* found) const {
  return input_.find(key, found) && !found->version.ExpiredAt(input_.now_us);
}

Planner::Seen& Planner::Look(std::string* key) {
  constexpr size_t kFewKeys = 8;
  if (seen_.size() < kFewKeys) {
    for (Seen& seen : seen_) {
      if (*seen.key == *key) return seen;
    }
  } else {
    if (seen_at_.empty()) {
      for (size_t i = 0; i < seen_.size(); ++i) seen_at_[*seen_[i].key] = i;
    }
    const auto found = seen_at_.find(*key);
    if (found != seen_at_.end()) return seen_[found->second];
    seen_at_[*key] = seen_.size();
  }
  const HashedKey hashed(*key);
  Seen& seen = seen_.emplace_back();
  seen.key = key;
  seen.key_hash = hashed.hash;
  seen.in_store = input_.find(hashed, &seen.found);
  seen.live = seen.in_store && !seen.found.version.ExpiredAt(input_.now_us);
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

bool Planner::Holds(const Condition& condition) {
  FoundVersion found;
  const bool exists = FindLive(HashedKey(condition.key), &found);
  const auto compare = [&condition](uint64_t have) {
    return Compare(have, condition.comparison, condition.number);
  };
  switch (condition.target) {
    case Condition::Target::kRevision:
      return compare(exists ? found.version.revision : 0);
    case Condition::Target::kCreateRevision:
      return compare(exists ? found.version.create_revision : 0);
    case Condition::Target::kVersion:
      return compare(exists ? found.version.version : 0);
    case Condition::Target::kValue:
      break;
  }
  const bool equal = exists && found.version.kind == condition.value.kind &&
                     ValueOf(condition.key, found) == condition.value.bytes;
  return equal == (condition.comparison == Condition::Comparison::kEqual);
}

FailedCondition Planner::Describe(const Condition& condition, size_t index) {
  FailedCondition failed;
  failed.index = index;
  FoundVersion found;
  const bool exists = FindLive(HashedKey(condition.key), &found);
  if (exists) {
    failed.exists = true;
    failed.revision = found.version.revision;
    failed.version = found.version.version;
    failed.value_crc32 = Crc32(0, ValueOf(condition.key, found));
  }
  return failed;
}

absl::Span<Operation> Planner::ChooseBranch() {
  for (size_t i = 0; i < transaction_.conditions.size(); ++i) {
    const Condition& condition = transaction_.conditions[i];
    if (Holds(condition)) continue;
    plan_.receipt.failed_condition = Describe(condition, i);
    plan_.receipt.branch = transaction_.has_otherwise
                               ? Receipt::Branch::kOtherwise
                               : Receipt::Branch::kNone;
    return transaction_.has_otherwise ? absl::MakeSpan(transaction_.otherwise)
                                      : absl::Span<Operation>();
  }
  return absl::MakeSpan(transaction_.operations);
}

void Planner::Write(Seen& seen, ValueKind kind, int64_t expiry_us) {
  MakeNext(input_, seen.live, kind, expiry_us, &seen.found.version);
  seen.found.version.location = Location();
  seen.live = true;
  seen.mutation = ++mutations_;
}

void Planner::ApplyPut(Seen& seen, PutOperation& put) {
  ++plan_.put_count;
  const int64_t kept_us = seen.live ? seen.found.version.expiry_us : 0;
  Write(seen, put.value.kind, ExpiryMicros(put.expiry, input_.now_us, kept_us));
  seen.put_value = &put.value.bytes;
  seen.found.value = seen.put_value;
}

void Planner::ApplySetExpiry(Seen& seen, const SetExpiryOperation& set) {
  if (!seen.live) return;
  ++plan_.put_count;
  const Version& version = seen.found.version;
  seen.found.value = &ValueOf(*seen.key, seen.found);
  Write(seen, version.kind,
        ExpiryMicros(set.expiry, input_.now_us, version.expiry_us));
}

void Planner::ApplyDelete(Seen& seen) {
  ++plan_.delete_count;
  if (!seen.live) return;
  seen.live = false;
  seen.put_value = nullptr;
  seen.mutation = ++mutations_;
}

void Planner::Apply(Operation& operation) {
  Seen& seen = Look(&KeyOf(operation));
  // A put may have let the key expire at once; then it is gone already.
  if (seen.live && seen.found.version.ExpiredAt(input_.now_us)) {
    seen.live = false;
    seen.put_value = nullptr;
  }
  OperationResult& result = plan_.receipt.results.emplace_back();
  result.existed = seen.live;
  const bool is_get = std::holds_alternative<GetOperation>(operation);
  if (seen.live && (is_get || transaction_.return_previous)) {
    Entry entry = EntryOf(*seen.key, seen.found.version);
    entry.value.bytes = ValueOf(*seen.key, seen.found);
    receipt_bytes_ += entry.key.size() + entry.value.bytes.size();
    result.entry = std::move(entry);
  }
  if (auto* put = std::get_if<PutOperation>(&operation)) {
    ApplyPut(seen, *put);
  } else if (const auto* set = std::get_if<SetExpiryOperation>(&operation)) {
    ApplySetExpiry(seen, *set);
  } else if (!is_get) {
    ApplyDelete(seen);
  }
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

}  // namespace

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
    if (condition.target == Condition::Target::kValue) {
      keys.push_back(condition.key);
    }
  }
  for (const auto* branch : {&transaction.operations, &transaction.otherwise}) {
    for (const Operation& operation : *branch) {
      if (transaction.return_previous ||
          std::holds_alternative<GetOperation>(operation) ||
          std::holds_alternative<SetExpiryOperation>(operation)) {
        keys.push_back(KeyOf(operation));
      }
    }
  }
  return keys;
}

}  // namespace rundlet

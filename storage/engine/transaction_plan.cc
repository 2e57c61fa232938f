#include "storage/engine/transaction_plan.h"

#include <algorithm>

#include "absl/time/time.h"
#include "storage/engine/expiry_micros.h"
#include "storage/engine/record_reader.h"
#include "storage/format/checksum.h"
#include "storage/limit_checks.h"

namespace rundlet {
namespace {

const std::string& KeyOf(const Operation& operation) {
  return std::visit(
      [](const auto& each) -> const std::string& { return each.key; },
      operation);
}

int64_t ResolveExpiry(const Expiry& expiry, int64_t now_us, int64_t kept_us) {
  switch (expiry.rule()) {
    case Expiry::Rule::kNever:
      return 0;
    case Expiry::Rule::kKeep:
      return kept_us;
    case Expiry::Rule::kAfter:
      return ToExpiryMicros(absl::FromUnixMicros(now_us) + expiry.ttl());
    case Expiry::Rule::kAt:
      return ToExpiryMicros(expiry.time());
  }
  return 0;
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
  Planner(const Transaction& transaction, const PlanInput& input)
      : transaction_(transaction), input_(input) {}

  absl::StatusOr<TransactionPlan> Run();

 private:
  // A key that an operation has looked at.
  struct Seen {
    std::string key;
    std::optional<Version> version;  // live; empty if absent or expired
    bool in_store = false;           // something has to be deleted if it goes
    uint64_t mutation = 0;           // the number of its last one; 0: none
  };

  std::optional<Version> FindLive(absl::string_view key, bool* in_store) const;
  Seen& Look(const std::string& key);
  std::shared_ptr<const std::string> ValueOf(absl::string_view key,
                                             const Version& version);

  bool Holds(const Condition& condition);
  FailedCondition Describe(const Condition& condition, size_t index);
  const std::vector<Operation>& ChooseBranch();

  void Apply(const Operation& operation);
  void Write(Seen& seen, ValueKind kind,
             std::shared_ptr<const std::string> value, int64_t expiry_us);
  void ApplyPut(Seen& seen, const PutOperation& put);
  void ApplySetExpiry(Seen& seen, const SetExpiryOperation& set);
  void ApplyDelete(Seen& seen);
  void CollectChanges();

  const Transaction& transaction_;
  const PlanInput& input_;
  TransactionPlan plan_;
  std::vector<Seen> seen_;
  absl::flat_hash_map<std::string, size_t> seen_at_;  // once there are many
  uint64_t mutations_ = 0;
  uint64_t receipt_bytes_ = 0;
};

std::optional<Version> Planner::FindLive(absl::string_view key,
                                         bool* in_store) const {
  std::optional<Version> version = input_.find(key);
  *in_store = version.has_value();
  if (version.has_value() && version->ExpiredAt(input_.now_us)) version.reset();
  return version;
}

Planner::Seen& Planner::Look(const std::string& key) {
  constexpr size_t kFewKeys = 8;
  if (seen_.size() < kFewKeys) {
    for (Seen& seen : seen_) {
      if (seen.key == key) return seen;
    }
  } else {
    if (seen_at_.empty()) {
      for (size_t i = 0; i < seen_.size(); ++i) seen_at_[seen_[i].key] = i;
    }
    const auto found = seen_at_.find(key);
    if (found != seen_at_.end()) return seen_[found->second];
    seen_at_[key] = seen_.size();
  }
  Seen seen;
  seen.key = key;
  seen.version = FindLive(key, &seen.in_store);
  seen_.push_back(std::move(seen));
  return seen_.back();
}

std::shared_ptr<const std::string> Planner::ValueOf(absl::string_view key,
                                                    const Version& version) {
  static const auto* const kPlaceholder =
      new std::shared_ptr<const std::string>(
          std::make_shared<const std::string>());
  if (version.value != nullptr) return version.value;
  const auto fetched = input_.values->find(key);
  if (fetched != input_.values->end() &&
      fetched->second.revision == version.revision) {
    return fetched->second.value;
  }
  // The plan goes on, to find all that is missing at once, and is thrown away.
  plan_.missing_values.emplace_back(key);
  return *kPlaceholder;
}

bool Planner::Holds(const Condition& condition) {
  bool in_store = false;
  const std::optional<Version> version = FindLive(condition.key, &in_store);
  const auto compare = [&condition](uint64_t have) {
    return Compare(have, condition.comparison, condition.number);
  };
  switch (condition.target) {
    case Condition::Target::kRevision:
      return compare(version.has_value() ? version->revision : 0);
    case Condition::Target::kCreateRevision:
      return compare(version.has_value() ? version->create_revision : 0);
    case Condition::Target::kVersion:
      return compare(version.has_value() ? version->version : 0);
    case Condition::Target::kValue:
      break;
  }
  const bool equal = version.has_value() &&
                     version->kind == condition.value.kind &&
                     *ValueOf(condition.key, *version) == condition.value.bytes;
  return equal == (condition.comparison == Condition::Comparison::kEqual);
}

FailedCondition Planner::Describe(const Condition& condition, size_t index) {
  FailedCondition failed;
  failed.index = index;
  bool in_store = false;
  const std::optional<Version> version = FindLive(condition.key, &in_store);
  if (version.has_value()) {
    failed.exists = true;
    failed.revision = version->revision;
    failed.version = version->version;
    failed.value_crc32 = Crc32(0, *ValueOf(condition.key, *version));
  }
  return failed;
}

const std::vector<Operation>& Planner::ChooseBranch() {
  static const auto* const kNothing = new std::vector<Operation>();
  for (size_t i = 0; i < transaction_.conditions.size(); ++i) {
    const Condition& condition = transaction_.conditions[i];
    if (Holds(condition)) continue;
    plan_.receipt.failed_condition = Describe(condition, i);
    plan_.receipt.branch = transaction_.has_otherwise
                               ? Receipt::Branch::kOtherwise
                               : Receipt::Branch::kNone;
    return transaction_.has_otherwise ? transaction_.otherwise : *kNothing;
  }
  return transaction_.operations;
}

void Planner::Write(Seen& seen, ValueKind kind,
                    std::shared_ptr<const std::string> value,
                    int64_t expiry_us) {
  Version next;
  if (seen.version.has_value()) {
    next.create_revision = seen.version->create_revision;
    next.created_us = seen.version->created_us;
    next.version = seen.version->version;
  } else {
    next.create_revision = input_.revision;
    next.created_us = input_.now_us;
  }
  ++next.version;
  next.revision = input_.revision;
  next.modified_us = input_.now_us;
  next.expiry_us = expiry_us;
  next.kind = kind;
  next.value = std::move(value);
  seen.version = std::move(next);
  seen.mutation = ++mutations_;
}

void Planner::ApplyPut(Seen& seen, const PutOperation& put) {
  ++plan_.put_count;
  const int64_t kept_us =
      seen.version.has_value() ? seen.version->expiry_us : 0;
  Write(seen, put.value.kind,
        std::make_shared<const std::string>(put.value.bytes),
        ResolveExpiry(put.expiry, input_.now_us, kept_us));
}

void Planner::ApplySetExpiry(Seen& seen, const SetExpiryOperation& set) {
  if (!seen.version.has_value()) return;
  ++plan_.put_count;
  Write(seen, seen.version->kind, ValueOf(seen.key, *seen.version),
        ResolveExpiry(set.expiry, input_.now_us, seen.version->expiry_us));
}

void Planner::ApplyDelete(Seen& seen) {
  ++plan_.delete_count;
  if (!seen.version.has_value()) return;
  seen.version.reset();
  seen.mutation = ++mutations_;
}

void Planner::Apply(const Operation& operation) {
  Seen& seen = Look(KeyOf(operation));
  // A put may have let the key expire at once; then it is gone already.
  if (seen.version.has_value() && seen.version->ExpiredAt(input_.now_us)) {
    seen.version.reset();
  }
  OperationResult result;
  result.existed = seen.version.has_value();
  const bool is_get = std::holds_alternative<GetOperation>(operation);
  if (seen.version.has_value() && (is_get || transaction_.return_previous)) {
    Entry entry = EntryOf(seen.key, *seen.version);
    entry.value.bytes = *ValueOf(seen.key, *seen.version);
    receipt_bytes_ += entry.key.size() + entry.value.bytes.size();
    result.entry = std::move(entry);
  }
  if (const auto* put = std::get_if<PutOperation>(&operation)) {
    ApplyPut(seen, *put);
  } else if (const auto* set = std::get_if<SetExpiryOperation>(&operation)) {
    ApplySetExpiry(seen, *set);
  } else if (!is_get) {
    ApplyDelete(seen);
  }
  plan_.receipt.results.push_back(std::move(result));
}

void Planner::CollectChanges() {
  std::vector<Seen*> mutated;
  for (Seen& seen : seen_) {
    // A key that came and went leaves nothing, unless there was one before.
    const bool leaves_record = seen.version.has_value() || seen.in_store;
    if (seen.mutation != 0 && leaves_record) mutated.push_back(&seen);
  }
  std::sort(mutated.begin(), mutated.end(), [](const Seen* a, const Seen* b) {
    return a->mutation < b->mutation;
  });
  for (Seen* seen : mutated) {
    Index::Change change;
    change.key = std::move(seen->key);
    if (seen->version.has_value()) {
      change.version = *std::move(seen->version);
    } else {
      change.version.deleted = true;
      change.version.revision = input_.revision;
      change.version.modified_us = input_.now_us;
    }
    plan_.changes.push_back(std::move(change));
  }
}

absl::StatusOr<TransactionPlan> Planner::Run() {
  const std::vector<Operation>& branch = ChooseBranch();
  plan_.receipt.results.reserve(branch.size());
  for (const Operation& operation : branch) Apply(operation);
  if (!plan_.missing_values.empty()) return std::move(plan_);
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
  return std::move(plan_);
}

}  // namespace

absl::StatusOr<TransactionPlan> PlanTransaction(const Transaction& transaction,
                                                const PlanInput& input) {
  return Planner(transaction, input).Run();
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

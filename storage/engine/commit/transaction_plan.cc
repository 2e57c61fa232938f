#include "storage/engine/commit/transaction_plan.h"

#include <algorithm>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "storage/engine/expiry_micros.h"
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
  Planner(Transaction* transaction, const PlanInput& input)
      : transaction_(*transaction), input_(input) {}

  absl::StatusOr<TransactionPlan> Run();

 private:
  // A key that an operation has looked at.
  struct Seen {
    std::string* key = nullptr;      // of the first operation that did
    std::optional<Version> version;  // live; empty if absent or expired
    bool in_store = false;           // something has to be deleted if it goes
    uint64_t mutation = 0;           // the number of its last one; 0: none
    std::string* put_bytes =
        nullptr;  // the version's value, if it was put here
  };

  std::optional<Version> FindLive(absl::string_view key, bool* in_store) const;
  Seen& Look(std::string* key);
  std::shared_ptr<const std::string> Fetched(absl::string_view key,
                                             const Version& version);
  const std::string& ValueOf(const Seen& seen);

  bool Holds(const Condition& condition);
  FailedCondition Describe(const Condition& condition, size_t index);
  absl::Span<Operation> ChooseBranch();

  void Apply(Operation& operation);
  void Write(Seen& seen, ValueKind kind, int64_t expiry_us);
  void ApplyPut(Seen& seen, PutOperation& put);
  void ApplySetExpiry(Seen& seen, const SetExpiryOperation& set);
  void ApplyDelete(Seen& seen);
  void CollectChanges();

  Transaction& transaction_;
  const PlanInput& input_;
  TransactionPlan plan_;
  absl::InlinedVector<Seen, 1> seen_;
  absl::flat_hash_map<absl::string_view, size_t> seen_at_;  // if many
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
  Seen& seen = seen_.emplace_back();
  seen.key = key;
  seen.version = FindLive(*key, &seen.in_store);
  return seen;
}

std::shared_ptr<const std::string> Planner::Fetched(absl::string_view key,
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

const std::string& Planner::ValueOf(const Seen& seen) {
  if (seen.put_bytes != nullptr) return *seen.put_bytes;
  return *Fetched(*seen.key, *seen.version);
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
                     *Fetched(condition.key, *version) == condition.value.bytes;
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
    failed.value_crc32 = Crc32(0, *Fetched(condition.key, *version));
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
  seen.version = std::move(next);
  seen.mutation = ++mutations_;
}

void Planner::ApplyPut(Seen& seen, PutOperation& put) {
  ++plan_.put_count;
  const int64_t kept_us =
      seen.version.has_value() ? seen.version->expiry_us : 0;
  Write(seen, put.value.kind,
        ResolveExpiry(put.expiry, input_.now_us, kept_us));
  seen.put_bytes = &put.value.bytes;
}

void Planner::ApplySetExpiry(Seen& seen, const SetExpiryOperation& set) {
  if (!seen.version.has_value()) return;
  ++plan_.put_count;
  std::shared_ptr<const std::string> value;
  if (seen.put_bytes == nullptr) value = Fetched(*seen.key, *seen.version);
  Write(seen, seen.version->kind,
        ResolveExpiry(set.expiry, input_.now_us, seen.version->expiry_us));
  seen.version->value = std::move(value);
}

void Planner::ApplyDelete(Seen& seen) {
  ++plan_.delete_count;
  if (!seen.version.has_value()) return;
  seen.version.reset();
  seen.put_bytes = nullptr;
  seen.mutation = ++mutations_;
}

void Planner::Apply(Operation& operation) {
  Seen& seen = Look(&KeyOf(operation));
  // A put may have let the key expire at once; then it is gone already.
  if (seen.version.has_value() && seen.version->ExpiredAt(input_.now_us)) {
    seen.version.reset();
    seen.put_bytes = nullptr;
  }
  OperationResult& result = plan_.receipt.results.emplace_back();
  result.existed = seen.version.has_value();
  const bool is_get = std::holds_alternative<GetOperation>(operation);
  if (seen.version.has_value() && (is_get || transaction_.return_previous)) {
    Entry entry = EntryOf(*seen.key, *seen.version);
    entry.value.bytes = ValueOf(seen);
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
    const bool leaves_record = seen.version.has_value() || seen.in_store;
    if (seen.mutation != 0 && leaves_record) mutated.push_back(&seen);
  }
  std::sort(mutated.begin(), mutated.end(), [](const Seen* a, const Seen* b) {
    return a->mutation < b->mutation;
  });
  for (Seen* seen : mutated) {
    Index::Change& change = plan_.changes.emplace_back();
    change.key = std::move(*seen->key);
    if (seen->version.has_value()) {
      change.version = *std::move(seen->version);
      if (seen->put_bytes != nullptr) {
        change.version.value =
            std::make_shared<const std::string>(std::move(*seen->put_bytes));
      }
    } else {
      change.version.deleted = true;
      change.version.revision = input_.revision;
      change.version.modified_us = input_.now_us;
    }
  }
}

absl::StatusOr<TransactionPlan> Planner::Run() {
  const absl::Span<Operation> branch = ChooseBranch();
  plan_.receipt.results.reserve(branch.size());
  for (Operation& operation : branch) Apply(operation);
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

absl::StatusOr<TransactionPlan> PlanTransaction(Transaction* transaction,
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

// Planner: whether the conditions hold, and what applies then.

#include "storage/engine/commit/planner.h"
#include "storage/format/checksum.h"
#include "storage/large_value.h"

namespace rundlet {
namespace {

bool Compare(uint64_t have, Condition::Comparison comparison, uint64_t want) {
  switch (comparison) {
    case Condition::Comparison::kEqual:
      return have == want;
    case Condition::Comparison::kNotEqual:
      return have != want;
    case Condition::Comparison::kLess:
      return have < want;
    case Condition::Comparison::kGreater:
      return want < have;
  }
  return false;
}

// Of a large value that of all its bytes, which its description tells.
uint32_t CrcOf(ValueKind kind, absl::string_view bytes) {
  if (kind == ValueKind::kLarge) {
    const absl::StatusOr<LargeValue> large = DecodeLargeValue(bytes);
    if (large.ok()) return large->crc32;
  }
  return Crc32(0, bytes);
}

}  // namespace

bool Planner::ValueIs(const Condition& condition, const FoundVersion& found) {
  if (condition.target == Condition::Target::kValue) {
    return found.version.kind == condition.value.kind &&
           ValueOf(condition.key, found) == condition.value.bytes;
  }
  // Never computed here, where a lock may be held.
  const auto fetched = input_.values->find(condition.key);
  if (fetched != input_.values->end() &&
      fetched->second.revision == found.version.revision &&
      !fetched->second.digest.empty()) {
    return fetched->second.digest == condition.digest;
  }
  plan_.missing_values.push_back(condition.key);
  return false;
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
    case Condition::Target::kDigest:
      break;
  }
  const bool equal = exists && ValueIs(condition, found);
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
    failed.value_crc32 =
        CrcOf(found.version.kind, ValueOf(condition.key, found));
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

}  // namespace rundlet

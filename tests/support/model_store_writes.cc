// ModelStore: conditions and operations.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <set>
#include <utility>
#include <variant>

#include "absl/numeric/int128.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "storage/large_value.h"
#include "storage/limit_checks.h"
#include "storage/refusal.h"
#include "storage/value_digest.h"
#include "tests/support/model_store.h"
#include "zlib.h"

namespace rundlet {
namespace {

// Nothing expires early, and what expired before 1970 has expired.
absl::Time ExpiryMicros(absl::Time time) {
  if (time == absl::InfiniteFuture()) return time;
  absl::Time micros = absl::FromUnixMicros(absl::ToUnixMicros(time));
  if (micros < time) micros += absl::Microseconds(1);
  return std::max(micros, absl::FromUnixMicros(1));
}

absl::Time ExpiryTime(const Expiry& expiry, absl::Time now,
                      const std::optional<Entry>& previous) {
  switch (expiry.rule()) {
    case Expiry::Rule::kNever:
      return absl::InfiniteFuture();
    case Expiry::Rule::kKeep:
      return previous ? previous->expiry : absl::InfiniteFuture();
    case Expiry::Rule::kAfter:
      // Half of what may be taken off is as good as any part.
      return ExpiryMicros(now + expiry.ttl() -
                          expiry.ttl() * (expiry.jitter_percent() / 200.0));
    case Expiry::Rule::kAt:
      return ExpiryMicros(expiry.time());
  }
  return absl::InfiniteFuture();
}

bool Passes(ExpiryTest test, absl::Time present, absl::Time next) {
  switch (test) {
    case ExpiryTest::kAny:
      return true;
    case ExpiryTest::kSooner:
      return present < next;
    case ExpiryTest::kLater:
      return present > next;
    case ExpiryTest::kNever:
      return present == absl::InfiniteFuture();
    case ExpiryTest::kExpires:
      return present != absl::InfiniteFuture();
  }
  return false;
}

bool Compare(uint64_t found, Condition::Comparison comparison,
             uint64_t number) {
  switch (comparison) {
    case Condition::Comparison::kEqual:
      return found == number;
    case Condition::Comparison::kNotEqual:
      return found != number;
    case Condition::Comparison::kLess:
      return found < number;
    case Condition::Comparison::kGreater:
      return found > number;
  }
  return false;
}

bool Holds(const Condition& condition, const std::optional<Entry>& entry) {
  const Entry found = entry.value_or(Entry());
  bool equal = false;
  switch (condition.target) {
    case Condition::Target::kRevision:
      return Compare(found.revision, condition.comparison, condition.number);
    case Condition::Target::kCreateRevision:
      return Compare(found.create_revision, condition.comparison,
                     condition.number);
    case Condition::Target::kVersion:
      return Compare(found.version, condition.comparison, condition.number);
    case Condition::Target::kValue:
      equal = entry.has_value() && found.value == condition.value;
      break;
    case Condition::Target::kDigest:
      equal = entry.has_value() && ValueDigest(found.value) == condition.digest;
      break;
  }
  return equal == (condition.comparison == Condition::Comparison::kEqual);
}

// SimpleAtoi takes white space and a plus as well.
bool IsNumber(const Value& value, int64_t* number) {
  const bool is_digits =
      value.bytes.find_first_not_of("-0123456789") == std::string::npos;
  return value.kind == ValueKind::kText && is_digits &&
         absl::SimpleAtoi(value.bytes, number);
}

uint32_t CrcOf(const Value& value) {
  if (value.kind == ValueKind::kLarge) {
    return DecodeLargeValue(value.bytes)->crc32;
  }
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(value.bytes.data()),
              value.bytes.size()));
}

}  // namespace

std::optional<FailedCondition> ModelStore::FirstFailed(
    const std::vector<Condition>& conditions, const Moment& moment) const {
  for (size_t i = 0; i < conditions.size(); ++i) {
    const std::optional<Entry> entry = Find(conditions[i].key, moment);
    if (Holds(conditions[i], entry)) continue;
    FailedCondition failed;
    failed.index = i;
    if (entry) {
      failed.exists = true;
      failed.revision = entry->revision;
      failed.version = entry->version;
      failed.value_crc32 = CrcOf(entry->value);
    }
    return failed;
  }
  return std::nullopt;
}

absl::Status ModelStore::ApplyRange(const DeleteRangeOperation& range,
                                    Applying* applying,
                                    OperationResult* result) {
  std::set<std::string> keys;
  for (const auto& [key, versions] : keys_) keys.insert(key);
  for (const auto& [key, entry] : applying->changes) keys.insert(key);
  int64_t deleted = 0;
  for (const std::string& key : keys) {
    if (!range.range.Contains(key)) continue;
    if (range.keys_max != 0 &&
        deleted == static_cast<int64_t>(range.keys_max)) {
      break;
    }
    std::optional<Entry> previous =
        FindChanged(key, applying->changes, applying->moment);
    if (!previous) continue;
    ++deleted;
    ++applying->range_keys;
    applying->range_key_bytes += key.size();
    ++counters_.delete_count;
    if (applying->return_previous) {
      result->entries.push_back(*std::move(previous));
    }
    applying->changes[key] = std::nullopt;
  }
  result->existed = deleted > 0;
  result->number = deleted;
  absl::Status status = CheckAtMost(
      "keys to be deleted by range", applying->range_keys,
      "transaction_operations_max", limits_.transaction_operations_max);
  status.Update(CheckAtMost("bytes of the keys deleted by range",
                            applying->range_key_bytes, "transaction_bytes_max",
                            limits_.transaction_bytes_max));
  return status;
}

absl::Status ModelStore::ApplyAdd(const AddOperation& add,
                                  const std::optional<Entry>& previous,
                                  const Moment& moment, Entry* entry,
                                  OperationResult* result) {
  int64_t before = add.initial;
  if (previous && !IsNumber(previous->value, &before)) {
    return Refused(Refusal::kNotANumber,
                   absl::FailedPreconditionError("the value is no number"));
  }
  const absl::int128 sum = absl::int128(before) + absl::int128(add.delta);
  if (sum < std::numeric_limits<int64_t>::min() ||
      sum > std::numeric_limits<int64_t>::max()) {
    return Refused(Refusal::kSumOutOfRange,
                   absl::FailedPreconditionError("the sum is out of range"));
  }
  result->number = static_cast<int64_t>(sum);
  entry->value = Value::Text(absl::StrCat(*result->number));
  if (!previous) entry->expiry = ExpiryTime(add.expiry, moment.time, previous);
  return absl::OkStatus();
}

absl::Status ModelStore::ApplyOperation(const Operation& operation,
                                        Applying* applying,
                                        OperationResult* result) {
  if (const auto* range = std::get_if<DeleteRangeOperation>(&operation)) {
    return ApplyRange(*range, applying, result);
  }
  const Moment& moment = applying->moment;
  const std::string& key = *KeyOf(operation);
  const std::optional<Entry> previous =
      FindChanged(key, applying->changes, moment);
  result->existed = previous.has_value();
  if (applying->return_previous ||
      std::holds_alternative<GetOperation>(operation)) {
    result->entry = previous;
  }

  Entry entry = previous.value_or(Entry());
  entry.key = key;
  entry.revision = moment.revision + 1;
  entry.modified = moment.time;
  ++entry.version;
  if (!previous) {
    entry.create_revision = entry.revision;
    entry.created = entry.modified;
  }
  if (const auto* put = std::get_if<PutOperation>(&operation)) {
    entry.value = put->value;
    entry.expiry = ExpiryTime(put->expiry, moment.time, previous);
  } else if (const auto* set = std::get_if<SetExpiryOperation>(&operation)) {
    if (set->only_if != ExpiryTest::kAny) result->number = 0;
    if (!previous) return absl::OkStatus();
    entry.expiry = ExpiryTime(set->expiry, moment.time, previous);
    if (!Passes(set->only_if, previous->expiry, entry.expiry)) {
      return absl::OkStatus();
    }
    if (result->number) result->number = 1;
  } else if (const auto* add = std::get_if<AddOperation>(&operation)) {
    absl::Status added = ApplyAdd(*add, previous, moment, &entry, result);
    if (!added.ok()) return added;
  } else if (std::holds_alternative<DeleteOperation>(operation)) {
    ++counters_.delete_count;
    if (previous) applying->changes[key] = std::nullopt;
    return absl::OkStatus();
  } else {
    return absl::OkStatus();
  }
  ++counters_.put_count;
  applying->changes[key] = std::move(entry);
  return absl::OkStatus();
}

}  // namespace rundlet

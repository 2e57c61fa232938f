#include "storage/limit_checks.h"

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/large_value.h"
#include "storage/value_digest.h"

namespace rundlet {
namespace {

// Names of fields are put together only for a message: these checks stand on
// the path of every write.
absl::Status Within(absl::string_view list, size_t i,
                    const absl::Status& status) {
  return absl::Status(status.code(),
                      absl::StrCat(list, "[", i, "].", status.message()));
}

bool KeyFits(absl::string_view key, const Limits& limits) {
  return !key.empty() && key.size() <= limits.key_bytes_max;
}

bool IsKind(const Value& value) {
  return (value.kind >= ValueKind::kText && value.kind <= ValueKind::kJson) ||
         (value.kind == ValueKind::kLarge &&
          DecodeLargeValue(value.bytes).ok());
}

bool ValueFits(const Value& value, const Limits& limits) {
  return IsKind(value) && value.bytes.size() <= limits.value_bytes_max;
}

absl::Status CheckExpiry(const Expiry& expiry) {
  return CheckAtMost("expiry.jitter_percent", expiry.jitter_percent(),
                     "Expiry::kJitterPercentMax", Expiry::kJitterPercentMax);
}

absl::Status CheckExpiryOf(const Operation& operation) {
  if (const auto* put = std::get_if<PutOperation>(&operation)) {
    return CheckExpiry(put->expiry);
  }
  if (const auto* add = std::get_if<AddOperation>(&operation)) {
    return CheckExpiry(add->expiry);
  }
  const auto* set = std::get_if<SetExpiryOperation>(&operation);
  if (set == nullptr) return absl::OkStatus();
  if (set->only_if > ExpiryTest::kExpires) {
    return absl::InvalidArgumentError(absl::StrCat(
        "only_if is ", static_cast<int>(set->only_if), ", not a test"));
  }
  return CheckExpiry(set->expiry);
}

absl::Status CheckOperation(const Operation& operation, const Limits& limits,
                            uint64_t* bytes) {
  const std::string* const key = KeyOf(operation);
  if (key == nullptr) {
    const KeyRange& range = std::get<DeleteRangeOperation>(operation).range;
    *bytes += range.start.size() + range.end.size();
    return absl::OkStatus();
  }
  *bytes += key->size();
  if (!KeyFits(*key, limits)) return CheckKey("key", *key, limits);
  absl::Status status = CheckExpiryOf(operation);
  if (!status.ok()) return status;
  const auto* put = std::get_if<PutOperation>(&operation);
  if (put == nullptr) return absl::OkStatus();
  *bytes += put->value.bytes.size();
  if (ValueFits(put->value, limits)) return absl::OkStatus();
  return CheckValue("value", put->value, limits);
}

absl::Status CheckOperations(absl::string_view list,
                             const std::vector<Operation>& operations,
                             const Limits& limits, uint64_t* bytes) {
  for (size_t i = 0; i < operations.size(); ++i) {
    const absl::Status status = CheckOperation(operations[i], limits, bytes);
    if (!status.ok()) return Within(list, i, status);
  }
  return absl::OkStatus();
}

absl::Status CheckCondition(const Condition& condition, const Limits& limits,
                            uint64_t* bytes) {
  using Target = Condition::Target;
  using Comparison = Condition::Comparison;
  *bytes += condition.key.size();
  absl::Status status = CheckKey("key", condition.key, limits);
  if (!status.ok()) return status;
  if (condition.target > Target::kDigest) {
    return absl::InvalidArgumentError(absl::StrCat(
        "target is ", static_cast<int>(condition.target), ", not a target"));
  }
  if (condition.comparison > Comparison::kGreater) {
    return absl::InvalidArgumentError(
        absl::StrCat("comparison is ", static_cast<int>(condition.comparison),
                     ", not a comparison"));
  }
  const bool is_value = condition.target == Target::kValue;
  if (!is_value && condition.target != Target::kDigest) {
    return absl::OkStatus();
  }
  if (condition.comparison > Comparison::kNotEqual) {
    return absl::InvalidArgumentError(
        "comparison: a value has no order, only equal and not equal");
  }
  if (is_value) {
    *bytes += condition.value.bytes.size();
    return CheckValue("value", condition.value, limits);
  }
  if (condition.digest.size() == kValueDigestBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("digest has ", condition.digest.size(), " bytes, ",
                   kValueDigestAlgorithm, " has ", kValueDigestBytes));
}

absl::Status CheckRequestId(const RequestId& request, const Limits& limits) {
  if (request.id.empty()) {
    return absl::InvalidArgumentError("request.id is empty");
  }
  absl::Status status =
      CheckAtMost("request.id bytes", request.id.size(), "request_id_bytes_max",
                  limits.request_id_bytes_max);
  if (!status.ok()) return status;
  return CheckAtMost("request.identity bytes", request.identity.size(),
                     "request_id_bytes_max", limits.request_id_bytes_max);
}

}  // namespace

absl::Status AboveLimit(absl::string_view field, uint64_t value,
                        absl::string_view limit_name, uint64_t limit) {
  return absl::InvalidArgumentError(
      absl::StrCat(field, " is ", value, ", ", limit_name, " is ", limit));
}

absl::Status CheckKey(absl::string_view field, absl::string_view key,
                      const Limits& limits) {
  if (key.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, " is empty, a key has at least 1 byte"));
  }
  if (key.size() <= limits.key_bytes_max) return absl::OkStatus();
  return CheckAtMost(absl::StrCat(field, " bytes"), key.size(), "key_bytes_max",
                     limits.key_bytes_max);
}

absl::Status CheckValue(absl::string_view field, const Value& value,
                        const Limits& limits) {
  if (!IsKind(value)) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ".kind is ", static_cast<int>(value.kind),
                     ", not a kind, or not that of its bytes"));
  }
  if (value.bytes.size() <= limits.value_bytes_max) return absl::OkStatus();
  return CheckAtMost(absl::StrCat(field, " bytes"), value.bytes.size(),
                     "value_bytes_max", limits.value_bytes_max);
}

absl::Status CheckTransaction(const Transaction& transaction,
                              const Limits& limits) {
  if (transaction.durability > Durability::kDisk) {
    return absl::InvalidArgumentError(
        absl::StrCat("durability is ", static_cast<int>(transaction.durability),
                     ", not a durability"));
  }
  if (transaction.request.has_value()) {
    absl::Status named = CheckRequestId(*transaction.request, limits);
    if (!named.ok()) return named;
  }
  absl::Status status = CheckAtMost(
      "conditions and operations",
      transaction.conditions.size() + transaction.operations.size() +
          transaction.otherwise.size(),
      "transaction_operations_max", limits.transaction_operations_max);
  if (!status.ok()) return status;
  uint64_t bytes = 0;
  for (size_t i = 0; i < transaction.conditions.size(); ++i) {
    status = CheckCondition(transaction.conditions[i], limits, &bytes);
    if (!status.ok()) return Within("conditions", i, status);
  }
  status =
      CheckOperations("operations", transaction.operations, limits, &bytes);
  if (!status.ok()) return status;
  status = CheckOperations("otherwise", transaction.otherwise, limits, &bytes);
  if (!status.ok()) return status;
  return CheckAtMost("transaction bytes", bytes, "transaction_bytes_max",
                     limits.transaction_bytes_max);
}

absl::Status CheckRead(const ReadRequest& request, const Limits& limits) {
  absl::Status status = CheckAtMost("keys", request.keys.size(),
                                    "read_keys_max", limits.read_keys_max);
  if (!status.ok()) return status;
  for (size_t i = 0; i < request.keys.size(); ++i) {
    const std::string& key = request.keys[i];
    if (!key.empty() && key.size() <= limits.key_bytes_max) continue;
    return CheckKey(absl::StrCat("keys[", i, "]"), key, limits);
  }
  return absl::OkStatus();
}

absl::Status CheckScan(const ScanRequest& request) {
  if (request.projection > ScanRequest::Projection::kCount) {
    return absl::InvalidArgumentError(
        absl::StrCat("projection is ", static_cast<int>(request.projection),
                     ", not a projection"));
  }
  if (request.entries_max == 0) {
    return absl::InvalidArgumentError("entries_max is 0, it is at least 1");
  }
  return absl::OkStatus();
}

absl::Status CheckLease(absl::Duration lease, const Limits& limits) {
  if (lease >= absl::ZeroDuration() && lease <= limits.snapshot_lease_max) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("lease is ", absl::FormatDuration(lease),
                   ", it is from 0 to snapshot_lease_max, ",
                   absl::FormatDuration(limits.snapshot_lease_max)));
}

absl::Status CheckWatch(const WatchRequest& request, const Limits& limits) {
  if (request.ranges.empty()) {
    return absl::InvalidArgumentError("ranges is empty, it has at least one");
  }
  absl::Status status =
      CheckAtMost("ranges", request.ranges.size(), "watch_ranges_max",
                  limits.watch_ranges_max);
  if (!status.ok()) return status;
  if (!request.puts && !request.deletes) {
    return absl::InvalidArgumentError(
        "puts and deletes are both false, nothing is left to watch");
  }
  if (request.present_state && request.from != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("from is ", request.from, ", with present_state it is 0"));
  }
  if (request.batch_bytes_max == 0) {
    return absl::InvalidArgumentError("batch_bytes_max is 0, it is at least 1");
  }
  if (request.bookmark_interval != absl::ZeroDuration() &&
      request.bookmark_interval < absl::Milliseconds(100)) {
    return absl::InvalidArgumentError(
        absl::StrCat("bookmark_interval is ",
                     absl::FormatDuration(request.bookmark_interval),
                     ", it is 0 or at least 100ms"));
  }
  return absl::OkStatus();
}

absl::Status CheckSync(Durability durability) {
  if (durability <= Durability::kDisk && durability != Durability::kMemory) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("durability is ",
                                                 static_cast<int>(durability),
                                                 ", Sync takes os or disk"));
}

}  // namespace rundlet

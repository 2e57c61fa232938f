#include "tests/support/model_limits.h"

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

bool IsDurability(Durability durability) {
  return durability <= Durability::kDisk;
}

const std::string& KeyOf(const Operation& operation) {
  return std::visit(
      [](const auto& each) -> const std::string& { return each.key; },
      operation);
}

absl::Status CheckOperations(absl::string_view field,
                             const std::vector<Operation>& operations,
                             const Limits& limits, uint64_t* bytes) {
  for (size_t i = 0; i < operations.size(); ++i) {
    const std::string at = absl::StrCat(field, "[", i, "]");
    const std::string& key = KeyOf(operations[i]);
    if (absl::Status status = CheckKey(absl::StrCat(at, ".key"), key, limits);
        !status.ok()) {
      return status;
    }
    *bytes += key.size();
    if (const auto* put = std::get_if<PutOperation>(&operations[i])) {
      if (absl::Status status =
              CheckValue(absl::StrCat(at, ".value"), put->value, limits);
          !status.ok()) {
        return status;
      }
      *bytes += put->value.bytes.size();
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCondition(absl::string_view field, const Condition& condition,
                            const Limits& limits, uint64_t* bytes) {
  if (absl::Status status =
          CheckKey(absl::StrCat(field, ".key"), condition.key, limits);
      !status.ok()) {
    return status;
  }
  *bytes += condition.key.size();
  if (condition.target > Condition::Target::kValue) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ".target is ", static_cast<int>(condition.target),
                     ", not a target"));
  }
  if (condition.comparison > Condition::Comparison::kGreater) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, ".comparison is ", static_cast<int>(condition.comparison),
        ", not a comparison"));
  }
  if (condition.target != Condition::Target::kValue) return absl::OkStatus();
  if (condition.comparison != Condition::Comparison::kEqual &&
      condition.comparison != Condition::Comparison::kNotEqual) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, ".comparison: a value has no order, only equal and not equal"));
  }
  *bytes += condition.value.bytes.size();
  return CheckValue(absl::StrCat(field, ".value"), condition.value, limits);
}

}  // namespace

absl::Status CheckAtMost(absl::string_view field, uint64_t value,
                         absl::string_view limit_name, uint64_t limit) {
  if (value <= limit) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " is ", value, ", ", limit_name, " is ", limit));
}

absl::Status CheckKey(absl::string_view field, absl::string_view key,
                      const Limits& limits) {
  if (key.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, " is empty, a key has at least 1 byte"));
  }
  return CheckAtMost(absl::StrCat(field, " bytes"), key.size(), "key_bytes_max",
                     limits.key_bytes_max);
}

absl::Status CheckValue(absl::string_view field, const Value& value,
                        const Limits& limits) {
  if (value.kind < ValueKind::kText || value.kind > ValueKind::kJson) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, ".kind is ", static_cast<int>(value.kind), ", not a kind"));
  }
  return CheckAtMost(absl::StrCat(field, " bytes"), value.bytes.size(),
                     "value_bytes_max", limits.value_bytes_max);
}

absl::Status CheckTransaction(const Transaction& transaction,
                              const Limits& limits) {
  if (!IsDurability(transaction.durability)) {
    return absl::InvalidArgumentError(
        absl::StrCat("durability is ", static_cast<int>(transaction.durability),
                     ", not a durability"));
  }
  const uint64_t count = transaction.conditions.size() +
                         transaction.operations.size() +
                         transaction.otherwise.size();
  if (absl::Status status = CheckAtMost("conditions and operations", count,
                                        "transaction_operations_max",
                                        limits.transaction_operations_max);
      !status.ok()) {
    return status;
  }
  uint64_t bytes = 0;
  for (size_t i = 0; i < transaction.conditions.size(); ++i) {
    if (absl::Status status =
            CheckCondition(absl::StrCat("conditions[", i, "]"),
                           transaction.conditions[i], limits, &bytes);
        !status.ok()) {
      return status;
    }
  }
  absl::Status status =
      CheckOperations("operations", transaction.operations, limits, &bytes);
  if (!status.ok()) return status;
  status = CheckOperations("otherwise", transaction.otherwise, limits, &bytes);
  if (!status.ok()) return status;
  return CheckAtMost("transaction bytes", bytes, "transaction_bytes_max",
                     limits.transaction_bytes_max);
}

absl::Status CheckRead(const ReadRequest& request, const Limits& limits) {
  if (absl::Status status = CheckAtMost("keys", request.keys.size(),
                                        "read_keys_max", limits.read_keys_max);
      !status.ok()) {
    return status;
  }
  for (size_t i = 0; i < request.keys.size(); ++i) {
    if (absl::Status status =
            CheckKey(absl::StrCat("keys[", i, "]"), request.keys[i], limits);
        !status.ok()) {
      return status;
    }
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

}  // namespace rundlet

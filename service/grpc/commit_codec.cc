#include "service/grpc/commit_codec.h"

#include <cstdint>
#include <string>
#include <utility>

#include "service/grpc/entry_codec.h"
#include "service/grpc/errors.h"
#include "service/grpc/expiry_codec.h"
#include "service/grpc/field_path.h"

namespace rundlet {
namespace {

using Comparison = Condition::Comparison;
using ProtoOperations = google::protobuf::RepeatedPtrField<v1::Operation>;

absl::Status DecodeNumber(const FieldPath& field,
                          const v1::NumberComparison& proto,
                          Condition* condition) {
  switch (proto.comparison_case()) {
    case v1::NumberComparison::kEqual:
      condition->comparison = Comparison::kEqual;
      condition->number = proto.equal();
      return absl::OkStatus();
    case v1::NumberComparison::kNotEqual:
      condition->comparison = Comparison::kNotEqual;
      condition->number = proto.not_equal();
      return absl::OkStatus();
    case v1::NumberComparison::kLess:
      condition->comparison = Comparison::kLess;
      condition->number = proto.less();
      return absl::OkStatus();
    case v1::NumberComparison::kGreater:
      condition->comparison = Comparison::kGreater;
      condition->number = proto.greater();
      return absl::OkStatus();
    case v1::NumberComparison::COMPARISON_NOT_SET:
      break;
  }
  return InvalidField(field, "is required: equal, not_equal, less or greater");
}

absl::Status DecodeValueTest(const FieldPath& field, v1::ValueComparison* proto,
                             const Limits& limits, Condition* condition) {
  v1::Value* operand = nullptr;
  switch (proto->comparison_case()) {
    case v1::ValueComparison::kEqual:
      condition->comparison = Comparison::kEqual;
      operand = proto->mutable_equal();
      break;
    case v1::ValueComparison::kNotEqual:
      condition->comparison = Comparison::kNotEqual;
      operand = proto->mutable_not_equal();
      break;
    case v1::ValueComparison::COMPARISON_NOT_SET:
      return InvalidField(field, "is required: equal or not_equal");
  }
  absl::StatusOr<Value> value = DecodeValue(field, operand, limits);
  if (!value.ok()) return value.status();
  condition->value = *std::move(value);
  return absl::OkStatus();
}

absl::StatusOr<Condition> DecodeCondition(const FieldPath& path,
                                          v1::Condition* proto,
                                          const Limits& limits) {
  absl::Status status = CheckKey(FieldPath(path, "key"), proto->key(), limits);
  if (!status.ok()) return status;
  Condition condition;
  switch (proto->test_case()) {
    case v1::Condition::kExists:
      condition.comparison =
          proto->exists() ? Comparison::kNotEqual : Comparison::kEqual;
      break;
    case v1::Condition::kRevision:
      condition.target = Condition::Target::kRevision;
      status = DecodeNumber(FieldPath(path, "revision"), proto->revision(),
                            &condition);
      break;
    case v1::Condition::kCreateRevision:
      condition.target = Condition::Target::kCreateRevision;
      status = DecodeNumber(FieldPath(path, "create_revision"),
                            proto->create_revision(), &condition);
      break;
    case v1::Condition::kVersion:
      condition.target = Condition::Target::kVersion;
      status = DecodeNumber(FieldPath(path, "version"), proto->version(),
                            &condition);
      break;
    case v1::Condition::kValue:
      condition.target = Condition::Target::kValue;
      status = DecodeValueTest(FieldPath(path, "value"), proto->mutable_value(),
                               limits, &condition);
      break;
    case v1::Condition::TEST_NOT_SET:
      status = InvalidField(FieldPath(path, "test"),
                            "is required: exists, revision, create_revision, "
                            "version or value");
      break;
  }
  if (!status.ok()) return status;
  condition.key = std::move(*proto->mutable_key());
  return condition;
}

absl::StatusOr<Operation> DecodePut(const FieldPath& path,
                                    v1::PutOperation* proto,
                                    const Limits& limits) {
  absl::Status status = CheckKey(FieldPath(path, "key"), proto->key(), limits);
  if (!status.ok()) return status;
  absl::StatusOr<Value> value =
      DecodeValue(FieldPath(path, "value"), proto->mutable_value(), limits);
  if (!value.ok()) return value.status();
  absl::StatusOr<Expiry> expiry = DecodeExpiry(path, *proto);
  if (!expiry.ok()) return expiry.status();
  return PutOperation{std::move(*proto->mutable_key()), *std::move(value),
                      *expiry};
}

absl::StatusOr<Operation> DecodeSetExpiry(const FieldPath& path,
                                          v1::SetExpiryOperation* proto,
                                          const Limits& limits) {
  absl::Status status = CheckKey(FieldPath(path, "key"), proto->key(), limits);
  if (!status.ok()) return status;
  absl::StatusOr<Expiry> expiry = DecodeExpiry(path, *proto);
  if (!expiry.ok()) return expiry.status();
  return SetExpiryOperation{std::move(*proto->mutable_key()), *expiry};
}

// A get or a delete: a key alone.
template <typename StoreOperation, typename Proto>
absl::StatusOr<Operation> DecodeKeyAlone(const FieldPath& path, Proto* proto,
                                         const Limits& limits) {
  absl::Status status = CheckKey(FieldPath(path, "key"), proto->key(), limits);
  if (!status.ok()) return status;
  return StoreOperation{std::move(*proto->mutable_key())};
}

absl::StatusOr<Operation> DecodeOperation(const FieldPath& path,
                                          v1::Operation* proto,
                                          const Limits& limits) {
  switch (proto->operation_case()) {
    case v1::Operation::kGet:
      return DecodeKeyAlone<GetOperation>(FieldPath(path, "get"),
                                          proto->mutable_get(), limits);
    case v1::Operation::kPut:
      return DecodePut(FieldPath(path, "put"), proto->mutable_put(), limits);
    case v1::Operation::kDelete:
      return DecodeKeyAlone<DeleteOperation>(FieldPath(path, "delete"),
                                             proto->mutable_delete_(), limits);
    case v1::Operation::kSetExpiry:
      return DecodeSetExpiry(FieldPath(path, "set_expiry"),
                             proto->mutable_set_expiry(), limits);
    case v1::Operation::OPERATION_NOT_SET:
      break;
  }
  return InvalidField(path, "is required: get, put, delete or set_expiry");
}

absl::Status DecodeOperations(const FieldPath& parent, ProtoOperations* proto,
                              const Limits& limits,
                              std::vector<Operation>* operations) {
  operations->reserve(proto->size());
  for (int i = 0; i < proto->size(); ++i) {
    absl::StatusOr<Operation> operation = DecodeOperation(
        FieldPath(parent, "operations", i), proto->Mutable(i), limits);
    if (!operation.ok()) return operation.status();
    operations->push_back(*std::move(operation));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Transaction> DecodeTransaction(v1::CommitRequest* proto,
                                              const Limits& limits) {
  const uint64_t count = uint64_t{0} + proto->conditions_size() +
                         proto->operations_size() +
                         proto->otherwise().operations_size();
  if (count > limits.transaction_operations_max) {
    return LimitExceeded(FieldPath("operations"), "transaction_operations_max",
                         limits.transaction_operations_max, count);
  }
  Transaction transaction;
  transaction.conditions.reserve(proto->conditions_size());
  for (int i = 0; i < proto->conditions_size(); ++i) {
    absl::StatusOr<Condition> condition =
        DecodeCondition(FieldPath(FieldPath(), "conditions", i),
                        proto->mutable_conditions(i), limits);
    if (!condition.ok()) return condition.status();
    transaction.conditions.push_back(*std::move(condition));
  }
  absl::Status status =
      DecodeOperations(FieldPath(), proto->mutable_operations(), limits,
                       &transaction.operations);
  if (!status.ok()) return status;
  if (proto->has_otherwise()) {
    transaction.has_otherwise = true;
    status = DecodeOperations(FieldPath("otherwise"),
                              proto->mutable_otherwise()->mutable_operations(),
                              limits, &transaction.otherwise);
    if (!status.ok()) return status;
  }
  return transaction;
}

void EncodeResults(std::vector<OperationResult> results, bool json_as_text,
                   v1::CommitResponse* proto) {
  EntryEncoder encoder(json_as_text);
  proto->mutable_results()->Reserve(static_cast<int>(results.size()));
  for (OperationResult& result : results) {
    v1::OperationResult* encoded = proto->add_results();
    encoded->set_existed(result.existed);
    if (result.entry) {
      encoder.Encode(*std::move(result.entry), encoded->mutable_entry());
    }
  }
}

}  // namespace rundlet

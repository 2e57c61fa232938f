#include "service/grpc/commit_codec.h"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "service/grpc/condition_codec.h"
#include "service/grpc/entry_codec.h"
#include "service/grpc/errors.h"
#include "service/grpc/expiry_codec.h"
#include "service/grpc/field_path.h"
#include "service/grpc/key_range_codec.h"

namespace rundlet {
namespace {

using ProtoOperations = google::protobuf::RepeatedPtrField<v1::Operation>;

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
  const absl::StatusOr<ExpiryTest> test =
      DecodeExpiryTest(FieldPath(path, "only_if"), proto->only_if());
  if (!test.ok()) return test.status();
  return SetExpiryOperation{std::move(*proto->mutable_key()), *expiry, *test};
}

absl::StatusOr<Operation> DecodeAdd(const FieldPath& path,
                                    v1::AddOperation* proto,
                                    const Limits& limits) {
  absl::Status status = CheckKey(FieldPath(path, "key"), proto->key(), limits);
  if (!status.ok()) return status;
  absl::StatusOr<Expiry> expiry = DecodeExpiry(path, *proto);
  if (!expiry.ok()) return expiry.status();
  return AddOperation{std::move(*proto->mutable_key()), proto->delta(),
                      proto->initial(), *expiry};
}

absl::StatusOr<Operation> DecodeRangeDelete(
    const FieldPath& path, const v1::DeleteRangeOperation& proto,
    const Limits& limits) {
  absl::StatusOr<KeyRange> range = DecodeKeyRange(path, proto, limits);
  if (!range.ok()) return range.status();
  return DeleteRangeOperation{*std::move(range), proto.keys_max()};
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
    case v1::Operation::kAdd:
      return DecodeAdd(FieldPath(path, "add"), proto->mutable_add(), limits);
    case v1::Operation::kDeleteRange:
      return DecodeRangeDelete(FieldPath(path, "delete_range"),
                               proto->delete_range(), limits);
    case v1::Operation::OPERATION_NOT_SET:
      break;
  }
  return InvalidField(path,
                      "is required: get, put, delete, set_expiry, add or "
                      "delete_range");
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
  absl::Status status =
      DecodeConditions(proto->mutable_conditions(), /*own_key=*/"", limits,
                       &transaction.conditions);
  if (!status.ok()) return status;
  status = DecodeOperations(FieldPath(), proto->mutable_operations(), limits,
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

void EncodeResults(std::vector<OperationResult> results,
                   const std::vector<OperationKind>& kinds, bool json_as_text,
                   v1::CommitResponse* proto) {
  EntryEncoder encoder(json_as_text);
  proto->mutable_results()->Reserve(static_cast<int>(results.size()));
  for (size_t i = 0; i < results.size(); ++i) {
    OperationResult& result = results[i];
    v1::OperationResult* encoded = proto->add_results();
    encoded->set_existed(result.existed);
    const int64_t number = result.number.value_or(0);
    switch (i < kinds.size() ? kinds[i] : OperationKind::kPlain) {
      case OperationKind::kPlain:
        break;
      case OperationKind::kAdd:
        encoded->set_sum(number);
        break;
      case OperationKind::kDeleteRange:
        encoded->set_deleted_count(static_cast<uint64_t>(number));
        break;
      case OperationKind::kSetExpiry:
        encoded->set_updated(result.existed && result.number.value_or(1) != 0);
        break;
    }
    if (result.entry) {
      encoder.Encode(*std::move(result.entry), encoded->mutable_entry());
    }
    for (Entry& entry : result.entries) {
      encoder.Encode(std::move(entry), encoded->add_entries());
    }
  }
}

std::vector<OperationKind> KindsOf(const std::vector<Operation>& operations) {
  std::vector<OperationKind> kinds;
  bool is_plain = true;
  for (const Operation& operation : operations) {
    OperationKind kind = OperationKind::kPlain;
    if (std::holds_alternative<AddOperation>(operation)) {
      kind = OperationKind::kAdd;
    } else if (std::holds_alternative<DeleteRangeOperation>(operation)) {
      kind = OperationKind::kDeleteRange;
    } else if (std::holds_alternative<SetExpiryOperation>(operation)) {
      kind = OperationKind::kSetExpiry;
    }
    is_plain = is_plain && kind == OperationKind::kPlain;
    kinds.push_back(kind);
  }
  if (is_plain) kinds.clear();
  return kinds;
}

}  // namespace rundlet

#include "service/grpc/transaction_codec.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/grpc/commit_codec.h"
#include "service/grpc/entry_codec.h"
#include "service/grpc/errors.h"
#include "service/grpc/expiry_codec.h"
#include "service/grpc/write_fields.h"

namespace rundlet {
void NoteConditionKeys(DecodedWrite* write) {
  for (const Condition& condition : write->transaction.conditions) {
    write->notes.condition_keys.push_back(CutKey(condition.key));
  }
}

absl::Status CheckApplied(const Receipt& receipt, const WriteNotes& notes) {
  if (receipt.branch != Receipt::Branch::kNone) return absl::OkStatus();
  const FailedCondition found =
      receipt.failed_condition.value_or(FailedCondition());
  if (found.index >= notes.condition_keys.size()) {
    return MakeError(Reason::kInternal, "a condition failed that was not set");
  }
  const std::string& key = notes.condition_keys[found.index];
  // That of create_only is the last one.
  const bool is_last = found.index + 1 == notes.condition_keys.size();
  return notes.create_only && is_last
             ? KeyExists(key, found, receipt.read_revision, receipt.replayed)
             : ConditionFailed(key, found, receipt.read_revision,
                               receipt.replayed);
}

absl::StatusOr<DecodedWrite> Decode(v1::PutRequest* proto,
                                    const Limits& limits) {
  DecodedWrite write;
  const absl::Status status = DecodeKeyed(proto, limits, &write);
  if (!status.ok()) return status;
  const absl::Status conditions = DecodePutConditions(*proto, &write);
  if (!conditions.ok()) return conditions;
  absl::StatusOr<Value> value =
      DecodeValue(FieldPath("value"), proto->mutable_value(), limits);
  if (!value.ok()) return value.status();
  absl::StatusOr<Expiry> expiry = DecodeExpiry(FieldPath(), *proto);
  if (!expiry.ok()) return expiry.status();
  write.fill_token = std::move(*proto->mutable_fill_token());
  write.transaction.operations.push_back(PutOperation{
      std::move(*proto->mutable_key()), *std::move(value), *expiry});
  return write;
}

absl::StatusOr<DecodedWrite> Decode(v1::DeleteRequest* proto,
                                    const Limits& limits) {
  DecodedWrite write;
  const absl::Status status = DecodeKeyed(proto, limits, &write);
  if (!status.ok()) return status;
  DecodeExpectedRevision(*proto, &write);
  write.fill_token = std::move(*proto->mutable_fill_token());
  write.transaction.operations.push_back(
      DeleteOperation{std::move(*proto->mutable_key())});
  return write;
}

absl::StatusOr<DecodedWrite> Decode(v1::SetExpiryRequest* proto,
                                    const Limits& limits) {
  DecodedWrite write;
  const absl::Status status = DecodeKeyed(proto, limits, &write);
  if (!status.ok()) return status;
  DecodeExpectedRevision(*proto, &write);
  absl::StatusOr<Expiry> expiry = DecodeExpiry(FieldPath(), *proto);
  if (!expiry.ok()) return expiry.status();
  const absl::StatusOr<ExpiryTest> test =
      DecodeExpiryTest(FieldPath("only_if"), proto->only_if());
  if (!test.ok()) return test.status();
  write.transaction.operations.push_back(
      SetExpiryOperation{std::move(*proto->mutable_key()), *expiry, *test});
  return write;
}

absl::StatusOr<DecodedWrite> Decode(v1::CommitRequest* proto,
                                    const Limits& limits) {
  DecodedWrite write;
  absl::StatusOr<Transaction> transaction = DecodeTransaction(proto, limits);
  if (!transaction.ok()) return transaction.status();
  write.transaction = *std::move(transaction);
  absl::Status status = DecodeDemands(*proto, limits, &write.transaction);
  if (!status.ok()) return status;
  DecodeWishes(*proto, &write);
  write.notes.operations = KindsOf(write.transaction.operations);
  if (write.transaction.has_otherwise) {
    write.notes.otherwise = KindsOf(write.transaction.otherwise);
  } else {
    NoteConditionKeys(&write);
  }
  return write;
}

absl::StatusOr<Durability> DecodeSync(const v1::SyncRequest& proto) {
  absl::StatusOr<Durability> durability =
      DecodeDurability(FieldPath("durability"), proto.durability());
  if (!durability.ok()) return durability;
  if (*durability == Durability::kDefault) return Durability::kDisk;
  if (*durability != Durability::kMemory) return durability;
  return InvalidField(FieldPath("durability"),
                      "must be DURABILITY_OS or DURABILITY_DISK");
}

absl::Status CheckReached(const v1::SyncRequest& proto, Revision visible) {
  if (proto.revision() <= visible) return absl::OkStatus();
  return MakeError(Reason::kRevisionNotReached,
                   absl::StrCat("revision is ", proto.revision(),
                                ", but the newest revision is ", visible));
}

absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::PutResponse* proto) {
  absl::Status status = EncodeKeyed(&receipt, notes, proto);
  if (!status.ok()) return status;
  proto->set_existed(receipt.results[0].existed);
  return absl::OkStatus();
}

absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::DeleteResponse* proto) {
  absl::Status status = EncodeKeyed(&receipt, notes, proto);
  if (!status.ok()) return status;
  proto->set_deleted(receipt.results[0].existed);
  return absl::OkStatus();
}

absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::SetExpiryResponse* proto) {
  absl::Status status = EncodeKeyed(&receipt, notes, proto);
  if (!status.ok()) return status;
  const OperationResult& result = receipt.results[0];
  proto->set_existed(result.existed);
  proto->set_updated(result.existed && result.number.value_or(1) != 0);
  return absl::OkStatus();
}

absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::CommitResponse* proto) {
  absl::Status status = CheckApplied(receipt, notes);
  if (!status.ok()) return status;
  EncodeReceipt(receipt, proto);
  proto->set_branch(receipt.branch == Receipt::Branch::kOtherwise
                        ? v1::BRANCH_OTHERWISE
                        : v1::BRANCH_OPERATIONS);
  EncodeResults(std::move(receipt.results),
                receipt.branch == Receipt::Branch::kOtherwise
                    ? notes.otherwise
                    : notes.operations,
                notes.json_as_text, proto);
  if (receipt.failed_condition) {
    const FailedCondition& found = *receipt.failed_condition;
    v1::FailedCondition* failed = proto->mutable_failed_condition();
    failed->set_index(static_cast<uint32_t>(found.index));
    failed->set_exists(found.exists);
    failed->set_revision(found.revision);
    failed->set_version(found.version);
    failed->set_value_crc32(found.value_crc32);
  }
  return absl::OkStatus();
}

}  // namespace rundlet

#include "service/grpc/transaction_codec.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/grpc/commit_codec.h"
#include "service/grpc/entry_codec.h"
#include "service/grpc/errors.h"
#include "service/grpc/expiry_codec.h"

namespace rundlet {
namespace {

// What all writes have in common.
template <typename Proto>
absl::Status DecodeDemands(const Proto& proto, const Limits& limits,
                           Transaction* transaction) {
  absl::StatusOr<Durability> durability =
      DecodeDurability(FieldPath("durability"), proto.durability());
  if (!durability.ok()) return durability.status();
  transaction->durability = *durability;
  const std::string& id = proto.request_id();
  if (id.size() > limits.request_id_bytes_max) {
    return LimitExceeded(FieldPath("request_id"), "request_id_bytes_max",
                         limits.request_id_bytes_max, id.size());
  }
  if (!id.empty()) transaction->request = RequestId{"", id};
  return absl::OkStatus();
}

// What Put, Delete and SetExpiry have in common.
template <typename Proto>
absl::Status DecodeCommon(const Proto& proto, const Limits& limits,
                          DecodedWrite* write) {
  absl::Status status = DecodeDemands(proto, limits, &write->transaction);
  if (!status.ok()) return status;
  if (proto.has_expected_revision()) {
    write->transaction.conditions.push_back(
        Condition::RevisionIs(proto.key(), proto.expected_revision()));
    write->notes.condition_keys.push_back(CutKey(proto.key()));
  }
  return absl::OkStatus();
}

// The error of a transaction that did nothing, or OK.
absl::Status CheckApplied(const Receipt& receipt, const WriteNotes& notes) {
  if (receipt.branch != Receipt::Branch::kNone) return absl::OkStatus();
  const FailedCondition found =
      receipt.failed_condition.value_or(FailedCondition());
  if (found.index >= notes.condition_keys.size()) {
    return MakeError(Reason::kInternal, "a condition failed that was not set");
  }
  const std::string& key = notes.condition_keys[found.index];
  return notes.create_only
             ? KeyExists(key, found, receipt.read_revision, receipt.replayed)
             : ConditionFailed(key, found, receipt.read_revision,
                               receipt.replayed);
}

template <typename Proto>
void EncodeCommon(const Receipt& receipt, Proto* proto) {
  proto->set_revision(receipt.revision);
  proto->set_read_revision(receipt.read_revision);
  proto->set_durability(EncodeDurability(receipt.durability));
  proto->set_durable_revision(receipt.durable_revision);
  proto->set_replayed(receipt.replayed);
}

template <typename Proto>
void EncodePrevious(Receipt* receipt, const WriteNotes& notes, Proto* proto) {
  std::optional<Entry>& previous = receipt->results[0].entry;
  if (!previous) return;
  EntryEncoder(notes.json_as_text)
      .Encode(*std::move(previous), proto->mutable_previous());
}

}  // namespace

absl::StatusOr<DecodedWrite> Decode(v1::PutRequest* proto,
                                    const Limits& limits) {
  DecodedWrite write;
  absl::Status status = CheckKey(FieldPath("key"), proto->key(), limits);
  if (status.ok()) status = DecodeCommon(*proto, limits, &write);
  if (!status.ok()) return status;
  if (proto->create_only()) {
    if (proto->has_expected_revision()) {
      return InvalidField(FieldPath("expected_revision"),
                          "does not go together with create_only");
    }
    write.transaction.conditions.push_back(Condition::Missing(proto->key()));
    write.notes.condition_keys.push_back(CutKey(proto->key()));
  }
  absl::StatusOr<Value> value =
      DecodeValue(FieldPath("value"), proto->mutable_value(), limits);
  if (!value.ok()) return value.status();
  absl::StatusOr<Expiry> expiry = DecodeExpiry(FieldPath(), *proto);
  if (!expiry.ok()) return expiry.status();
  write.transaction.operations.push_back(PutOperation{
      std::move(*proto->mutable_key()), *std::move(value), *expiry});
  write.transaction.return_previous = proto->return_previous();
  write.notes.create_only = proto->create_only();
  write.notes.json_as_text = proto->json_as_text();
  return write;
}

absl::StatusOr<DecodedWrite> Decode(v1::DeleteRequest* proto,
                                    const Limits& limits) {
  DecodedWrite write;
  absl::Status status = CheckKey(FieldPath("key"), proto->key(), limits);
  if (status.ok()) status = DecodeCommon(*proto, limits, &write);
  if (!status.ok()) return status;
  write.transaction.operations.push_back(
      DeleteOperation{std::move(*proto->mutable_key())});
  write.transaction.return_previous = proto->return_previous();
  write.notes.json_as_text = proto->json_as_text();
  return write;
}

absl::StatusOr<DecodedWrite> Decode(v1::SetExpiryRequest* proto,
                                    const Limits& limits) {
  DecodedWrite write;
  absl::Status status = CheckKey(FieldPath("key"), proto->key(), limits);
  if (status.ok()) status = DecodeCommon(*proto, limits, &write);
  if (!status.ok()) return status;
  absl::StatusOr<Expiry> expiry = DecodeExpiry(FieldPath(), *proto);
  if (!expiry.ok()) return expiry.status();
  write.transaction.operations.push_back(
      SetExpiryOperation{std::move(*proto->mutable_key()), *expiry});
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
  write.transaction.return_previous = proto->return_previous();
  write.notes.json_as_text = proto->json_as_text();
  if (!write.transaction.has_otherwise) {
    for (const Condition& condition : write.transaction.conditions) {
      write.notes.condition_keys.push_back(CutKey(condition.key));
    }
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
  absl::Status status = CheckApplied(receipt, notes);
  if (!status.ok()) return status;
  EncodeCommon(receipt, proto);
  proto->set_existed(receipt.results[0].existed);
  EncodePrevious(&receipt, notes, proto);
  return absl::OkStatus();
}

absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::DeleteResponse* proto) {
  absl::Status status = CheckApplied(receipt, notes);
  if (!status.ok()) return status;
  EncodeCommon(receipt, proto);
  proto->set_deleted(receipt.results[0].existed);
  EncodePrevious(&receipt, notes, proto);
  return absl::OkStatus();
}

absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::SetExpiryResponse* proto) {
  absl::Status status = CheckApplied(receipt, notes);
  if (!status.ok()) return status;
  EncodeCommon(receipt, proto);
  proto->set_updated(receipt.results[0].existed);
  return absl::OkStatus();
}

absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::CommitResponse* proto) {
  absl::Status status = CheckApplied(receipt, notes);
  if (!status.ok()) return status;
  EncodeCommon(receipt, proto);
  proto->set_branch(receipt.branch == Receipt::Branch::kOtherwise
                        ? v1::BRANCH_OTHERWISE
                        : v1::BRANCH_OPERATIONS);
  EncodeResults(std::move(receipt.results), notes.json_as_text, proto);
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

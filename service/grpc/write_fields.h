// What all requests that write, and their answers, have in common.

#ifndef RUNDLET_SERVICE_GRPC_WRITE_FIELDS_H_
#define RUNDLET_SERVICE_GRPC_WRITE_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/grpc/condition_codec.h"
#include "service/grpc/entry_codec.h"
#include "service/grpc/errors.h"
#include "service/grpc/transaction_codec.h"

namespace rundlet {

// `return_previous` and `json_as_text`.
template <typename Proto>
void DecodeWishes(const Proto& proto, DecodedWrite* write) {
  write->transaction.return_previous = proto.return_previous();
  write->notes.json_as_text = proto.json_as_text();
}

// Remembers the keys of the conditions, as errors show them.
void NoteConditionKeys(DecodedWrite* write);

// `durability` and `request_id`.
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

// Of a write of one key: `key`, `conditions`, which stand first, and what
// DecodeDemands and DecodeWishes do.
template <typename Proto>
absl::Status DecodeKeyed(Proto* proto, const Limits& limits,
                         DecodedWrite* write) {
  absl::Status status = CheckKey(FieldPath("key"), proto->key(), limits);
  if (!status.ok()) return status;
  DecodeWishes(*proto, write);
  if (proto->conditions_size() > 0) {
    if (static_cast<uint64_t>(proto->conditions_size()) >=
        limits.transaction_operations_max) {
      return LimitExceeded(
          FieldPath("conditions"), "transaction_operations_max",
          limits.transaction_operations_max, proto->conditions_size() + 1);
    }
    status = DecodeConditions(proto->mutable_conditions(), proto->key(), limits,
                              &write->transaction.conditions);
    if (!status.ok()) return status;
    NoteConditionKeys(write);
  }
  return DecodeDemands(*proto, limits, &write->transaction);
}

// `expected_revision`, behind the other conditions.
template <typename Proto>
void DecodeExpectedRevision(const Proto& proto, DecodedWrite* write) {
  if (!proto.has_expected_revision()) return;
  write->transaction.conditions.push_back(
      Condition::RevisionIs(proto.key(), proto.expected_revision()));
  write->notes.condition_keys.push_back(CutKey(proto.key()));
}

// Of a put: `expected_revision` or `create_only`, behind the other conditions.
template <typename Proto>
absl::Status DecodePutConditions(const Proto& proto, DecodedWrite* write) {
  DecodeExpectedRevision(proto, write);
  write->notes.create_only = proto.create_only();
  if (!proto.create_only()) return absl::OkStatus();
  if (proto.has_expected_revision()) {
    return InvalidField(FieldPath("expected_revision"),
                        "does not go together with create_only");
  }
  write->transaction.conditions.push_back(Condition::Missing(proto.key()));
  write->notes.condition_keys.push_back(CutKey(proto.key()));
  return absl::OkStatus();
}

// The error of a transaction that did nothing, or OK.
absl::Status CheckApplied(const Receipt& receipt, const WriteNotes& notes);

template <typename Proto>
void EncodeReceipt(const Receipt& receipt, Proto* proto) {
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

// The answer to a write of one key, but for what only some of them tell.
template <typename Proto>
absl::Status EncodeKeyed(Receipt* receipt, const WriteNotes& notes,
                         Proto* proto) {
  absl::Status applied = CheckApplied(*receipt, notes);
  if (!applied.ok()) return applied;
  EncodeReceipt(*receipt, proto);
  EncodePrevious(receipt, notes, proto);
  return absl::OkStatus();
}

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_WRITE_FIELDS_H_

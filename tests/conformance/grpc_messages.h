// Store's shapes as messages of the wire API, as a client makes and reads them.
// Written apart from the server's codecs, so that an error in those is seen.

#ifndef RUNDLET_TESTS_CONFORMANCE_GRPC_MESSAGES_H_
#define RUNDLET_TESTS_CONFORMANCE_GRPC_MESSAGES_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "rundlet/v1/condition.pb.h"
#include "rundlet/v1/entry.pb.h"
#include "rundlet/v1/transaction.pb.h"
#include "rundlet/v1/write.pb.h"
#include "storage/entry.h"
#include "storage/scan.h"
#include "storage/transaction.h"

namespace rundlet {

// With google.rpc.ErrorInfo as a payload, if it is there.
absl::Status StatusOf(const grpc::Status& status);
absl::Time TimeOf(const google::protobuf::Timestamp& message);
Entry EntryOf(const v1::Entry& message);
v1::CommitRequest MessageOf(const Transaction& transaction);
Receipt ReceiptOf(const Transaction& transaction,
                  const v1::CommitResponse& message);
void SetCondition(const Condition& condition, v1::Condition* message);
void SetValue(const Value& value, v1::Value* message);
void SetTime(absl::Time time, google::protobuf::Timestamp* message);

// A ttl on the wire is positive; what should expire at once says a time.
template <typename Message>
bool SetExpiry(const Expiry& expiry, Message* message) {
  if (expiry.rule() == Expiry::Rule::kAt) {
    SetTime(expiry.time(), message->mutable_expire_time());
  } else if (expiry.rule() == Expiry::Rule::kAfter) {
    const absl::Duration ttl = expiry.ttl();
    if (ttl <= absl::ZeroDuration()) {
      SetTime(absl::FromUnixSeconds(1), message->mutable_expire_time());
      return true;
    }
    message->mutable_ttl()->set_seconds(absl::ToInt64Seconds(ttl));
    message->mutable_ttl()->set_nanos((ttl % absl::Seconds(1)) /
                                      absl::Nanoseconds(1));
    message->set_jitter_percent(expiry.jitter_percent());
  } else {
    return false;
  }
  return true;
}

// A range as `prefix` if it is one: its end need not be UTF-8.
template <typename Message>
void SetRange(const KeyRange& range, Message* message) {
  if (range.end == KeyRange::Prefix(range.start).end) {
    message->set_prefix(range.start);
    return;
  }
  message->set_start(range.start);
  message->set_end(range.end);
}

// An operation as a step of a transaction, or as a request of its own: their
// fields have the same names.
template <typename Message>
void SetOperation(const PutOperation& put, Message* message) {
  message->set_key(put.key);
  SetValue(put.value, message->mutable_value());
  if (SetExpiry(put.expiry, message)) return;
  if (put.expiry.rule() == Expiry::Rule::kKeep) message->set_keep_expiry(true);
}
template <typename Message>
void SetOperation(const DeleteOperation& remove, Message* message) {
  message->set_key(remove.key);
}
template <typename Message>
void SetOperation(const SetExpiryOperation& set, Message* message) {
  message->set_key(set.key);
  if (!SetExpiry(set.expiry, message)) message->set_never(true);
  message->set_only_if(static_cast<v1::ExpiryTest>(set.only_if));
}
template <typename Message>
void SetOperation(const AddOperation& add, Message* message) {
  message->set_key(add.key);
  message->set_delta(add.delta);
  message->set_initial(add.initial);
  SetExpiry(add.expiry, message);
}

// The receipt that an ABORTED commit is in terms of Store.
absl::StatusOr<Receipt> ReceiptOfAborted(const grpc::Status& status);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_GRPC_MESSAGES_H_

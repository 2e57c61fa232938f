// Store's shapes as messages of the wire API, as a client makes and reads them.
// Written apart from the server's codecs, so that an error in those is seen.

#ifndef RUNDLET_TESTS_CONFORMANCE_GRPC_MESSAGES_H_
#define RUNDLET_TESTS_CONFORMANCE_GRPC_MESSAGES_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rundlet/v1/entry.pb.h"
#include "rundlet/v1/transaction.pb.h"
#include "storage/entry.h"
#include "storage/transaction.h"

namespace rundlet {

absl::Status StatusOf(const grpc::Status& status);
absl::Time TimeOf(const google::protobuf::Timestamp& message);
Entry EntryOf(const v1::Entry& message);
v1::CommitRequest MessageOf(const Transaction& transaction);
Receipt ReceiptOf(const v1::CommitResponse& message);

// The receipt that an ABORTED commit is in terms of Store.
absl::StatusOr<Receipt> ReceiptOfAborted(const grpc::Status& status);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_GRPC_MESSAGES_H_

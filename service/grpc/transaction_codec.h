// The requests that write, as transactions; and their receipts, as answers.

#ifndef RUNDLET_SERVICE_GRPC_TRANSACTION_CODEC_H_
#define RUNDLET_SERVICE_GRPC_TRANSACTION_CODEC_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rundlet/v1/transaction.pb.h"
#include "rundlet/v1/write.pb.h"
#include "service/grpc/commit_codec.h"
#include "storage/limits.h"
#include "storage/transaction.h"

namespace rundlet {

// What the answer needs to know of the request once the store has taken it.
struct WriteNotes {
  bool create_only = false;
  bool json_as_text = false;
  std::vector<std::string> condition_keys;  // as errors show them
  std::vector<OperationKind> operations;    // of Commit
  std::vector<OperationKind> otherwise;
};

struct DecodedWrite {
  Transaction transaction;
  WriteNotes notes;
  std::string fill_token;  // of Put and Delete; empty: none
};

// Checks a request and takes its keys and values out of it. INVALID_FIELD and
// LIMIT_EXCEEDED name the field.
absl::StatusOr<DecodedWrite> Decode(v1::PutRequest* proto,
                                    const Limits& limits);
absl::StatusOr<DecodedWrite> Decode(v1::DeleteRequest* proto,
                                    const Limits& limits);
absl::StatusOr<DecodedWrite> Decode(v1::SetExpiryRequest* proto,
                                    const Limits& limits);
absl::StatusOr<DecodedWrite> Decode(v1::CommitRequest* proto,
                                    const Limits& limits);

// INVALID_FIELD: memory, or not a durability.
absl::StatusOr<Durability> DecodeSync(const v1::SyncRequest& proto);
// REVISION_NOT_REACHED: it asks for one above `visible`.
absl::Status CheckReached(const v1::SyncRequest& proto, Revision visible);

// Fills an empty answer from the receipt of a transaction that Decode made.
// CONDITION_FAILED, and for a put that may only create KEY_EXISTS: the
// transaction did nothing.
absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::PutResponse* proto);
absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::DeleteResponse* proto);
absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::SetExpiryResponse* proto);
absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::CommitResponse* proto);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_TRANSACTION_CODEC_H_

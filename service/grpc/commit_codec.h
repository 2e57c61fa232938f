// The conditions and operations of Commit between the wire and Store.

#ifndef RUNDLET_SERVICE_GRPC_COMMIT_CODEC_H_
#define RUNDLET_SERVICE_GRPC_COMMIT_CODEC_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "rundlet/v1/transaction.pb.h"
#include "storage/limits.h"
#include "storage/transaction.h"

namespace rundlet {

// Checks conditions, operations and otherwise, and takes keys and values out of
// them. INVALID_FIELD and LIMIT_EXCEEDED name the field.
absl::StatusOr<Transaction> DecodeTransaction(v1::CommitRequest* proto,
                                              const Limits& limits);

// What the number of a result means.
enum class OperationKind : uint8_t { kPlain, kAdd, kDeleteRange, kSetExpiry };

// Of operations, in their order; empty if all are plain.
std::vector<OperationKind> KindsOf(const std::vector<Operation>& operations);

// Appends what the operations found; `kinds` are theirs.
void EncodeResults(std::vector<OperationResult> results,
                   const std::vector<OperationKind>& kinds, bool json_as_text,
                   v1::CommitResponse* proto);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_COMMIT_CODEC_H_

// The ways by which the wire API takes a transaction: Commit, the method of a
// single operation, and a pipeline of either.

#ifndef RUNDLET_TESTS_CONFORMANCE_GRPC_DOORS_H_
#define RUNDLET_TESTS_CONFORMANCE_GRPC_DOORS_H_

#include <grpcpp/support/status.h>

#include "absl/status/statusor.h"
#include "rundlet/v1/key_value.grpc.pb.h"
#include "rundlet/v1/pipeline.pb.h"
#include "storage/transaction.h"

namespace rundlet {

enum class GrpcDoor {
  kCommit,    // Commit alone
  kUnary,     // Put and its like, where they can say it
  kPipeline,  // the same, on a stream
};

// The request of a transaction, as that door says it.
v1::PipelineOperation OperationOf(const Transaction& transaction,
                                  GrpcDoor door);

// Calls the method that the operation is the request of.
grpc::Status CallMethod(v1::KeyValueService::Stub* stub,
                        const v1::PipelineOperation& operation,
                        v1::PipelineAnswer* answer);

// The same by a stream of its own; the error of an answer is made a status.
grpc::Status CallPipeline(v1::KeyValueService::Stub* stub,
                          const v1::PipelineOperation& operation,
                          v1::PipelineAnswer* answer);

// What an answer says in terms of Store.
Receipt ReceiptOf(const Transaction& transaction,
                  const v1::PipelineAnswer& answer);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_GRPC_DOORS_H_

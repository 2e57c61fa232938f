// From absl::Status to what a gRPC client receives.

#ifndef RUNDLET_SERVICE_GRPC_STATUS_MAPPING_H_
#define RUNDLET_SERVICE_GRPC_STATUS_MAPPING_H_

#include <grpcpp/support/status.h>

#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace rundlet {

// Code and message as they are; the payloads become the details of a
// google.rpc.Status, ErrorInfo first, which travels as
// `grpc-status-details-bin`.
grpc::Status ToGrpcStatus(const absl::Status& status);

// RetryInfo.retry_delay of an error, for `grpc-retry-pushback-ms`.
std::optional<absl::Duration> RetryDelay(const absl::Status& status);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_STATUS_MAPPING_H_

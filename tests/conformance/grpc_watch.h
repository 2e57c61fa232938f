// GrpcWatch: a Watch on the far side of the generated gRPC client.

#ifndef RUNDLET_TESTS_CONFORMANCE_GRPC_WATCH_H_
#define RUNDLET_TESTS_CONFORMANCE_GRPC_WATCH_H_

#include <memory>

#include "absl/status/statusor.h"
#include "rundlet/v1/key_value.grpc.pb.h"
#include "storage/watch.h"

namespace rundlet {

// Waits for the first message, and is the error if there is none. Each Next
// waits for its batch and runs its callback before it returns; fragments are
// put together again. RequestBookmark is not on the wire and fails the test.
absl::StatusOr<std::unique_ptr<Watch>> OpenGrpcWatch(
    v1::KeyValueService::Stub* key_values, const WatchRequest& request);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_GRPC_WATCH_H_

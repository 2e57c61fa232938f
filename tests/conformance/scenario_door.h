// ScenarioDoor: one way to reach a store, as scenarios use it: by the messages
// of the wire API, whether or not there is a wire.

#ifndef RUNDLET_TESTS_CONFORMANCE_SCENARIO_DOOR_H_
#define RUNDLET_TESTS_CONFORMANCE_SCENARIO_DOOR_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rundlet/v1/large.pb.h"
#include "rundlet/v1/watch.pb.h"

namespace rundlet {

// The messages of a watch.
class WatchMessageSource {
 public:
  virtual ~WatchMessageSource() = default;

  // Waits for the next one. The error that ends the watch, or
  // DEADLINE_EXCEEDED if nothing comes.
  virtual absl::StatusOr<v1::WatchResponse> Next() = 0;
};

// Errors are as the wire has them: google.rpc.ErrorInfo is a payload, unless
// the door tells no reasons.
class ScenarioDoor {
 public:
  virtual ~ScenarioDoor() = default;

  // Calls a method of KeyValueService and waits for its answer; that of Scan is
  // all chunks in one. Takes the request apart. UNIMPLEMENTED: the door cannot
  // say it.
  virtual absl::Status Call(const std::string& method,
                            google::protobuf::Message* request,
                            google::protobuf::Message* response) = 0;

  virtual absl::StatusOr<std::unique_ptr<WatchMessageSource>> OpenWatch(
      v1::WatchRequest* request) = 0;

  // Sends all messages and waits for the answer; and all that comes, the bytes
  // one after the other.
  virtual absl::Status PutLarge(
      const std::vector<v1::PutLargeRequest>& /*messages*/,
      v1::PutLargeResponse* /*response*/) {
    return absl::UnimplementedError("PutLarge");
  }
  virtual absl::Status GetLarge(const v1::GetLargeRequest& /*request*/,
                                v1::GetLargeHeader* /*header*/,
                                std::string* /*data*/) {
    return absl::UnimplementedError("GetLarge");
  }
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_SCENARIO_DOOR_H_

// WireDoor: scenarios against a gRPC server, their messages as they are.

#ifndef RUNDLET_TESTS_CONFORMANCE_WIRE_DOOR_H_
#define RUNDLET_TESTS_CONFORMANCE_WIRE_DOOR_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>
#include <vector>

#include "rundlet/v1/key_value.grpc.pb.h"
#include "tests/conformance/scenario_door.h"

namespace rundlet {

class WireDoor : public ScenarioDoor {
 public:
  // `pipelined`: what Pipeline takes goes on a stream of its own.
  WireDoor(const std::shared_ptr<grpc::Channel>& channel, bool pipelined);

  absl::Status Call(const std::string& method,
                    google::protobuf::Message* request,
                    google::protobuf::Message* response) override;
  absl::StatusOr<std::unique_ptr<WatchMessageSource>> OpenWatch(
      v1::WatchRequest* request) override;
  absl::Status PutLarge(const std::vector<v1::PutLargeRequest>& messages,
                        v1::PutLargeResponse* response) override;
  absl::Status GetLarge(const v1::GetLargeRequest& request,
                        v1::GetLargeHeader* header, std::string* data) override;

 private:
  const bool pipelined_;
  const std::unique_ptr<v1::KeyValueService::Stub> stub_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_WIRE_DOOR_H_

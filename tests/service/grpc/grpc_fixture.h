// GrpcFixture: a server on a model store, and a C++ client of it, on loopback.

#ifndef RUNDLET_TESTS_SERVICE_GRPC_GRPC_FIXTURE_H_
#define RUNDLET_TESTS_SERVICE_GRPC_GRPC_FIXTURE_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <map>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "gtest/gtest.h"
#include "rundlet/v1/admin.grpc.pb.h"
#include "rundlet/v1/key_value.grpc.pb.h"
#include "service/grpc/grpc_server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/model_store.h"

namespace rundlet {

// What a client can read out of the status of a call.
struct ReceivedError {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::PreconditionFailure precondition_failure;
  google::rpc::QuotaFailure quota_failure;
  google::rpc::RetryInfo retry_info;

  std::string Metadata(const std::string& name) const {
    const auto found = info.metadata().find(name);
    return found == info.metadata().end() ? "" : found->second;
  }
};

// Fails the test if the details do not parse or repeat the status wrongly.
ReceivedError DetailsOf(const grpc::Status& status);

// Fills a message from Protobuf's JSON, as grpcurl reads it.
void FromJson(absl::string_view json, google::protobuf::Message* message);

class GrpcFixture : public ::testing::Test {
 protected:
  GrpcFixture() { StartServer(); }

  // Replaces the server by one with these options; port and clock are set.
  void StartServer(GrpcServerOptions options = {});

  template <typename Message>
  static Message Parse(absl::string_view json) {
    Message message;
    FromJson(json, &message);
    return message;
  }

  // Calls of KeyValueService whose request is given as JSON. `context_` is that
  // of the last call.
  grpc::Status Put(absl::string_view json, v1::PutResponse* response = nullptr);
  grpc::Status Get(absl::string_view json, v1::GetResponse* response = nullptr);
  grpc::Status Commit(absl::string_view json,
                      v1::CommitResponse* response = nullptr);
  grpc::Status List(absl::string_view json,
                    v1::ListResponse* response = nullptr);

  grpc::ClientContext* NewContext();

  FakeClock clock_;
  ModelStore store_{&clock_};
  std::unique_ptr<GrpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::KeyValueService::Stub> key_values_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
  std::unique_ptr<grpc::ClientContext> context_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SERVICE_GRPC_GRPC_FIXTURE_H_

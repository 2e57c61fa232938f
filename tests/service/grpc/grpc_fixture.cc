#include "tests/service/grpc/grpc_fixture.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/rpc/status.pb.h"

namespace rundlet {

ReceivedError DetailsOf(const grpc::Status& status) {
  ReceivedError error;
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(details.code(), static_cast<int>(status.error_code()));
  EXPECT_EQ(details.message(), status.error_message());
  for (const google::protobuf::Any& detail : details.details()) {
    EXPECT_TRUE(detail.UnpackTo(&error.info) ||
                detail.UnpackTo(&error.bad_request) ||
                detail.UnpackTo(&error.precondition_failure) ||
                detail.UnpackTo(&error.quota_failure) ||
                detail.UnpackTo(&error.retry_info))
        << detail.type_url();
  }
  EXPECT_EQ(error.info.domain(), "rundlet");
  return error;
}

void FromJson(absl::string_view json, google::protobuf::Message* message) {
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), message);
  ASSERT_TRUE(parsed.ok()) << parsed.ToString();
}

void GrpcFixture::StartServer(GrpcServerOptions options) {
  server_.reset();
  options.address = "127.0.0.1:0";
  Store* served = &store_;
  if (options.fill_store != nullptr) served = options.fill_store;
  if (options.large_store != nullptr) served = options.large_store;
  absl::StatusOr<std::unique_ptr<GrpcServer>> server =
      GrpcServer::Start(options, served);
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                 grpc::InsecureChannelCredentials());
  key_values_ = v1::KeyValueService::NewStub(channel_);
  admin_ = v1::AdminService::NewStub(channel_);
}

grpc::ClientContext* GrpcFixture::NewContext() {
  context_ = std::make_unique<grpc::ClientContext>();
  return context_.get();
}

grpc::Status GrpcFixture::Put(absl::string_view json,
                              v1::PutResponse* response) {
  v1::PutResponse ignored;
  return key_values_->Put(NewContext(), Parse<v1::PutRequest>(json),
                          response != nullptr ? response : &ignored);
}

grpc::Status GrpcFixture::Get(absl::string_view json,
                              v1::GetResponse* response) {
  v1::GetResponse ignored;
  return key_values_->Get(NewContext(), Parse<v1::GetRequest>(json),
                          response != nullptr ? response : &ignored);
}

grpc::Status GrpcFixture::Commit(absl::string_view json,
                                 v1::CommitResponse* response) {
  v1::CommitResponse ignored;
  return key_values_->Commit(NewContext(), Parse<v1::CommitRequest>(json),
                             response != nullptr ? response : &ignored);
}

grpc::Status GrpcFixture::List(absl::string_view json,
                               v1::ListResponse* response) {
  v1::ListResponse ignored;
  return key_values_->List(NewContext(), Parse<v1::ListRequest>(json),
                           response != nullptr ? response : &ignored);
}

}  // namespace rundlet

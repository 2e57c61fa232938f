// Goal: a server that drains tells so, refuses new calls with a time to retry,
// lets those under way end, and is gone when it says so.
// Method: a store that holds its answers back until it is told; health watched
// by a client; calls before, during and after.

#include <grpcpp/create_channel.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "tests/service/grpc/grpc_fixture.h"

namespace rundlet {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// A model store whose commits wait until Release.
class HeldStore : public ModelStore {
 public:
  void Commit(Transaction transaction, CommitCallback done) override {
    {
      absl::MutexLock lock(&mutex_);
      if (held_) {
        waiting_.emplace_back(std::move(transaction), std::move(done));
        return;
      }
    }
    ModelStore::Commit(std::move(transaction), std::move(done));
  }

  void AwaitOne() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](HeldStore* store) ABSL_EXCLUSIVE_LOCKS_REQUIRED(store->mutex_) {
          return !store->waiting_.empty();
        },
        this));
  }

  void Release() {
    std::vector<std::pair<Transaction, CommitCallback>> waiting;
    {
      absl::MutexLock lock(&mutex_);
      held_ = false;
      waiting.swap(waiting_);
    }
    for (auto& [transaction, done] : waiting) {
      ModelStore::Commit(std::move(transaction), std::move(done));
    }
  }

 private:
  absl::Mutex mutex_;
  bool held_ ABSL_GUARDED_BY(mutex_) = true;
  std::vector<std::pair<Transaction, CommitCallback>> waiting_
      ABSL_GUARDED_BY(mutex_);
};

class DrainTest : public ::testing::Test {
 protected:
  DrainTest() {
    GrpcServerOptions options;
    options.address = "127.0.0.1:0";
    absl::StatusOr<std::unique_ptr<GrpcServer>> server =
        GrpcServer::Start(options, &store_);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                   grpc::InsecureChannelCredentials());
    key_values_ = v1::KeyValueService::NewStub(channel_);
    health_ = Health::NewStub(channel_);
  }

  grpc::Status Put() {
    grpc::ClientContext context;
    v1::PutRequest request;
    request.set_key("k");
    request.mutable_value()->set_text("v");
    v1::PutResponse response;
    return key_values_->Put(&context, request, &response);
  }

  // A call that the store does not hold back.
  grpc::Status Get() {
    grpc::ClientContext context;
    v1::GetRequest request;
    request.set_key("k");
    request.set_allow_missing(true);
    v1::GetResponse response;
    return key_values_->Get(&context, request, &response);
  }

  HealthCheckResponse::ServingStatus Check(const std::string& service) {
    grpc::ClientContext context;
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    const grpc::Status status = health_->Check(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.status();
  }

  HeldStore store_;
  std::unique_ptr<GrpcServer> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::KeyValueService::Stub> key_values_;
  std::unique_ptr<Health::Stub> health_;
};

TEST_F(DrainTest, HealthKnowsEachService) {
  for (const char* service :
       {"", "rundlet.v1.KeyValueService", "rundlet.v1.AdminService"}) {
    EXPECT_EQ(Check(service), HealthCheckResponse::SERVING) << service;
  }
  server_->SetServing(false);
  EXPECT_EQ(Check(""), HealthCheckResponse::NOT_SERVING);

  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service("unknown");
  HealthCheckResponse response;
  EXPECT_EQ(health_->Check(&context, request, &response).error_code(),
            grpc::StatusCode::NOT_FOUND);
  grpc::ClientContext watch_context;
  auto watch = health_->Watch(&watch_context, request);
  ASSERT_TRUE(watch->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  watch_context.TryCancel();
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(DrainTest, NewCallsAreRefusedWhileOldOnesEnd) {
  grpc::ClientContext watch_context;
  auto watch = health_->Watch(&watch_context, {});
  HealthCheckResponse health;
  ASSERT_TRUE(watch->Read(&health));
  EXPECT_EQ(health.status(), HealthCheckResponse::SERVING);

  grpc::Status old_call;
  std::thread caller([this, &old_call] { old_call = Put(); });
  store_.AwaitOne();
  std::thread drainer([this] { server_->Drain(absl::Minutes(10)); });
  ASSERT_TRUE(watch->Read(&health));
  EXPECT_EQ(health.status(), HealthCheckResponse::NOT_SERVING);

  // Health is told just before the gate closes.
  grpc::Status refused;
  while (refused.ok()) refused = Get();
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::UNAVAILABLE);
  const ReceivedError error = DetailsOf(refused);
  EXPECT_EQ(error.info.reason(), "DRAINING");
  EXPECT_EQ(error.retry_info.retry_delay().seconds(), 1);

  store_.Release();
  caller.join();
  EXPECT_TRUE(old_call.ok()) << old_call.error_message();
  drainer.join();
  EXPECT_FALSE(watch->Read(&health));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Put().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(DrainTest, PatienceEnds) {
  grpc::Status old_call;
  std::thread caller([this, &old_call] { old_call = Put(); });
  store_.AwaitOne();
  std::thread releaser([this, &caller, &old_call] {
    caller.join();
    EXPECT_FALSE(old_call.ok());
    // The store owes its callback still; the server waits for it.
    store_.Release();
  });
  server_->Drain(absl::ZeroDuration());
  releaser.join();
}

TEST_F(DrainTest, StartsOnlyWhereItCan) {
  GrpcServerOptions options;
  options.address = absl::StrCat("127.0.0.1:", server_->port());
  EXPECT_FALSE(GrpcServer::Start(options, &store_).ok());
  for (const char* address : {"", "127.0.0.1", "127.0.0.1:65536", "[::1:0",
                              "no.such.host.invalid:0"}) {
    options.address = address;
    EXPECT_EQ(GrpcServer::Start(options, &store_).status().code(),
              absl::StatusCode::kInvalidArgument)
        << address;
  }
}

}  // namespace
}  // namespace rundlet

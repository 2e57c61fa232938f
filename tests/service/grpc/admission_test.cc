// Goal: what the admission of writes decides reaches the client: a refusal with
// both times to come back, and a deadline that passed before the write began.
// Method: a server on a store whose sync the test holds through its file
// system, with few places and a clock that the test moves.

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "service/admission/write_admission.h"
#include "service/grpc/grpc_server.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/service/grpc/grpc_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/gated_file_system.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

// One Put on a thread of its own, or on this one.
struct Put {
  grpc::ClientContext context;
  grpc::Status status;
  std::thread thread;

  void Run(v1::KeyValueService::Stub* stub, const std::string& key) {
    v1::PutRequest request;
    request.set_key(key);
    request.mutable_value()->set_text("v");
    v1::PutResponse response;
    status = stub->Put(&context, request, &response);
  }
  void Start(v1::KeyValueService::Stub* stub, const std::string& key) {
    thread = std::thread([this, stub, key] { Run(stub, key); });
  }
};

// Of four puts one was refused and one came too late.
void ExpectCounted(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  v1::StatsResponse stats;
  const grpc::Status status = v1::AdminService::NewStub(channel)->Stats(
      &context, v1::StatsRequest(), &stats);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(stats.admission().admitted_count(), 2u);
  EXPECT_EQ(stats.admission().refused_for_share_count(), 1u);
  EXPECT_EQ(stats.admission().expired_count(), 1u);
  EXPECT_EQ(stats.admission().cancelled_count(), 0u);
  EXPECT_EQ(stats.admission().waiting_count(), 0u);
  EXPECT_GE(stats.admission().delay_p999().seconds(), 7200);
  ASSERT_EQ(stats.calls_size(), 1);
  const v1::CallStats& puts = stats.calls(0);
  EXPECT_EQ(puts.method(), "rundlet.v1.KeyValueService/Put");
  EXPECT_EQ(puts.ended_count(), 4u);
  ASSERT_EQ(puts.failed_counts_size(), 2);
  EXPECT_EQ(puts.failed_counts().at("UNAVAILABLE"), 1u);
  EXPECT_EQ(puts.failed_counts().at("DEADLINE_EXCEEDED"), 1u);
  EXPECT_GT(puts.duration_p999().nanos() + puts.duration_p999().seconds(), 0);
}

TEST(AdmissionTest, RefusalsAndPassedDeadlinesReachTheClient) {
  const TempFolder folder;
  GatedFileSystem files(FileSystem::Posix());
  FakeClock clock(absl::Now());
  Options store_options;
  store_options.path = folder.path();
  store_options.file_system = &files;
  store_options.scrub_interval = absl::ZeroDuration();
  auto store = Open(std::move(store_options));
  ASSERT_TRUE(store.ok()) << store.status();
  WriteAdmission::Settings settings;
  settings.clock = &clock;
  settings.delay.writes_min = settings.delay.writes_max = 4;
  const auto admission = WriteAdmission::Create(store->get(), settings);
  GrpcServerOptions options;
  options.address = "127.0.0.1:0";
  options.admission = admission;
  auto server = GrpcServer::Start(options, store->get());
  ASSERT_TRUE(server.ok()) << server.status();
  const auto channel =
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", (*server)->port()),
                          grpc::InsecureChannelCredentials());
  const auto stub = v1::KeyValueService::NewStub(channel);

  files.Hold(Call::kSync, ".log");
  Put first;
  first.Start(stub.get(), "first");
  files.AwaitHeld(1);
  Put late;
  late.context.set_deadline(absl::ToChronoTime(clock.Now() + absl::Hours(1)));
  late.Start(stub.get(), "late");
  Put kept;
  kept.Start(stub.get(), "kept");
  while (admission->stats().waiting_count < 2) std::this_thread::yield();

  Put refused;
  refused.Run(stub.get(), "refused");
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  const ReceivedError error = DetailsOf(refused.status);
  EXPECT_EQ(error.info.reason(), "OVERLOADED");
  const auto& delay = error.retry_info.retry_delay();
  const auto& trailers = refused.context.GetServerTrailingMetadata();
  const auto pushback = trailers.find("grpc-retry-pushback-ms");
  ASSERT_NE(pushback, trailers.end());
  EXPECT_EQ(std::string(pushback->second.data(), pushback->second.size()),
            absl::StrCat(delay.seconds() * 1000 + delay.nanos() / 1'000'000));
  EXPECT_GE(delay.seconds() * 1000 + delay.nanos() / 1'000'000, 10);

  clock.Advance(absl::Hours(2));
  files.LetGo();
  first.thread.join();
  late.thread.join();
  kept.thread.join();
  EXPECT_TRUE(first.status.ok()) << first.status.error_message();
  EXPECT_TRUE(kept.status.ok()) << kept.status.error_message();
  EXPECT_EQ(late.status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(DetailsOf(late.status).info.reason(), "DEADLINE_PASSED");
  const auto absent = BlockingStore(store->get()).Get("late");
  ASSERT_TRUE(absent.ok());
  EXPECT_FALSE(absent->has_value());
  ExpectCounted(channel);
  server->reset();
  admission->Close();
}

}  // namespace
}  // namespace rundlet

// Goal: over the wire, too, of many who miss a key one is told to fill it and
// the others get its value; a token is good once, for its key, store and time;
// whoever waits hears when that is over, when it leaves and when the server
// drains. Method: clients on loopback of a server on a model store, some of
// them many at once.

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "storage/fill/fill_store.h"
#include "tests/service/grpc/grpc_fixture.h"

namespace rundlet {
namespace {

class FillTest : public GrpcFixture {
 protected:
  FillTest() { StartFills({16, 64}); }
  // The server goes before what it serves.
  ~FillTest() override { server_.reset(); }

  void StartFills(FillLimits limits) {
    server_.reset();
    FillOptions options;
    options.limits = limits;
    options.clock = &clock_;
    fills_ = std::make_unique<FillStore>(&store_, std::move(options));
    GrpcServerOptions served;
    served.fill_store = fills_.get();
    StartServer(served);
  }

  // The token of a Get that has to get one.
  std::string TakeLease(const std::string& key,
                        const std::string& terms = "{}") {
    v1::GetResponse answer;
    const grpc::Status got =
        Get(absl::StrCat(R"({"key":")", key, R"(","fill_lease":)", terms, "}"),
            &answer);
    EXPECT_TRUE(got.ok()) << got.error_message();
    EXPECT_TRUE(answer.has_fill_lease()) << answer.ShortDebugString();
    return answer.fill_lease().fill_token();
  }

  static std::string PutOf(const std::string& key, const std::string& text,
                           const std::string& token) {
    return absl::StrCat(R"({"key":")", key, R"(","value":{"text":")", text,
                        R"("},"fill_token":")", token, R"("})");
  }

  void ExpectLost(const grpc::Status& status) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED)
        << status.error_message();
    EXPECT_EQ(DetailsOf(status).info.reason(), "FILL_LEASE_LOST");
  }

  // A Get that waits, on a thread and with a context of its own.
  struct Waiting {
    grpc::ClientContext context;
    v1::GetResponse answer;
    grpc::Status status;
    std::thread thread;
  };
  std::unique_ptr<Waiting> Wait(const std::string& key) {
    auto waiting = std::make_unique<Waiting>();
    waiting->thread = std::thread([this, key, at = waiting.get()] {
      v1::GetRequest request;
      request.set_key(key);
      request.mutable_fill_lease()->mutable_wait()->set_seconds(60);
      at->status = key_values_->Get(&at->context, request, &at->answer);
    });
    return waiting;
  }
  // Waits until so many calls wait for a fill.
  void AwaitWaiters(uint64_t count) {
    while (fills_->waiter_count() != count) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

  std::unique_ptr<FillStore> fills_;
};

TEST_F(FillTest, OneOfFiftyFillsAndAllGetItsValue) {
  constexpr int kCallers = 50;
  std::atomic<int> fillers{0};
  std::atomic<int> readers{0};
  std::vector<std::thread> callers;
  callers.reserve(kCallers);
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&, i] {
      grpc::ClientContext context;
      v1::GetRequest get;
      get.set_key("k");
      get.mutable_fill_lease()->mutable_wait()->set_seconds(60);
      v1::GetResponse answer;
      const grpc::Status got = key_values_->Get(&context, get, &answer);
      ASSERT_TRUE(got.ok()) << got.error_message();
      if (!answer.has_fill_lease()) {
        EXPECT_EQ(answer.entry().value().text(), "computed once");
        ++readers;
        return;
      }
      ++fillers;
      // The others are there before there is a value.
      AwaitWaiters(kCallers - 1);
      grpc::ClientContext put_context;
      v1::PutRequest put;
      put.set_key("k");
      put.mutable_value()->set_text("computed once");
      put.set_fill_token(answer.fill_lease().fill_token());
      v1::PutResponse receipt;
      const grpc::Status filled = key_values_->Put(&put_context, put, &receipt);
      EXPECT_TRUE(filled.ok()) << i << ": " << filled.error_message();
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(fillers.load(), 1);
  EXPECT_EQ(readers.load(), kCallers - 1);
}

TEST_F(FillTest, AnswersWhoDoesNotWait) {
  v1::GetResponse answer;
  ASSERT_TRUE(Get(R"({"key":"k","fill_lease":{"hold":"3s"}})", &answer).ok());
  const absl::Duration end =
      absl::FromUnixSeconds(answer.fill_lease().end_time().seconds()) -
      clock_.Now();
  EXPECT_EQ(end, absl::Seconds(3));
  EXPECT_FALSE(answer.has_entry());
  ASSERT_TRUE(Get(R"({"key":"k","fill_lease":{"wait":"0s"}})", &answer).ok());
  EXPECT_TRUE(answer.has_fill_under_way()) << answer.ShortDebugString();
  EXPECT_FALSE(answer.has_entry());
}

TEST_F(FillTest, RefusesAStaleFill) {
  const std::string token = TakeLease("k");
  v1::DeleteResponse deleted;
  ASSERT_TRUE(key_values_
                  ->Delete(NewContext(),
                           Parse<v1::DeleteRequest>(R"({"key":"k"})"), &deleted)
                  .ok());
  EXPECT_FALSE(deleted.deleted());
  ExpectLost(Put(PutOf("k", "stale", token)));
  EXPECT_EQ(Get(R"({"key":"k"})").error_code(), grpc::StatusCode::NOT_FOUND);
  const std::string next = TakeLease("k");
  ASSERT_TRUE(Put(PutOf("k", "fresh", next)).ok());
  ExpectLost(Put(PutOf("k", "again", next)));
  v1::GetResponse answer;
  ASSERT_TRUE(Get(R"({"key":"k","fill_lease":{}})", &answer).ok());
  EXPECT_EQ(answer.entry().value().text(), "fresh");
}

TEST_F(FillTest, PassesALeaseOn) {
  TakeLease("k", R"({"hold":"2s"})");
  const auto next = Wait("k");
  AwaitWaiters(1);
  clock_.Advance(absl::Seconds(2));
  fills_->EndDue();
  next->thread.join();
  ASSERT_TRUE(next->answer.has_fill_lease());
  const auto last = Wait("k");
  AwaitWaiters(1);
  v1::DeleteRequest give_back;
  give_back.set_key("k");
  give_back.set_fill_token(next->answer.fill_lease().fill_token());
  v1::DeleteResponse given_back;
  ASSERT_TRUE(key_values_->Delete(NewContext(), give_back, &given_back).ok());
  last->thread.join();
  EXPECT_TRUE(last->answer.has_fill_lease());
}

TEST_F(FillTest, LetsAWaiterLeave) {
  const std::string token = TakeLease("k");
  const auto gone = Wait("k");
  const auto late = std::make_unique<Waiting>();
  AwaitWaiters(1);
  gone->context.TryCancel();
  gone->thread.join();
  EXPECT_EQ(gone->status.error_code(), grpc::StatusCode::CANCELLED);
  AwaitWaiters(0);
  late->context.set_deadline(std::chrono::system_clock::now() +
                             std::chrono::milliseconds(50));
  const auto request =
      Parse<v1::GetRequest>(R"({"key":"k","fill_lease":{"wait":"60s"}})");
  EXPECT_EQ(
      key_values_->Get(&late->context, request, &late->answer).error_code(),
      grpc::StatusCode::DEADLINE_EXCEEDED);
  AwaitWaiters(0);
  EXPECT_TRUE(Put(PutOf("k", "v", token)).ok());
}

TEST_F(FillTest, EndsWaitsWhenItDrains) {
  TakeLease("k");
  const auto waiting = Wait("k");
  AwaitWaiters(1);
  server_->Drain(absl::Minutes(10));
  waiting->thread.join();
  ASSERT_TRUE(waiting->status.ok()) << waiting->status.error_message();
  EXPECT_TRUE(waiting->answer.has_fill_under_way());
}

TEST_F(FillTest, KnowsNoTokenOfAnEarlierServer) {
  const std::string token = TakeLease("k");
  StartFills({16, 64});
  ExpectLost(Put(PutOf("k", "v", token)));
  TakeLease("k");
  ExpectLost(Put(PutOf("k", "v", token)));
}

TEST_F(FillTest, NamesWhatIsWrong) {
  const auto expect_field = [&](const grpc::Status& status,
                                const std::string& field) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(DetailsOf(status).Metadata("field"), field);
  };
  expect_field(Get(R"({"key":"k","fill_lease":{"wait":"61s"}})"),
               "fill_lease.wait");
  expect_field(Get(R"({"key":"k","fill_lease":{"wait":"-1s"}})"),
               "fill_lease.wait");
  expect_field(Get(R"({"key":"k","fill_lease":{"hold":"0s"}})"),
               "fill_lease.hold");
  expect_field(Get(R"({"key":"k","fill_lease":{"hold":"601s"}})"),
               "fill_lease.hold");
  expect_field(Put(PutOf("k", "v", "nonsense")), "fill_token");
  expect_field(Get(R"({"key":"k","fill_lease":{},"snapshot_token":"s"})"),
               "fill_lease");
}

TEST_F(FillTest, SaysWhenThereAreAsManyAsThereMayBe) {
  StartFills({1, 0});
  TakeLease("k");
  for (const std::string key : {"k", "other"}) {
    const grpc::Status full = Get(
        absl::StrCat(R"({"key":")", key, R"(","fill_lease":{"wait":"1s"}})"));
    EXPECT_EQ(full.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    const ReceivedError error = DetailsOf(full);
    EXPECT_EQ(error.info.reason(), "TOO_MANY");
    EXPECT_EQ(error.quota_failure.violations(0).subject(),
              key == "k" ? "fill waiters" : "fill leases");
  }
  StartFills({0, 0});
  const grpc::Status off = Get(R"({"key":"k","fill_lease":{}})");
  EXPECT_EQ(DetailsOf(off).info.reason(), "NOT_CONFIGURED");
  EXPECT_EQ(DetailsOf(off).Metadata("option"), "fill_leases_max");
  EXPECT_EQ(DetailsOf(Put(PutOf("k", "v", "t"))).info.reason(),
            "NOT_CONFIGURED");
}

TEST_F(FillTest, HasNoPlaceInAPipeline) {
  grpc::ClientContext context;
  const auto stream = key_values_->Pipeline(&context);
  v1::PipelineRequest request;
  FromJson(R"({"operations":[
      {"id":1,"get":{"key":"k","fill_lease":{}}},
      {"id":2,"put":{"key":"k","value":{"text":"v"},"fill_token":"t"}},
      {"id":3,"delete":{"key":"k","fill_token":"t"}}]})",
           &request);
  ASSERT_TRUE(stream->Write(request));
  stream->WritesDone();
  v1::PipelineResponse response;
  int refused = 0;
  while (stream->Read(&response)) {
    for (const v1::PipelineAnswer& answer : response.answers()) {
      EXPECT_EQ(answer.error().reason(), "INVALID_FIELD");
      ++refused;
    }
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(refused, 3);
  EXPECT_TRUE(store_.Entries().empty());
}

}  // namespace
}  // namespace rundlet

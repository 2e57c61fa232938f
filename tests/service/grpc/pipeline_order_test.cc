// Goal: the operations of a pipeline take effect in the order sent: a read sees
// every write before it and none behind it, however messages are cut and
// whatever durability the writes ask for; and no operation shows an older state
// than the one before, whoever else writes.
// Method: random operations over few keys on one stream, over the engine, whose
// order alone decides every answer; all answers against a map, and their
// revisions against each other. Others write other keys meanwhile. RUNDLET_SEED
// and RUNDLET_RUNS repeat or prolong it.

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/sync_stream.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "rundlet/v1/key_value.grpc.pb.h"
#include "service/grpc/grpc_server.h"
#include "storage/open.h"
#include "tests/service/gateway/held_store.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

constexpr int kOperations = 3000;

// What an answer has to say: a value, a sum, or whether there was a key.
struct Expected {
  std::optional<std::string> value;
  std::optional<int64_t> sum;
  bool existed = false;
};

// The revision that a write made, or else the newest that was seen.
template <typename Written>
uint64_t RevisionOf(const Written& written) {
  return written.revision() != 0 ? written.revision() : written.read_revision();
}

uint64_t RevisionOf(const v1::PipelineAnswer& answer) {
  if (answer.has_put()) return RevisionOf(answer.put());
  if (answer.has_delete_()) return RevisionOf(answer.delete_());
  if (answer.has_add()) return RevisionOf(answer.add());
  return answer.get().read_revision();
}

class PipelineOrderTest : public ::testing::Test {
 protected:
  PipelineOrderTest() {
    Options options;
    options.path = folder_.Path("data");
    auto store = rundlet::Open(std::move(options));
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    GrpcServerOptions server_options;
    server_options.address = "127.0.0.1:0";
    auto server = GrpcServer::Start(server_options, store_.get());
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = v1::KeyValueService::NewStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                            grpc::InsecureChannelCredentials()));
  }

  // Fills an operation and what it has to answer.
  Expected Next(SeededRandom& random, v1::PipelineOperation* operation) {
    const std::string key = absl::StrCat("k", random.Below(6));
    const auto found = model_.find(key);
    Expected expected;
    expected.existed = found != model_.end();
    const auto durability = static_cast<v1::Durability>(random.Below(4));
    switch (random.Below(8)) {
      case 0:
      case 1: {
        const int64_t number = static_cast<int64_t>(random.Below(1000));
        operation->mutable_put()->set_key(key);
        operation->mutable_put()->mutable_value()->set_text(
            std::to_string(number));
        operation->mutable_put()->set_durability(durability);
        model_[key] = number;
        break;
      }
      case 2:
        operation->mutable_delete_()->set_key(key);
        operation->mutable_delete_()->set_durability(durability);
        model_.erase(key);
        break;
      case 3:
        operation->mutable_add()->set_key(key);
        operation->mutable_add()->set_delta(1);
        operation->mutable_add()->set_durability(durability);
        expected.sum = ++model_[key];
        break;
      default:
        operation->mutable_get()->set_key(key);
        operation->mutable_get()->set_allow_missing(true);
        if (random.Below(4) == 0) {
          operation->mutable_get()->set_metadata_only(true);
        } else if (expected.existed) {
          expected.value = std::to_string(found->second);
        }
        break;
    }
    return expected;
  }

  // Writes one key after the other until it is told to stop.
  void WriteAsOthers(const std::atomic<bool>& stopping) {
    for (uint64_t i = 0; !stopping; ++i) {
      v1::PutRequest request;
      request.set_key(absl::StrCat("other", i % 100));
      request.mutable_value()->set_text("v");
      request.set_durability(v1::DURABILITY_DISK);
      grpc::ClientContext context;
      v1::PutResponse response;
      EXPECT_TRUE(stub_->Put(&context, request, &response).ok());
    }
  }

  static void Check(const Expected& expected,
                    const v1::PipelineAnswer& answer) {
    ASSERT_FALSE(answer.has_error()) << answer.error().message();
    if (answer.has_put()) {
      EXPECT_EQ(answer.put().existed(), expected.existed) << answer.id();
    } else if (answer.has_delete_()) {
      EXPECT_EQ(answer.delete_().deleted(), expected.existed) << answer.id();
    } else if (answer.has_add()) {
      EXPECT_EQ(answer.add().sum(), *expected.sum) << answer.id();
    } else {
      ASSERT_EQ(answer.get().has_entry(), expected.existed) << answer.id();
      EXPECT_EQ(answer.get().entry().value().text(),
                expected.value.value_or(""))
          << answer.id();
    }
  }

  using Stream =
      grpc::ClientReaderWriter<v1::PipelineRequest, v1::PipelineResponse>;

  // One stream of many operations.
  void RunOnce(SeededRandom& random);
  // A write, a read while it is on its way, and one when it has been answered.
  static void PutAndReadTwice(SeededRandom& random, Stream* stream);

  TempFolder folder_;
  std::map<std::string, int64_t> model_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<v1::KeyValueService::Stub> stub_;
};

void PipelineOrderTest::RunOnce(SeededRandom& random) {
  std::vector<Expected> expected;
  std::vector<v1::PipelineRequest> requests;
  while (expected.size() < kOperations) {
    v1::PipelineRequest& request = requests.emplace_back();
    for (uint64_t i = random.Between(1, 200); i > 0; --i) {
      v1::PipelineOperation* const operation = request.add_operations();
      operation->set_id(expected.size());
      expected.push_back(Next(random, operation));
    }
  }
  grpc::ClientContext context;
  const auto stream = stub_->Pipeline(&context);
  std::thread writer([&] {
    for (const v1::PipelineRequest& request : requests) {
      EXPECT_TRUE(stream->Write(request));
    }
    EXPECT_TRUE(stream->WritesDone());
  });
  uint64_t answered = 0;
  std::vector<uint64_t> revisions(expected.size());
  v1::PipelineResponse response;
  while (stream->Read(&response)) {
    for (const v1::PipelineAnswer& answer : response.answers()) {
      ++answered;
      ASSERT_LT(answer.id(), expected.size());
      Check(expected[answer.id()], answer);
      revisions[answer.id()] = RevisionOf(answer);
    }
  }
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(answered, expected.size());
  for (size_t i = 1; i < revisions.size(); ++i) {
    ASSERT_GE(revisions[i], revisions[i - 1]) << "operation " << i;
  }
}

void PipelineOrderTest::PutAndReadTwice(SeededRandom& random, Stream* stream) {
  std::vector<uint64_t> revisions(3);
  size_t answered = 0;
  const auto send = [&](uint64_t id) {
    v1::PipelineRequest request;
    v1::PipelineOperation* const operation = request.add_operations();
    operation->set_id(id);
    if (id == 0) {
      operation->mutable_put()->set_key("own");
      operation->mutable_put()->mutable_value()->set_text("v");
      operation->mutable_put()->set_durability(v1::DURABILITY_DISK);
    } else {
      operation->mutable_get()->set_key("own");
    }
    EXPECT_TRUE(stream->Write(request));
  };
  const auto receive = [&] {
    v1::PipelineResponse response;
    ASSERT_TRUE(stream->Read(&response));
    for (const v1::PipelineAnswer& answer : response.answers()) {
      ++answered;
      revisions[answer.id()] = RevisionOf(answer);
    }
  };
  send(0);
  // So that a write of the others may come between.
  absl::SleepFor(absl::Microseconds(random.Below(2000)));
  send(1);
  receive();
  send(2);
  while (answered < 3 && !HasFatalFailure()) receive();
  EXPECT_LE(revisions[0], revisions[1]);
  EXPECT_LE(revisions[1], revisions[2]);
}

TEST_F(PipelineOrderTest, AnswersAreThoseOfTheOrderSent) {
  SeededRandom random(TestSeed());
  for (uint64_t run = TestRuns(2); run > 0; --run) RunOnce(random);
}

TEST_F(PipelineOrderTest, NoReadIsOlderThanTheOneBefore) {
  SeededRandom random(TestSeed());
  std::atomic<bool> stopping = false;
  std::vector<std::thread> others;
  for (int i = 0; i < 4; ++i) {
    others.emplace_back([&] { WriteAsOthers(stopping); });
  }
  grpc::ClientContext context;
  const auto stream = stub_->Pipeline(&context);
  for (uint64_t run = TestRuns(200); run > 0; --run) {
    PutAndReadTwice(random, stream.get());
  }
  EXPECT_TRUE(stream->WritesDone());
  EXPECT_TRUE(stream->Finish().ok());
  stopping = true;
  for (std::thread& other : others) other.join();
}

TEST(PipelineCallsTest, AReadByItselfComesBehindThoseThatWaitForOthers) {
  HeldStore store;
  GrpcServerOptions options;
  options.address = "127.0.0.1:0";
  const auto server = GrpcServer::Start(options, &store);
  ASSERT_TRUE(server.ok()) << server.status();
  const auto stub = v1::KeyValueService::NewStub(
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", (*server)->port()),
                          grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const auto stream = stub->Pipeline(&context);
  v1::PipelineRequest request;
  for (const bool metadata_only : {false, true}) {
    v1::PipelineOperation* const operation = request.add_operations();
    operation->set_id(metadata_only ? 2 : 1);
    operation->mutable_get()->set_key("k");
    operation->mutable_get()->set_allow_missing(true);
    operation->mutable_get()->set_metadata_only(metadata_only);
  }
  ASSERT_TRUE(stream->Write(request));
  store.WaitForHeld(2);
  store.ReleaseLast();
  v1::PipelineResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.answers_size(), 1);
  EXPECT_EQ(response.answers(0).id(), 2);
  store.StopHolding();
  store.ReleaseAll();
  EXPECT_TRUE(stream->WritesDone());
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.answers(0).id(), 1);
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace rundlet

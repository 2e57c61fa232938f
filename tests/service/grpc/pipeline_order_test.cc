// Goal: the operations of a pipeline take effect in the order sent: a read sees
// every write before it and none behind it, however messages are cut and
// whatever durability the writes ask for.
// Method: random operations over few keys on one stream, over the engine, whose
// order alone decides every answer; all answers against a map. RUNDLET_SEED and
// RUNDLET_RUNS repeat or prolong it.

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rundlet/v1/key_value.grpc.pb.h"
#include "service/grpc/grpc_server.h"
#include "storage/open.h"
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
        if (expected.existed) expected.value = std::to_string(found->second);
        break;
    }
    return expected;
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

  // One stream of many operations.
  void RunOnce(SeededRandom& random);

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
  v1::PipelineResponse response;
  while (stream->Read(&response)) {
    for (const v1::PipelineAnswer& answer : response.answers()) {
      ++answered;
      ASSERT_LT(answer.id(), expected.size());
      Check(expected[answer.id()], answer);
    }
  }
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(answered, expected.size());
}

TEST_F(PipelineOrderTest, AnswersAreThoseOfTheOrderSent) {
  SeededRandom random(TestSeed());
  for (uint64_t run = TestRuns(2); run > 0; --run) RunOnce(random);
}

}  // namespace
}  // namespace rundlet

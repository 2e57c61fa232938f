// Goal: Watch on the wire: its fields are checked, its messages stay small, its
// errors say where to go on, and it ends with its client and with the server.
// Method: watches over a real channel, beside writes to the engine, against
// each limit; what was missed is read from where the error says.

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/grpc/range_codec.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/service/grpc/grpc_fixture.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/watch_reader.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;

// A watch as a client reads it.
class Client {
 public:
  Client(v1::KeyValueService::Stub* key_values, const v1::WatchRequest& request)
      : stream_(key_values->Watch(&context_, request)) {}
  ~Client() {
    context_.TryCancel();
    if (!has_ended_) Finish();
  }

  // The next message; an empty one at the end.
  v1::WatchResponse Read() {
    v1::WatchResponse message;
    if (!stream_->Read(&message)) return {};
    EXPECT_NE(message.part_case(), v1::WatchResponse::PART_NOT_SET);
    return message;
  }

  // The changed keys up to `last`, or up to the end.
  std::vector<std::string> KeysUpTo(const std::string& last) {
    std::vector<std::string> keys;
    while (keys.empty() || keys.back() != last) {
      const v1::WatchResponse message = Read();
      if (message.part_case() == v1::WatchResponse::PART_NOT_SET) break;
      for (const v1::Change& change : message.changes().changes()) {
        keys.push_back(change.entry().key());
      }
    }
    return keys;
  }

  grpc::Status Finish() {
    v1::WatchResponse ignored;
    while (stream_->Read(&ignored)) {
    }
    has_ended_ = true;
    return stream_->Finish();
  }

  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> stream_;
  bool has_ended_ = false;
};

class WatchTest : public ::testing::Test {
 protected:
  WatchTest() { StartOver({}); }

  // An empty store with these limits, and a server on it.
  void StartOver(const Limits& limits) {
    server_ = nullptr;
    store_ = nullptr;
    disk_ = std::make_unique<CrashableFileSystem>();
    Options options;
    options.path = "/data";
    options.limits = limits;
    options.file_system = disk_.get();
    options.clock = &clock_;
    auto store = Open(std::move(options));
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    StartServer();
  }

  void StartServer() {
    GrpcServerOptions options;
    options.address = "127.0.0.1:0";
    auto server = GrpcServer::Start(options, store_.get());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    // A client that does not read takes 64 KiB, and no more as it goes on.
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    key_values_ = v1::KeyValueService::NewStub(grpc::CreateCustomChannel(
        absl::StrCat("127.0.0.1:", server_->port()),
        grpc::InsecureChannelCredentials(), arguments));
  }

  Revision Put(const std::string& key, const std::string& text = "v") {
    const auto receipt =
        BlockingStore(store_.get()).Put(key, Value::Text(text));
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    return receipt.ok() ? receipt->revision : 0;
  }

  std::unique_ptr<Client> Watch(absl::string_view json) {
    v1::WatchRequest request;
    FromJson(json, &request);
    return std::make_unique<Client>(key_values_.get(), request);
  }

  std::unique_ptr<Client> WatchFrom(Revision revision) {
    return Watch(
        absl::StrCat(R"({"ranges":[{}],"start_revision":)", revision, "}"));
  }

  // How a watch that cannot begin ends.
  ReceivedError ErrorOf(absl::string_view json, grpc::StatusCode code) {
    const grpc::Status status = Watch(json)->Finish();
    EXPECT_EQ(status.error_code(), code) << json << status.error_message();
    return DetailsOf(status);
  }

  FakeClock clock_;
  std::unique_ptr<CrashableFileSystem> disk_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<v1::KeyValueService::Stub> key_values_;
};

TEST_F(WatchTest, FieldsAreChecked) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"{}", "ranges"},
      {R"({"ranges":[{},{"prefix":"a","end":"b"}]})", "ranges[1].prefix"},
      {R"({"ranges":[{}],"start_revision":1,"present_state":true})",
       "present_state"},
      {R"({"ranges":[{}],"no_puts":true,"no_deletes":true})", "no_deletes"},
      {R"({"ranges":[{}],"bookmark_interval":"0.099s"})", "bookmark_interval"},
      {R"({"ranges":[{}],"bookmark_interval":"-1s"})", "bookmark_interval"},
  };
  for (const auto& [json, field] : cases) {
    const ReceivedError error =
        ErrorOf(json, grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(error.info.reason(), "INVALID_FIELD") << json;
    EXPECT_EQ(error.Metadata("field"), field) << json;
  }
  v1::WatchRequest many;
  for (int i = 0; i < 129; ++i) many.add_ranges();
  const ReceivedError error =
      DetailsOf(Client(key_values_.get(), many).Finish());
  EXPECT_EQ(error.info.reason(), "LIMIT_EXCEEDED");
  EXPECT_EQ(error.Metadata("limit_name"), "watch_ranges_max");
  EXPECT_EQ(error.Metadata("limit"), "128");
}

TEST_F(WatchTest, BookmarksNameTheStoreAndAnotherStoreRefusesThem) {
  const Revision revision = Put("a");
  const v1::WatchResponse marker = Watch(R"({"ranges":[{}]})")->Read();
  EXPECT_EQ(marker.marker().through_revision(), revision);
  EXPECT_EQ(marker.marker().store_id(), store_->Stats().store_id);
  auto resumed =
      Watch(absl::StrCat(R"({"ranges":[{}],"start_revision":1,"store_id":")",
                         marker.marker().store_id(), R"("})"));
  EXPECT_THAT(resumed->KeysUpTo("a"), ElementsAre("a"));
  EXPECT_EQ(ErrorOf(R"({"ranges":[{}],"start_revision":1,"store_id":"other"})",
                    grpc::StatusCode::FAILED_PRECONDITION)
                .info.reason(),
            "FOREIGN_STORE");
}

TEST_F(WatchTest, ATransactionBeyondAMessageComesInFragments) {
  auto client = Watch(R"({"ranges":[{}]})");
  ASSERT_TRUE(client->Read().has_marker());
  Transaction large;
  for (int i = 0; i < 24; ++i) {
    large.operations.push_back(
        PutOperation{absl::StrCat("large:", 10 + i),
                     Value::Text(std::string(120'000, 'v'))});
  }
  const auto receipt = BlockingStore(store_.get()).Commit(std::move(large));
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  std::vector<std::string> keys;
  int messages = 0;
  for (bool last = false; !last; ++messages) {
    const v1::WatchResponse message = client->Read();
    ASSERT_TRUE(message.has_changes());
    EXPECT_LT(message.ByteSizeLong(), kPageBytesMax);
    for (const v1::Change& change : message.changes().changes()) {
      keys.push_back(change.entry().key());
      EXPECT_EQ(change.entry().revision(), receipt->revision);
    }
    last = message.changes().last_fragment();
    EXPECT_EQ(message.changes().through_revision(),
              last ? receipt->revision : 0);
  }
  EXPECT_GE(messages, 3);
  EXPECT_EQ(keys.size(), 24u);
  EXPECT_EQ(keys.back(), "large:33");
}

TEST_F(WatchTest, ManySmallChangesMakeWholeMessages) {
  constexpr int kPerTransaction = 300;
  for (int commit = 0; commit < 10; ++commit) {
    Transaction puts;
    for (int i = 0; i < kPerTransaction; ++i) {
      puts.operations.push_back(
          PutOperation{absl::StrCat(commit, ":", 1000 + i), Value::Text("")});
    }
    ASSERT_TRUE(BlockingStore(store_.get()).Commit(std::move(puts)).ok());
  }
  auto client = WatchFrom(1);
  ASSERT_TRUE(client->Read().has_marker());
  for (int seen = 0; seen < 10 * kPerTransaction;) {
    const v1::WatchResponse message = client->Read();
    ASSERT_TRUE(message.has_changes());
    const int count = message.changes().changes_size();
    EXPECT_LE(count, static_cast<int>(kPageSizeMax));
    EXPECT_EQ(count % kPerTransaction, 0);
    EXPECT_TRUE(message.changes().last_fragment());
    EXPECT_GE(message.changes().through_revision(),
              message.changes().changes(count - 1).entry().revision());
    seen += count;
  }
}

TEST_F(WatchTest, HistoryThatIsGoneIsToldWithTheOldestRevision) {
  for (int i = 0; i < 10; ++i) Put("k", absl::StrCat(i));
  ASSERT_TRUE(BlockingStore(store_.get()).Compact().ok());
  const Revision floor = store_->Stats().floor_revision;
  ASSERT_GT(floor, 1u);
  const ReceivedError gone = ErrorOf(R"({"ranges":[{}],"start_revision":1})",
                                     grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(gone.info.reason(), "HISTORY_GONE");
  EXPECT_EQ(gone.Metadata("oldest_revision"), absl::StrCat(floor));
  EXPECT_TRUE(WatchFrom(floor)->Read().has_marker());
  const ReceivedError early =
      ErrorOf(R"({"ranges":[{}],"start_revision":1000})",
              grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(early.info.reason(), "REVISION_NOT_REACHED");
}

TEST_F(WatchTest, WhoDoesNotReadIsCutOffAndResumes) {
  constexpr int kPuts = 30;
  Limits limits;
  limits.watch_lag_changes_max = 8;
  StartOver(limits);
  auto slow = Watch(R"({"ranges":[{}]})");
  ASSERT_TRUE(slow->Read().has_marker());
  // It is served after the slow one: what it has, that one has missed.
  WatchReader witness(store_.get(), WatchAll());
  witness.Lines(1);
  std::vector<std::string> keys;
  for (int i = 0; i < kPuts; ++i) {
    keys.push_back(absl::StrCat("k", 100 + i));
    Put(keys.back(), std::string(256 << 10, 'v'));
    witness.Lines(1);
  }
  std::vector<std::string> seen = slow->KeysUpTo("");
  const grpc::Status status = slow->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const ReceivedError error = DetailsOf(status);
  EXPECT_EQ(error.info.reason(), "SLOW_READER");
  EXPECT_EQ(error.Metadata("store_id"), store_->Stats().store_id);
  uint64_t resume = 0;
  ASSERT_TRUE(absl::SimpleAtoi(error.Metadata("resume_revision"), &resume));
  EXPECT_LT(seen.size(), keys.size());
  for (auto& key : WatchFrom(resume)->KeysUpTo(keys.back())) {
    seen.push_back(std::move(key));
  }
  EXPECT_EQ(seen, keys);
}

TEST_F(WatchTest, ThereAreNoMoreThanTheLimit) {
  Limits limits;
  limits.watches_max = 1;
  StartOver(limits);
  auto first = Watch(R"({"ranges":[{}]})");
  ASSERT_TRUE(first->Read().has_marker());
  const ReceivedError error =
      ErrorOf(R"({"ranges":[{}]})", grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(error.info.reason(), "TOO_MANY");
  EXPECT_EQ(error.quota_failure.violations(0).subject(), "watches");
  // It ends with its client.
  first->Cancel();
  EXPECT_EQ(first->Finish().error_code(), grpc::StatusCode::CANCELLED);
  while (store_->Stats().watch_count > 0) absl::SleepFor(absl::Milliseconds(1));
  EXPECT_TRUE(Watch(R"({"ranges":[{}]})")->Read().has_marker());
}

TEST_F(WatchTest, ADrainEndsItWhereItCanBeResumed) {
  auto client = Watch(R"({"ranges":[{}]})");
  ASSERT_TRUE(client->Read().has_marker());
  const Revision first = Put("a");
  EXPECT_THAT(client->KeysUpTo("a"), ElementsAre("a"));
  server_->Drain(absl::Minutes(10));
  const grpc::Status status = client->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  const ReceivedError error = DetailsOf(status);
  EXPECT_EQ(error.info.reason(), "DRAINING");
  EXPECT_EQ(error.Metadata("resume_revision"), absl::StrCat(first + 1));
  EXPECT_EQ(error.retry_info.retry_delay().seconds(), 1);
  Put("b");
  StartServer();
  EXPECT_THAT(WatchFrom(first + 1)->KeysUpTo("b"), ElementsAre("b"));
}

TEST_F(WatchTest, ADrainDoesNotWaitForWhoDoesNotRead) {
  auto client = Watch(R"({"ranges":[{}]})");
  ASSERT_TRUE(client->Read().has_marker());
  for (int i = 0; i < 8; ++i) Put("k", std::string(256 << 10, 'v'));
  // Returns long before its patience ends, or the test times out.
  server_->Drain(absl::Hours(1));
  EXPECT_EQ(store_->Stats().watch_count, 0u);
  EXPECT_FALSE(client->Finish().ok());
}

}  // namespace
}  // namespace rundlet

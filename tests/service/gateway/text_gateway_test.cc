// Goal: what the recorded dialogue leaves open: EXIT, STATS, expiry, values
// that other doors wrote, many clients at once, options.
// Method: clients over TCP, a model store, a clock that the test moves.

#include "service/gateway/text_gateway.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "tests/service/gateway/text_client.h"
#include "tests/support/fake_clock.h"
#include "tests/support/model_store.h"

namespace rundlet {
namespace {

constexpr char kWelcome[] = "Welcome to KVStore Server\n";

class TextGatewayTest : public testing::Test {
 protected:
  TextGatewayTest() {
    auto gateway = TextGateway::Start({}, &store_);
    EXPECT_TRUE(gateway.ok()) << gateway.status();
    gateway_ = *std::move(gateway);
  }

  FakeClock clock_;
  ModelStore store_{&clock_};
  std::unique_ptr<TextGateway> gateway_;
};

TEST_F(TextGatewayTest, ExitAnswersAndCloses) {
  TextClient client(gateway_->port());
  EXPECT_EQ(client.ReceiveLine(), kWelcome);
  // What follows, more than any buffer holds, is read and dropped: a reset
  // could lose the reply.
  ASSERT_TRUE(client.Send("exit\n" + std::string(16 << 20, 'x')));
  EXPECT_EQ(client.ReceiveAll(), "OK\n");
}

TEST_F(TextGatewayTest, StatsAreSixLines) {
  TextClient client(gateway_->port());
  client.Send(
      "PUT a 1\nPUT b 2\nDEL a\nDEL none\nSTATS\nCOMPACT\nSTATS\nEXIT\n");
  const std::string all = client.ReceiveAll();
  const std::string counts =
      "keys_in_index: 1\nkeys_in_cache: 0\nput_count: 2\ndelete_count: 2\n";
  EXPECT_TRUE(absl::StartsWith(
      all, absl::StrCat(kWelcome, "OK\nOK\nDELETED\nDELETED\n", counts,
                        "file_size_bytes: 2\nlast_compaction_time: None\nOK\n",
                        counts)))
      << all;
  EXPECT_TRUE(absl::StrContains(
      all, absl::StrCat("last_compaction_time: ",
                        absl::ToUnixSeconds(clock_.Now()), ".")))
      << all;
}

TEST_F(TextGatewayTest, Expiry) {
  TextClient client(gateway_->port());
  EXPECT_EQ(client.ReceiveLine(), kWelcome);
  EXPECT_EQ(client.Ask("PUT soon v TTL 60"), "OK\n");
  EXPECT_EQ(client.Ask("PUT never v TTL 0"), "OK\n");
  EXPECT_EQ(client.Ask("PUT past v TTL -1"), "OK\n");
  EXPECT_EQ(client.Ask("PUT removed v TTL 60"), "OK\n");
  EXPECT_EQ(client.Ask("TTL removed 0"), "OK\n");
  EXPECT_EQ(client.Ask("PUT gone v"), "OK\n");
  EXPECT_EQ(client.Ask("TTL gone -5"), "OK\n");
  EXPECT_EQ(client.Ask("PUT bad v TTL soon"),
            "ERROR: TTL seconds must be a whole number, not soon\n");
  EXPECT_EQ(client.Ask("GET past"), "NOT_FOUND\n");
  EXPECT_EQ(client.Ask("GET gone"), "NOT_FOUND\n");
  EXPECT_EQ(client.Ask("TTL gone 5"), "NOT_FOUND\n");
  EXPECT_EQ(client.Ask("GET bad"), "NOT_FOUND\n");
  EXPECT_EQ(client.Ask("GET soon"), "VALUE v\n");
  clock_.Advance(absl::Seconds(61));
  EXPECT_EQ(client.Ask("GET soon"), "NOT_FOUND\n");
  EXPECT_EQ(client.Ask("GET never"), "VALUE v\n");
  EXPECT_EQ(client.Ask("GET removed"), "VALUE v\n");
}

TEST_F(TextGatewayTest, ValuesOfOtherDoors) {
  BlockingStore store(&store_);
  ASSERT_TRUE(store.Put("json", Value::Json("{\n \"a\": 1\n}")).ok());
  ASSERT_TRUE(store.Put("data", Value::Data("\x01\xff")).ok());
  ASSERT_TRUE(store.Put("lines", Value::Text("one\ntwo")).ok());
  ASSERT_TRUE(store.Put("spaces", Value::Text("  a  b ")).ok());
  TextClient client(gateway_->port());
  EXPECT_EQ(client.ReceiveLine(), kWelcome);
  EXPECT_EQ(client.Ask("GET json"), "VALUE {\"a\": 1}\n");
  EXPECT_EQ(client.Ask("GET data"), "ERROR: value not representable\n");
  EXPECT_EQ(client.Ask("GET lines"), "ERROR: value not representable\n");
  EXPECT_EQ(client.Ask("GET spaces"), "VALUE   a  b \n");
  EXPECT_EQ(client.Ask("PUT text v"), "OK\n");
  EXPECT_EQ((*store.Get("text"))->value, Value::Text("v"));
}

TEST_F(TextGatewayTest, LargestKeyAndValue) {
  const std::string key(4096, 'k');
  const std::string value(1 << 20, 'v');
  TextClient client(gateway_->port());
  EXPECT_EQ(client.ReceiveLine(), kWelcome);
  EXPECT_EQ(client.Ask(absl::StrCat("PUT ", key, "  ", value, " TTL 100\r")),
            "OK\n");
  EXPECT_EQ(client.Ask("GET " + key), absl::StrCat("VALUE ", value, "\n"));
  EXPECT_EQ(client.Ask(absl::StrCat("PUT k v", value)),
            "ERROR: value has 1048577 bytes, value_bytes_max is 1048576\n");
}

TEST_F(TextGatewayTest, ManyClientsAtOnce) {
  constexpr int kClients = 8, kRounds = 200;
  std::vector<std::thread> threads;
  for (int i = 0; i < kClients; ++i) {
    threads.emplace_back([&, i] {
      TextClient client(gateway_->port());
      EXPECT_EQ(client.ReceiveLine(), kWelcome);
      for (int round = 0; round < kRounds; ++round) {
        const std::string key = absl::StrCat("client", i);
        client.Send(absl::StrCat("PUT ", key, " ", round, "\nGET ", key,
                                 "\nDEL ", key, "\nGET ", key, "\n"));
        const std::string expected =
            absl::StrCat("OK\nVALUE ", round, "\nDELETED\nNOT_FOUND\n");
        ASSERT_EQ(client.Receive(expected.size()), expected);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(gateway_->stats().connections_accepted, 8u);
}

TEST(TextGatewayOptionsTest, BadOptionsAreNamed) {
  ModelStore store;
  const auto message = [&](TextGatewayOptions options) {
    return std::string(
        TextGateway::Start(std::move(options), &store).status().message());
  };
  TextGatewayOptions options;
  options.port = 70000;
  EXPECT_EQ(message(std::move(options)),
            "port is 70000, it is from 0 to 65535");
  options = {};
  options.connections_max = 0;
  EXPECT_EQ(message(std::move(options)),
            "connections_max is 0, it is at least 1");
  options = {};
  options.idle_timeout = absl::ZeroDuration();
  EXPECT_EQ(message(std::move(options)),
            "idle_timeout is 0, it is more than 0");
}

TEST(TextGatewayOptionsTest, AnAddressInUse) {
  ModelStore store;
  const auto first = TextGateway::Start({}, &store);
  ASSERT_TRUE(first.ok());
  TextGatewayOptions options;
  options.port = (*first)->port();
  const auto second = TextGateway::Start(std::move(options), &store);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(second.status().message(),
            absl::StrCat("text gateway on 127.0.0.1:", (*first)->port(),
                         ": bind: Address already in use"));
}

TEST(TextGatewayOptionsTest, ANameIsResolved) {
  ModelStore store;
  TextGatewayOptions options;
  options.host = "localhost";
  EXPECT_TRUE(TextGateway::Start(std::move(options), &store).ok());
  options = {};
  options.host = "no such host";
  EXPECT_EQ(TextGateway::Start(std::move(options), &store).status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace rundlet

// Goal: no client can make the gateway crash, grow without bound, or fail the
// others.
// Method: clients that misbehave in each way that TCP allows, beside one that
// must go on being served.

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "service/gateway/text_gateway.h"
#include "tests/service/gateway/eventually.h"
#include "tests/service/gateway/text_client.h"
#include "tests/support/model_store.h"

namespace rundlet {
namespace {

constexpr char kWelcome[] = "Welcome to KVStore Server\n";

class HostileClientTest : public testing::Test {
 protected:
  void Start(TextGatewayOptions options = {}) {
    auto gateway = TextGateway::Start(std::move(options), &store_);
    ASSERT_TRUE(gateway.ok()) << gateway.status();
    gateway_ = *std::move(gateway);
  }

  // A client that the gateway serves at this moment.
  std::unique_ptr<TextClient> Connect() {
    auto client = std::make_unique<TextClient>(gateway_->port());
    EXPECT_EQ(client->ReceiveLine(), kWelcome);
    return client;
  }

  void ExpectService() {
    const auto client = Connect();
    EXPECT_EQ(client->Ask("PUT service v"), "OK\n");
    EXPECT_EQ(client->Ask("GET service"), "VALUE v\n");
  }

  bool EventuallyOpen(uint64_t connections) {
    return Eventually(
        [&] { return gateway_->stats().connections_open == connections; });
  }

  ModelStore store_;
  std::unique_ptr<TextGateway> gateway_;
};

TEST_F(HostileClientTest, EightMebibytesWithoutNewline) {
  Start();
  const auto client = Connect();
  ASSERT_TRUE(client->Send(std::string(8 << 20, 'x')));
  EXPECT_EQ(client->ReceiveLine(),
            "ERROR: line is longer than 1052800 bytes\n");
  EXPECT_EQ(client->Ask("still the same line\nPUT a 1"), "OK\n");
}

TEST_F(HostileClientTest, BytesThatAreNoText) {
  Start();
  const auto client = Connect();
  EXPECT_EQ(client->Ask("PUT \xff v"), "ERROR: line is not UTF-8\n");
  EXPECT_EQ(client->Ask(absl::string_view("\0\0", 2)),
            std::string("ERROR: Unknown command: \0\0\n", 27));
  EXPECT_EQ(client->Ask(absl::string_view("PUT a\0 \0", 8)), "OK\n");
  EXPECT_EQ(client->Ask(absl::string_view("GET a\0", 6)),
            std::string("VALUE \0\n", 8));
}

TEST_F(HostileClientTest, SlowLorisIsCutWhileOthersAreServed) {
  TextGatewayOptions options;
  options.idle_timeout = absl::Milliseconds(300);
  Start(std::move(options));
  std::vector<std::unique_ptr<TextClient>> slow;
  for (int i = 0; i < 100; ++i) slow.push_back(Connect());
  const auto good = Connect();
  // A byte now and then is no sign of life; a line is.
  size_t open = slow.size();
  while (open > 0) {
    open = 0;
    for (const auto& client : slow) open += client->Send("P") ? 1 : 0;
    ASSERT_EQ(good->Ask("GET nothing"), "NOT_FOUND\n");
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_EQ(gateway_->stats().connections_open, 1u);
}

TEST_F(HostileClientTest, ResetsInTheMiddleOfReplies) {
  Start();
  ASSERT_EQ(Connect()->Ask("PUT big " + std::string(500'000, 'b')), "OK\n");
  for (int i = 0; i < 50; ++i) {
    const auto client = Connect();
    client->Send("GET big\nGET big\nPUT a 1\nGET big\n");
    if (i % 2 == 0) client->Receive(1000);
    client->Reset();
  }
  EXPECT_TRUE(EventuallyOpen(0));
  ExpectService();
}

TEST_F(HostileClientTest, AClientThatDoesNotReadIsNotReadFrom) {
  Start();
  ASSERT_EQ(Connect()->Ask("PUT big " + std::string(65'536, 'b')), "OK\n");
  TextClient lazy(gateway_->port(), /*receive_bytes=*/4096);
  EXPECT_EQ(lazy.ReceiveLine(), kWelcome);
  constexpr int kGets = 2000;
  std::string gets;
  for (int i = 0; i < kGets; ++i) gets += "GET big\n";
  ASSERT_TRUE(lazy.Send(gets));
  // Once nothing moves, the replies fill the sockets' buffers and the bounded
  // output, some hundred values at most; the rest has not been looked up.
  uint64_t before = 0, now = 0;
  do {
    before = now;
    for (int i = 0; i < 20; ++i) ExpectService();
    now = store_.Stats().read_count - 20;
  } while (now - before > 40);
  EXPECT_LT(store_.Stats().read_count, 1000u);
  // And nothing of it is lost.
  const std::string reply =
      absl::StrCat("VALUE ", std::string(65'536, 'b'), "\n");
  for (int i = 0; i < kGets; ++i) {
    ASSERT_EQ(lazy.Receive(reply.size()), reply) << i;
  }
}

TEST_F(HostileClientTest, AClientThatNeverReadsIsCut) {
  TextGatewayOptions options;
  options.idle_timeout = absl::Milliseconds(200);
  Start(std::move(options));
  ASSERT_EQ(Connect()->Ask("PUT big " + std::string(500'000, 'b')), "OK\n");
  TextClient lazy(gateway_->port(), /*receive_bytes=*/4096);
  std::string gets;
  for (int i = 0; i < 100; ++i) gets += "GET big\n";
  ASSERT_TRUE(lazy.Send(gets));
  EXPECT_TRUE(EventuallyOpen(0));
}

TEST_F(HostileClientTest, TenThousandCommandsAtOnce) {
  Start();
  const auto client = Connect();
  std::string commands, replies;
  for (int i = 0; i < 5000; ++i) {
    absl::StrAppend(&commands, "PUT key", i % 100, " ", i, "\nGET key", i % 100,
                    "\n");
    absl::StrAppend(&replies, "OK\nVALUE ", i, "\n");
  }
  std::thread sender([&] { EXPECT_TRUE(client->Send(commands)); });
  EXPECT_EQ(client->Receive(replies.size()), replies);
  sender.join();
}

TEST_F(HostileClientTest, HalfCloseRunsTheLastLine) {
  Start();
  const auto client = Connect();
  client->Send("PUT a 1\nGET a");
  client->ShutdownSend();
  EXPECT_EQ(client->ReceiveAll(), "OK\nVALUE 1\n");
  EXPECT_TRUE(EventuallyOpen(0));
}

TEST_F(HostileClientTest, ConnectionsAreBounded) {
  TextGatewayOptions options;
  options.connections_max = 3;
  std::vector<std::string> events;
  options.on_event = [&](absl::string_view line) { events.emplace_back(line); };
  Start(std::move(options));
  std::vector<std::unique_ptr<TextClient>> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(Connect());
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(TextClient(gateway_->port()).ReceiveAll(),
              "ERROR: too many connections\n");
  }
  clients.pop_back();
  EXPECT_TRUE(EventuallyOpen(2));
  ExpectService();
  EXPECT_EQ(gateway_->stats().connections_refused, 10u);
  gateway_.reset();
  EXPECT_EQ(events, std::vector<std::string>{
                        "refusing clients, first 127.0.0.1: 3 connections are "
                        "open"});
}

TEST_F(HostileClientTest, ConnectionsOfOneAddressAreBounded) {
  TextGatewayOptions options;
  options.connections_per_address_max = 2;
  Start(std::move(options));
  const auto first = Connect();
  const auto second = Connect();
  EXPECT_EQ(TextClient(gateway_->port()).ReceiveAll(),
            "ERROR: too many connections\n");
}

TEST_F(HostileClientTest, ConnectFlood) {
  Start();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 250; ++j) {
        TextClient client(gateway_->port());
        if (j % 3 == 0) client.Reset();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(EventuallyOpen(0));
  ExpectService();
}

}  // namespace
}  // namespace rundlet

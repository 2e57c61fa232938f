// Goal: a drain answers what has been received and then ends every connection,
// within its time; nothing goes wrong with callbacks that come later still.
// Method: a store that answers when told to, clients in each state.

#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "service/gateway/text_gateway.h"
#include "tests/service/gateway/eventually.h"
#include "tests/service/gateway/held_store.h"
#include "tests/service/gateway/text_client.h"

namespace rundlet {
namespace {

constexpr char kWelcome[] = "Welcome to KVStore Server\n";

class DrainTest : public testing::Test {
 protected:
  void SetUp() override {
    TextGatewayOptions options;
    options.on_shutdown = [this] { shutdown_.Notify(); };
    auto gateway = TextGateway::Start(std::move(options), &store_);
    ASSERT_TRUE(gateway.ok()) << gateway.status();
    gateway_ = *std::move(gateway);
    client_ = std::make_unique<TextClient>(gateway_->port());
    EXPECT_EQ(client_->ReceiveLine(), kWelcome);
  }

  HeldStore store_;
  absl::Notification shutdown_;
  std::unique_ptr<TextGateway> gateway_;
  std::unique_ptr<TextClient> client_;
};

TEST_F(DrainTest, IdleClientsAreClosed) {
  TextClient half_a_line(gateway_->port());
  EXPECT_EQ(half_a_line.ReceiveLine(), kWelcome);
  half_a_line.Send("PUT a");
  gateway_->Drain(absl::InfiniteDuration());
  EXPECT_EQ(client_->ReceiveAll(), "");
  EXPECT_EQ(half_a_line.ReceiveAll(), "");
  EXPECT_EQ(gateway_->stats().connections_open, 0u);
  gateway_->Drain(absl::InfiniteDuration());
}

TEST_F(DrainTest, WhatWasReceivedIsAnswered) {
  client_->Send("PUT a 1\nPUT b 2\nGET a\nPUT c 3\n");
  store_.WaitForHeld(2);
  std::thread drain([&] { gateway_->Drain(absl::InfiniteDuration()); });
  // The writes, the read behind them, the write behind that.
  store_.ReleaseAll();
  store_.WaitForHeld(1);
  store_.ReleaseAll();
  store_.WaitForHeld(1);
  store_.ReleaseAll();
  EXPECT_EQ(client_->ReceiveAll(), "OK\nOK\nVALUE 1\nOK\n");
  drain.join();
}

TEST_F(DrainTest, WhatComesLateIsDropped) {
  client_->Send("PUT a 1\n");
  store_.WaitForHeld(1);
  std::thread drain([&] { gateway_->Drain(absl::InfiniteDuration()); });
  EXPECT_TRUE(
      Eventually([&] { return TextClient::IsRefused(gateway_->port()); }));
  client_->Send("PUT late 1\n");
  absl::SleepFor(absl::Milliseconds(10));  // time to do it wrong
  store_.StopHolding();
  store_.ReleaseAll();
  EXPECT_EQ(client_->ReceiveAll(), "OK\n");
  drain.join();
  EXPECT_EQ(store_.more_flags().size(), 1u);
}

TEST_F(DrainTest, TheTimeIsKept) {
  client_->Send("PUT a 1\n");
  store_.WaitForHeld(1);
  gateway_->Drain(absl::Milliseconds(20));
  EXPECT_EQ(client_->ReceiveAll(), "");
  gateway_.reset();
  store_.ReleaseAll();
}

TEST_F(DrainTest, AClientThatDoesNotReadHoldsItUpForItsTimeOnly) {
  store_.StopHolding();
  client_->Ask("PUT big " + std::string(500'000, 'b'));
  std::string gets;
  for (int i = 0; i < 100; ++i) gets += "GET big\n";
  client_->Send(gets);
  client_->Receive(1);
  gateway_->Drain(absl::Milliseconds(20));
  EXPECT_EQ(gateway_->stats().connections_open, 0u);
}

TEST_F(DrainTest, ShutdownIsAnsweredAndCalled) {
  client_->Send("SHUTDOWN\nPUT a 1\n");
  shutdown_.WaitForNotification();
  gateway_->Drain(absl::InfiniteDuration());
  EXPECT_EQ(client_->ReceiveAll(), "OK\n");
}

TEST_F(DrainTest, DestroyedWhileTheStoreIsAtWork) {
  client_->Send("PUT a 1\nPUT b 2\nGET a\n");
  store_.WaitForHeld(2);
  gateway_.reset();
  client_->ReceiveAll();
  store_.ReleaseAll();
}

}  // namespace
}  // namespace rundlet

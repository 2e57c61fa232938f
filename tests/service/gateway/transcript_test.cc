// Goal: the dialogue recorded from BitPyStore is answered byte for byte.
// Method: replay it against a gateway over a fresh store, once as a dialogue,
// once for every byte boundary with each command cut in two there, and once
// with all commands in one piece.

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "service/gateway/text_gateway.h"
#include "tests/service/gateway/text_client.h"
#include "tests/support/model_store.h"

namespace rundlet {
namespace {

struct Exchange {
  std::string send;
  std::string receive;
};

std::vector<Exchange> ReadTranscript() {
  std::ifstream file("tests/service/gateway/testdata/transcript.json");
  std::vector<Exchange> exchanges;
  for (const auto& exchange : nlohmann::json::parse(file)) {
    exchanges.push_back({exchange["send"], exchange["recv"]});
  }
  return exchanges;
}

std::string AllSent(const std::vector<Exchange>& exchanges) {
  std::string all;
  for (const Exchange& exchange : exchanges) all += exchange.send;
  return all;
}

std::string AllReceived(const std::vector<Exchange>& exchanges) {
  std::string all;
  for (const Exchange& exchange : exchanges) all += exchange.receive;
  return all;
}

class TranscriptTest : public testing::Test {
 protected:
  // The transcript needs a store that is empty at its begin.
  std::unique_ptr<TextGateway> Restart() {
    gateway_.reset();
    store_ = std::make_unique<ModelStore>();
    auto gateway = TextGateway::Start({}, store_.get());
    EXPECT_TRUE(gateway.ok()) << gateway.status();
    return *std::move(gateway);
  }

  void SetUp() override { gateway_ = Restart(); }

  const std::vector<Exchange> exchanges_ = ReadTranscript();
  std::unique_ptr<ModelStore> store_;
  std::unique_ptr<TextGateway> gateway_;
};

TEST_F(TranscriptTest, AsDialogue) {
  ASSERT_GT(exchanges_.size(), 30u);
  TextClient client(gateway_->port());
  for (const Exchange& exchange : exchanges_) {
    ASSERT_TRUE(client.Send(exchange.send));
    EXPECT_EQ(client.Receive(exchange.receive.size()), exchange.receive)
        << "after " << exchange.send;
  }
  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(TranscriptTest, AllAtOnce) {
  TextClient client(gateway_->port());
  ASSERT_TRUE(client.Send(AllSent(exchanges_)));
  EXPECT_EQ(client.ReceiveAll(), AllReceived(exchanges_));
}

TEST_F(TranscriptTest, SplitAtEveryByte) {
  const std::string sent = AllSent(exchanges_);
  const std::string expected = AllReceived(exchanges_);
  for (size_t cut = 1; cut < sent.size(); ++cut) {
    gateway_ = Restart();
    TextClient client(gateway_->port());
    // What the first part is answered has come before the second part goes, so
    // the two can not arrive as one.
    ASSERT_TRUE(client.Send(sent.substr(0, cut)));
    size_t whole = 0;
    std::string first_part;
    for (const Exchange& exchange : exchanges_) {
      whole += exchange.send.size();
      if (whole > cut) break;
      first_part += exchange.receive;
    }
    ASSERT_EQ(client.Receive(first_part.size()), first_part) << "cut " << cut;
    ASSERT_TRUE(client.Send(sent.substr(cut)));
    ASSERT_EQ(first_part + client.ReceiveAll(), expected) << "cut " << cut;
  }
}

TEST_F(TranscriptTest, ByteByByte) {
  TextClient client(gateway_->port());
  for (const Exchange& exchange : exchanges_) {
    for (const char byte : exchange.send) {
      ASSERT_TRUE(client.Send(std::string(1, byte)));
    }
    ASSERT_EQ(client.Receive(exchange.receive.size()), exchange.receive);
  }
}

}  // namespace
}  // namespace rundlet

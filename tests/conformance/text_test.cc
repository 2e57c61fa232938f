// Goal: what a store promises arrives unchanged at a client of the text door.
// Method: the laws that the text protocol can say, over a real gateway on
// loopback, and the engine behind it.

#include <memory>
#include <utility>

#include "gtest/gtest.h"
#include "service/gateway/text_gateway.h"
#include "storage/open.h"
#include "tests/conformance/store_laws.h"
#include "tests/conformance/text_store.h"
#include "tests/support/crashable_file_system.h"

namespace rundlet {
namespace {

class TextWorld : public StoreWorld {
 public:
  explicit TextWorld(const Limits& limits) {
    Options options;
    options.path = "/data";
    options.limits = limits;
    options.file_system = &disk_;
    options.clock = &clock_;
    auto engine = Open(std::move(options));
    EXPECT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
    auto gateway = TextGateway::Start(TextGatewayOptions(), engine_.get());
    EXPECT_TRUE(gateway.ok()) << gateway.status();
    gateway_ = *std::move(gateway);
    client_ = std::make_unique<TextStore>(gateway_->port());
  }

  Store* store() override { return client_.get(); }
  FakeClock* clock() override { return &clock_; }

 private:
  FakeClock clock_;
  CrashableFileSystem disk_;
  std::unique_ptr<Store> engine_;
  std::unique_ptr<TextGateway> gateway_;
  std::unique_ptr<TextStore> client_;
};

const StoreFactory kText = {"Text", [](const Limits& limits) {
                              return std::make_unique<TextWorld>(limits);
                            }};

INSTANTIATE_TEST_SUITE_P(Door, PlainLaws, ::testing::Values(kText),
                         StoreFactoryName);

}  // namespace
}  // namespace rundlet

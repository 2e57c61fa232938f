// Goal: what a store promises arrives unchanged at a client of the gRPC door.
// Method: the laws that the wire can say, by each of its ways to write, over
// the generated client, a real server on loopback, and the engine behind it.

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "service/grpc/grpc_server.h"
#include "storage/open.h"
#include "tests/conformance/grpc_store.h"
#include "tests/conformance/store_laws.h"
#include "tests/support/crashable_file_system.h"

namespace rundlet {
namespace {

class GrpcWorld : public StoreWorld {
 public:
  GrpcWorld(const Limits& limits, GrpcDoor door) {
    Options options;
    options.path = "/data";
    options.limits = limits;
    options.file_system = &disk_;
    options.clock = &clock_;
    auto engine = Open(std::move(options));
    EXPECT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
    GrpcServerOptions server_options;
    server_options.address = "127.0.0.1:0";
    auto server = GrpcServer::Start(server_options, engine_.get());
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    client_ = std::make_unique<GrpcStore>(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                            grpc::InsecureChannelCredentials()),
        limits, door);
  }

  Store* store() override { return client_.get(); }
  FakeClock* clock() override { return &clock_; }

 private:
  FakeClock clock_;
  CrashableFileSystem disk_;
  std::unique_ptr<Store> engine_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<GrpcStore> client_;
};

StoreFactory Grpc(const char* name, GrpcDoor door) {
  return {name, [door](const Limits& limits) {
            return std::make_unique<GrpcWorld>(limits, door);
          }};
}

const StoreFactory kCommit = Grpc("Commit", GrpcDoor::kCommit);
const StoreFactory kUnary = Grpc("Unary", GrpcDoor::kUnary);
const StoreFactory kPipeline = Grpc("Pipeline", GrpcDoor::kPipeline);

#define RUNDLET_HOLD(laws)                                                \
  INSTANTIATE_TEST_SUITE_P(Grpc, laws,                                    \
                           ::testing::Values(kCommit, kUnary, kPipeline), \
                           StoreFactoryName)

RUNDLET_HOLD(PlainLaws);
RUNDLET_HOLD(EntryLaws);
RUNDLET_HOLD(ConditionLaws);
RUNDLET_HOLD(TransactionLaws);
RUNDLET_HOLD(ExpiryLaws);
RUNDLET_HOLD(ScanLaws);
RUNDLET_HOLD(PageLaws);
RUNDLET_HOLD(LimitLaws);
RUNDLET_HOLD(MaintenanceLaws);
RUNDLET_HOLD(RequestLaws);
RUNDLET_HOLD(SnapshotLaws);
RUNDLET_HOLD(AddLaws);
RUNDLET_HOLD(RangeDeleteLaws);
RUNDLET_HOLD(WatchLaws);

}  // namespace
}  // namespace rundlet

#include "tests/conformance/scenario_worlds.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/gateway/text_gateway.h"
#include "service/grpc/grpc_server.h"
#include "storage/blocking_store.h"
#include "storage/fill/fill_store.h"
#include "storage/large/large_store.h"
#include "storage/open.h"
#include "tests/conformance/grpc_store.h"
#include "tests/conformance/store_door.h"
#include "tests/conformance/text_store.h"
#include "tests/conformance/wire_door.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/model_store.h"

namespace rundlet {
namespace {

class ModelWorld : public ScenarioWorld {
 public:
  explicit ModelWorld(const Limits& limits)
      : store_(&clock_, limits), door_(&store_) {}

  ScenarioDoor* door() override { return &door_; }
  absl::Time Now() override { return clock_.Now(); }
  void Advance(absl::Duration duration) override { clock_.Advance(duration); }
  absl::Status Restart() override {
    return absl::UnimplementedError("the model has no disk");
  }
  absl::Status Compact() override {
    return BlockingStore(&store_).Compact().status();
  }

 private:
  FakeClock clock_;
  ModelStore store_;
  StoreDoor door_;
};

enum class Front { kStore, kCommit, kUnary, kPipeline, kText };
enum class Disturbance { kNone, kCompaction, kRestart };

// The engine on a disk in memory, and what stands before it.
class EngineWorld : public ScenarioWorld {
 public:
  EngineWorld(const Limits& limits, Front front, Disturbance disturbance)
      : limits_(limits), front_(front), disturbance_(disturbance) {
    Start().IgnoreError();  // there is no door then
  }

  ScenarioDoor* door() override { return door_.get(); }
  int grpc_port() override { return server_ == nullptr ? 0 : server_->port(); }
  absl::Time Now() override { return clock_.Now(); }
  void Advance(absl::Duration duration) override {
    clock_.Advance(duration);
    if (fills_ != nullptr) fills_->EndDue();
  }
  absl::Status Compact() override {
    return BlockingStore(engine_.get()).Compact().status();
  }

  absl::Status Restart() override {
    door_ = nullptr;
    client_ = nullptr;
    gateway_ = nullptr;
    server_ = nullptr;
    large_ = nullptr;
    fills_ = nullptr;
    engine_ = nullptr;
    return Start();
  }

  absl::Status Disturb() override {
    switch (disturbance_) {
      case Disturbance::kNone:
        return absl::OkStatus();
      case Disturbance::kCompaction:
        return Compact();
      case Disturbance::kRestart:
        return Restart();
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Start() {
    Options options;
    options.path = "/data";
    options.segment_bytes = 1024;
    options.limits = limits_;
    options.file_system = &disk_;
    options.clock = &clock_;
    absl::StatusOr<std::unique_ptr<Store>> engine = Open(std::move(options));
    if (!engine.ok()) return engine.status();
    engine_ = *std::move(engine);
    switch (front_) {
      case Front::kStore:
        door_ = std::make_unique<StoreDoor>(engine_.get());
        return absl::OkStatus();
      case Front::kText:
        return StartText();
      default:
        return StartGrpc();
    }
  }

  absl::Status StartText() {
    auto gateway = TextGateway::Start(TextGatewayOptions(), engine_.get());
    if (!gateway.ok()) return gateway.status();
    gateway_ = *std::move(gateway);
    client_ = std::make_unique<TextStore>(gateway_->port());
    door_ = std::make_unique<StoreDoor>(client_.get());
    return absl::OkStatus();
  }

  absl::Status StartGrpc() {
    LargeOptions large;
    large.chunk_bytes = 1000;
    large.collect_interval = absl::ZeroDuration();
    large.clock = &clock_;
    FillOptions fills;
    fills.clock = &clock_;
    fills_ = std::make_unique<FillStore>(engine_.get(), std::move(fills));
    large_ = std::make_unique<LargeStore>(fills_.get(), std::move(large));
    GrpcServerOptions options;
    options.address = "127.0.0.1:0";
    options.large_store = large_.get();
    options.fill_store = fills_.get();
    auto server = GrpcServer::Start(options, large_.get());
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    auto channel =
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                            grpc::InsecureChannelCredentials());
    if (front_ == Front::kCommit) {
      client_ =
          std::make_unique<GrpcStore>(channel, limits_, GrpcDoor::kCommit);
      door_ = std::make_unique<StoreDoor>(client_.get());
    } else {
      door_ = std::make_unique<WireDoor>(channel, front_ == Front::kPipeline);
    }
    return absl::OkStatus();
  }

  const Limits limits_;
  const Front front_;
  const Disturbance disturbance_;
  FakeClock clock_;
  CrashableFileSystem disk_;
  std::unique_ptr<Store> engine_;
  std::unique_ptr<FillStore> fills_;   // gRPC: below it
  std::unique_ptr<LargeStore> large_;  // gRPC: what is served
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<TextGateway> gateway_;
  std::unique_ptr<Store> client_;
  std::unique_ptr<ScenarioDoor> door_;
};

ScenarioDoorKind EngineDoor(const char* name, Front front,
                            Disturbance disturbance = Disturbance::kNone) {
  ScenarioDoorKind kind;
  kind.name = name;
  kind.has = {"clock",  "compact", "forgets", "history",
              "limits", "restart", "steady"};
  if (disturbance == Disturbance::kRestart) kind.has.erase("steady");
  if (disturbance == Disturbance::kCompaction) kind.has.erase("history");
  if (front == Front::kUnary || front == Front::kPipeline) {
    kind.has.insert("server");
    kind.has.insert("large");
  }
  if (front == Front::kUnary) kind.has.insert("fills");
  kind.plain_only = front == Front::kText;
  kind.make = [front, disturbance](const Limits& limits) {
    return std::make_unique<EngineWorld>(limits, front, disturbance);
  };
  return kind;
}

ScenarioDoorKind ModelDoor() {
  ScenarioDoorKind kind;
  kind.name = "Model";
  kind.has = {"clock", "compact", "history", "limits", "steady"};
  kind.make = [](const Limits& limits) {
    return std::make_unique<ModelWorld>(limits);
  };
  return kind;
}

}  // namespace

bool CanSay(const ScenarioDoorKind& kind, const Scenario& scenario) {
  return (scenario.plain || !kind.plain_only) &&
         std::includes(kind.has.begin(), kind.has.end(), scenario.needs.begin(),
                       scenario.needs.end());
}

const std::vector<ScenarioDoorKind>& ScenarioDoors() {
  static const auto* const doors = new std::vector<ScenarioDoorKind>{
      ModelDoor(),
      EngineDoor("Engine", Front::kStore),
      EngineDoor("EngineCompacted", Front::kStore, Disturbance::kCompaction),
      EngineDoor("EngineRestarted", Front::kStore, Disturbance::kRestart),
      EngineDoor("GrpcCommit", Front::kCommit),
      EngineDoor("GrpcUnary", Front::kUnary),
      EngineDoor("GrpcPipeline", Front::kPipeline),
      EngineDoor("Text", Front::kText),
  };
  return *doors;
}

}  // namespace rundlet

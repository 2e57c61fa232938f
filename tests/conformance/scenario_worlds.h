// The doors that scenarios go through, each with a store of its own behind it.

#ifndef RUNDLET_TESTS_CONFORMANCE_SCENARIO_WORLDS_H_
#define RUNDLET_TESTS_CONFORMANCE_SCENARIO_WORLDS_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "storage/limits.h"
#include "tests/conformance/scenario.h"
#include "tests/conformance/scenario_door.h"

namespace rundlet {

// A door, and the time and the server behind it.
class ScenarioWorld {
 public:
  virtual ~ScenarioWorld() = default;

  // Null if the world could not be made. Another one after a restart.
  virtual ScenarioDoor* door() = 0;
  // Where gRPC is served on loopback; 0: nowhere. Another one after a restart.
  virtual int grpc_port() { return 0; }
  virtual absl::Time Now() = 0;
  virtual void Advance(absl::Duration duration) = 0;
  virtual absl::Status Restart() = 0;
  virtual absl::Status Compact() = 0;
  // Between any two steps: what no promise may depend on.
  virtual absl::Status Disturb() { return absl::OkStatus(); }
};

struct ScenarioDoorKind {
  std::string name;
  std::set<std::string> has;  // of Needs()
  bool plain_only = false;    // knows neither revisions nor reasons
  std::function<std::unique_ptr<ScenarioWorld>(const Limits& limits)> make;
};

// Whether the scenario can be said through the door.
bool CanSay(const ScenarioDoorKind& kind, const Scenario& scenario);

// "Model", "Engine", "EngineCompacted", "EngineRestarted", "GrpcCommit",
// "GrpcUnary", "GrpcPipeline", "Text".
const std::vector<ScenarioDoorKind>& ScenarioDoors();

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_SCENARIO_WORLDS_H_

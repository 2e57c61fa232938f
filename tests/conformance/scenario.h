// Scenarios: what the service promises, as data that any language can read.
// scenarios/README.md is the grammar; these are its shapes in C++.

#ifndef RUNDLET_TESTS_CONFORMANCE_SCENARIO_H_
#define RUNDLET_TESTS_CONFORMANCE_SCENARIO_H_

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/limits.h"

namespace rundlet {

using Json = nlohmann::json;

// How a step has to fail.
struct ExpectedError {
  std::string code;                // as "NOT_FOUND"
  std::string reason;              // of google.rpc.ErrorInfo
  std::vector<std::string> text;   // each is a part of the message
  Json metadata = Json::object();  // a pattern
};

struct Step {
  enum class Kind { kCall, kReceive, kAdvance, kRestart, kCompact };

  Kind kind = Kind::kCall;
  // kCall
  std::string method;             // of KeyValueService
  Json request = Json::object();  // a template
  Json requests = Json::array();  // PutLarge: a template of each message
  std::optional<Json> response;   // a pattern
  // kCall, kReceive
  std::optional<ExpectedError> error;
  // kCall: what later steps call the answer, or the watch; kReceive: the watch.
  std::string label;
  Json events = Json::array();  // kReceive: patterns
  absl::Duration advance;       // kAdvance
};

struct Scenario {
  std::string theme;
  std::string name;
  std::string shows;
  bool plain = false;           // the text protocol can say it, too
  std::set<std::string> needs;  // of the door; each is one of Needs()
  Limits limits;
  std::vector<Step> steps;
};

// What a scenario may need: "clock", "compact", "forgets", "history", "large",
// "limits", "restart", "server", "steady".
const std::set<std::string>& Needs();

// The member `limits` of a scenario. INVALID_ARGUMENT: no such limit.
absl::StatusOr<Limits> ParseLimits(const Json& json);

// The scenarios of the text of one file. INVALID_ARGUMENT: it is not JSON, has
// a name twice or one that the grammar or the wire API does not have, lacks one
// that is required, or needs what it does not say that it needs.
absl::StatusOr<std::vector<Scenario>> ParseScenarios(absl::string_view text);

// Those of all *.json files of a folder, in the order of their names. Each
// scenario of a theme has a name of its own.
absl::StatusOr<std::vector<Scenario>> LoadScenarios(const std::string& folder);

void PrintTo(const Scenario& scenario, std::ostream* out);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_SCENARIO_H_

#include "tests/conformance/scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/conformance/scenario_step.h"

namespace rundlet {
namespace {

// JSON in which no object has a name twice.
absl::StatusOr<Json> ParseOnce(absl::string_view text) {
  std::vector<std::set<std::string>> open;
  std::string twice;
  const auto see = [&](int /*depth*/, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key &&
        !open.back().insert(value.get<std::string>()).second) {
      twice = value.get<std::string>();
    }
    return true;
  };
  Json json = Json::parse(text.begin(), text.end(), see,
                          /*allow_exceptions=*/false);
  if (json.is_discarded()) return absl::InvalidArgumentError("not JSON");
  if (!twice.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("twice: ", twice));
  }
  return json;
}

bool HasTime(const Json& json) {
  if (json.is_object() && (json.contains("$time") || json.contains("$between")))
    return true;
  return json.is_structured() && std::any_of(json.begin(), json.end(), HasTime);
}

// What the scenario cannot be without.
std::set<std::string> NeedsOf(const Scenario& scenario, const Json& json) {
  std::set<std::string> needs;
  if (json.contains("limits")) needs.insert("limits");
  if (HasTime(json["steps"])) needs.insert("clock");
  for (const Step& step : scenario.steps) {
    if (step.kind == Step::Kind::kAdvance) needs.insert("clock");
    if (step.kind == Step::Kind::kRestart) needs.insert("restart");
    if (step.kind == Step::Kind::kCompact) needs.insert("compact");
    if (step.method == "GetLimits") needs.insert("server");
    if (step.method == "PutLarge" || step.method == "GetLarge") {
      needs.insert("large");
    }
    if (step.request.contains("fillLease") ||
        step.request.contains("fillToken")) {
      needs.insert("fills");
    }
    if (step.kind == Step::Kind::kReceive || step.method == "OpenSnapshot") {
      needs.insert("steady");
    }
  }
  return needs;
}

absl::Status CheckNeeds(const Scenario& scenario, const Json& json) {
  for (const std::string& need : scenario.needs) {
    if (Needs().count(need) == 0) return Wrong("no such need", need);
  }
  for (const std::string& need : NeedsOf(scenario, json)) {
    if (scenario.needs.count(need) == 0) {
      return Wrong(scenario.name + " needs", need);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Scenario> ParseScenario(const Json& json) {
  absl::Status status = CheckObject(json,
                                    {{"name", kText},
                                     {"shows", kText},
                                     {"plain", kFlag},
                                     {"needs", kList},
                                     {"limits", kObject},
                                     {"steps", kList}},
                                    {"name", "shows", "steps"});
  if (!status.ok()) return status;
  Scenario scenario;
  scenario.name = json["name"];
  scenario.shows = json["shows"];
  scenario.plain = json.value("plain", false);
  scenario.needs = json.value("needs", std::set<std::string>());
  const absl::StatusOr<Limits> limits =
      ParseLimits(json.value("limits", Json::object()));
  if (!limits.ok()) return limits.status();
  scenario.limits = *limits;
  for (const Json& each : json["steps"]) {
    absl::StatusOr<Step> step = ParseStep(each);
    if (!step.ok()) return step.status();
    scenario.steps.push_back(*std::move(step));
  }
  if (scenario.steps.empty()) return Wrong("no steps", json);
  status = CheckNeeds(scenario, json);
  if (!status.ok()) return status;
  return scenario;
}

}  // namespace

absl::StatusOr<Limits> ParseLimits(const Json& json) {
  if (!json.is_object()) return Wrong("not an object", json);
  Limits limits;
  const std::map<std::string, uint64_t*> numbers = {
      {"keyBytesMax", &limits.key_bytes_max},
      {"valueBytesMax", &limits.value_bytes_max},
      {"transactionOperationsMax", &limits.transaction_operations_max},
      {"transactionBytesMax", &limits.transaction_bytes_max},
      {"batchKeysMax", &limits.read_keys_max},
      {"requestIdBytesMax", &limits.request_id_bytes_max},
      {"snapshotsMax", &limits.snapshots_max},
      {"watchesMax", &limits.watches_max},
      {"watchRangesMax", &limits.watch_ranges_max},
  };
  for (const auto& [name, value] : json.items()) {
    if (name == "answerBytesMax" && value.is_number_unsigned()) {
      limits.read_bytes_max = value;
      limits.receipt_bytes_max = value;
      continue;
    }
    const auto number = numbers.find(name);
    if (number == numbers.end() || !value.is_number_unsigned()) {
      return Wrong("no such limit", json);
    }
    *number->second = value;
  }
  return limits;
}

const std::set<std::string>& Needs() {
  static const auto* const needs = new std::set<std::string>{
      "clock", "compact", "fills",   "forgets", "history",
      "large", "limits",  "restart", "server",  "steady"};
  return *needs;
}

absl::StatusOr<std::vector<Scenario>> ParseScenarios(absl::string_view text) {
  const absl::StatusOr<Json> file = ParseOnce(text);
  if (!file.ok()) return file.status();
  const absl::Status status = CheckObject(
      *file, {{"theme", kText}, {"scenarios", kList}}, {"theme", "scenarios"});
  if (!status.ok()) return status;
  std::vector<Scenario> scenarios;
  std::set<std::string> names;
  for (const Json& json : (*file)["scenarios"]) {
    absl::StatusOr<Scenario> scenario = ParseScenario(json);
    if (!scenario.ok()) return scenario.status();
    scenario->theme = (*file)["theme"];
    if (!names.insert(scenario->name).second) {
      return Wrong("this name is taken", scenario->name);
    }
    scenarios.push_back(*std::move(scenario));
  }
  return scenarios;
}

absl::StatusOr<std::vector<Scenario>> LoadScenarios(const std::string& folder) {
  std::set<std::string> paths;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".json") paths.insert(file.path());
  }
  std::vector<Scenario> scenarios;
  for (const std::string& path : paths) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    absl::StatusOr<std::vector<Scenario>> more = ParseScenarios(text.str());
    if (!more.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", more.status().message()));
    }
    std::move(more->begin(), more->end(), std::back_inserter(scenarios));
  }
  return scenarios;
}

void PrintTo(const Scenario& scenario, std::ostream* out) {
  *out << scenario.theme << "." << scenario.name;
}

}  // namespace rundlet

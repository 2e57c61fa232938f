#include "tests/conformance/scenario.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <ostream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rundlet/v1/key_value.pb.h"
#include "tests/conformance/scenario_pattern.h"

namespace rundlet {
namespace {

using google::protobuf::MethodDescriptor;
using Names = std::map<std::string, Json::value_t>;

constexpr Json::value_t kText = Json::value_t::string;
constexpr Json::value_t kList = Json::value_t::array;
constexpr Json::value_t kObject = Json::value_t::object;
constexpr Json::value_t kFlag = Json::value_t::boolean;
constexpr Json::value_t kNumber = Json::value_t::number_unsigned;

absl::Status Wrong(absl::string_view what, const Json& where) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": ", where.dump().substr(0, 300)));
}

bool IsA(const Json& value, Json::value_t type) {
  return type == kNumber ? value.is_number() : value.type() == type;
}

// An object with these names at most, each of its type, and all that are
// required.
absl::Status CheckObject(const Json& object, const Names& names,
                         const std::vector<std::string>& required) {
  if (!object.is_object()) return Wrong("not an object", object);
  for (const auto& [name, value] : object.items()) {
    const auto known = names.find(name);
    if (known == names.end()) return Wrong("unknown name " + name, object);
    if (!IsA(value, known->second)) {
      return Wrong(name + " is not of its type", object);
    }
  }
  for (const std::string& name : required) {
    if (!object.contains(name)) return Wrong(name + " is missing", object);
  }
  return absl::OkStatus();
}

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

absl::StatusOr<ExpectedError> ParseError(const Json& json) {
  const absl::Status status = CheckObject(json,
                                          {{"code", kText},
                                           {"reason", kText},
                                           {"text", kList},
                                           {"metadata", kObject}},
                                          {"code", "reason"});
  if (!status.ok()) return status;
  ExpectedError error;
  error.code = json["code"];
  error.reason = json["reason"];
  for (const Json& part : json.value("text", Json::array())) {
    if (!part.is_string()) return Wrong("not a text", json);
    error.text.push_back(part);
  }
  error.metadata = json.value("metadata", Json::object());
  return error;
}

absl::StatusOr<Step> ParseCall(const Json& json) {
  absl::Status status = CheckObject(json,
                                    {{"call", kText},
                                     {"request", kObject},
                                     {"response", kObject},
                                     {"error", kObject},
                                     {"as", kText}},
                                    {"call"});
  if (!status.ok()) return status;
  Step step;
  step.method = json["call"];
  const MethodDescriptor* const method =
      v1::PutRequest::descriptor()
          ->file()
          ->pool()
          ->FindServiceByName("rundlet.v1.KeyValueService")
          ->FindMethodByName(step.method);
  if (method == nullptr) return Wrong("no such method", json);
  const bool is_watch = step.method == "Watch";
  if (method->client_streaming()) return Wrong("no method of one call", json);
  if (json.contains("error") == json.contains("response") && !is_watch) {
    return Wrong("either response or error", json);
  }
  if (is_watch && json.contains("response")) return Wrong("receive it", json);
  if (is_watch && json.contains("error") == json.contains("as")) {
    return Wrong("either as or error", json);
  }
  step.request = json.value("request", Json::object());
  step.label = json.value("as", "");
  status = CheckNames(step.request, *method->input_type());
  if (status.ok() && json.contains("response")) {
    step.response = json["response"];
    status = CheckNames(*step.response, *method->output_type());
  }
  if (!status.ok()) return status;
  return step;
}

// An event of a watch is an object with one of the parts of WatchResponse; of
// changes one.
absl::Status CheckEvent(const Json& event) {
  const absl::Status status = CheckObject(
      event, {{"present", kObject}, {"marker", kObject}, {"change", kObject}},
      {});
  if (!status.ok()) return status;
  if (event.size() != 1) return Wrong("not one event", event);
  const std::string& kind = event.begin().key();
  const Json& pattern = event.begin().value();
  if (kind == "present") return CheckNames(pattern, *v1::Entry::descriptor());
  if (kind == "marker") return CheckNames(pattern, *v1::Bookmark::descriptor());
  return CheckNames(pattern, *v1::Change::descriptor());
}

absl::StatusOr<Step> ParseReceive(const Json& json) {
  absl::Status status = CheckObject(
      json, {{"receive", kText}, {"events", kList}, {"error", kObject}},
      {"receive"});
  if (!status.ok()) return status;
  if (json.contains("error") == json.contains("events")) {
    return Wrong("either events or error", json);
  }
  Step step;
  step.kind = Step::Kind::kReceive;
  step.label = json["receive"];
  step.events = json.value("events", Json::array());
  for (const Json& event : step.events) {
    status = CheckEvent(event);
    if (!status.ok()) return status;
  }
  return step;
}

absl::StatusOr<Step> ParseStepOfWorld(const Json& json) {
  Step step;
  if (json.size() != 1) return Wrong("not one thing", json);
  if (json.contains("advance") && json["advance"].is_number() &&
      json["advance"] > 0) {
    step.kind = Step::Kind::kAdvance;
    step.advance = absl::Seconds(json["advance"].get<double>());
    return step;
  }
  if (json.value("restart", false)) {
    step.kind = Step::Kind::kRestart;
    return step;
  }
  if (json.value("compact", false)) {
    step.kind = Step::Kind::kCompact;
    return step;
  }
  return Wrong("not a step", json);
}

absl::StatusOr<Step> ParseStep(const Json& json) {
  if (!json.is_object()) return Wrong("not a step", json);
  absl::StatusOr<Step> step = json.contains("call") ? ParseCall(json)
                              : json.contains("receive")
                                  ? ParseReceive(json)
                                  : ParseStepOfWorld(json);
  if (step.ok() && json.contains("error")) {
    absl::StatusOr<ExpectedError> error = ParseError(json["error"]);
    if (!error.ok()) return error.status();
    step->error = *std::move(error);
  }
  return step;
}

absl::Status ParseLimits(const Json& json, Limits* limits) {
  const std::map<std::string, uint64_t*> numbers = {
      {"keyBytesMax", &limits->key_bytes_max},
      {"valueBytesMax", &limits->value_bytes_max},
      {"transactionOperationsMax", &limits->transaction_operations_max},
      {"transactionBytesMax", &limits->transaction_bytes_max},
      {"batchKeysMax", &limits->read_keys_max},
      {"requestIdBytesMax", &limits->request_id_bytes_max},
      {"snapshotsMax", &limits->snapshots_max},
      {"watchesMax", &limits->watches_max},
      {"watchRangesMax", &limits->watch_ranges_max},
  };
  for (const auto& [name, value] : json.items()) {
    if (name == "answerBytesMax" && value.is_number_unsigned()) {
      limits->read_bytes_max = value;
      limits->receipt_bytes_max = value;
      continue;
    }
    const auto number = numbers.find(name);
    if (number == numbers.end() || !value.is_number_unsigned()) {
      return Wrong("no such limit", json);
    }
    *number->second = value;
  }
  return absl::OkStatus();
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
  status = ParseLimits(json.value("limits", Json::object()), &scenario.limits);
  if (!status.ok()) return status;
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

const std::set<std::string>& Needs() {
  static const auto* const needs = new std::set<std::string>{
      "clock", "compact", "limits", "restart", "server", "steady"};
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

#include "tests/conformance/scenario_step.h"

#include <google/protobuf/descriptor.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "rundlet/v1/key_value.pb.h"
#include "tests/conformance/scenario_pattern.h"

namespace rundlet {
namespace {

using google::protobuf::MethodDescriptor;

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
                                     {"requests", kList},
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
  if (method->client_streaming() && method->server_streaming()) {
    return Wrong("no method of one call", json);
  }
  if (json.contains("requests") != method->client_streaming() ||
      (json.contains("requests") && json.contains("request"))) {
    return Wrong("requests are of a method that takes a stream", json);
  }
  if (json.contains("error") == json.contains("response") && !is_watch) {
    return Wrong("either response or error", json);
  }
  if (is_watch && json.contains("response")) return Wrong("receive it", json);
  if (is_watch && json.contains("error") == json.contains("as")) {
    return Wrong("either as or error", json);
  }
  step.request = json.value("request", Json::object());
  step.label = json.value("as", "");
  step.requests = json.value("requests", Json::array());
  status = CheckNames(step.request, *method->input_type());
  for (const Json& message : step.requests) {
    if (status.ok()) status = CheckNames(message, *method->input_type());
  }
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

}  // namespace

absl::Status Wrong(absl::string_view what, const Json& where) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, ": ", where.dump().substr(0, 300)));
}

absl::Status CheckObject(const Json& object,
                         const std::map<std::string, Json::value_t>& members,
                         const std::vector<std::string>& required) {
  if (!object.is_object()) return Wrong("not an object", object);
  for (const auto& [name, value] : object.items()) {
    const auto known = members.find(name);
    if (known == members.end()) return Wrong("unknown name " + name, object);
    if (value.type() != known->second) {
      return Wrong(name + " is not of its type", object);
    }
  }
  for (const std::string& name : required) {
    if (!object.contains(name)) return Wrong(name + " is missing", object);
  }
  return absl::OkStatus();
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

}  // namespace rundlet

#include "tests/conformance/scenario_runner.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_info.pb.h"
#include "rundlet/v1/key_value.pb.h"
#include "tests/conformance/scenario_pattern.h"

namespace rundlet {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;
using google::protobuf::MethodDescriptor;

constexpr char kErrorInfoUrl[] = "type.googleapis.com/google.rpc.ErrorInfo";

using Lines = std::vector<std::string>;

Json JsonOf(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) return Json(status.ToString());
  return Json::parse(text);
}

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  return std::unique_ptr<Message>(
      MessageFactory::generated_factory()->GetPrototype(type)->New());
}

const MethodDescriptor* MethodOf(const std::string& name) {
  return v1::PutRequest::descriptor()
      ->file()
      ->pool()
      ->FindServiceByName("rundlet.v1.KeyValueService")
      ->FindMethodByName(name);
}

// A watch that a step has opened, and what it has sent beyond what was asked.
struct OpenWatch {
  std::unique_ptr<WatchMessageSource> source;
  std::deque<Json> events;
};

void AddEvents(const v1::WatchResponse& message, std::deque<Json>* events) {
  const Json json = JsonOf(message);
  for (const v1::Entry& entry : message.present().entries()) {
    events->push_back(Json::object({{"present", JsonOf(entry)}}));
  }
  if (message.has_marker()) {
    events->push_back(Json::object({{"marker", json["marker"]}}));
  }
  for (const v1::Change& change : message.changes().changes()) {
    events->push_back(Json::object({{"change", JsonOf(change)}}));
  }
}

// Of one run of one scenario.
class Run {
 public:
  Run(const Scenario& scenario, const ScenarioDoorKind& kind)
      : kind_(kind), world_(kind.make(scenario.limits)) {
    context_.start = world_->Now();
  }

  Lines Take(const Step& step) {
    if (world_->door() == nullptr) return {"there is no door"};
    absl::Status status = world_->Disturb();
    if (!status.ok()) return {status.ToString()};
    switch (step.kind) {
      case Step::Kind::kCall:
        if (step.method == "Watch") return Watch(step);
        if (step.method == "PutLarge") return PutLarge(step);
        return step.method == "GetLarge" ? GetLarge(step) : Call(step);
      case Step::Kind::kReceive:
        return Receive(step);
      case Step::Kind::kAdvance:
        world_->Advance(step.advance);
        return {};
      case Step::Kind::kRestart:
        watches_.clear();
        status = world_->Restart();
        break;
      case Step::Kind::kCompact:
        status = world_->Compact();
        break;
    }
    return status.ok() ? Lines() : Lines{status.ToString()};
  }

 private:
  Lines Call(const Step& step) {
    const MethodDescriptor* const method = MethodOf(step.method);
    const auto request = NewMessage(method->input_type());
    const auto response = NewMessage(method->output_type());
    Lines lines = ParseRequest(step.request, request.get());
    if (!lines.empty()) return lines;
    const absl::Status status =
        world_->door()->Call(step.method, request.get(), response.get());
    return CompareAnswer(step, status, JsonOf(*response));
  }

  Lines PutLarge(const Step& step) {
    std::vector<v1::PutLargeRequest> messages;
    for (const Json& text : step.requests) {
      Lines lines = ParseRequest(text, &messages.emplace_back());
      if (!lines.empty()) return lines;
    }
    v1::PutLargeResponse response;
    const absl::Status status = world_->door()->PutLarge(messages, &response);
    return CompareAnswer(step, status, JsonOf(response));
  }

  Lines GetLarge(const Step& step) {
    v1::GetLargeRequest request;
    Lines lines = ParseRequest(step.request, &request);
    if (!lines.empty()) return lines;
    v1::GetLargeHeader header;
    std::string data;
    const absl::Status status =
        world_->door()->GetLarge(request, &header, &data);
    return CompareAnswer(step, status,
                         Json::object({{"header", JsonOf(header)},
                                       {"data", absl::Base64Escape(data)}}));
  }

  Lines CompareAnswer(const Step& step, const absl::Status& status,
                      const Json& answer) {
    if (step.error.has_value()) return CompareError(*step.error, status);
    if (!status.ok()) return {status.ToString()};
    if (!step.label.empty()) context_.answers[step.label] = answer;
    return Compare(*step.response, answer);
  }

  Lines Watch(const Step& step) {
    v1::WatchRequest request;
    Lines lines = ParseRequest(step.request, &request);
    if (!lines.empty()) return lines;
    auto source = world_->door()->OpenWatch(&request);
    if (step.error.has_value()) {
      return CompareError(*step.error, source.status());
    }
    if (!source.ok()) return {source.status().ToString()};
    watches_[step.label].source = *std::move(source);
    return {};
  }

  Lines Receive(const Step& step) {
    const auto found = watches_.find(step.label);
    if (found == watches_.end()) return {"no such watch: " + step.label};
    OpenWatch& watch = found->second;
    while (step.error.has_value() || watch.events.size() < step.events.size()) {
      const auto message = watch.source->Next();
      if (!message.ok()) {
        if (!step.error.has_value()) return {message.status().ToString()};
        return CompareError(*step.error, message.status());
      }
      AddEvents(*message, &watch.events);
    }
    Json events = Json::array();
    for (size_t i = 0; i < step.events.size(); ++i) {
      events.push_back(std::move(watch.events.front()));
      watch.events.pop_front();
    }
    return Compare(step.events, events);
  }

  Lines ParseRequest(const Json& text, Message* request) {
    const absl::StatusOr<Json> filled = Fill(text, context_);
    if (!filled.ok()) return {filled.status().ToString()};
    const auto status =
        google::protobuf::util::JsonStringToMessage(filled->dump(), request);
    if (!status.ok()) return {absl::StrCat("request: ", status.ToString())};
    return {};
  }

  Lines Compare(const Json& text, const Json& actual) {
    const absl::StatusOr<Json> pattern = Fill(text, context_);
    if (!pattern.ok()) return {pattern.status().ToString()};
    return Differences(*pattern, actual, context_);
  }

  Lines CompareError(const ExpectedError& expected,
                     const absl::Status& status) {
    Lines lines;
    if (absl::StatusCodeToString(status.code()) != expected.code) {
      return {absl::StrCat("should be ", expected.code, " and is ",
                           status.ToString())};
    }
    if (kind_.plain_only) return {};
    google::rpc::ErrorInfo info;
    const auto payload = status.GetPayload(kErrorInfoUrl);
    if (payload.has_value()) info.ParseFromString(std::string(*payload));
    if (info.reason() != expected.reason) {
      lines.push_back(absl::StrCat("should have the reason ", expected.reason,
                                   " and has ", info.reason()));
    }
    for (const std::string& part : expected.text) {
      if (absl::StrContains(status.message(), part)) continue;
      lines.push_back(absl::StrCat("the message should have '", part,
                                   "': ", status.message()));
    }
    const Lines below =
        Compare(expected.metadata,
                Json(std::map<std::string, std::string>(
                    info.metadata().begin(), info.metadata().end())));
    lines.insert(lines.end(), below.begin(), below.end());
    return lines;
  }

  const ScenarioDoorKind& kind_;
  const std::unique_ptr<ScenarioWorld> world_;
  ScenarioContext context_;
  std::map<std::string, OpenWatch> watches_;  // goes before the world
};

}  // namespace

std::vector<std::string> RunScenario(const Scenario& scenario,
                                     const ScenarioDoorKind& kind) {
  Run run(scenario, kind);
  for (size_t i = 0; i < scenario.steps.size(); ++i) {
    Lines lines = run.Take(scenario.steps[i]);
    if (lines.empty()) continue;
    for (std::string& line : lines) {
      line = absl::StrCat("step ", i + 1, ": ", line);
    }
    return lines;
  }
  return {};
}

}  // namespace rundlet

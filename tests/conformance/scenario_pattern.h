// Templates of requests and patterns of answers (scenarios/README.md).

#ifndef RUNDLET_TESTS_CONFORMANCE_SCENARIO_PATTERN_H_
#define RUNDLET_TESTS_CONFORMANCE_SCENARIO_PATTERN_H_

#include <google/protobuf/descriptor.h>

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/conformance/scenario.h"

namespace rundlet {

// What templates and patterns may refer to.
struct ScenarioContext {
  absl::Time start;                     // of the scenario
  std::map<std::string, Json> answers;  // by label
};

// The template with what it refers to and stands for in its place; the
// operators of patterns stay. INVALID_ARGUMENT: no such answer or operator.
absl::StatusOr<Json> Fill(const Json& text, const ScenarioContext& context);

// How `actual` differs from a filled pattern, a line each; empty: not at all.
std::vector<std::string> Differences(const Json& pattern, const Json& actual,
                                     const ScenarioContext& context);

// INVALID_ARGUMENT: the pattern names a field that the message does not have.
absl::Status CheckNames(const Json& pattern,
                        const google::protobuf::Descriptor& message);

// Whether the member names an operator: "$gt" and its like.
bool IsOperator(const Json& value);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_SCENARIO_PATTERN_H_

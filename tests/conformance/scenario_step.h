// The steps of scenarios from JSON (scenarios/README.md).

#ifndef RUNDLET_TESTS_CONFORMANCE_SCENARIO_STEP_H_
#define RUNDLET_TESTS_CONFORMANCE_SCENARIO_STEP_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tests/conformance/scenario.h"

namespace rundlet {

// The types of members.
inline constexpr Json::value_t kText = Json::value_t::string;
inline constexpr Json::value_t kList = Json::value_t::array;
inline constexpr Json::value_t kObject = Json::value_t::object;
inline constexpr Json::value_t kFlag = Json::value_t::boolean;

// INVALID_ARGUMENT, with the place.
absl::Status Wrong(absl::string_view what, const Json& where);

// OK for an object with members of these names alone, each of its type, and
// with all that are required.
absl::Status CheckObject(const Json& object,
                         const std::map<std::string, Json::value_t>& members,
                         const std::vector<std::string>& required);

// INVALID_ARGUMENT: the grammar or the wire API does not have such a step.
absl::StatusOr<Step> ParseStep(const Json& json);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_SCENARIO_STEP_H_

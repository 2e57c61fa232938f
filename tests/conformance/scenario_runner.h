// Runs a scenario through a door (scenarios/README.md).

#ifndef RUNDLET_TESTS_CONFORMANCE_SCENARIO_RUNNER_H_
#define RUNDLET_TESTS_CONFORMANCE_SCENARIO_RUNNER_H_

#include <string>
#include <vector>

#include "tests/conformance/scenario.h"
#include "tests/conformance/scenario_worlds.h"

namespace rundlet {

// What was not as it has to be, a line each, up to the first step that differs;
// empty: the scenario holds. REQUIRES CanSay(kind, scenario).
std::vector<std::string> RunScenario(const Scenario& scenario,
                                     const ScenarioDoorKind& kind);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_SCENARIO_RUNNER_H_

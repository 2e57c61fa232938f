// Goal: each scenario of scenarios/ holds through every door that can say it.
// Method: all scenarios, each a test case for each of its doors, with a fresh
// store; and a count of them.

#include <algorithm>
#include <iostream>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/conformance/scenario.h"
#include "tests/conformance/scenario_runner.h"
#include "tests/conformance/scenario_worlds.h"

namespace rundlet {
namespace {

constexpr char kFolder[] = "tests/conformance/scenarios";

struct Case {
  Scenario scenario;
  ScenarioDoorKind kind;
};

void PrintTo(const Case& test_case, std::ostream* out) {
  PrintTo(test_case.scenario, out);
}

const std::vector<Scenario>& AllScenarios() {
  static const auto* const scenarios = new std::vector<Scenario>([] {
    auto loaded = LoadScenarios(kFolder);
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return loaded.ok() ? *std::move(loaded) : std::vector<Scenario>();
  }());
  return *scenarios;
}

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const Scenario& scenario : AllScenarios()) {
    for (const ScenarioDoorKind& kind : ScenarioDoors()) {
      if (CanSay(kind, scenario)) cases.push_back({scenario, kind});
    }
  }
  return cases;
}

class ScenarioTest : public ::testing::TestWithParam<Case> {};

TEST_P(ScenarioTest, Holds) {
  const Scenario& scenario = GetParam().scenario;
  const auto lines = RunScenario(scenario, GetParam().kind);
  EXPECT_TRUE(lines.empty()) << scenario.shows << "\n"
                             << absl::StrJoin(lines, "\n");
}

std::string CaseName(const ::testing::TestParamInfo<Case>& info) {
  return info.param.scenario.theme + "_" + info.param.scenario.name + "_" +
         info.param.kind.name;
}

INSTANTIATE_TEST_SUITE_P(All, ScenarioTest, ::testing::ValuesIn(AllCases()),
                         CaseName);

TEST(ScenariosTest, ThereAreEnough) {
  const std::vector<Scenario>& all = AllScenarios();
  std::map<std::string, size_t> themes;
  for (const Scenario& scenario : all) ++themes[scenario.theme];
  for (const auto& [theme, count] : themes) {
    std::cout << theme << ": " << count << " scenarios\n";
  }
  EXPECT_GE(all.size(), 490u);
  for (const ScenarioDoorKind& kind : ScenarioDoors()) {
    const auto count = static_cast<size_t>(std::count_if(
        all.begin(), all.end(),
        [&kind](const Scenario& each) { return CanSay(kind, each); }));
    std::cout << "through " << kind.name << ": " << count << "\n";
    EXPECT_GE(count, kind.plain_only ? 32u : 425u) << kind.name;
  }
}

}  // namespace
}  // namespace rundlet

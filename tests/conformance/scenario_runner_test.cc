// Goal: a scenario that says what is not so fails, whatever kind of expectation
// it says it by, and one that is misspelt is refused: no typo makes a scenario
// pass.
// Method: for each kind of expectation one that is true and one that is not,
// against the model; for each rule of the grammar a text that breaks it.

#include "tests/conformance/scenario_runner.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<std::vector<Scenario>> Parse(const std::string& scenario) {
  return ParseScenarios(
      absl::StrCat(R"({"theme":"t","scenarios":[)", scenario, "]}"));
}

// Puts k=1 under the label p, advances 10 s, and then takes the step.
std::vector<std::string> RunStep(const std::string& step) {
  const auto parsed = Parse(absl::StrCat(
      R"({"name":"N","shows":"s","needs":["clock","steady"],"steps":[
          {"call":"Put","request":{"key":"k","value":{"text":"1"}},
           "response":{},"as":"p"},
          {"call":"Watch","request":{"ranges":[{}],"presentState":true},
           "as":"w"},
          {"advance":10},)",
      step, "]}"));
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  if (!parsed.ok()) return {"not parsed"};
  return RunScenario((*parsed)[0], ScenarioDoors()[0]);
}

// What a get of k has to answer.
std::vector<std::string> RunGet(const std::string& response) {
  return RunStep(absl::StrCat(
      R"({"call":"Get","request":{"key":"k"},"response":)", response, "}"));
}

struct Pair {
  const char* holds;
  const char* fails;
};

TEST(ScenarioRunnerTest, EachKindOfPatternTellsRightFromWrong) {
  const Pair pairs[] = {
      {R"({"entry":{"value":{"text":"1"}}})",
       R"({"entry":{"value":{"text":"2"}}})"},
      {R"({"entry":{"version":1}})", R"({"entry":{"version":2}})"},
      {R"({"entry":{"version":"1"}})", R"({"entry":{"version":"01"}})"},
      {R"({"entry":{"valueOmitted":false}})",
       R"({"entry":{"valueOmitted":true}})"},
      {R"({"entry":{"expireTime":null}})", R"({"entry":null})"},
      {R"({"entry":{"revision":"$p.revision"}})",
       R"({"entry":{"version":"$p.replayed"}})"},
      {R"({"entry":{"revision":{"$ne":0}}})",
       R"({"entry":{"revision":{"$ne":"$p.revision"}}})"},
      {R"({"readRevision":{"$ge":"$p.revision"}})",
       R"({"readRevision":{"$gt":"$p.revision"}})"},
      {R"({"readRevision":{"$le":"$p.revision"}})",
       R"({"readRevision":{"$lt":"$p.revision"}})"},
      {R"({"readRevision":{"$lt":{"$plus":["$p.revision",1]}}})",
       R"({"readRevision":{"$gt":{"$plus":["$p.revision",1]}}})"},
      {R"({"entry":{"createTime":{"$time":0}}})",
       R"({"entry":{"createTime":{"$time":0.5}}})"},
      {R"({"entry":{"createTime":{"$between":[-1,1]}}})",
       R"({"entry":{"createTime":{"$between":[1,2]}}})"},
      {R"({"entry":{"key":{"$repeat":["k",1]}}})",
       R"({"entry":{"key":{"$repeat":["k",2]}}})"},
  };
  for (const Pair& pair : pairs) {
    EXPECT_THAT(RunGet(pair.holds), IsEmpty()) << pair.holds;
    EXPECT_THAT(RunGet(pair.fails), ElementsAre(HasSubstr("step 4")))
        << pair.fails;
  }
}

TEST(ScenarioRunnerTest, ListsAreComparedInLengthAndOrder) {
  const auto run = [](const std::string& entries) {
    return RunStep(absl::StrCat(R"({"call":"List","response":{"entries":)",
                                entries, "}}"));
  };
  EXPECT_THAT(run(R"([{"key":"k"}])"), IsEmpty());
  EXPECT_THAT(run(R"([{"key":"j"}])"), ElementsAre(HasSubstr("0: key")));
  EXPECT_THAT(run("[]"), ElementsAre(HasSubstr("should be []")));
  EXPECT_THAT(run(R"([{"key":"k"},{"key":"k"}])"), testing::SizeIs(1));
  EXPECT_THAT(run(R"({"$size":1})"), IsEmpty());
  EXPECT_THAT(run(R"({"$size":2})"), ElementsAre(HasSubstr("2 elements")));
}

TEST(ScenarioRunnerTest, EachPartOfAnErrorTellsRightFromWrong) {
  const auto run = [](const std::string& error) {
    return RunStep(absl::StrCat(
        R"({"call":"Get","request":{"key":"x"},"error":)", error, "}"));
  };
  EXPECT_THAT(run(R"({"code":"NOT_FOUND","reason":"KEY_NOT_FOUND",
                      "text":["x"],"metadata":{"key":"x"}})"),
              IsEmpty());
  EXPECT_THAT(run(R"({"code":"ABORTED","reason":"KEY_NOT_FOUND"})"),
              ElementsAre(HasSubstr("should be ABORTED")));
  EXPECT_THAT(run(R"({"code":"NOT_FOUND","reason":"KEY_EXISTS"})"),
              ElementsAre(HasSubstr("the reason KEY_EXISTS")));
  EXPECT_THAT(run(R"({"code":"NOT_FOUND","reason":"KEY_NOT_FOUND",
                      "text":["zebra"]})"),
              ElementsAre(HasSubstr("zebra")));
  EXPECT_THAT(run(R"({"code":"NOT_FOUND","reason":"KEY_NOT_FOUND",
                      "metadata":{"key":"y"}})"),
              ElementsAre(HasSubstr("key: should be")));
}

TEST(ScenarioRunnerTest, AnErrorIsNoAnswerAndAnAnswerIsNoError) {
  EXPECT_THAT(RunStep(R"({"call":"Get","request":{"key":"x"},"response":{}})"),
              ElementsAre(HasSubstr("NOT_FOUND")));
  EXPECT_THAT(RunStep(R"({"call":"Get","request":{"key":"k"},
                          "error":{"code":"NOT_FOUND","reason":""}})"),
              ElementsAre(HasSubstr("is OK")));
  EXPECT_THAT(RunStep(R"({"call":"Watch","request":{"ranges":[{}]},
                          "error":{"code":"ABORTED","reason":""}})"),
              ElementsAre(HasSubstr("is OK")));
}

TEST(ScenarioRunnerTest, EventsAreCompared) {
  const auto run = [](const std::string& event) {
    return RunStep(absl::StrCat(R"({"receive":"w","events":[)", event, "]}"));
  };
  EXPECT_THAT(run(R"({"present":{"key":"k"}})"), IsEmpty());
  EXPECT_THAT(run(R"({"present":{"key":"k"}},
                     {"marker":{"throughRevision":"$p.revision"}})"),
              IsEmpty());
  EXPECT_THAT(run(R"({"present":{"key":"j"}})"), testing::SizeIs(1));
  EXPECT_THAT(run(R"({"change":{"cause":"CAUSE_PUT"}})"), testing::SizeIs(1));
}

TEST(ScenarioRunnerTest, TheBytesOfALargeValueAreCompared) {
  const auto run = [](const std::string& response) {
    const auto parsed = Parse(absl::StrCat(
        R"({"name":"N","shows":"s","needs":["large"],"steps":[
            {"call":"PutLarge","requests":[
                {"header":{"key":"k","kind":"VALUE_KIND_TEXT"}},
                {"data":"QUJD"},{"end":{}}],"response":{}},
            {"call":"GetLarge","request":{"key":"k"},"response":)",
        response, "}]}"));
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    for (const ScenarioDoorKind& kind : ScenarioDoors()) {
      if (CanSay(kind, (*parsed)[0])) return RunScenario((*parsed)[0], kind);
    }
    return std::vector<std::string>{"no door"};
  };
  EXPECT_THAT(run(R"({"data":"QUJD","header":{"value":{"bytes":3}}})"),
              IsEmpty());
  EXPECT_THAT(run(R"({"data":"QUJE"})"), ElementsAre(HasSubstr("step 2")));
  EXPECT_THAT(run(R"({"header":{"value":{"bytes":4}}})"),
              ElementsAre(HasSubstr("step 2")));
}

TEST(ScenarioRunnerTest, AMisspeltStepFails) {
  for (const char* step : {
           R"({"call":"Get","request":{"key":"$q.revision"},"response":{}})",
           R"({"call":"Get","request":{"key":"$p.nothing"},"response":{}})",
           R"({"call":"Get","request":{"key":"k"},
               "response":{"readRevision":{"$gtt":0}}})",
           R"({"call":"Get","request":{"key":{"$plus":["x",1]}},
               "response":{}})",
           R"({"call":"Get","request":{"key":"k","minRevision":"x"},
               "response":{}})",
           R"({"receive":"v","events":[]})",
       }) {
    EXPECT_THAT(RunStep(step), testing::SizeIs(1)) << step;
  }
}

// A whole scenario, or its one step, that the grammar does not have.
TEST(ScenarioRunnerTest, WhatTheGrammarDoesNotHaveIsRefused) {
  const std::vector<std::string> steps = {
      R"({})",
      R"({"cal":"Get","response":{}})",
      R"({"call":"Gett","response":{}})",
      R"({"call":"Pipeline","response":{}})",
      R"({"call":"Get"})",
      R"({"call":"Get","response":{},"error":{"code":"A","reason":""}})",
      R"({"call":"Get","respons":{}})",
      R"({"call":"Get","response":[]})",
      R"({"call":"Get","request":{"keyy":"k"},"response":{}})",
      R"({"call":"Get","response":{"entries":{}}})",
      R"({"call":"Get","response":{"entry":{"vallue":null}}})",
      R"({"call":"Get","response":{"read_revision":1}})",
      R"({"call":"Get","response":{},"response":{}})",
      R"({"call":"Get","error":{"code":"NOT_FOUND"}})",
      R"({"call":"Get","error":{"code":"A","reason":"","txt":[]}})",
      R"({"call":"PutLarge","request":{},"response":{}})",
      R"({"call":"PutLarge","request":{},"requests":[],"response":{}})",
      R"({"call":"PutLarge","requests":[{"headr":{}}],"response":{}})",
      R"({"call":"Get","requests":[{}],"response":{}})",
      R"({"call":"GetLarge","response":{"bytes":""}})",
      R"({"call":"Watch","request":{}})",
      R"({"call":"Watch","request":{},"as":"w","response":{}})",
      R"({"receive":"w"})",
      R"({"receive":"w","events":[{"chang":{}}]})",
      R"({"receive":"w","events":[{"change":{"keys":null}}]})",
      R"({"advance":0})",
      R"({"advance":"1"})",
      R"({"restart":false})",
      R"({"advance":1,"compact":true})",
  };
  for (const std::string& step : steps) {
    const auto parsed = Parse(absl::StrCat(
        R"({"name":"N","shows":"s","needs":["clock","large","steady"],)",
        R"("steps":[)", step, "]}"));
    EXPECT_FALSE(parsed.ok()) << step;
  }
  const std::string good = R"("steps":[{"call":"Get","response":{}}])";
  ASSERT_TRUE(Parse(R"({"name":"N","shows":"s",)" + good + "}").ok());
  for (const char* head : {
           R"("name":"N",)",
           R"("shows":"s",)",
           R"("name":"N","shows":"s","need":[],)",
           R"("name":"N","shows":"s","needs":["clok"],)",
           R"("name":"N","shows":"s","limits":{"keyBytesMax":5},)",
           R"("name":"N","shows":"s","needs":["limits"],"limits":{"max":5},)",
       }) {
    EXPECT_FALSE(Parse(absl::StrCat("{", head, good, "}")).ok()) << head;
  }
  EXPECT_FALSE(Parse(R"({"name":"N","shows":"s","steps":[]})").ok());
  EXPECT_FALSE(ParseScenarios("{").ok());
  EXPECT_FALSE(ParseScenarios(R"({"theme":"t"})").ok());
}

TEST(ScenarioRunnerTest, ANeedThatIsNotSaidIsRefused) {
  for (const char* steps : {
           R"({"advance":1})",
           R"({"restart":true})",
           R"({"compact":true})",
           R"({"call":"GetLimits","response":{}})",
           R"({"call":"OpenSnapshot","response":{}})",
           R"({"call":"PutLarge","requests":[],"response":{}})",
           R"({"call":"GetLarge","response":{}})",
           R"({"receive":"w","events":[]})",
           R"({"call":"Get","response":{"entry":{"createTime":{"$time":0}}}})",
       }) {
    const auto parsed = Parse(
        absl::StrCat(R"({"name":"N","shows":"s","steps":[)", steps, "]}"));
    EXPECT_THAT(parsed.status().message(), HasSubstr("N needs")) << steps;
  }
}

TEST(ScenarioRunnerTest, ANameIsTakenOnce) {
  const std::string scenario =
      R"({"name":"N","shows":"s","steps":[{"call":"Get","response":{}}]})";
  EXPECT_FALSE(Parse(scenario + "," + scenario).ok());
}

}  // namespace
}  // namespace rundlet

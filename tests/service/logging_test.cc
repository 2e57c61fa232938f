// Goal: a line of the log is one line, whatever stands in it; as JSON it is
// read back as what was written.
// Method: messages and fields of every sort through both formats.

#include "service/logging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

namespace rundlet {
namespace {

using ::testing::MatchesRegex;

struct Log {
  Log(LogFormat format, LogLevel level)
      : logger(format, level,
               std::make_shared<spdlog::sinks::ostream_sink_mt>(out)) {}

  std::ostringstream out;
  Logger logger;
};

TEST(LoggingTest, WritesText) {
  Log log(LogFormat::kText, LogLevel::kInfo);
  log.logger.Info("serving", {{"grpc", "[::1]:5"}, {"data", "a b"}, {"x", ""}});
  EXPECT_THAT(log.out.str(),
              MatchesRegex("[-0-9]+T[:0-9]+\\.[0-9]{3}Z info serving "
                           "grpc=\\[::1\\]:5 data=\"a b\" x=\"\"\n"));
}

TEST(LoggingTest, WritesJson) {
  const std::string value = "a \"b\" \\ \n\r\t\x01 \u00E9\u2028\U0001F680";
  Log log(LogFormat::kJson, LogLevel::kInfo);
  log.logger.Warning("100% {} %v", {{"key", value}, {"bad", "\xFF!"}});
  const auto line = nlohmann::json::parse(log.out.str());
  EXPECT_EQ(line["level"], "warning");
  EXPECT_EQ(line["message"], "100% {} %v");
  EXPECT_EQ(line["key"], value);
  EXPECT_EQ(line["bad"], "\uFFFD!");
  EXPECT_THAT(line["time"].get<std::string>(),
              MatchesRegex("[-0-9]+T[:0-9]+\\.[0-9]{3}Z"));
}

TEST(LoggingTest, NothingBreaksALine) {
  for (const LogFormat format : {LogFormat::kText, LogFormat::kJson}) {
    Log log(format, LogLevel::kInfo);
    log.logger.Error("one\ntwo", {{"key", "three\r\nfour"}});
    const std::string line = log.out.str();
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(line.find('\r'), std::string::npos);
  }
}

TEST(LoggingTest, TheLevelCanBeSet) {
  Log log(LogFormat::kText, LogLevel::kInfo);
  EXPECT_FALSE(log.logger.Writes(LogLevel::kDebug));
  EXPECT_EQ(log.logger.SetLevel(LogLevel::kDebug), LogLevel::kInfo);
  EXPECT_TRUE(log.logger.Writes(LogLevel::kDebug));
  log.logger.Debug("seen");
  EXPECT_EQ(log.logger.SetLevel(LogLevel::kError), LogLevel::kDebug);
  log.logger.Warning("not seen");
  EXPECT_EQ(log.logger.SetLevel(LogLevel::kWarning), LogLevel::kError);
  EXPECT_EQ(log.logger.SetLevel(LogLevel::kInfo), LogLevel::kWarning);
  EXPECT_THAT(log.out.str(), MatchesRegex("[^\n]* debug seen\n"));
}

TEST(LoggingTest, LeavesOutLowerLevels) {
  Log log(LogFormat::kText, LogLevel::kWarning);
  log.logger.Debug("debug");
  log.logger.Info("info");
  EXPECT_EQ(log.out.str(), "");
  log.logger.Warning("warning");
  log.logger.Error("error");
  EXPECT_NE(log.out.str(), "");
}

}  // namespace
}  // namespace rundlet

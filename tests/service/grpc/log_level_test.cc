// Goal: an operator can make the log tell more, and every call that fails is
// told of, with its method and its error.
// Method: a server whose hooks write into the test.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/service/grpc/grpc_fixture.h"

namespace rundlet {
namespace {

class LogLevelTest : public GrpcFixture {
 protected:
  grpc::Status Set(absl::string_view json) {
    return admin_->SetLogLevel(NewContext(),
                               Parse<v1::SetLogLevelRequest>(json), &response_);
  }

  LogLevel level_ = LogLevel::kInfo;
  std::vector<std::string> failed_;
  v1::SetLogLevelResponse response_;
};

TEST_F(LogLevelTest, AnswersTheLevelBefore) {
  GrpcServerOptions options;
  options.set_log_level = [this](LogLevel level) {
    return std::exchange(level_, level);
  };
  StartServer(std::move(options));
  ASSERT_TRUE(Set(R"({"level":"LOG_LEVEL_DEBUG"})").ok());
  EXPECT_EQ(response_.previous(), v1::LOG_LEVEL_INFO);
  EXPECT_EQ(level_, LogLevel::kDebug);
  ASSERT_TRUE(Set(R"({"level":"LOG_LEVEL_ERROR"})").ok());
  EXPECT_EQ(response_.previous(), v1::LOG_LEVEL_DEBUG);
  ASSERT_TRUE(Set(R"({"level":"LOG_LEVEL_WARNING"})").ok());
  EXPECT_EQ(response_.previous(), v1::LOG_LEVEL_ERROR);
  EXPECT_EQ(level_, LogLevel::kWarning);
}

TEST_F(LogLevelTest, RefusesWhatIsNoLevel) {
  GrpcServerOptions options;
  options.set_log_level = [this](LogLevel level) {
    return std::exchange(level_, level);
  };
  StartServer(std::move(options));
  for (const char* json : {"{}", R"({"level":9})"}) {
    const grpc::Status status = Set(json);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << json;
    const ReceivedError error = DetailsOf(status);
    EXPECT_EQ(error.info.reason(), "INVALID_FIELD");
    EXPECT_EQ(error.Metadata("field"), "level");
  }
  EXPECT_EQ(level_, LogLevel::kInfo);
}

TEST_F(LogLevelTest, AServerWithoutALogSaysSo) {
  const grpc::Status status = Set(R"({"level":"LOG_LEVEL_DEBUG"})");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(DetailsOf(status).info.reason(), "NOT_CONFIGURED");
}

TEST_F(LogLevelTest, FailedCallsAreToldOf) {
  GrpcServerOptions options;
  options.on_call_failed = [this](absl::string_view method,
                                  const absl::Status& error) {
    failed_.push_back(
        absl::StrCat(method, " ", absl::StatusCodeToString(error.code())));
  };
  StartServer(std::move(options));
  EXPECT_TRUE(Put(R"({"key":"k","value":{"text":"v"}})").ok());
  EXPECT_TRUE(failed_.empty());
  EXPECT_FALSE(Get(R"({"key":"absent"})").ok());
  EXPECT_FALSE(Put(R"({"key":"","value":{"text":"v"}})").ok());
  server_.reset();
  EXPECT_EQ(failed_, (std::vector<std::string>{
                         "rundlet.v1.KeyValueService/Get NOT_FOUND",
                         "rundlet.v1.KeyValueService/Put INVALID_ARGUMENT"}));
}

}  // namespace
}  // namespace rundlet

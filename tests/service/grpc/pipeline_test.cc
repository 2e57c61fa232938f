// Goal: a pipeline answers each operation once, by its id, with what the method
// of that name would answer; an error is one operation's own; it ends as the
// specification says, also for clients that cancel or do not read, and when the
// server drains. Method: streams over a model store.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/service/grpc/grpc_fixture.h"

namespace rundlet {
namespace {

using Stream =
    grpc::ClientReaderWriter<v1::PipelineRequest, v1::PipelineResponse>;
using Answers = std::map<uint64_t, v1::PipelineAnswer>;

class PipelineTest : public GrpcFixture {
 protected:
  std::unique_ptr<Stream> Open() { return key_values_->Pipeline(NewContext()); }

  // Reads until the stream ends; an id that comes twice fails the test.
  static Answers ReadAll(Stream* stream) {
    Answers answers;
    v1::PipelineResponse response;
    while (stream->Read(&response)) {
      for (v1::PipelineAnswer& answer : *response.mutable_answers()) {
        const uint64_t id = answer.id();
        EXPECT_TRUE(answers.emplace(id, std::move(answer)).second) << id;
      }
    }
    return answers;
  }

  // Sends one message and nothing more.
  Answers Ask(const v1::PipelineRequest& request) {
    const auto stream = Open();
    EXPECT_TRUE(stream->Write(request));
    EXPECT_TRUE(stream->WritesDone());
    Answers answers = ReadAll(stream.get());
    const grpc::Status status = stream->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return answers;
  }

  Answers AskJson(absl::string_view json) {
    return Ask(Parse<v1::PipelineRequest>(json));
  }
};

TEST_F(PipelineTest, EachOperationAnswersAsItsMethod) {
  const Answers answers = AskJson(R"({"operations": [
    {"id": 1, "put": {"key": "a", "value": {"text": "1"}}},
    {"id": 2, "get": {"key": "a"}},
    {"id": 3, "add": {"key": "a", "delta": 41, "returnPrevious": true}},
    {"id": 4, "setExpiry": {"key": "a", "ttl": "9s"}},
    {"id": 5, "commit": {"operations": [{"get": {"key": "a"}}]}},
    {"id": 6, "delete": {"key": "a", "returnPrevious": true}},
    {"id": 7, "get": {"key": "a", "allowMissing": true}},
    {"id": 8, "put": {"key": "b", "value": {"json": {"n": 1}}}},
    {"id": 9, "deleteRange": {"prefix": "b", "returnPrevious": true}}
  ]})");
  ASSERT_EQ(answers.size(), 9u);
  EXPECT_FALSE(answers.at(1).put().existed());
  EXPECT_EQ(answers.at(2).get().entry().value().text(), "1");
  EXPECT_EQ(answers.at(3).add().sum(), 42);
  EXPECT_EQ(answers.at(3).add().previous().value().text(), "1");
  EXPECT_TRUE(answers.at(4).set_expiry().updated());
  EXPECT_EQ(answers.at(5).commit().results(0).entry().value().text(), "42");
  EXPECT_TRUE(answers.at(5).commit().results(0).entry().has_expire_time());
  EXPECT_EQ(answers.at(6).delete_().previous().value().text(), "42");
  EXPECT_TRUE(answers.at(7).has_get());
  EXPECT_FALSE(answers.at(7).get().has_entry());
  EXPECT_EQ(answers.at(9).delete_range().deleted_count(), 1u);
  EXPECT_TRUE(answers.at(9).delete_range().previous(0).value().has_json());
}

TEST_F(PipelineTest, AnErrorStopsNothingElse) {
  const Answers answers = AskJson(R"({"operations": [
    {"id": 1, "get": {"key": "none"}},
    {"id": 2, "put": {"key": "", "value": {"text": "1"}}},
    {"id": 3, "put": {"key": "a", "value": {"text": "x"}}},
    {"id": 4, "put": {"key": "a", "value": {"text": "y"}, "createOnly": true}},
    {"id": 5, "add": {"key": "a", "delta": 1}},
    {"id": 6},
    {"id": 7, "delete": {"key": "a", "expectedRevision": 99}},
    {"id": 8, "get": {"key": "a"}}
  ]})");
  ASSERT_EQ(answers.size(), 8u);
  const std::map<uint64_t, std::pair<grpc::StatusCode, std::string>> errors = {
      {1, {grpc::StatusCode::NOT_FOUND, "KEY_NOT_FOUND"}},
      {2, {grpc::StatusCode::INVALID_ARGUMENT, "INVALID_FIELD"}},
      {4, {grpc::StatusCode::ALREADY_EXISTS, "KEY_EXISTS"}},
      {5, {grpc::StatusCode::FAILED_PRECONDITION, "NOT_A_NUMBER"}},
      {6, {grpc::StatusCode::INVALID_ARGUMENT, "INVALID_FIELD"}},
      {7, {grpc::StatusCode::ABORTED, "CONDITION_FAILED"}}};
  for (const auto& [id, expected] : errors) {
    const v1::PipelineError& error = answers.at(id).error();
    EXPECT_EQ(error.code(), expected.first) << id;
    EXPECT_EQ(error.reason(), expected.second) << id;
    EXPECT_NE(error.message(), "") << id;
  }
  EXPECT_EQ(answers.at(2).error().metadata().at("field"), "key");
  EXPECT_EQ(answers.at(7).error().metadata().at("version"), "1");
  EXPECT_EQ(answers.at(8).get().entry().value().text(), "x");
}

TEST_F(PipelineTest, AnEmptyStreamIsOk) {
  EXPECT_TRUE(Ask(v1::PipelineRequest()).empty());
  const auto stream = Open();
  EXPECT_TRUE(stream->WritesDone());
  EXPECT_TRUE(ReadAll(stream.get()).empty());
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(PipelineTest, MoreThanMayBeOnTheirWayAreAnsweredInTheEnd) {
  constexpr uint64_t kOperations = 20'000;
  const auto stream = Open();
  std::thread writer([&stream] {
    uint64_t id = 0;
    while (id < kOperations) {
      v1::PipelineRequest request;
      for (int i = 0; i < 7000 && id < kOperations; ++i) {
        v1::PipelineOperation* const operation = request.add_operations();
        operation->set_id(++id);
        operation->mutable_add()->set_key("sum");
        operation->mutable_add()->set_delta(1);
      }
      EXPECT_TRUE(stream->Write(request));
    }
    EXPECT_TRUE(stream->WritesDone());
  });
  const Answers answers = ReadAll(stream.get());
  writer.join();
  EXPECT_TRUE(stream->Finish().ok());
  ASSERT_EQ(answers.size(), kOperations);
  for (const auto& [id, answer] : answers) {
    EXPECT_EQ(answer.add().sum(), static_cast<int64_t>(id));
  }
}

TEST_F(PipelineTest, LargeAnswersComeInSeveralMessages) {
  v1::PipelineRequest put;
  v1::PipelineOperation* const operation = put.add_operations();
  operation->mutable_put()->set_key("large");
  operation->mutable_put()->mutable_value()->set_data(
      std::string(size_t{1} << 20, 'x'));
  ASSERT_EQ(Ask(put).size(), 1u);
  v1::PipelineRequest gets;
  for (uint64_t id = 1; id <= 100; ++id) {
    v1::PipelineOperation* const get = gets.add_operations();
    get->set_id(id);
    get->mutable_get()->set_key("large");
  }
  const Answers answers = Ask(gets);
  ASSERT_EQ(answers.size(), 100u);
  for (const auto& [id, answer] : answers) {
    EXPECT_EQ(answer.get().entry().value().data().size(), size_t{1} << 20);
  }
}

TEST_F(PipelineTest, WhatDoesNotParseEndsTheStream) {
  const auto stream = Open();
  v1::PipelineRequest request;
  request.add_operations()->mutable_get()->set_key("\xff");
  stream->Write(request);
  EXPECT_TRUE(ReadAll(stream.get()).empty());
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).info.reason(), "MALFORMED_REQUEST");
}

TEST_F(PipelineTest, AClientMayLeave) {
  for (int round = 0; round < 20; ++round) {
    const auto stream = Open();
    v1::PipelineRequest request;
    for (uint64_t id = 0; id < 500; ++id) {
      v1::PipelineOperation* const operation = request.add_operations();
      operation->set_id(id);
      operation->mutable_add()->set_key("k");
      operation->mutable_add()->set_delta(1);
    }
    stream->Write(request);
    context_->TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  // The server serves on.
  EXPECT_EQ(AskJson(R"({"operations": [{"get": {"key": "k",
                        "allowMissing": true}}]})")
                .size(),
            1u);
}

TEST_F(PipelineTest, ADrainEndsItWhenAllIsAnswered) {
  const auto stream = Open();
  stream->Write(Parse<v1::PipelineRequest>(
      R"({"operations": [{"id": 5, "get": {"key": "k",
          "allowMissing": true}}]})"));
  v1::PipelineResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.answers(0).id(), 5u);
  server_->Drain(absl::Seconds(10));
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(DetailsOf(status).info.reason(), "DRAINING");
}

}  // namespace
}  // namespace rundlet

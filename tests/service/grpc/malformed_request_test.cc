// Goal: a request that is wrong is INVALID_ARGUMENT with a reason, the field
// and the limit, whatever is wrong with it; and nothing is done.
// Method: bytes that no client library would send, through a generic stub; and
// tables of well-formed requests that make no sense.

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "service/grpc/json_text.h"
#include "tests/service/grpc/grpc_fixture.h"

namespace rundlet {
namespace {

class MalformedRequestTest : public GrpcFixture {
 protected:
  // Calls a method with any bytes.
  grpc::Status Send(const std::string& method, const std::string& bytes) {
    grpc::GenericStub stub(channel_);
    grpc::Slice slice(bytes);
    grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    grpc::Status status;
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareUnaryCall(
        NewContext(), absl::StrCat("/rundlet.v1.KeyValueService/", method),
        request, &queue);
    call->StartCall();
    call->Finish(&response, &status, /*tag=*/nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    return status;
  }

  void ExpectMalformed(const grpc::Status& status) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(DetailsOf(status).info.reason(), "MALFORMED_REQUEST");
  }

  // The field that is to blame, after checking that one is.
  std::string Field(const grpc::Status& status) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << status.error_message();
    const ReceivedError error = DetailsOf(status);
    EXPECT_EQ(error.bad_request.field_violations_size(), 1);
    EXPECT_EQ(error.bad_request.field_violations(0).field(),
              error.Metadata("field"));
    EXPECT_TRUE(
        absl::StartsWith(status.error_message(), error.Metadata("field")));
    return error.Metadata("field");
  }
};

TEST_F(MalformedRequestTest, KeyThatIsNotUtf8) {
  ExpectMalformed(Send("Put", "\x0A\x01\xFF\x12\x02\x0A\x00"));
  ExpectMalformed(Send("Get", "\x0A\x01\xFF"));
  ExpectMalformed(Send("List", "\x0A\x01\xFF"));
}

TEST_F(MalformedRequestTest, BytesThatAreNoMessage) {
  for (const char* method : {"Put", "Get", "Delete", "SetExpiry", "BatchGet",
                             "Commit", "List", "Scan", "GetLimits"}) {
    SCOPED_TRACE(method);
    ExpectMalformed(Send(method, "\x0A\x7F"));
  }
}

TEST_F(MalformedRequestTest, JsonTwoHundredLevelsDeep) {
  v1::PutRequest request;
  request.set_key("k");
  google::protobuf::Value* value = request.mutable_value()->mutable_json();
  for (int i = 0; i < 200; ++i) {
    value = value->mutable_list_value()->add_values();
  }
  value->set_null_value(google::protobuf::NULL_VALUE);
  v1::PutResponse response;
  const grpc::Status status =
      key_values_->Put(NewContext(), request, &response);
  ExpectMalformed(status);
  EXPECT_TRUE(absl::StrContains(status.error_message(), "nested deeper"));

  request.mutable_value()->set_json_text(std::string(200, '[') +
                                         std::string(200, ']'));
  EXPECT_EQ(Field(key_values_->Put(NewContext(), request, &response)),
            "value.json_text");
  EXPECT_TRUE(store_.Entries().empty());
}

TEST_F(MalformedRequestTest, JsonAsDeepAsAllowedComesBack) {
  std::string text = "0";
  for (int i = 0; i < kJsonDepthMax; ++i) {
    text = absl::StrCat(R"({"a":)", text, "}");
  }
  ASSERT_TRUE(
      Put(absl::StrCat(R"({"key":"k","value":{"json":)", text, "}}")).ok());
  v1::GetResponse get;
  ASSERT_TRUE(Get(R"({"key":"k"})", &get).ok());
  EXPECT_TRUE(get.entry().value().has_json());
  v1::CommitResponse commit;
  ASSERT_TRUE(Commit(absl::StrCat(
                         R"({"operations":[{"put":{"key":"k","value":{"json":)",
                         text, R"(}}},{"get":{"key":"k"}}]})"),
                     &commit)
                  .ok());
  EXPECT_TRUE(commit.results(1).entry().value().has_json());
}

TEST_F(MalformedRequestTest, LimitsNameFieldLimitAndValue) {
  v1::PutRequest request;
  request.set_key(std::string(4097, 'k'));
  request.mutable_value()->set_text("");
  v1::PutResponse response;
  const grpc::Status status =
      key_values_->Put(NewContext(), request, &response);
  const ReceivedError error = DetailsOf(status);
  EXPECT_EQ(Field(status), "key");
  EXPECT_EQ(error.info.reason(), "LIMIT_EXCEEDED");
  EXPECT_EQ(error.Metadata("limit_name"), "key_bytes_max");
  EXPECT_EQ(error.Metadata("limit"), "4096");
  EXPECT_EQ(error.Metadata("value"), "4097");

  request.set_key("k");
  request.mutable_value()->set_data(std::string((1 << 20) + 1, 'v'));
  EXPECT_EQ(Field(key_values_->Put(NewContext(), request, &response)), "value");
  EXPECT_TRUE(store_.Entries().empty());
}

TEST_F(MalformedRequestTest, PutsThatMakeNoSense) {
  const std::pair<const char*, const char*> requests[] = {
      {R"({"value":{"text":""}})", "key"},
      {R"({"key":"k"})", "value"},
      {R"({"key":"k","value":{}})", "value"},
      {R"({"key":"k","value":{"jsonText":"{"}})", "value.json_text"},
      {R"({"key":"k","value":{"text":""},"ttl":"0s"})", "ttl"},
      {R"({"key":"k","value":{"text":""},"ttl":"-1s"})", "ttl"},
      {R"({"key":"k","value":{"text":""},"keepExpiry":false})", "keep_expiry"},
      {R"({"key":"k","value":{"text":""},"durability":7})", "durability"},
      {R"({"key":"k","value":{"text":""},"createOnly":true,
           "expectedRevision":1})",
       "expected_revision"},
  };
  for (const auto& [request, field] : requests) {
    EXPECT_EQ(Field(Put(request)), field) << request;
  }
  EXPECT_TRUE(store_.Entries().empty());
}

TEST_F(MalformedRequestTest, CommitsThatMakeNoSense) {
  const std::pair<const char*, const char*> requests[] = {
      {R"({"conditions":[{"exists":true}]})", "conditions[0].key"},
      {R"({"conditions":[{"key":"k"}]})", "conditions[0].test"},
      {R"({"conditions":[{"key":"k","version":{}}]})", "conditions[0].version"},
      {R"({"conditions":[{"key":"k","value":{}}]})", "conditions[0].value"},
      {R"({"operations":[{"get":{"key":"k"}},{}]})", "operations[1]"},
      {R"({"operations":[{"get":{}}]})", "operations[0].get.key"},
      {R"({"operations":[{"put":{"key":"k"}}]})", "operations[0].put.value"},
      {R"({"operations":[{"setExpiry":{"key":"k"}}]})",
       "operations[0].set_expiry.expiry"},
      {R"({"otherwise":{"operations":[{"delete":{}}]}})",
       "otherwise.operations[0].delete.key"},
  };
  for (const auto& [request, field] : requests) {
    EXPECT_EQ(Field(Commit(request)), field) << request;
  }
}

TEST_F(MalformedRequestTest, ListsThatMakeNoSense) {
  const std::pair<const char*, const char*> requests[] = {
      {R"({"prefix":"a","start":"a"})", "prefix"},
      {R"({"prefix":"a","end":"b"})", "prefix"},
      {R"({"pageSize":-1})", "page_size"},
      {R"({"countOnly":true,"keysOnly":true})", "count_only"},
      {R"({"countOnly":true,"pageToken":"x"})", "count_only"},
  };
  for (const auto& [request, field] : requests) {
    EXPECT_EQ(Field(List(request)), field) << request;
  }
}

TEST_F(MalformedRequestTest, TooManyOperations) {
  v1::CommitRequest request;
  for (int i = 0; i < 1025; ++i) {
    request.add_operations()->mutable_get()->set_key("k");
  }
  v1::CommitResponse response;
  EXPECT_EQ(Field(key_values_->Commit(NewContext(), request, &response)),
            "operations");
}

TEST_F(MalformedRequestTest, AnAnswerThatIsTooLargeIsRefused) {
  v1::PutRequest put;
  put.set_key("k");
  put.mutable_value()->set_data(std::string(1 << 20, 'v'));
  v1::PutResponse put_response;
  ASSERT_TRUE(key_values_->Put(NewContext(), put, &put_response).ok());

  v1::BatchGetRequest batch;
  v1::CommitRequest commit;
  commit.add_operations()->mutable_delete_()->set_key("other");
  for (int i = 0; i < 8; ++i) {
    batch.add_keys("k");
    commit.add_operations()->mutable_get()->set_key("k");
  }
  v1::BatchGetResponse batch_response;
  v1::CommitResponse commit_response;
  for (const grpc::Status& status :
       {key_values_->BatchGet(NewContext(), batch, &batch_response),
        key_values_->Commit(NewContext(), commit, &commit_response)}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(DetailsOf(status).info.reason(), "LIMIT_EXCEEDED");
  }

  // Missing keys count as well: the store does not know that they are sent
  // back.
  batch.clear_keys();
  for (int i = 0; i < 1020; ++i) {
    batch.add_keys(absl::StrCat(std::string(4090, 'k'), i));
  }
  const grpc::Status status =
      key_values_->BatchGet(NewContext(), batch, &batch_response);
  EXPECT_TRUE(status.ok() ||
              DetailsOf(status).info.reason() == "LIMIT_EXCEEDED")
      << status.error_message();
}

TEST_F(MalformedRequestTest, LongestKeyInAFailedConditionArrivesWhole) {
  v1::CommitRequest request;
  std::string key;
  while (key.size() + 2 <= 4096) key += "\u00e9";
  request.add_conditions()->set_key(key);
  request.mutable_conditions(0)->set_exists(true);
  v1::CommitResponse response;
  const grpc::Status status =
      key_values_->Commit(NewContext(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  const ReceivedError error = DetailsOf(status);
  EXPECT_EQ(error.info.reason(), "CONDITION_FAILED");
  EXPECT_EQ(error.Metadata("exists"), "false");
  EXPECT_LE(error.Metadata("key").size(), 128u);
  EXPECT_EQ(error.precondition_failure.violations(0).subject(),
            error.Metadata("key"));
}

TEST_F(MalformedRequestTest, GrpcRefusesWhatIsTooLargeOrCompressed) {
  EXPECT_EQ(Send("Put", std::string((4 << 20) + 1, 'x')).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  v1::GetRequest request;
  request.set_key(std::string(4096, 'k'));
  v1::GetResponse response;
  grpc::ClientContext* context = NewContext();
  context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
  EXPECT_EQ(key_values_->Get(context, request, &response).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace
}  // namespace rundlet

// Goal: each method of KeyValueService does what its comment says, seen by a
// client.
// Method: a server on a model store with a clock that stands still; requests as
// JSON, the way grpcurl users write them; answers compared field by field.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/service/grpc/grpc_fixture.h"

namespace rundlet {
namespace {

using KeyValueServiceTest = GrpcFixture;

TEST_F(KeyValueServiceTest, WhatWasPutComesBack) {
  v1::PutResponse put;
  ASSERT_TRUE(Put(R"({"key":"user:1","value":{"text":"Alice"}})", &put).ok());
  EXPECT_EQ(put.durability(), v1::DURABILITY_DISK);
  EXPECT_EQ(put.read_revision(), put.revision());
  EXPECT_FALSE(put.existed());

  v1::GetResponse get;
  ASSERT_TRUE(Get(R"({"key":"user:1"})", &get).ok());
  EXPECT_EQ(get.entry().key(), "user:1");
  EXPECT_EQ(get.entry().value().text(), "Alice");
  EXPECT_EQ(get.entry().revision(), put.revision());
  EXPECT_EQ(get.entry().create_revision(), put.revision());
  EXPECT_EQ(get.entry().version(), 1u);
  EXPECT_EQ(get.entry().create_time().seconds(),
            absl::ToUnixSeconds(clock_.Now()));
  EXPECT_FALSE(get.entry().has_expire_time());
  EXPECT_EQ(get.read_revision(), put.revision());
}

TEST_F(KeyValueServiceTest, EachKindOfValueKeepsItsKind) {
  const std::string kept[] = {
      R"({"text":""})",
      R"({"data":"AP8="})",
      R"({"json":{"a":[1,true,null,"x"]}})",
      R"({"json":null})",
      R"({"jsonText":"9007199254740993"})",
      R"({"jsonText":"{\"a\":1.0}"})",
  };
  for (const std::string& value : kept) {
    SCOPED_TRACE(value);
    ASSERT_TRUE(Put(absl::StrCat(R"({"key":"k","value":)", value, "}")).ok());
    v1::GetResponse get;
    ASSERT_TRUE(Get(R"({"key":"k"})", &get).ok());
    EXPECT_EQ(get.entry().value().SerializeAsString(),
              Parse<v1::Value>(value).SerializeAsString());
  }
}

TEST_F(KeyValueServiceTest, JsonComesAsTextIfAsked) {
  ASSERT_TRUE(Put(R"({"key":"k","value":{"json":{"b":1,"a":[]}}})").ok());
  v1::GetResponse get;
  ASSERT_TRUE(Get(R"({"key":"k","json_as_text":true})", &get).ok());
  EXPECT_EQ(get.entry().value().json_text(), R"({"a":[],"b":1})");
}

TEST_F(KeyValueServiceTest, MissingIsNotFoundUnlessAllowed) {
  ASSERT_TRUE(Put(R"({"key":"other","value":{"text":""}})").ok());
  const grpc::Status status = Get(R"({"key":"absent"})");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  const ReceivedError error = DetailsOf(status);
  EXPECT_EQ(error.info.reason(), "KEY_NOT_FOUND");
  EXPECT_EQ(error.Metadata("key"), "absent");
  EXPECT_NE(error.Metadata("read_revision"), "");

  v1::GetResponse get;
  ASSERT_TRUE(Get(R"({"key":"absent","allow_missing":true})", &get).ok());
  EXPECT_FALSE(get.has_entry());
  EXPECT_EQ(absl::StrCat(get.read_revision()), error.Metadata("read_revision"));
}

TEST_F(KeyValueServiceTest, CreateOnlyFindsAnExistingKey) {
  ASSERT_TRUE(
      Put(R"({"key":"k","value":{"text":"1"},"create_only":true})").ok());
  const grpc::Status status =
      Put(R"({"key":"k","value":{"text":"2"},"create_only":true})");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(DetailsOf(status).info.reason(), "KEY_EXISTS");
}

TEST_F(KeyValueServiceTest, ExpectedRevisionGuardsEveryWrite) {
  v1::PutResponse first;
  ASSERT_TRUE(
      Put(R"({"key":"k","value":{"text":"1"},"expected_revision":0})", &first)
          .ok());
  const grpc::Status status =
      Put(R"({"key":"k","value":{"text":"2"},"expected_revision":0})");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(DetailsOf(status).Metadata("revision"),
            absl::StrCat(first.revision()));

  v1::DeleteRequest remove;
  remove.set_key("k");
  remove.set_expected_revision(first.revision() + 1);
  v1::DeleteResponse removed;
  EXPECT_EQ(key_values_->Delete(NewContext(), remove, &removed).error_code(),
            grpc::StatusCode::ABORTED);
  remove.set_expected_revision(first.revision());
  remove.set_return_previous(true);
  ASSERT_TRUE(key_values_->Delete(NewContext(), remove, &removed).ok());
  EXPECT_TRUE(removed.deleted());
  EXPECT_EQ(removed.previous().value().text(), "1");
}

TEST_F(KeyValueServiceTest, DeleteOfAnAbsentKeyIsNoError) {
  v1::DeleteRequest remove;
  remove.set_key("absent");
  v1::DeleteResponse removed;
  ASSERT_TRUE(key_values_->Delete(NewContext(), remove, &removed).ok());
  EXPECT_FALSE(removed.deleted());
  EXPECT_EQ(removed.revision(), 0u);
  EXPECT_FALSE(removed.has_previous());
}

TEST_F(KeyValueServiceTest, KeysExpire) {
  ASSERT_TRUE(Put(R"({"key":"k","value":{"text":"v"},"ttl":"1.5s"})").ok());
  v1::GetResponse get;
  ASSERT_TRUE(Get(R"({"key":"k"})", &get).ok());
  EXPECT_EQ(get.entry().expire_time().seconds(),
            absl::ToUnixSeconds(clock_.Now()) + 1);
  EXPECT_EQ(get.entry().expire_time().nanos(), 500'000'000);
  clock_.Advance(absl::Milliseconds(1500));
  EXPECT_EQ(Get(R"({"key":"k"})").error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(KeyValueServiceTest, SetExpiryChangesTheExpiryAlone) {
  ASSERT_TRUE(Put(R"({"key":"k","value":{"text":"v"},"ttl":"1s"})").ok());
  v1::SetExpiryRequest request;
  request.set_key("k");
  request.set_never(true);
  v1::SetExpiryResponse response;
  ASSERT_TRUE(key_values_->SetExpiry(NewContext(), request, &response).ok());
  EXPECT_TRUE(response.updated());
  clock_.Advance(absl::Hours(1));
  v1::GetResponse get;
  ASSERT_TRUE(Get(R"({"key":"k"})", &get).ok());
  EXPECT_EQ(get.entry().value().text(), "v");
  EXPECT_EQ(get.entry().version(), 2u);

  request.set_key("absent");
  ASSERT_TRUE(key_values_->SetExpiry(NewContext(), request, &response).ok());
  EXPECT_FALSE(response.updated());
}

TEST_F(KeyValueServiceTest, BatchGetMarksWhatIsMissing) {
  ASSERT_TRUE(Put(R"({"key":"a","value":{"text":"1"}})").ok());
  v1::BatchGetRequest request;
  request.add_keys("b");
  request.add_keys("a");
  v1::BatchGetResponse response;
  ASSERT_TRUE(key_values_->BatchGet(NewContext(), request, &response).ok());
  ASSERT_EQ(response.results_size(), 2);
  EXPECT_EQ(response.results(0).missing(), "b");
  EXPECT_EQ(response.results(1).entry().value().text(), "1");

  request.set_metadata_only(true);
  ASSERT_TRUE(key_values_->BatchGet(NewContext(), request, &response).ok());
  EXPECT_TRUE(response.results(1).entry().value_omitted());
  EXPECT_FALSE(response.results(1).entry().has_value());
}

TEST_F(KeyValueServiceTest, CommitAppliesItsOperationsInOrder) {
  v1::CommitResponse response;
  ASSERT_TRUE(Commit(R"({"operations":[
      {"put":{"key":"a","value":{"text":"1"}}},
      {"get":{"key":"a"}},
      {"set_expiry":{"key":"a","ttl":"60s"}},
      {"delete":{"key":"a"}},
      {"get":{"key":"a"}},
      {"put":{"key":"b","value":{"text":"2"}}}]})",
                     &response)
                  .ok());
  EXPECT_EQ(response.branch(), v1::BRANCH_OPERATIONS);
  ASSERT_EQ(response.results_size(), 6);
  EXPECT_EQ(response.results(1).entry().value().text(), "1");
  EXPECT_EQ(response.results(1).entry().revision(), response.revision());
  EXPECT_TRUE(response.results(3).existed());
  EXPECT_FALSE(response.results(4).existed());
}

TEST_F(KeyValueServiceTest, EachConditionIsUnderstood) {
  v1::PutResponse put;
  ASSERT_TRUE(Put(R"({"key":"k","value":{"json":{"a":1}}})", &put).ok());
  const std::string revision = absl::StrCat(put.revision());
  const std::string holds[] = {
      R"({"key":"k","exists":true})",
      R"({"key":"absent","exists":false})",
      R"({"key":"k","revision":{"equal":)" + revision + "}}",
      R"({"key":"k","create_revision":{"not_equal":0}})",
      R"({"key":"k","version":{"less":2}})",
      R"({"key":"k","version":{"greater":0}})",
      R"({"key":"k","value":{"equal":{"json":{"a":1}}}})",
      R"({"key":"k","value":{"equal":{"json_text":"{\"a\":1}"}}})",
      R"({"key":"k","value":{"not_equal":{"text":"{\"a\":1}"}}})",
  };
  for (const std::string& condition : holds) {
    EXPECT_TRUE(
        Commit(absl::StrCat(R"({"conditions":[)", condition, "]}")).ok())
        << condition;
  }
  const std::string fails[] = {
      R"({"key":"k","exists":false})",
      R"({"key":"absent","exists":true})",
      R"({"key":"k","revision":{"less":)" + revision + "}}",
      R"({"key":"k","create_revision":{"equal":0}})",
      R"({"key":"k","version":{"greater":1}})",
      R"({"key":"k","value":{"equal":{"text":"{\"a\":1}"}}})",
  };
  for (const std::string& condition : fails) {
    EXPECT_EQ(Commit(absl::StrCat(R"({"conditions":[)", condition, "]}"))
                  .error_code(),
              grpc::StatusCode::ABORTED)
        << condition;
  }
}

TEST_F(KeyValueServiceTest, OtherwiseIsAnAnswerAndNoError) {
  v1::CommitResponse response;
  ASSERT_TRUE(Commit(R"({"conditions":[{"key":"k","exists":true}],
      "operations":[{"delete":{"key":"k"}}],
      "otherwise":{"operations":[
          {"put":{"key":"k","value":{"text":"new"}}}]}})",
                     &response)
                  .ok());
  EXPECT_EQ(response.branch(), v1::BRANCH_OTHERWISE);
  EXPECT_EQ(response.failed_condition().index(), 0u);
  EXPECT_FALSE(response.failed_condition().exists());
  EXPECT_NE(response.revision(), 0u);

  ASSERT_TRUE(Commit(R"({"conditions":[{"key":"k","exists":false}],
      "otherwise":{}})",
                     &response)
                  .ok());
  EXPECT_EQ(response.branch(), v1::BRANCH_OTHERWISE);
  EXPECT_TRUE(response.failed_condition().exists());
  EXPECT_EQ(response.results_size(), 0);
}

TEST_F(KeyValueServiceTest, MinRevisionIsKept) {
  v1::PutResponse put;
  ASSERT_TRUE(Put(R"({"key":"k","value":{"text":""}})", &put).ok());
  EXPECT_TRUE(
      Get(absl::StrCat(R"({"key":"k","min_revision":)", put.revision(), "}"))
          .ok());
  const grpc::Status status = Get(
      absl::StrCat(R"({"key":"k","min_revision":)", put.revision() + 1, "}"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(DetailsOf(status).info.reason(), "REVISION_NOT_REACHED");
}

TEST_F(KeyValueServiceTest, LimitsAreTold) {
  v1::GetLimitsResponse limits;
  ASSERT_TRUE(key_values_->GetLimits(NewContext(), {}, &limits).ok());
  EXPECT_EQ(limits.key_bytes_max(), store_.limits().key_bytes_max);
  EXPECT_EQ(limits.value_bytes_max(), store_.limits().value_bytes_max);
  EXPECT_EQ(limits.page_lease().seconds(), 60);
  EXPECT_EQ(limits.default_durability(), v1::DURABILITY_DISK);
}

TEST_F(KeyValueServiceTest, StatsAndCompactAnswer) {
  ASSERT_TRUE(Put(R"({"key":"k","value":{"text":""}})").ok());
  v1::StatsResponse stats;
  ASSERT_TRUE(admin_->Stats(NewContext(), {}, &stats).ok());
  EXPECT_EQ(stats.keys_in_index(), 1u);
  EXPECT_EQ(stats.put_count(), 1u);
  EXPECT_EQ(stats.store_id(), store_.Stats().store_id);
  v1::CompactResponse compact;
  EXPECT_TRUE(admin_->Compact(NewContext(), {}, &compact).ok());
}

}  // namespace
}  // namespace rundlet

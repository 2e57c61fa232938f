// Goal: every write takes a request id and tells what was replayed and how far
// the store is durable; Sync makes it so.
// Method: each write sent twice, with other writes between; ids that are too
// long or that name another write; durabilities below the disk.

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "tests/service/grpc/grpc_fixture.h"

namespace rundlet {
namespace {

class ExactlyOnceTest : public GrpcFixture {
 protected:
  void Write(const std::string& key, const std::string& text) {
    ASSERT_TRUE(BlockingStore(&store_).Put(key, Value::Text(text)).ok());
  }
};

TEST_F(ExactlyOnceTest, EveryWriteIsReplayed) {
  Write("k", "first");
  const auto put = Parse<v1::PutRequest>(
      R"({"key":"k","value":{"text":"put"},"request_id":"1",
          "return_previous":true})");
  v1::PutResponse answer;
  ASSERT_TRUE(key_values_->Put(NewContext(), put, &answer).ok());
  EXPECT_FALSE(answer.replayed());
  EXPECT_EQ(answer.previous().value().text(), "first");
  EXPECT_GE(answer.durable_revision(), answer.revision());
  v1::PutResponse again;
  Write("k", "between");
  ASSERT_TRUE(key_values_->Put(NewContext(), put, &again).ok());
  EXPECT_TRUE(again.replayed());
  EXPECT_TRUE(again.existed());
  EXPECT_FALSE(again.has_previous());
  EXPECT_EQ(again.revision(), answer.revision());

  const auto expiry = Parse<v1::SetExpiryRequest>(
      R"({"key":"k","ttl":"10s","request_id":"2"})");
  v1::SetExpiryResponse expired;
  for (const bool replayed : {false, true}) {
    ASSERT_TRUE(key_values_->SetExpiry(NewContext(), expiry, &expired).ok());
    EXPECT_EQ(expired.replayed(), replayed);
    EXPECT_TRUE(expired.updated());
  }
  const auto remove =
      Parse<v1::DeleteRequest>(R"({"key":"k","request_id":"3"})");
  v1::DeleteResponse removed;
  for (const bool replayed : {false, true}) {
    ASSERT_TRUE(key_values_->Delete(NewContext(), remove, &removed).ok());
    EXPECT_EQ(removed.replayed(), replayed);
    EXPECT_TRUE(removed.deleted());
    Write("k", "still here");
  }
  v1::GetResponse got;
  ASSERT_TRUE(Get(R"({"key":"k"})", &got).ok());
  EXPECT_EQ(got.entry().value().text(), "still here");
}

TEST_F(ExactlyOnceTest, AFailedConditionIsReplayed) {
  Write("k", "here");
  constexpr char kCreate[] = R"({"key":"k","value":{"text":"new"},
                                 "create_only":true,"request_id":"1"})";
  const ReceivedError first = DetailsOf(Put(kCreate));
  EXPECT_EQ(first.info.reason(), "KEY_EXISTS");
  EXPECT_EQ(first.Metadata("replayed"), "false");
  ASSERT_TRUE(BlockingStore(&store_).Delete("k").ok());
  const ReceivedError again = DetailsOf(Put(kCreate));
  EXPECT_EQ(again.info.reason(), "KEY_EXISTS");
  EXPECT_EQ(again.Metadata("replayed"), "true");
  EXPECT_EQ(again.Metadata("revision"), first.Metadata("revision"));
}

TEST_F(ExactlyOnceTest, AnIdNamesOneWrite) {
  ASSERT_TRUE(Put(R"({"key":"k","value":{"text":"a"},"request_id":"1"})").ok());
  const grpc::Status reused =
      Put(R"({"key":"k","value":{"text":"b"},"request_id":"1"})");
  EXPECT_EQ(reused.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(reused).info.reason(), "REQUEST_ID_REUSED");
  const ReceivedError longer = DetailsOf(Commit(
      absl::StrCat(R"({"request_id":")", std::string(129, 'x'), R"("})")));
  EXPECT_EQ(longer.info.reason(), "LIMIT_EXCEEDED");
  EXPECT_EQ(longer.Metadata("limit_name"), "request_id_bytes_max");
  v1::GetLimitsResponse limits;
  ASSERT_TRUE(key_values_->GetLimits(NewContext(), {}, &limits).ok());
  EXPECT_EQ(limits.request_id_bytes_max(), 128u);
  EXPECT_EQ(limits.request_window().seconds(), 600);
}

TEST_F(ExactlyOnceTest, SyncTellsHowFarItIs) {
  v1::PutResponse put;
  ASSERT_TRUE(Put(R"({"key":"k","value":{"text":"a"},
                      "durability":"DURABILITY_MEMORY"})",
                  &put)
                  .ok());
  EXPECT_EQ(put.durability(), v1::DURABILITY_MEMORY);
  v1::SyncRequest request;
  request.set_revision(put.revision());
  v1::SyncResponse synced;
  ASSERT_TRUE(key_values_->Sync(NewContext(), request, &synced).ok());
  EXPECT_EQ(synced.read_revision(), put.revision());
  request.set_revision(put.revision() + 1);
  const grpc::Status early = key_values_->Sync(NewContext(), request, &synced);
  EXPECT_EQ(early.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(DetailsOf(early).info.reason(), "REVISION_NOT_REACHED");
  request.set_durability(v1::DURABILITY_MEMORY);
  const grpc::Status bad = key_values_->Sync(NewContext(), request, &synced);
  EXPECT_EQ(DetailsOf(bad).Metadata("field"), "durability");
}

}  // namespace
}  // namespace rundlet

// Goal: snapshots on the wire: their tokens go where they belong and nowhere
// else, and what has ended says so.
// Method: a snapshot of a model store, read by every method that takes one;
// tokens that are mangled, of another store, released or expired.

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "tests/service/grpc/grpc_fixture.h"

namespace rundlet {
namespace {

class SnapshotTest : public GrpcFixture {
 protected:
  v1::Snapshot Open(absl::string_view json = "{}") {
    v1::OpenSnapshotResponse response;
    const grpc::Status status = key_values_->OpenSnapshot(
        NewContext(), Parse<v1::OpenSnapshotRequest>(json), &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.snapshot();
  }

  grpc::Status Release(const std::string& token) {
    v1::ReleaseSnapshotRequest request;
    request.set_snapshot_token(token);
    v1::ReleaseSnapshotResponse response;
    return key_values_->ReleaseSnapshot(NewContext(), request, &response);
  }

  grpc::Status GetAt(const std::string& token, v1::GetResponse* response) {
    return Get(absl::StrCat(R"({"key":"k","snapshot_token":")", token, R"("})"),
               response);
  }

  void Write(const std::string& key, const std::string& text) {
    ASSERT_TRUE(BlockingStore(&store_).Put(key, Value::Text(text)).ok());
  }
};

TEST_F(SnapshotTest, EveryReadCanBeAtIt) {
  for (const char* key : {"j", "k", "l"}) Write(key, "old");
  const v1::Snapshot snapshot = Open();
  for (const char* key : {"j", "k", "m"}) Write(key, "new");
  v1::GetResponse got;
  ASSERT_TRUE(GetAt(snapshot.snapshot_token(), &got).ok());
  EXPECT_EQ(got.entry().value().text(), "old");
  EXPECT_EQ(got.read_revision(), snapshot.read_revision());

  v1::BatchGetRequest batch;
  batch.add_keys("k");
  batch.add_keys("m");
  batch.set_snapshot_token(snapshot.snapshot_token());
  v1::BatchGetResponse found;
  ASSERT_TRUE(key_values_->BatchGet(NewContext(), batch, &found).ok());
  EXPECT_EQ(found.results(0).entry().value().text(), "old");
  EXPECT_EQ(found.results(1).missing(), "m");

  v1::ListRequest list;
  list.set_page_size(2);
  list.set_snapshot_token(snapshot.snapshot_token());
  std::string listed;
  do {
    v1::ListResponse page;
    ASSERT_TRUE(key_values_->List(NewContext(), list, &page).ok());
    for (const v1::Entry& entry : page.entries()) {
      absl::StrAppend(&listed, entry.key(), "=", entry.value().text(), " ");
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(listed, "j=old k=old l=old ");

  v1::ScanRequest scan;
  scan.set_snapshot_token(snapshot.snapshot_token());
  auto stream = key_values_->Scan(NewContext(), scan);
  v1::ScanResponse chunk;
  ASSERT_TRUE(stream->Read(&chunk));
  EXPECT_EQ(chunk.entries_size(), 3);
  EXPECT_EQ(chunk.read_revision(), snapshot.read_revision());
  EXPECT_FALSE(stream->Read(&chunk));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(SnapshotTest, APageTokenBelongsToItsSnapshot) {
  for (const char* key : {"j", "k", "l"}) Write(key, "old");
  v1::ListRequest list;
  list.set_page_size(1);
  list.set_snapshot_token(Open().snapshot_token());
  v1::ListResponse page;
  ASSERT_TRUE(key_values_->List(NewContext(), list, &page).ok());
  list.set_page_token(page.next_page_token());
  list.clear_snapshot_token();
  const grpc::Status status = key_values_->List(NewContext(), list, &page);
  EXPECT_EQ(DetailsOf(status).info.reason(), "INVALID_PAGE_TOKEN");
}

TEST_F(SnapshotTest, WhatHasEndedSaysSo) {
  Write("k", "old");
  const std::string token = Open().snapshot_token();
  Write("k", "new");
  ASSERT_TRUE(Release(token).ok());
  const grpc::Status again = Release(token);
  EXPECT_EQ(again.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(DetailsOf(again).info.reason(), "SNAPSHOT_GONE");
  v1::GetResponse got;
  const grpc::Status read = GetAt(token, &got);
  EXPECT_EQ(read.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(DetailsOf(read).info.reason(), "HISTORY_GONE");
}

TEST_F(SnapshotTest, ALeaseIsRenewed) {
  Write("k", "old");
  const v1::Snapshot snapshot = Open(R"({"lease":"10s"})");
  clock_.Advance(absl::Seconds(9));
  v1::RenewSnapshotRequest renew;
  renew.set_snapshot_token(snapshot.snapshot_token());
  renew.mutable_lease()->set_seconds(30);
  v1::RenewSnapshotResponse renewed;
  ASSERT_TRUE(key_values_->RenewSnapshot(NewContext(), renew, &renewed).ok());
  EXPECT_EQ(renewed.snapshot().snapshot_token(), snapshot.snapshot_token());
  EXPECT_EQ(renewed.snapshot().lease_end_time().seconds() -
                snapshot.lease_end_time().seconds(),
            29);
  clock_.Advance(absl::Seconds(29));
  v1::GetResponse got;
  EXPECT_TRUE(GetAt(snapshot.snapshot_token(), &got).ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(
      key_values_->RenewSnapshot(NewContext(), renew, &renewed).error_code(),
      grpc::StatusCode::NOT_FOUND);
}

TEST_F(SnapshotTest, TokensAndLeasesAreChecked) {
  const std::string token = Open().snapshot_token();
  const auto reason = [this](absl::string_view json) {
    return DetailsOf(Get(json)).info.reason();
  };
  EXPECT_EQ(reason(absl::StrCat(R"({"key":"k","min_revision":1,)",
                                R"("snapshot_token":")", token, R"("})")),
            "INVALID_FIELD");
  EXPECT_EQ(reason(R"({"key":"k","snapshot_token":"mangled"})"),
            "INVALID_SNAPSHOT_TOKEN");
  EXPECT_EQ(DetailsOf(Release("")).info.reason(), "INVALID_SNAPSHOT_TOKEN");
  for (const char* json : {R"({"lease":"0s"})", R"({"lease":"3601s"})"}) {
    v1::OpenSnapshotResponse response;
    const grpc::Status status = key_values_->OpenSnapshot(
        NewContext(), Parse<v1::OpenSnapshotRequest>(json), &response);
    EXPECT_EQ(DetailsOf(status).Metadata("field"), "lease") << json;
  }
}

}  // namespace
}  // namespace rundlet

// Goal: a value of any size goes through the door and comes back, in one piece
// and of one version; and everywhere else its entry tells what it is.
// Method: values around the limits of a message and of a record, on a model
// store, through a client on loopback.

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "tests/service/grpc/large_fixture.h"
#include "zlib.h"

namespace rundlet {
namespace {

uint32_t CrcOf(const std::string& bytes) {
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

class LargeTest : public LargeFixture {};

TEST_F(LargeTest, ComesBackWhateverItsSize) {
  for (const size_t size :
       {0, 1, 262144, 1 << 20, (1 << 20) + 1, 3'000'000, 4 << 20}) {
    const std::string text = LargeText(size);
    v1::PutLargeResponse put;
    const grpc::Status status =
        PutLarge(R"({"key":"k","kind":"VALUE_KIND_TEXT"})", text, &put);
    ASSERT_TRUE(status.ok()) << size << ": " << status.error_message();
    EXPECT_EQ(put.value_bytes(), size);
    EXPECT_EQ(put.crc32(), CrcOf(text));
    EXPECT_EQ(put.durability(), v1::DURABILITY_DISK);
    const Got got = GetLarge(R"({"key":"k"})");
    ASSERT_TRUE(got.status.ok()) << got.status.error_message();
    EXPECT_TRUE(got.bytes == text) << size;
    EXPECT_EQ(got.header.entry().revision(), put.revision());
    EXPECT_EQ(got.header.value().bytes(), size);
    EXPECT_EQ(got.header.value().crc32(), CrcOf(text));
    EXPECT_EQ(got.header.value().kind(), v1::VALUE_KIND_TEXT);
    EXPECT_TRUE(got.header.entry().value_omitted());
    EXPECT_EQ(got.header.entry().has_large_value(), size > (1 << 20));
  }
}

TEST_F(LargeTest, SmallOnesAreAnyValue) {
  ASSERT_TRUE(Send({Header(R"({"key":"k","kind":"VALUE_KIND_DATA"})"),
                    Data("a"), Data(""), Data("bc"), End()})
                  .ok());
  v1::GetResponse got;
  ASSERT_TRUE(Get(R"({"key":"k"})", &got).ok());
  EXPECT_EQ(got.entry().value().data(), "abc");
  ASSERT_TRUE(Put(R"({"key":"j","value":{"json_text":"[1, 2]"}})").ok());
  const Got json = GetLarge(R"({"key":"j"})");
  EXPECT_EQ(json.bytes, "[1, 2]");
  EXPECT_EQ(json.header.value().kind(), v1::VALUE_KIND_JSON);
}

TEST_F(LargeTest, EverywhereElseTheEntryTellsWhatItIs) {
  const std::string data = LargeText(2'000'000);
  v1::PutLargeResponse put;
  ASSERT_TRUE(
      PutLarge(R"({"key":"b","kind":"VALUE_KIND_DATA"})", data, &put).ok());
  ASSERT_TRUE(Put(R"({"key":"a","value":{"text":"A"}})").ok());
  const auto expect_told = [&](const v1::Entry& entry) {
    EXPECT_EQ(entry.key(), "b");
    EXPECT_EQ(entry.revision(), put.revision());
    EXPECT_TRUE(entry.value_omitted());
    EXPECT_FALSE(entry.has_value());
    EXPECT_EQ(entry.large_value().bytes(), 2'000'000u);
    EXPECT_EQ(entry.large_value().crc32(), CrcOf(data));
    EXPECT_EQ(entry.large_value().kind(), v1::VALUE_KIND_DATA);
  };
  for (const char* json :
       {R"({"key":"b"})", R"({"key":"b","metadata_only":true})"}) {
    v1::GetResponse got;
    ASSERT_TRUE(Get(json, &got).ok());
    expect_told(got.entry());
  }
  for (const char* json : {"{}", R"({"keys_only":true})"}) {
    v1::ListResponse list;
    ASSERT_TRUE(List(json, &list).ok());
    ASSERT_EQ(list.entries_size(), 2);
    EXPECT_EQ(list.entries(0).key(), "a");
    expect_told(list.entries(1));
    EXPECT_EQ(list.count(), 2u);
  }
  const auto scan =
      key_values_->Scan(NewContext(), Parse<v1::ScanRequest>("{}"));
  v1::ScanResponse chunk;
  ASSERT_TRUE(scan->Read(&chunk));
  ASSERT_EQ(chunk.entries_size(), 2);
  expect_told(chunk.entries(1));
  EXPECT_FALSE(scan->Read(&chunk));
  EXPECT_TRUE(scan->Finish().ok());
  v1::PutResponse replaced;
  ASSERT_TRUE(Put(R"({"key":"b","value":{"text":"B"},"return_previous":true})",
                  &replaced)
                  .ok());
  expect_told(replaced.previous());
  v1::StatsResponse stats;
  ASSERT_TRUE(admin_->Stats(NewContext(), {}, &stats).ok());
  EXPECT_EQ(stats.keys_in_index(), 2u);
}

TEST_F(LargeTest, DeletesNoChunkByRange) {
  ASSERT_TRUE(
      PutLarge(R"({"key":"b","kind":"VALUE_KIND_DATA"})", LargeText(2'000'000))
          .ok());
  v1::DeleteRangeResponse deleted;
  ASSERT_TRUE(key_values_->DeleteRange(NewContext(), {}, &deleted).ok());
  EXPECT_EQ(deleted.deleted_count(), 1u);
  EXPECT_EQ(*large_->Collect(), 1u);
  EXPECT_TRUE(store_.Entries().empty());
}

TEST_F(LargeTest, TakesWhatPutTakes) {
  const std::string text = LargeText(2'000'000);
  v1::PutLargeResponse put;
  ASSERT_TRUE(PutLarge(R"({"key":"k","kind":"VALUE_KIND_TEXT","ttl":"60s",
                           "value_bytes":2000000,"create_only":true,
                           "durability":"DURABILITY_OS"})",
                       text, &put)
                  .ok());
  EXPECT_FALSE(put.existed());
  const Got got = GetLarge(R"({"key":"k"})");
  EXPECT_TRUE(got.header.entry().has_expire_time());
  const grpc::Status exists = PutLarge(
      R"({"key":"k","kind":"VALUE_KIND_TEXT","create_only":true})", text);
  EXPECT_EQ(exists.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(DetailsOf(exists).info.reason(), "KEY_EXISTS");
  const grpc::Status failed = PutLarge(
      R"({"key":"k","kind":"VALUE_KIND_TEXT","expected_revision":7000})", text);
  EXPECT_EQ(failed.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(DetailsOf(failed).Metadata("value_crc32"),
            absl::StrCat(CrcOf(text)));
  ASSERT_TRUE(PutLarge(absl::StrCat(R"({"key":"k","kind":"VALUE_KIND_TEXT",
                           "return_previous":true,"expected_revision":)",
                                    put.revision(), "}"),
                       text, &put)
                  .ok());
  EXPECT_TRUE(put.existed());
  EXPECT_EQ(put.previous().large_value().bytes(), 2'000'000u);
}

TEST_F(LargeTest, HappensOnceWithARequestId) {
  const std::string header =
      R"({"key":"k","kind":"VALUE_KIND_TEXT","request_id":"once"})";
  v1::PutLargeResponse first;
  ASSERT_TRUE(PutLarge(header, LargeText(2'000'000), &first).ok());
  EXPECT_FALSE(first.replayed());
  const size_t keys = store_.Entries().size();
  v1::PutLargeResponse repeat;
  ASSERT_TRUE(PutLarge(header, LargeText(2'000'000), &repeat).ok());
  EXPECT_TRUE(repeat.replayed());
  EXPECT_EQ(repeat.revision(), first.revision());
  const grpc::Status other = PutLarge(header, LargeText(2'000'000, 2));
  EXPECT_EQ(DetailsOf(other).info.reason(), "REQUEST_ID_REUSED");
  AwaitKeys(keys);
}

TEST_F(LargeTest, GivesParts) {
  const std::string text = LargeText(3'000'000);
  ASSERT_TRUE(PutLarge(R"({"key":"k","kind":"VALUE_KIND_TEXT"})", text).ok());
  EXPECT_TRUE(GetLarge(R"({"key":"k","offset":1234567})").bytes ==
              text.substr(1234567));
  EXPECT_TRUE(GetLarge(R"({"key":"k","offset":10,"bytes_max":700000})").bytes ==
              text.substr(10, 700000));
  const Got behind = GetLarge(R"({"key":"k","offset":3000001})");
  EXPECT_TRUE(behind.status.ok());
  EXPECT_EQ(behind.part_count, 0u);
  EXPECT_EQ(behind.header.value().bytes(), 3'000'000u);
}

TEST_F(LargeTest, ShowsOneVersionWhateverIsWritten) {
  const std::string old = LargeText(4 << 20, 1);
  ASSERT_TRUE(PutLarge(R"({"key":"k","kind":"VALUE_KIND_TEXT"})", old).ok());
  v1::OpenSnapshotResponse snapshot;
  ASSERT_TRUE(key_values_->OpenSnapshot(NewContext(), {}, &snapshot).ok());
  grpc::ClientContext context;
  const auto stream = key_values_->GetLarge(
      &context, Parse<v1::GetLargeRequest>(R"({"key":"k"})"));
  v1::GetLargeResponse message;
  ASSERT_TRUE(stream->Read(&message));
  ASSERT_TRUE(PutLarge(R"({"key":"k","kind":"VALUE_KIND_TEXT"})", "new").ok());
  EXPECT_EQ(*large_->Collect(), 1u);
  std::string bytes;
  while (stream->Read(&message)) bytes += message.data();
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_TRUE(bytes == old);
  EXPECT_EQ(GetLarge(R"({"key":"k"})").bytes, "new");
  const Got then =
      GetLarge(absl::StrCat(R"({"key":"k","snapshot_token":")",
                            snapshot.snapshot().snapshot_token(), R"("})"));
  EXPECT_TRUE(then.bytes == old) << then.status.error_message();
}

TEST_F(LargeTest, TellsItsLimits) {
  v1::GetLimitsResponse limits;
  ASSERT_TRUE(key_values_->GetLimits(NewContext(), {}, &limits).ok());
  EXPECT_EQ(limits.large_value_bytes_max(), kLargeBytesMax);
  EXPECT_EQ(limits.large_chunk_bytes(), 256u << 10);
  EXPECT_EQ(limits.large_uploads_max(), 16u);
}

}  // namespace
}  // namespace rundlet

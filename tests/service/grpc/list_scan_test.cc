// Goal: List and Scan give each key of a range once, in order, as of one
// revision, in pages and chunks below 1 MiB.
// Method: a store with known keys, written to while it is listed; every page
// size; large values; tokens used where they do not belong.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "service/grpc/range_codec.h"
#include "storage/blocking_store.h"
#include "tests/service/grpc/grpc_fixture.h"

namespace rundlet {
namespace {

class ListScanTest : public GrpcFixture {
 protected:
  void Fill(const std::string& prefix, int count, Value value) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(BlockingStore(&store_)
                      .Put(absl::StrCat(prefix, 1000 + i), value)
                      .ok());
    }
  }

  // The keys of all pages, after checking each page's size.
  std::vector<std::string> ListAll(v1::ListRequest request) {
    std::vector<std::string> keys;
    do {
      v1::ListResponse page;
      const grpc::Status status =
          key_values_->List(NewContext(), request, &page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      if (!status.ok()) break;
      EXPECT_TRUE(page.ByteSizeLong() < kPageBytesMax ||
                  page.entries_size() == 1);
      EXPECT_EQ(page.count(), static_cast<uint64_t>(page.entries_size()));
      for (const v1::Entry& entry : page.entries()) keys.push_back(entry.key());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return keys;
  }

  // The keys of all chunks, from `request` on.
  std::vector<std::string> ScanAll(const v1::ScanRequest& request,
                                   grpc::Status* status) {
    std::vector<std::string> keys;
    auto reader = key_values_->Scan(NewContext(), request);
    v1::ScanResponse chunk;
    while (reader->Read(&chunk)) {
      EXPECT_TRUE(chunk.ByteSizeLong() < kPageBytesMax ||
                  chunk.entries_size() == 1);
      for (const v1::Entry& entry : chunk.entries()) {
        keys.push_back(entry.key());
      }
      ++chunk_count_;
    }
    *status = reader->Finish();
    return keys;
  }

  int chunk_count_ = 0;
};

TEST_F(ListScanTest, RangesAndDirections) {
  for (const char* key : {"a", "b", "b:1", "b:2", "c"}) {
    ASSERT_TRUE(BlockingStore(&store_).Put(key, Value::Text(key)).ok());
  }
  const auto list = [this](absl::string_view json) {
    return absl::StrJoin(ListAll(Parse<v1::ListRequest>(json)), " ");
  };
  EXPECT_EQ(list("{}"), "a b b:1 b:2 c");
  EXPECT_EQ(list(R"({"prefix":"b"})"), "b b:1 b:2");
  EXPECT_EQ(list(R"({"start":"b:1"})"), "b:1 b:2 c");
  EXPECT_EQ(list(R"({"end":"b:1"})"), "a b");
  EXPECT_EQ(list(R"({"start":"b","end":"c","reverse":true})"), "b:2 b:1 b");
  EXPECT_EQ(list(R"({"start":"c","end":"a"})"), "");
  EXPECT_EQ(list(R"({"prefix":"z"})"), "");
}

TEST_F(ListScanTest, KeysOnlyLeavesValuesOut) {
  Fill("k", 3, Value::Text("v"));
  v1::ListResponse page;
  ASSERT_TRUE(List(R"({"keys_only":true})", &page).ok());
  ASSERT_EQ(page.entries_size(), 3);
  EXPECT_TRUE(page.entries(0).value_omitted());
  EXPECT_FALSE(page.entries(0).has_value());
  EXPECT_NE(page.entries(0).revision(), 0u);
}

TEST_F(ListScanTest, CountCountsTheWholeRange) {
  Fill("k", 1500, Value::Text("v"));
  v1::ListResponse page;
  ASSERT_TRUE(List(R"({"prefix":"k","count_only":true})", &page).ok());
  EXPECT_EQ(page.count(), 1500u);
  EXPECT_EQ(page.entries_size(), 0);
  EXPECT_EQ(page.next_page_token(), "");
}

TEST_F(ListScanTest, PagesShowOneRevisionWhateverIsWritten) {
  Fill("k", 10, Value::Text("old"));
  v1::ListRequest request;
  request.set_page_size(3);
  std::vector<std::string> keys;
  uint64_t read_revision = 0;
  do {
    v1::ListResponse page;
    ASSERT_TRUE(key_values_->List(NewContext(), request, &page).ok());
    if (read_revision == 0) read_revision = page.read_revision();
    EXPECT_EQ(page.read_revision(), read_revision);
    for (const v1::Entry& entry : page.entries()) {
      keys.push_back(entry.key());
      EXPECT_EQ(entry.value().text(), "old");
    }
    Fill("k", 10, Value::Text("new"));
    Fill("j", 10, Value::Text("new"));
    request.set_page_token(page.next_page_token());
    request.set_page_size(request.page_size() + 1);
  } while (!request.page_token().empty());
  EXPECT_EQ(keys.size(), 10u);
}

TEST_F(ListScanTest, LargeValuesMakeShortPages) {
  Fill("k", 12, Value::Data(std::string(200'000, 'v')));
  Fill("l", 2, Value::Data(std::string(1 << 20, 'v')));
  EXPECT_EQ(ListAll({}).size(), 14u);
  grpc::Status status;
  EXPECT_EQ(ScanAll({}, &status).size(), 14u);
  EXPECT_TRUE(status.ok());
  EXPECT_GT(chunk_count_, 4);
}

TEST_F(ListScanTest, JsonThatGrowsStaysWithinThePage) {
  // As google.protobuf.Value each of these takes five times its text.
  std::string text = "[0";
  while (text.size() < 5000) text += ",0";
  Fill("k", 300, Value::Json(text + "]"));
  EXPECT_EQ(ListAll({}).size(), 300u);
}

TEST_F(ListScanTest, ScanGoesOnWhereAStreamBrokeOff) {
  Fill("k", 2500, Value::Text("v"));
  v1::ScanRequest request;
  request.set_prefix("k");
  request.set_reverse(true);
  v1::ScanResponse first;
  {
    auto reader = key_values_->Scan(NewContext(), request);
    ASSERT_TRUE(reader->Read(&first));
    context_->TryCancel();
    while (reader->Read(&first) && !first.next_page_token().empty()) {
    }
    reader->Finish();
  }
  Fill("k", 2500, Value::Text("new"));
  auto reader = key_values_->Scan(NewContext(), request);
  ASSERT_TRUE(reader->Read(&first));
  const size_t before = first.entries_size();
  context_->TryCancel();
  reader->Finish();
  request.set_page_token(first.next_page_token());
  grpc::Status status;
  EXPECT_EQ(ScanAll(request, &status).size() + before, 2500u);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(ListScanTest, TokensAreForOneRequestOfOneStore) {
  Fill("k", 3, Value::Text("v"));
  v1::ListResponse page;
  ASSERT_TRUE(List(R"({"prefix":"k","page_size":1})", &page).ok());
  const auto with_token = [&page](absl::string_view fields) {
    return absl::StrCat("{", fields, R"("page_token":")",
                        page.next_page_token(), R"("})");
  };
  EXPECT_TRUE(List(with_token(R"("prefix":"k",)")).ok());
  for (const char* fields :
       {R"("prefix":"k","reverse":true,)", R"("prefix":"",)", R"("start":"k",)",
        R"("prefix":"k","keys_only":true,)"}) {
    const grpc::Status status = List(with_token(fields));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(DetailsOf(status).info.reason(), "INVALID_PAGE_TOKEN") << fields;
  }
}

TEST_F(ListScanTest, TokensEndWithTheLease) {
  Fill("k", 3, Value::Text("v"));
  v1::ListResponse page;
  ASSERT_TRUE(List(R"({"page_size":1})", &page).ok());
  Fill("k", 3, Value::Text("w"));
  clock_.Advance(absl::Minutes(2));
  const grpc::Status status =
      List(absl::StrCat(R"({"page_token":")", page.next_page_token(), R"("})"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(DetailsOf(status).info.reason(), "HISTORY_GONE");
}

TEST_F(ListScanTest, ScanErrorsAreThoseOfList) {
  v1::ScanRequest request;
  request.set_prefix("a");
  request.set_start("a");
  grpc::Status status;
  ScanAll(request, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(DetailsOf(status).Metadata("field"), "prefix");
}

}  // namespace
}  // namespace rundlet

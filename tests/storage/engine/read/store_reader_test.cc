// Goal: reads and scans see one revision at one time, from the first page to
// the last, wherever the records stand by then.
// Method: pages in every size and direction held against the whole, with
// writes, deletes and compactions between them.

#include "storage/engine/read/store_reader.h"

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {
namespace {

using Projection = ScanRequest::Projection;

class StoreReaderTest : public PipelineFixture {
 protected:
  StoreReaderTest() {
    Start();
    records_ = std::make_unique<RecordReader>(&engine_->segments, &cache_);
    leases_ = std::make_unique<PageLeases>(&engine_->index, &clock_,
                                           engine_->options.limits);
    reader_ = std::make_unique<StoreReader>(&engine_->index, records_.get(),
                                            leases_.get(), engine_->time.get(),
                                            &engine_->options.limits);
  }

  void PutOs(const std::string& key, const std::string& value) {
    ASSERT_TRUE(Put(key, value, Durability::kOs).Get().ok());
  }
  // Six keys, "a=1" to "f=6".
  void PutSix() {
    for (int i = 0; i < 6; ++i) {
      PutOs(std::string(1, static_cast<char>('a' + i)), absl::StrCat(i + 1));
    }
  }
  void PutExpiring(const std::string& key, absl::Duration ttl) {
    Transaction put;
    put.operations.push_back(
        PutOperation{key, Value::Text("v"), Expiry::After(ttl)});
    put.durability = Durability::kOs;
    ASSERT_TRUE(engine_->Commit(put).Get().ok());
  }

  ScanPage Scan(const ScanRequest& request) {
    const auto page = reader_->Scan(request);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? *page : ScanPage();
  }
  static std::string Shown(const ScanPage& page) {
    return absl::StrJoin(
        page.entries, " ", [](std::string* out, const Entry& entry) {
          absl::StrAppend(out, entry.key, "=", entry.value.bytes);
        });
  }
  static void GoOn(const ScanPage& page, ScanRequest* request) {
    request->at = page.read_revision;
    request->at_time = page.read_time;
    if (!page.entries.empty()) request->after = page.entries.back().key;
  }

  RecordCache cache_{100, 1 << 20};
  std::unique_ptr<RecordReader> records_;
  std::unique_ptr<PageLeases> leases_;
  std::unique_ptr<StoreReader> reader_;
};

TEST_F(StoreReaderTest, PagesOfEachSizeAddUpToTheWhole) {
  PutSix();
  for (const bool reverse : {false, true}) {
    for (uint64_t size = 1; size <= 8; ++size) {
      ScanRequest request;
      request.reverse = reverse;
      request.entries_max = size;
      std::vector<std::string> shown;
      ScanPage page;
      do {
        page = Scan(request);
        EXPECT_LE(page.entries.size(), size);
        EXPECT_EQ(page.count, page.entries.size());
        shown.push_back(Shown(page));
        GoOn(page, &request);
      } while (page.more);
      EXPECT_EQ(shown.size(), (6 + size - 1) / size);
      EXPECT_EQ(absl::StrJoin(shown, " "), reverse ? "f=6 e=5 d=4 c=3 b=2 a=1"
                                                   : "a=1 b=2 c=3 d=4 e=5 f=6");
    }
  }
}

TEST_F(StoreReaderTest, APageHasNoLimitIfNoneIsAskedFor) {
  PutSix();
  ScanRequest request;
  request.entries_max = std::numeric_limits<uint64_t>::max();
  request.bytes_max = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(Scan(request).entries.size(), 6u);
  request.range = KeyRange::Prefix("nothing");
  EXPECT_TRUE(Scan(request).entries.empty());
}

TEST_F(StoreReaderTest, ALaterPageSeesWhatTheFirstSaw) {
  PutSix();
  ScanRequest request;
  request.entries_max = 2;
  const ScanPage first = Scan(request);
  EXPECT_TRUE(first.more);
  PutOs("c", "changed");
  PutOs("cc", "new");
  engine_->Commit(DeleteTransaction("d", Durability::kOs));
  GoOn(first, &request);
  request.entries_max = 10;
  for (int round = 0; round < 2; ++round) {
    const ScanPage second = Scan(request);
    EXPECT_EQ(Shown(second), "c=3 d=4 e=5 f=6");
    EXPECT_EQ(second.read_revision, first.read_revision);
    EXPECT_FALSE(second.more);
    ASSERT_TRUE(engine_->Compact().ok());
  }
  ReadRequest read;
  read.keys = {"c", "cc", "d"};
  read.at = first.read_revision;
  read.at_time = first.read_time;
  const auto result = reader_->Read(read);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->entries[0]->value.bytes, "3");
  EXPECT_FALSE(result->entries[1].has_value());
  EXPECT_EQ(result->entries[2]->value.bytes, "4");
}

TEST_F(StoreReaderTest, ARevisionIsKeptForALease) {
  PutSix();
  ScanRequest request;
  request.entries_max = 1;
  const ScanPage first = Scan(request);
  PutOs("z", "later");
  clock_.Advance(engine_->options.limits.page_lease);
  leases_->EndOld();
  GoOn(first, &request);
  EXPECT_EQ(reader_->Scan(request).status().code(),
            absl::StatusCode::kOutOfRange);
  ReadRequest read;
  read.keys = {"a"};
  read.at = first.read_revision;
  EXPECT_EQ(reader_->Read(read).status().code(), absl::StatusCode::kOutOfRange);
  read.at = 1000;
  EXPECT_EQ(reader_->Read(read).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(StoreReaderTest, OnlyAPageThatHasANextOneIsLeased) {
  PutSix();
  Scan(ScanRequest());
  EXPECT_EQ(leases_->count(), 0u);
  ScanRequest request;
  request.entries_max = 5;
  Scan(request);
  EXPECT_EQ(leases_->count(), 1u);
}

TEST_F(StoreReaderTest, BytesBoundAPageButForItsFirstEntry) {
  PutOs("a", std::string(100, 'v'));
  PutOs("b", std::string(10, 'v'));
  PutOs("c", std::string(10, 'v'));
  ScanRequest request;
  request.bytes_max = 22;
  ScanPage page = Scan(request);
  EXPECT_EQ(page.entries.size(), 1u);
  EXPECT_TRUE(page.more);
  GoOn(page, &request);
  page = Scan(request);
  EXPECT_EQ(page.entries.size(), 2u);
  EXPECT_FALSE(page.more);
  request.bytes_max = 21;
  EXPECT_EQ(Scan(request).entries.size(), 1u);
  request.projection = Projection::kMetadata;
  EXPECT_EQ(Scan(request).entries.size(), 2u);
}

TEST_F(StoreReaderTest, ProjectionsLeaveOut) {
  PutSix();
  ScanRequest request;
  request.range = {"b", "e"};
  request.projection = Projection::kMetadata;
  EXPECT_EQ(Shown(Scan(request)), "b= c= d=");
  EXPECT_EQ(Scan(request).entries[0].revision, 2u);
  request.projection = Projection::kCount;
  request.entries_max = 1;
  const ScanPage page = Scan(request);
  EXPECT_EQ(page.count, 3u);
  EXPECT_TRUE(page.entries.empty());
  EXPECT_FALSE(page.more);
}

TEST_F(StoreReaderTest, ManyKeysAreCountedAndScanned) {
  Transaction many;
  for (int i = 0; i < 1000; ++i) {
    many.operations.push_back(
        PutOperation{absl::StrCat("k", 1000 + i), Value::Text("v")});
  }
  ASSERT_TRUE(engine_->Commit(many).Get().ok());
  for (const bool reverse : {false, true}) {
    ScanRequest request;
    request.reverse = reverse;
    request.entries_max = 600;
    const ScanPage page = Scan(request);
    EXPECT_EQ(page.entries.size(), 600u);
    EXPECT_EQ(page.entries.back().key, reverse ? "k1400" : "k1599");
    request.projection = Projection::kCount;
    EXPECT_EQ(Scan(request).count, 1000u);
    request.after = "k1499";
    EXPECT_EQ(Scan(request).count, reverse ? 499u : 500u);
  }
}

TEST_F(StoreReaderTest, ExpiredKeysAreHiddenAsOfTheFirstPagesTime) {
  PutSix();
  PutExpiring("c", absl::Seconds(10));
  ScanRequest request;
  request.entries_max = 1;
  const ScanPage first = Scan(request);
  clock_.Advance(absl::Seconds(10));
  ReadRequest read;
  read.keys = {"c"};
  EXPECT_FALSE(reader_->Read(read)->entries[0].has_value());
  GoOn(first, &request);
  request.entries_max = 10;
  EXPECT_EQ(Shown(Scan(request)), "b=2 c=v d=4 e=5 f=6");
  EXPECT_EQ(Shown(Scan(ScanRequest())), "a=1 b=2 d=4 e=5 f=6");
  ScanRequest count;
  count.projection = Projection::kCount;
  EXPECT_EQ(Scan(count).count, 5u);
}

TEST_F(StoreReaderTest, NotBeforeFailsRatherThanAnswerFromBefore) {
  PutSix();
  ReadRequest read;
  read.keys = {"a"};
  read.not_before = 6;
  EXPECT_EQ(reader_->Read(read)->read_revision, 6u);
  read.not_before = 7;
  EXPECT_EQ(reader_->Read(read).status().code(), absl::StatusCode::kOutOfRange);
  ScanRequest request;
  request.not_before = 6;
  EXPECT_TRUE(reader_->Scan(request).ok());
  request.not_before = 7;
  EXPECT_EQ(reader_->Scan(request).status().code(),
            absl::StatusCode::kOutOfRange);
  engine_->index.PinNewest();
  EXPECT_TRUE(reader_->Scan(ScanRequest()).ok());
}

TEST_F(StoreReaderTest, AnAnswerIsBounded) {
  engine_->options.limits.read_bytes_max = 20;
  PutOs("a", std::string(9, 'v'));
  PutOs("b", std::string(10, 'v'));
  ReadRequest read;
  read.keys = {"a", "absent"};
  EXPECT_TRUE(reader_->Read(read).ok());
  read.keys.push_back("b");
  const absl::Status refused = reader_->Read(read).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(refused.message().find("read_bytes_max"), std::string::npos);
  read.metadata_only = true;
  EXPECT_TRUE(reader_->Read(read)->entries[2]->value.bytes.empty());
}

TEST_F(StoreReaderTest, MalformedRequestsAreRefused) {
  ReadRequest read;
  read.keys = {""};
  EXPECT_EQ(reader_->Read(read).status().code(),
            absl::StatusCode::kInvalidArgument);
  ScanRequest request;
  request.entries_max = 0;
  EXPECT_EQ(reader_->Scan(request).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(reader_->read_count(), 0u);
}

TEST_F(StoreReaderTest, DamageIsSaidAndNotServed) {
  PutSix();
  const auto location = engine_->index.Find("c")->location;
  const auto segment = engine_->segments.All().front();
  ASSERT_TRUE(segment->file().WriteAt(location.offset + 65, "X").ok());
  ReadRequest read;
  read.keys = {"a", "c"};
  EXPECT_EQ(reader_->Read(read).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(reader_->Scan(ScanRequest()).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace rundlet

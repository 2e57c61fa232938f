// Goal: a watch gives its marker, then each wanted change behind its start that
// is visible, once and in order, whether it comes from the log or from the
// tail; whole transactions in batches of bounded size; before that the present
// state if it was asked for. It counts what it has not given, and says where to
// go on.
// Method: an engine that the test commits to; the watch is asked for batches
// directly, with a tail that begins where the test says.

#include "storage/engine/watch/log_watch.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/engine/watch/log_history.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"
#include "tests/support/watch_reader.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LogWatchTest : public PipelineFixture {
 protected:
  LogWatchTest() {
    options_.segment_bytes = 1000;
    Start();
    const EngineParts& parts = *engine_;
    snapshots_ = std::make_unique<Snapshots>(&engine_->index, parts.time.get(),
                                             &parts.options.limits);
    leases_ = std::make_unique<PageLeases>(&engine_->index, &clock_,
                                           parts.options.limits);
    records_ =
        std::make_unique<RecordReader>(&engine_->segments, &engine_->cache);
    reader_ = std::make_unique<StoreReader>(&engine_->index, records_.get(),
                                            leases_.get(), parts.time.get(),
                                            &parts.options.limits);
    history_ = std::make_unique<LogHistory>(parts.recovered.manifest.get(),
                                            &parts.segments, parts.chain.get());
  }

  Revision Commit(Transaction transaction) {
    transaction.durability = Durability::kDisk;
    const auto receipt = engine_->Commit(std::move(transaction)).Get();
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    return receipt.ok() ? receipt->revision : 0;
  }
  Revision PutAll(const std::vector<std::string>& keys, size_t bytes = 1) {
    Transaction put;
    for (const std::string& key : keys) {
      put.operations.push_back(
          PutOperation{key, Value::Text(std::string(bytes, 'v'))});
    }
    return Commit(std::move(put));
  }
  // The tail has what is synced and at or above `from`.
  void StartTail(Revision from) {
    tail_.Start(*history_->Find(from), from);
    FillTail();
  }
  void FillTail() {
    for (bool more = true; more;) {
      const auto filled = tail_.Fill();
      ASSERT_TRUE(filled.ok()) << filled.status();
      more = *filled;
    }
  }

  std::unique_ptr<LogWatch> Open(WatchRequest request) {
    std::optional<Snapshot> present;
    Revision through = request.from - 1;
    if (request.present_state) {
      present = *snapshots_->Open({});
      through = present->revision;
    }
    auto place = history_->Find(through + 1);
    EXPECT_TRUE(place.ok()) << place.status();
    return std::make_unique<LogWatch>(
        LogWatch::Environment{reader_.get(), snapshots_.get(), &clock_},
        std::move(request), present, *std::move(place), through);
  }

  static std::string LineOf(const WatchBatch& batch) {
    static const char* const kNames[] = {"present", "marker", "changes",
                                         "bookmark"};
    std::string line =
        absl::StrCat(kNames[static_cast<int>(batch.kind)], " ", batch.through);
    for (const Entry& entry : batch.entries) {
      absl::StrAppend(&line, " ", entry.key);
    }
    for (const Change& change : batch.changes) {
      absl::StrAppend(&line, " ", change.entry.revision,
                      TextOf(change).substr(0, 1), change.entry.key);
    }
    return line;
  }
  // All batches that there are now, a line each.
  std::vector<std::string> Read(LogWatch& watch, Revision visible,
                                bool bookmark_wanted = false) {
    std::vector<std::string> lines;
    for (bool more = true; more;) {
      const auto found = watch.Next(tail_, visible, bookmark_wanted);
      if (!found.ok()) {
        lines.emplace_back(found.status().message());
        return lines;
      }
      if (found->batch.has_value()) lines.push_back(LineOf(*found->batch));
      more = found->look_again ||
             (found->batch.has_value() &&
              found->batch->kind != WatchBatch::Kind::kBookmark);
    }
    return lines;
  }

  std::unique_ptr<Snapshots> snapshots_;
  std::unique_ptr<RecordReader> records_;
  std::unique_ptr<PageLeases> leases_;
  std::unique_ptr<StoreReader> reader_;
  std::unique_ptr<LogHistory> history_;
  ChangeTail tail_{1 << 20};
};

TEST_F(LogWatchTest, GoesFromTheLogIntoTheTailWithoutGapOrRepeat) {
  constexpr Revision kNewest = 12;
  for (Revision i = 1; i <= kNewest; ++i) PutAll({absl::StrCat("k", i)}, 100);
  ASSERT_GT(engine_->segments.All().size(), 2u);
  for (Revision tail_from = 1; tail_from <= kNewest + 1; ++tail_from) {
    StartTail(tail_from);
    for (Revision from = 1; from <= kNewest + 1; ++from) {
      WatchRequest request = WatchAll(from);
      request.batch_bytes_max = 1;
      std::vector<std::string> expected{absl::StrCat("marker ", from - 1)};
      for (Revision i = from; i <= kNewest; ++i) {
        expected.push_back(absl::StrCat("changes ", i, " ", i, "+k", i));
      }
      EXPECT_EQ(Read(*Open(request), kNewest), expected)
          << "from " << from << ", the tail from " << tail_from;
    }
  }
}

TEST_F(LogWatchTest, WhatIsNotVisibleYetWaits) {
  for (int i = 0; i < 4; ++i) PutAll({"k"});
  for (const Revision tail_from : {1, 5}) {
    StartTail(tail_from);
    const auto watch = Open(WatchAll(1));
    EXPECT_THAT(Read(*watch, 2), ElementsAre("marker 0", "changes 2 1+k 2+k"));
    EXPECT_THAT(Read(*watch, 2), IsEmpty());
    EXPECT_THAT(Read(*watch, 4), ElementsAre("changes 4 3+k 4+k"));
  }
}

TEST_F(LogWatchTest, ABatchIsFullAndNoTransactionIsSplit) {
  PutAll({"a", "b", "c"}, 100);
  PutAll({"d"}, 10);
  PutAll({"e", "f", "g", "h"}, 200);
  PutAll({"i"}, 10);
  PutAll({"j"}, 10);
  for (const Revision tail_from : {1, 6}) {
    StartTail(tail_from);
    WatchRequest request = WatchAll(1);
    // Room for the first two, not for the third, even alone.
    request.batch_bytes_max = 3 * (1 + 100 + 64) + (1 + 10 + 64);
    EXPECT_THAT(Read(*Open(request), 5),
                ElementsAre("marker 0", "changes 2 1+a 1+b 1+c 2+d",
                            "changes 3 3+e 3+f 3+g 3+h", "changes 5 4+i 5+j"));
    request.batch_bytes_max -= 1;
    EXPECT_THAT(
        Read(*Open(request), 5),
        ElementsAre("marker 0", "changes 1 1+a 1+b 1+c", "changes 2 2+d",
                    "changes 3 3+e 3+f 3+g 3+h", "changes 5 4+i 5+j"));
  }
}

TEST_F(LogWatchTest, FiltersLeaveNothingElseOut) {
  Transaction put;
  put.operations = {
      PutOperation{"a", Value::Text("v")},
      PutOperation{"b", Value::Text("v"), Expiry::After(absl::Seconds(1))}};
  Commit(put);
  Commit(DeleteTransaction("a"));
  clock_.Advance(absl::Seconds(2));
  ASSERT_EQ(pipeline().DeleteExpired({{"b", 1}}), 1u);
  ASSERT_TRUE(engine_->Sync(Durability::kDisk).Get().ok());
  for (const Revision tail_from : {1, 4}) {
    StartTail(tail_from);
    EXPECT_THAT(Read(*Open(WatchAll(1)), 3),
                ElementsAre("marker 0", "changes 3 1+a 1+b 2-a 3xb"));
    WatchRequest request = WatchAll(1);
    request.puts = false;
    EXPECT_THAT(Read(*Open(request), 3),
                ElementsAre("marker 0", "changes 3 2-a 3xb"));
    request = WatchAll(1);
    request.deletes = false;
    EXPECT_THAT(Read(*Open(request), 3),
                ElementsAre("marker 0", "changes 3 1+a 1+b"));
    request = WatchAll(1);
    request.ranges = {{"b", "c"}};
    EXPECT_THAT(Read(*Open(request), 3),
                ElementsAre("marker 0", "changes 3 1+b 3xb"));
  }
}

TEST_F(LogWatchTest, WhereRangesOverlapNothingIsGivenTwice) {
  PutAll({"a", "b", "c", "d", "e", "f"});
  WatchRequest request = WatchAll(1);
  request.ranges = {{"e", "f"}, {"a", "c"}, {"b", "d"}};
  for (const Revision tail_from : {1, 2}) {
    StartTail(tail_from);
    EXPECT_THAT(Read(*Open(request), 1),
                ElementsAre("marker 0", "changes 1 1+a 1+b 1+c 1+e"));
  }
}

TEST_F(LogWatchTest, MetadataAloneLeavesTheValuesOut) {
  PutAll({"a"}, 100);
  PutAll({"b"}, 100);
  for (const Revision tail_from : {1, 3}) {
    StartTail(tail_from);
    for (const bool metadata_only : {false, true}) {
      WatchRequest request = WatchAll(1);
      request.metadata_only = metadata_only;
      const auto watch = Open(request);
      ASSERT_TRUE(watch->Next(tail_, 2, false).ok());
      const auto found = watch->Next(tail_, 2, false);
      ASSERT_TRUE(found.ok() && found->batch.has_value());
      ASSERT_EQ(found->batch->changes.size(), 2u);
      for (const Change& change : found->batch->changes) {
        EXPECT_EQ(change.entry.value.bytes,
                  metadata_only ? "" : std::string(100, 'v'));
        EXPECT_EQ(change.entry.version, 1u);
      }
    }
  }
}

TEST_F(LogWatchTest, ABookmarkSaysHowFarItIs) {
  PutAll({"other"});
  StartTail(1);
  WatchRequest request = WatchAll(1);
  request.ranges = {{"k", "l"}};
  request.bookmark_interval = absl::Seconds(10);
  const auto watch = Open(request);
  EXPECT_THAT(Read(*watch, 1), ElementsAre("marker 0"));
  EXPECT_THAT(Read(*watch, 1, /*bookmark_wanted=*/true),
              ElementsAre("bookmark 1"));
  PutAll({"other"});
  FillTail();
  clock_.Advance(absl::Seconds(9));
  EXPECT_THAT(Read(*watch, 2), IsEmpty());
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Read(*watch, 2), ElementsAre("bookmark 2"));
  EXPECT_THAT(Read(*watch, 2), IsEmpty());
}

TEST_F(LogWatchTest, ItsLagIsWhatHasComeSinceAndIsNotGiven) {
  PutAll({"a", "b"});
  StartTail(1);
  const auto watch = Open(WatchAll(1));
  EXPECT_EQ(watch->Lag(tail_).changes, 0u) << "the past does not count";
  PutAll({"c", "d", "e"});
  FillTail();
  EXPECT_EQ(watch->Lag(tail_).changes, 3u);
  const absl::Status cut = watch->CutOffStatus(watch->Lag(tail_));
  EXPECT_TRUE(absl::IsResourceExhausted(cut)) << cut;
  EXPECT_EQ(ResumeRevisionOf(cut), 1u);
  EXPECT_THAT(Read(*watch, 1), ElementsAre("marker 0", "changes 1 1+a 1+b"));
  EXPECT_EQ(watch->Lag(tail_).changes, 3u);
  EXPECT_EQ(ResumeRevisionOf(watch->CutOffStatus(watch->Lag(tail_))), 2u);
  EXPECT_THAT(Read(*watch, 2), ElementsAre("changes 2 2+c 2+d 2+e"));
  EXPECT_EQ(watch->Lag(tail_).changes, 0u);
  EXPECT_EQ(watch->Lag(tail_).bytes, 0u);
}

TEST_F(LogWatchTest, ThePresentStateComesInPagesBeforeTheMarker) {
  PutAll({"a", "b", "c", "d"});
  StartTail(1);
  WatchRequest request = WatchAll();
  request.present_state = true;
  request.ranges = {{"a", "b"}, {"c", "z"}};
  request.batch_bytes_max = 3;
  const auto watch = Open(request);
  EXPECT_EQ(watch->present_revision(), 1u);
  Commit(DeleteTransaction("a"));
  PutAll({"e"});
  FillTail();
  EXPECT_EQ(ResumeRevisionOf(watch->CutOffStatus({})), std::nullopt);
  // An entry that does not fit comes alone, also that of another range.
  EXPECT_THAT(Read(*watch, 3),
              ElementsAre("present 1 a", "present 1 c", "present 1 d",
                          "marker 1", "changes 2 2-a", "changes 3 3+e"));
  EXPECT_EQ(watch->present_revision(), std::nullopt);
  EXPECT_EQ(snapshots_->count(), 0u);
}

TEST_F(LogWatchTest, APresentStateThatIsNotReadInTimeIsGone) {
  PutAll({"a"});
  StartTail(1);
  WatchRequest request = WatchAll();
  request.present_state = true;
  const auto watch = Open(request);
  clock_.Advance(engine_->options.limits.snapshot_lease);
  const auto found = watch->Next(tail_, 1, false);
  EXPECT_TRUE(absl::IsOutOfRange(found.status())) << found.status();
}

}  // namespace
}  // namespace rundlet

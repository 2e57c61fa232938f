// Goal: a watch gives every change of its ranges, in order, once, transactions
// whole, from where it was told to begin (P9).
// Method: write beside watches and read what they give.

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"
#include "tests/support/watch_reader.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;

Revision Write(Store* store, const std::string& key, const std::string& text,
               Expiry expiry = Expiry::Never()) {
  const auto receipt = BlockingStore(store).Put(key, Value::Text(text), expiry);
  EXPECT_TRUE(receipt.ok()) << receipt.status();
  return receipt.ok() ? receipt->revision : 0;
}

// Puts of `count` keys in one transaction.
Transaction PutsOf(int count, const std::string& text) {
  Transaction transaction;
  for (int i = 0; i < count; ++i) {
    transaction.operations.push_back(
        PutOperation{"k" + std::to_string(i), Value::Text(text)});
  }
  return transaction;
}

TEST_P(WatchLaws, GivesEveryChangeFromNowOn) {
  Store* store = steady_store();
  Write(store, "before", "1");
  WatchReader reader(store, WatchAll());
  Write(store, "a", "1");
  Write(store, "b", "1");
  ASSERT_TRUE(BlockingStore(store).Delete("a").ok());
  ASSERT_TRUE(BlockingStore(store).Delete("missing").ok());
  EXPECT_THAT(reader.Lines(4), ElementsAre("|", "+ a=1", "+ b=1", "- a"));
  Write(store, "a", "2");
  EXPECT_THAT(reader.Lines(1), ElementsAre("+ a=2"));
}

TEST_P(WatchLaws, SaysAllThatIsKnownOfAChange) {
  Store* store = steady_store();
  WatchReader reader(store, WatchAll());
  reader.Lines(1);
  Write(store, "k", "1", Expiry::After(absl::Hours(1)));
  PassTime(absl::Seconds(1));
  const Revision second = Write(store, "k", "2", Expiry::After(absl::Hours(1)));
  const Entry expected = **BlockingStore(store).Get("k");
  Entry found;
  while (found.revision < second) {
    const auto batch = reader.Next();
    ASSERT_TRUE(batch.ok()) << batch.status();
    found = batch->changes.back().entry;
  }
  EXPECT_EQ(found.value, expected.value);
  EXPECT_EQ(found.create_revision, expected.create_revision);
  EXPECT_EQ(found.version, 2u);
  EXPECT_EQ(found.created, expected.created);
  EXPECT_EQ(found.modified, expected.modified);
  EXPECT_EQ(found.expiry, expected.expiry);
  PassTime(absl::Seconds(1));
  const auto deleted = BlockingStore(store).Delete("k");
  ASSERT_TRUE(deleted.ok());
  const auto batch = reader.Next();
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->changes[0].cause, Change::Cause::kDelete);
  EXPECT_EQ(batch->changes[0].entry.revision, deleted->revision);
  EXPECT_EQ(batch->changes[0].entry.modified,
            expected.modified + absl::Seconds(1));
  EXPECT_EQ(batch->through, deleted->revision);
}

TEST_P(WatchLaws, BeginsWhereItIsTold) {
  Store* store = steady_store();
  Write(store, "a", "1");
  const Revision second = Write(store, "b", "1");
  Write(store, "c", "1");
  WatchReader reader(store, WatchAll(second));
  const auto marker = reader.Next();
  ASSERT_TRUE(marker.ok()) << marker.status();
  EXPECT_EQ(marker->kind, WatchBatch::Kind::kMarker);
  EXPECT_EQ(marker->through, second - 1);
  EXPECT_THAT(reader.Lines(2), ElementsAre("+ b=1", "+ c=1"));
  // Where this one stopped another one goes on.
  WatchReader next(store, WatchAll(reader.through() + 1));
  Write(store, "d", "1");
  EXPECT_THAT(next.Lines(2), ElementsAre("|", "+ d=1"));
}

TEST_P(WatchLaws, ARevisionToComeIsRefused) {
  Store* store = steady_store();
  const Revision newest = Write(store, "a", "1");
  WatchReader next(store, WatchAll(newest + 1));
  EXPECT_TRUE(next.status().ok()) << next.status();
  WatchReader later(store, WatchAll(newest + 2));
  EXPECT_TRUE(absl::IsOutOfRange(later.status())) << later.status();
}

TEST_P(WatchLaws, KeepsToItsRangesAndFilters) {
  Store* store = steady_store();
  WatchRequest request;
  request.ranges = {
      KeyRange::Prefix("user:"), {"b", "d"}, {"c", "e"}, {"x", "x"}};
  WatchReader both(store, request);
  request.deletes = false;
  WatchReader puts(store, request);
  request.deletes = true;
  request.puts = false;
  WatchReader deletes(store, request);
  for (const char* key : {"a", "b", "d", "e", "user", "user:1", "x"}) {
    Write(store, key, "1");
  }
  for (const char* key : {"a", "b", "user:1"}) {
    ASSERT_TRUE(BlockingStore(store).Delete(key).ok());
  }
  EXPECT_THAT(both.Lines(6), ElementsAre("|", "+ b=1", "+ d=1", "+ user:1=1",
                                         "- b", "- user:1"));
  EXPECT_THAT(puts.Lines(4), ElementsAre("|", "+ b=1", "+ d=1", "+ user:1=1"));
  EXPECT_THAT(deletes.Lines(3), ElementsAre("|", "- b", "- user:1"));
}

TEST_P(WatchLaws, ThePresentStateComesFirst) {
  Store* store = steady_store();
  for (const char* key : {"a", "b", "c", "d"}) Write(store, key, "old");
  Write(store, "gone", "old", Expiry::After(absl::Seconds(1)));
  PassTime(absl::Seconds(2));
  WatchRequest request;
  request.ranges = {{"c", ""}, {"a", "b"}};
  request.present_state = true;
  request.deletes = false;
  request.batch_bytes_max = 1;
  WatchReader reader(store, request);
  for (const char* key : {"a", "b", "c"}) Write(store, key, "new");
  EXPECT_THAT(reader.Lines(4),
              ElementsAre("= a=old", "= c=old", "= d=old", "|"));
  const Revision marker = reader.through();
  EXPECT_THAT(reader.Lines(2), ElementsAre("+ a=new", "+ c=new"));
  EXPECT_GT(reader.through(), marker);
}

TEST_P(WatchLaws, MetadataOnlyLeavesTheValuesOut) {
  Store* store = steady_store();
  Write(store, "a", "old");
  WatchRequest request = WatchAll();
  request.present_state = true;
  request.metadata_only = true;
  WatchReader reader(store, request);
  Write(store, "a", "new");
  EXPECT_THAT(reader.Lines(3), ElementsAre("= a=", "|", "+ a="));
}

TEST_P(WatchLaws, ATransactionIsNeverSplit) {
  Store* store = steady_store();
  WatchRequest request = WatchAll();
  request.batch_bytes_max = 1;
  WatchReader reader(store, request);
  reader.Lines(1);
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(
        BlockingStore(store).Commit(PutsOf(10, std::string(100, 'v'))).ok());
  }
  Revision last = 0;
  for (int seen = 0; seen < 50;) {
    const auto batch = reader.Next();
    ASSERT_TRUE(batch.ok()) << batch.status();
    ASSERT_EQ(batch->kind, WatchBatch::Kind::kChanges);
    ASSERT_EQ(batch->changes.size() % 10, 0u);
    for (const Change& change : batch->changes) {
      if (seen++ % 10 == 0) {
        ASSERT_GT(change.entry.revision, last);
        last = change.entry.revision;
      }
      ASSERT_EQ(change.entry.revision, last);
    }
    ASSERT_GE(batch->through, last);
  }
}

TEST_P(WatchLaws, AnExpiredKeyIsAChange) {
  Store* store = steady_store();
  WatchReader reader(store, WatchAll());
  Write(store, "a", "1", Expiry::After(absl::Seconds(5)));
  Write(store, "b", "1", Expiry::After(absl::Hours(5)));
  EXPECT_THAT(reader.Lines(3), ElementsAre("|", "+ a=1", "+ b=1"));
  PassTime(absl::Seconds(5));
  EXPECT_THAT(reader.Lines(1), ElementsAre("x a"));
}

TEST_P(WatchLaws, ABookmarkComesInTime) {
  Store* store = steady_store();
  WatchRequest request = WatchAll();
  request.bookmark_interval = absl::Seconds(10);
  WatchReader reader(store, request);
  EXPECT_EQ(reader.Next()->kind, WatchBatch::Kind::kMarker);
  for (int i = 0; i < 2; ++i) {
    PassTime(absl::Seconds(10));
    const auto batch = reader.Next();
    ASSERT_TRUE(batch.ok()) << batch.status();
    EXPECT_EQ(batch->kind, WatchBatch::Kind::kBookmark);
  }
}

TEST_P(WatchLaws, GoesOnThroughCompactions) {
  Store* store = steady_store();
  WatchReader reader(store, WatchAll());
  reader.Lines(1);
  std::vector<std::string> expected;
  for (int i = 0; i < 30; ++i) {
    const std::string text = std::string(100, 'v') + std::to_string(i);
    Write(store, "k", text);
    expected.push_back("+ k=" + text);
    if (i % 3 == 0) {
      ASSERT_TRUE(BlockingStore(store).Compact().ok());
    }
    // Reads some at times, and is behind at others.
    if (i % 7 == 0) {
      const auto lines = reader.Lines(1);
      ASSERT_LE(lines.size(), expected.size());
      for (size_t j = 0; j < lines.size(); ++j) {
        EXPECT_EQ(lines[j], expected[j]);
      }
      expected.erase(expected.begin(),
                     expected.begin() + static_cast<ptrdiff_t>(lines.size()));
    }
  }
  std::vector<std::string> rest;
  while (rest.size() < expected.size()) {
    for (auto& line : reader.Lines(1)) rest.push_back(std::move(line));
  }
  EXPECT_EQ(rest, expected);
}

TEST_P(WatchLaws, ManyReadersBesideManyWritersSeeTheSame) {
  constexpr int kThreads = 3;
  constexpr int kCommits = 150;
  Store* store = steady_store();
  std::vector<std::vector<std::string>> seen(kThreads);
  std::vector<std::thread> threads;
  for (int reader = 0; reader < kThreads; ++reader) {
    auto watch = std::make_unique<WatchReader>(store, WatchAll());
    threads.emplace_back([&, reader, watch = std::move(watch)] {
      while (seen[reader].size() < 1 + kThreads * kCommits) {
        for (auto& line : watch->Lines(1)) {
          seen[reader].push_back(std::move(line));
        }
      }
    });
  }
  for (int writer = 0; writer < kThreads; ++writer) {
    threads.emplace_back([&, writer] {
      for (int i = 0; i < kCommits; ++i) {
        Write(store, "w" + std::to_string(writer), std::to_string(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& lines : seen) EXPECT_EQ(lines, seen[0]);
  std::vector<int> next(kThreads);
  for (const std::string& line : seen[0]) {
    if (line == "|") continue;
    const int writer = line[3] - '0';
    EXPECT_EQ(line.substr(5), std::to_string(next[writer]++));
  }
}

}  // namespace
}  // namespace rundlet

// Goal: the tail holds every transaction above its floor, and no more bytes
// than it may.
// Method: a log that is written, synced and rolled by hand.

#include "storage/engine/watch/change_tail.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/watch/written_log.h"

namespace rundlet {
namespace {

class ChangeTailTest : public ::testing::Test {
 protected:
  static void Fill(ChangeTail& tail) {
    const absl::StatusOr<bool> more = tail.Fill();
    ASSERT_TRUE(more.ok()) << more.status();
    EXPECT_FALSE(*more);
  }
  // The items are those above the floor, without a gap.
  static void ExpectWhole(const ChangeTail& tail, Revision newest) {
    EXPECT_EQ(tail.end(), newest);
    Revision expected = tail.floor();
    for (const ChangeTail::Item& item : tail.items()) {
      EXPECT_EQ(item.transaction.revision, ++expected);
    }
    EXPECT_EQ(expected, newest);
  }

  WrittenLog log_;
};

TEST_F(ChangeTailTest, BeginsWhereItIsTold) {
  log_.Write(1, {"a"});
  log_.Write(2, {"b"});
  log_.Sync();
  ChangeTail tail(1 << 20);
  EXPECT_FALSE(tail.is_started());
  tail.Start(log_.chain().PlaceOf(1), 2);
  EXPECT_TRUE(tail.is_started());
  EXPECT_EQ(tail.floor(), 1u);
  Fill(tail);
  ExpectWhole(tail, 2);
  EXPECT_EQ(tail.totals().changes, 1u);
  tail.Stop();
  EXPECT_FALSE(tail.is_started());
  EXPECT_TRUE(tail.items().empty());
}

TEST_F(ChangeTailTest, DropsTheOldestBeyondItsBytes) {
  ChangeTail tail(1000);
  tail.Start(log_.chain().PlaceOf(1), 1);
  for (Revision revision = 1; revision <= 100; ++revision) {
    log_.Write(revision, {absl::StrCat("key", revision)});
    if (revision % 7 == 0) log_.Sync();
    if (revision % 30 == 0) log_.Roll();
    Fill(tail);
  }
  log_.Sync();
  Fill(tail);
  ExpectWhole(tail, 100);
  EXPECT_GT(tail.floor(), 80u);
  EXPECT_GT(tail.items().size(), 5u);
  EXPECT_EQ(tail.totals().changes, 100u);
}

TEST_F(ChangeTailTest, HoldsOneThatIsLargerThanItsBytes) {
  ChangeTail tail(1);
  tail.Start(log_.chain().PlaceOf(1), 1);
  log_.Write(1, {"a"});
  log_.Write(2, {"a", "b", "c"});
  log_.Sync();
  Fill(tail);
  ExpectWhole(tail, 2);
  EXPECT_EQ(tail.items().size(), 1u);
  EXPECT_EQ(tail.items()[0].transaction.changes.size(), 3u);
}

TEST_F(ChangeTailTest, FindsTheFirstBehindARevision) {
  ChangeTail tail(1 << 20);
  tail.Start(log_.chain().PlaceOf(1), 1);
  // A crash has skipped some revisions.
  for (const Revision revision : {1, 2, 50, 51}) log_.Write(revision, {"a"});
  log_.Sync();
  Fill(tail);
  EXPECT_EQ(tail.IndexBehind(0), 0u);
  EXPECT_EQ(tail.IndexBehind(1), 1u);
  EXPECT_EQ(tail.IndexBehind(2), 2u);
  EXPECT_EQ(tail.IndexBehind(49), 2u);
  EXPECT_EQ(tail.IndexBehind(51), 4u);
}

}  // namespace
}  // namespace rundlet

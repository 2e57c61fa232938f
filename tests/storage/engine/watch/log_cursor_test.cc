// Goal: a cursor gives each synced transaction behind its start once, whole and
// in order, across segments, and stays in front of damage.
// Method: a log that is written, synced and rolled by hand.

#include "storage/engine/watch/log_cursor.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/watch/written_log.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LogCursorTest : public ::testing::Test {
 protected:
  LogCursor CursorFrom(Revision from) { return {start_, from}; }

  // All that there is: "revision:key,key".
  static std::vector<std::string> ReadAll(LogCursor& cursor,
                                          LogCursor::Filter filter) {
    std::vector<LoggedTransaction> read;
    for (bool more = true; more;) {
      const absl::StatusOr<bool> next = cursor.Next(filter, &read);
      EXPECT_TRUE(next.ok()) << next.status();
      more = next.ok() && *next;
    }
    std::vector<std::string> texts;
    for (const LoggedTransaction& transaction : read) {
      std::string text = absl::StrCat(transaction.revision, "/",
                                      transaction.change_count, ":");
      for (const Change& change : transaction.changes) {
        absl::StrAppend(&text, " ", change.entry.key);
      }
      texts.push_back(text);
    }
    return texts;
  }
  static std::vector<std::string> ReadAll(LogCursor& cursor) {
    return ReadAll(cursor, [](const Record&) { return true; });
  }

  WrittenLog log_;
  LogPlace start_ = log_.chain().PlaceOf(1);
};

TEST_F(LogCursorTest, WhatIsNotSyncedIsNotThere) {
  LogCursor cursor = CursorFrom(1);
  log_.Write(1, {"a", "b"});
  EXPECT_THAT(ReadAll(cursor), IsEmpty());
  log_.Sync();
  log_.Write(2, {"c"});
  EXPECT_THAT(ReadAll(cursor), ElementsAre("1/2: a b"));
  EXPECT_THAT(ReadAll(cursor), IsEmpty());
  log_.Sync();
  EXPECT_THAT(ReadAll(cursor), ElementsAre("2/1: c"));
}

TEST_F(LogCursorTest, GoesOnInTheNextSegment) {
  LogCursor cursor = CursorFrom(1);
  log_.Write(1, {"a"});
  log_.Roll();
  log_.Roll();
  log_.Write(2, {"b"});
  log_.Write(3, {"c"});
  log_.Sync();
  EXPECT_THAT(ReadAll(cursor), ElementsAre("1/1: a", "2/1: b", "3/1: c"));
}

TEST_F(LogCursorTest, PassesOverWhatIsBeforeItsStart) {
  for (Revision revision = 1; revision <= 4; ++revision) {
    log_.Write(revision, {absl::StrCat("k", revision)});
  }
  log_.Sync();
  LogCursor cursor = CursorFrom(3);
  EXPECT_THAT(ReadAll(cursor), ElementsAre("3/1: k3", "4/1: k4"));
  LogCursor behind = CursorFrom(5);
  EXPECT_THAT(ReadAll(behind), IsEmpty());
}

TEST_F(LogCursorTest, AFilterLeavesChangesOutAndCountsThem) {
  log_.Write(1, {"a", "b", "c"});
  log_.Write(2, {"a"});
  log_.Sync();
  LogCursor cursor = CursorFrom(1);
  EXPECT_THAT(
      ReadAll(cursor, [](const Record& record) { return record.key == "b"; }),
      ElementsAre("1/3: b", "2/1:"));
}

TEST_F(LogCursorTest, StaysInFrontOfDamage) {
  log_.Write(1, {"a"});
  log_.Sync();
  log_.Write(2, {"b"});
  log_.Sync();
  const auto image = log_.disk().Image();
  ASSERT_EQ(image.size(), 1u);
  std::string bytes = image.begin()->second;
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  const auto file = log_.disk().OpenFile(image.begin()->first);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(
      (*file)->WriteAt(bytes.size() - 1, bytes.substr(bytes.size() - 1)).ok());
  LogCursor cursor = CursorFrom(1);
  std::vector<LoggedTransaction> read;
  const auto all = [](const Record&) { return true; };
  EXPECT_TRUE(cursor.Next(all, &read).value_or(false));
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(absl::IsDataLoss(cursor.Next(all, &read).status()));
  }
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].revision, 1u);
}

}  // namespace
}  // namespace rundlet

// Goal: history says where a revision is, as far back as it is kept: nothing of
// that revision or above is before the place, all of it is behind it and stays,
// whatever is rolled or compacted; below the floor it says the oldest one.
// Method: an engine on small segments that seals and compacts when told to;
// each place is read to its end.

#include "storage/engine/watch/log_history.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/engine/watch/log_cursor.h"
#include "storage/format/file_header.h"
#include "storage/watch.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {
namespace {

class LogHistoryTest : public PipelineFixture {
 protected:
  LogHistoryTest() {
    options_.segment_bytes = 400;
    Start();
  }

  LogHistory History() {
    return {engine_->recovered.manifest.get(), &engine_->segments,
            engine_->chain.get()};
  }
  // Puts until that revision is there.
  void FillTo(Revision last) {
    while (newest_ < last) {
      const auto receipt =
          Put(absl::StrCat("k", newest_ % 5), "value", Durability::kDisk).Get();
      ASSERT_TRUE(receipt.ok()) << receipt.status();
      newest_ = receipt->revision;
    }
  }
  void Seal() { ASSERT_TRUE(pipeline().Seal().ok()); }
  LogPlace Find(Revision from) {
    const auto place = History().Find(from);
    EXPECT_TRUE(place.ok()) << place.status();
    return place.value_or(LogPlace());
  }
  // What a cursor gives that starts there.
  static std::vector<Revision> Read(const LogPlace& place, Revision from) {
    LogCursor cursor(place, from);
    std::vector<LoggedTransaction> read;
    bool more = true;
    while (more) {
      const auto next = cursor.Next([](const Record&) { return true; }, &read);
      EXPECT_TRUE(next.ok()) << next.status();
      more = next.ok() && *next;
    }
    std::vector<Revision> revisions;
    for (const LoggedTransaction& transaction : read) {
      revisions.push_back(transaction.revision);
    }
    return revisions;
  }
  std::vector<Revision> Expected(Revision from) const {
    std::vector<Revision> revisions;
    for (Revision revision = from; revision <= newest_; ++revision) {
      revisions.push_back(revision);
    }
    return revisions;
  }
  void ExpectAllFrom(Revision oldest) {
    for (Revision from = oldest; from <= newest_ + 1; ++from) {
      EXPECT_EQ(Read(Find(from), from), Expected(from)) << "from " << from;
    }
  }
  void ExpectGoneBelow(Revision oldest) {
    for (Revision from = 1; from < oldest; ++from) {
      const absl::Status gone = History().Find(from).status();
      EXPECT_TRUE(absl::IsOutOfRange(gone)) << "from " << from << ": " << gone;
      EXPECT_EQ(OldestRevisionOf(gone), oldest);
    }
    EXPECT_EQ(History().floor(), oldest);
  }

  Revision newest_ = 0;
};

TEST_F(LogHistoryTest, EveryRevisionIsFound) {
  FillTo(30);
  ASSERT_GT(engine_->segments.All().size(), 4u);
  ExpectAllFrom(1);
  Seal();
  ExpectAllFrom(1);
}

TEST_F(LogHistoryTest, WhatIsNewIsFoundWithoutReadingWhatIsOld) {
  options_.segment_bytes = 100'000;
  StartAnew();
  newest_ = 0;
  FillTo(200);
  EXPECT_EQ(Find(1).offset, kFileHeaderBytes);
  EXPECT_GT(Find(200).offset, 10'000u);
  EXPECT_GT(Find(201).offset, Find(200).offset);
  for (const Revision from : {150, 199, 200, 201}) {
    EXPECT_EQ(Read(Find(from), from), Expected(from)) << "from " << from;
  }
}

TEST_F(LogHistoryTest, ARestartKeepsIt) {
  FillTo(20);
  engine_->StopCleanly();
  Start();
  ExpectAllFrom(1);
  FillTo(30);
  ExpectAllFrom(1);
}

TEST_F(LogHistoryTest, ACrashSkipsRevisionsAndLosesNone) {
  FillTo(20);
  Start();  // as after kill -9
  EXPECT_EQ(Read(Find(1), 1), Expected(1));
  const Revision before = newest_;
  const auto receipt = Put("k", "value", Durability::kDisk).Get();
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  ASSERT_GT(receipt->revision, before + 1);
  EXPECT_EQ(Read(Find(before + 1), before + 1),
            std::vector<Revision>{receipt->revision});
  EXPECT_EQ(Read(Find(receipt->revision), receipt->revision),
            std::vector<Revision>{receipt->revision});
}

TEST_F(LogHistoryTest, WhatIsCompactedIsGone) {
  FillTo(20);
  ASSERT_TRUE(engine_->Compact().ok());
  ExpectGoneBelow(21);
  ExpectAllFrom(21);
  FillTo(25);
  ExpectAllFrom(21);
  // Base segments have the same revisions, and are no history.
  Seal();
  ExpectGoneBelow(21);
  ExpectAllFrom(21);
}

TEST_F(LogHistoryTest, WhatSomebodyHoldsStays) {
  FillTo(20);
  const LogPlace first = Find(1);
  const LogPlace middle = Find(11);
  ASSERT_TRUE(engine_->Compact().ok());
  FillTo(40);
  ASSERT_TRUE(engine_->Compact().ok());
  FillTo(45);
  ExpectGoneBelow(41);
  EXPECT_EQ(Read(first, 1), Expected(1));
  EXPECT_EQ(Read(middle, 11), Expected(11));
}

}  // namespace
}  // namespace rundlet

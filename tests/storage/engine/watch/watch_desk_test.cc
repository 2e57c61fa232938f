// Goal: at the desk each reader gets one answer for each question, the last one
// for good, and whoever leaves or comes too late hears why.
// Method: both sides of the desk by hand; watches of a disk in memory that are
// never read.

#include "storage/engine/watch/watch_desk.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/watch/written_log.h"
#include "tests/support/fake_clock.h"

namespace rundlet {
namespace {

class WatchDeskTest : public ::testing::Test {
 protected:
  std::unique_ptr<LogWatch> NewWatch() {
    LogWatch::Environment environment;
    environment.clock = &clock_;
    WatchRequest request;
    request.ranges = {KeyRange::All()};
    return std::make_unique<LogWatch>(environment, request, std::nullopt,
                                      log_.chain().PlaceOf(1), 0);
  }
  uint64_t Enter() {
    const absl::StatusOr<uint64_t> id = desk_.Enter(NewWatch(), 100);
    EXPECT_TRUE(id.ok()) << id.status();
    return id.value_or(0);
  }
  // Asks; the answer is in the place that is returned.
  std::shared_ptr<std::optional<absl::Status>> Ask(uint64_t id) {
    auto answer = std::make_shared<std::optional<absl::Status>>();
    desk_.Ask(id, [answer](const absl::StatusOr<WatchBatch>& batch) {
      EXPECT_FALSE(answer->has_value()) << "answered twice";
      *answer = batch.status();
    });
    return answer;
  }
  WatchDesk::Work Work() { return desk_.Await(absl::ZeroDuration()); }

  FakeClock clock_;
  WrittenLog log_;
  WatchDesk desk_;
};

TEST_F(WatchDeskTest, SaysWhoCameAsksAndLeft) {
  const uint64_t first = Enter();
  const uint64_t second = Enter();
  Ask(second);
  WatchDesk::Work work = Work();
  ASSERT_EQ(work.entered.size(), 2u);
  ASSERT_EQ(work.seated.size(), 2u);
  EXPECT_EQ(work.seated[0].id, first);
  EXPECT_FALSE(work.seated[0].asks);
  EXPECT_TRUE(work.seated[1].asks);
  desk_.Leave(first);
  work = Work();
  EXPECT_TRUE(work.entered.empty());
  EXPECT_EQ(work.left, std::vector<uint64_t>{first});
  ASSERT_EQ(work.seated.size(), 1u);
  EXPECT_EQ(desk_.usage().watches, 1u);
}

TEST_F(WatchDeskTest, AnswersOnceAndRefusesASecondQuestion) {
  const uint64_t id = Enter();
  const auto first = Ask(id);
  const auto second = Ask(id);
  EXPECT_FALSE(first->has_value());
  ASSERT_TRUE(second->has_value());
  EXPECT_TRUE(absl::IsFailedPrecondition(**second));
  desk_.Answer(id, WatchBatch());
  ASSERT_TRUE(first->has_value());
  EXPECT_TRUE((*first)->ok());
  desk_.Answer(id, WatchBatch());  // nobody asks
}

TEST_F(WatchDeskTest, ABookmarkIsWantedUntilItIsGiven) {
  const uint64_t id = Enter();
  desk_.WantBookmark(id);
  Ask(id);
  EXPECT_TRUE(Work().seated[0].bookmark_wanted);
  WatchBatch changes;
  changes.kind = WatchBatch::Kind::kChanges;
  desk_.Answer(id, changes);
  EXPECT_TRUE(Work().seated[0].bookmark_wanted);
  Ask(id);
  desk_.Answer(id, WatchBatch());
  EXPECT_FALSE(Work().seated[0].bookmark_wanted);
}

TEST_F(WatchDeskTest, AnErrorIsTheAnswerFromThenOn) {
  const uint64_t id = Enter();
  desk_.Answer(id, absl::DataLossError("damaged"));
  EXPECT_TRUE(Work().seated[0].has_ended);
  for (int i = 0; i < 2; ++i) {
    const auto answer = Ask(id);
    ASSERT_TRUE(answer->has_value());
    EXPECT_TRUE(absl::IsDataLoss(**answer));
  }
}

TEST_F(WatchDeskTest, WhoLeavesIsAnswered) {
  const uint64_t id = Enter();
  const auto answer = Ask(id);
  desk_.Leave(id);
  ASSERT_TRUE(answer->has_value());
  EXPECT_TRUE(absl::IsCancelled(**answer));
  desk_.Answer(id, WatchBatch());  // it has left
}

TEST_F(WatchDeskTest, OneMayLeaveFromItsOwnCallback) {
  const uint64_t id = Enter();
  bool called = false;
  desk_.Ask(id, [&](const absl::StatusOr<WatchBatch>&) {
    desk_.Leave(id);
    called = true;
  });
  desk_.Answer(id, WatchBatch());
  EXPECT_TRUE(called);
  EXPECT_EQ(desk_.usage().watches, 0u);
}

TEST_F(WatchDeskTest, ThereAreNoMoreSeatsThanTheLimit) {
  ASSERT_TRUE(desk_.Enter(NewWatch(), 1).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(desk_.Enter(NewWatch(), 1).status()));
}

TEST_F(WatchDeskTest, ClosingEndsThoseWhoAreThereAndThoseToCome) {
  const uint64_t id = Enter();
  desk_.Close();
  EXPECT_TRUE(Work().closed);
  const auto answer = Ask(id);
  ASSERT_TRUE(answer->has_value());
  EXPECT_TRUE(absl::IsUnavailable(**answer));
  EXPECT_TRUE(absl::IsUnavailable(desk_.Enter(NewWatch(), 100).status()));
}

TEST_F(WatchDeskTest, AnEndIsNotReplacedByALaterOne) {
  const uint64_t id = Enter();
  desk_.EndAll(absl::OutOfRangeError("gone"));
  desk_.Close();
  const auto answer = Ask(id);
  ASSERT_TRUE(answer->has_value());
  EXPECT_TRUE(absl::IsOutOfRange(**answer));
}

}  // namespace
}  // namespace rundlet

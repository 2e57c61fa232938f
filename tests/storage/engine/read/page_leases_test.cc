// Goal: a revision stays readable for one lease behind each of its pages, and
// no longer; there are never more than so many.
// Method: a clock that stands still; whether a revision is kept is asked of the
// index.

#include "storage/engine/read/page_leases.h"

#include <memory>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace rundlet {
namespace {

class PageLeasesTest : public ::testing::Test {
 protected:
  PageLeasesTest() {
    limits_.page_lease = absl::Seconds(60);
    limits_.page_leases_max = 3;
    Make();
  }

  void Make() {
    leases_ = std::make_unique<PageLeases>(&index_, &clock_, limits_);
  }
  // A page of the newest revision, which becomes `revision`.
  void Page(Revision revision) {
    index_.Apply({}, revision);
    const Revision pinned = index_.PinNewest();
    EXPECT_EQ(pinned, revision);
    leases_->Renew(pinned);
    index_.Unpin(pinned);
  }
  // A further page of an old one.
  bool NextPage(Revision revision) {
    if (!index_.PinAgain(revision)) return false;
    leases_->Renew(revision);
    index_.Unpin(revision);
    return true;
  }
  bool IsKept(Revision revision) {
    if (!index_.PinAgain(revision)) return false;
    index_.Unpin(revision);
    return true;
  }

  Index index_;
  FakeClock clock_;
  Limits limits_;
  std::unique_ptr<PageLeases> leases_;
};

TEST_F(PageLeasesTest, ALeaseEndsWhenItsTimeHasCome) {
  Page(1);
  clock_.Advance(absl::Seconds(59));
  leases_->EndOld();
  EXPECT_TRUE(IsKept(1));
  clock_.Advance(absl::Seconds(1));
  leases_->EndOld();
  EXPECT_FALSE(IsKept(1));
  EXPECT_EQ(leases_->count(), 0u);
}

TEST_F(PageLeasesTest, EachPageRenewsIt) {
  Page(1);
  for (int page = 0; page < 5; ++page) {
    clock_.Advance(absl::Seconds(40));
    leases_->EndOld();
    EXPECT_TRUE(NextPage(1));
    EXPECT_EQ(leases_->count(), 1u);
  }
  clock_.Advance(absl::Seconds(60));
  leases_->EndOld();
  EXPECT_FALSE(IsKept(1));
}

TEST_F(PageLeasesTest, WhereThereAreTooManyTheFirstToEndGoes) {
  for (const Revision revision : {1, 2, 3}) {
    Page(revision);
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_TRUE(NextPage(1));  // now 2 is the first
  Page(4);
  EXPECT_FALSE(IsKept(2));
  EXPECT_TRUE(IsKept(1) && IsKept(3) && IsKept(4));
  EXPECT_EQ(leases_->count(), 3u);
}

TEST_F(PageLeasesTest, LeasesOfOneMomentAreToldApart) {
  Page(1);
  Page(2);
  Page(3);
  EXPECT_TRUE(NextPage(2));
  EXPECT_EQ(leases_->count(), 3u);
  clock_.Advance(absl::Seconds(60));
  leases_->EndOld();
  EXPECT_EQ(leases_->count(), 0u);
  EXPECT_FALSE(IsKept(1) || IsKept(2) || IsKept(3));
}

TEST_F(PageLeasesTest, NoneAreKeptIfNoneMayBe) {
  limits_.page_leases_max = 0;
  Make();
  Page(1);
  EXPECT_FALSE(IsKept(1));
}

TEST_F(PageLeasesTest, TheDestructorEndsAll) {
  Page(1);
  Page(2);
  leases_.reset();
  EXPECT_FALSE(IsKept(1) || IsKept(2));
}

}  // namespace
}  // namespace rundlet

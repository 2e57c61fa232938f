// Goal: a request finds each segment as the set does, and one that it holds
// lives on for it when the set has let it go.
// Method: segments in a set, found and removed; more of them than are held.

#include "storage/log/held_segments.h"

#include <memory>

#include "gtest/gtest.h"
#include "tests/storage/log/segment_builder.h"

namespace rundlet {
namespace {

class HeldSegmentsTest : public ::testing::Test {
 protected:
  HeldSegmentsTest() {
    EXPECT_TRUE(disk_.MakeDirectory(kTestFolder).ok());
    for (uint64_t id = 1; id <= 9; ++id) {
      set_.Add(*Segment::Create(&disk_, kTestFolder, {id, FileKind::kBase},
                                kTestStoreId, false));
    }
  }

  CrashableFileSystem disk_;
  SegmentSet set_;
};

TEST_F(HeldSegmentsTest, FindsAnyNumberOfSegments) {
  HeldSegments held(&set_);
  EXPECT_EQ(held.Find(10), nullptr);
  for (int round = 0; round < 2; ++round) {
    for (uint64_t id = 1; id <= 9; ++id) {
      ASSERT_NE(held.Find(id), nullptr);
      EXPECT_EQ(held.Find(id)->id(), id);
    }
  }
}

TEST_F(HeldSegmentsTest, WhatItHoldsOutlivesItsRemoval) {
  std::weak_ptr<const Segment> watch = set_.Find(2);
  {
    HeldSegments held(&set_);
    const Segment* const segment = held.Find(2);
    set_.Remove({1, 2});
    EXPECT_EQ(held.Find(2), segment);
    EXPECT_EQ(held.Find(1), nullptr);
    EXPECT_FALSE(watch.expired());
  }
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace rundlet

// Goal: a request finds each segment as the set does; the one found last lives
// on for it when the set has let it go, and no removal waits for long.
// Method: segments in a set, found, and removed by another thread meanwhile.

#include "storage/log/held_segments.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

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

TEST_F(HeldSegmentsTest, ARemovalWaitsForWhatIsHeld) {
  const std::weak_ptr<const Segment> watch = set_.Find(2);
  std::atomic<bool> removed{false};
  std::thread remover;
  {
    HeldSegments held(&set_);
    const Segment* const segment = held.Find(2);
    remover = std::thread([&] {
      set_.Remove({1, 2});
      removed = true;
    });
    while (set_.Find(2) != nullptr) std::this_thread::yield();
    EXPECT_EQ(held.Find(2), segment);
    EXPECT_EQ(held.Find(1), nullptr);
    EXPECT_FALSE(watch.expired());
    EXPECT_FALSE(removed);
  }
  remover.join();
  EXPECT_TRUE(watch.expired());
}

// It would never end if the request's first guard lasted.
TEST_F(HeldSegmentsTest, ARemovalDoesNotWaitForALongRequest) {
  HeldSegments held(&set_);
  std::atomic<bool> removed{false};
  std::thread remover([&] {
    set_.Remove({1});
    removed = true;
  });
  while (!removed) EXPECT_NE(held.Find(2), nullptr);
  remover.join();
  EXPECT_EQ(held.Find(1), nullptr);
}

}  // namespace
}  // namespace rundlet

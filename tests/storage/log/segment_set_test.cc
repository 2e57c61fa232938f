// Goal: a segment can be found until it is removed, and lives until its last
// reader has let it go.
// Method: added, found, removed, with readers; and from several threads.

#include "storage/log/segment_set.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/storage/log/segment_builder.h"

namespace rundlet {
namespace {

class SegmentSetTest : public ::testing::Test {
 protected:
  SegmentSetTest() { EXPECT_TRUE(disk_.MakeDirectory(kTestFolder).ok()); }

  std::shared_ptr<Segment> Make(uint64_t id) {
    return *Segment::Create(&disk_, kTestFolder, {id, FileKind::kLog},
                            kTestStoreId, false);
  }

  CrashableFileSystem disk_;
  SegmentSet set_;
};

TEST_F(SegmentSetTest, FindsWhatWasAddedUntilItIsRemoved) {
  EXPECT_EQ(set_.Find(1), nullptr);
  for (const uint64_t id : {3, 1, 2}) set_.Add(Make(id));
  EXPECT_EQ(set_.Find(2)->id(), 2u);
  const auto all = set_.All();
  ASSERT_EQ(all.size(), 3u);
  for (uint64_t i = 0; i < 3; ++i) EXPECT_EQ(all[i]->id(), i + 1);
  set_.Remove({1, 3, 99});
  EXPECT_EQ(set_.Find(1), nullptr);
  EXPECT_EQ(set_.Find(3), nullptr);
  EXPECT_EQ(set_.All().size(), 1u);
}

TEST_F(SegmentSetTest, AReaderKeepsASegmentAlive) {
  std::weak_ptr<Segment> watch;
  {
    auto segment = Make(1);
    watch = segment;
    set_.Add(std::move(segment));
  }
  auto reader = set_.Find(1);
  set_.Remove({1});
  EXPECT_FALSE(watch.expired());
  EXPECT_EQ(reader->id(), 1u);
  reader.reset();
  EXPECT_TRUE(watch.expired());
}

TEST_F(SegmentSetTest, ReadersAndWritersMayMeet) {
  std::vector<std::shared_ptr<Segment>> segments;
  for (uint64_t id = 1; id <= 20; ++id) segments.push_back(Make(id));
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        for (uint64_t id = 1; id <= 20; ++id) {
          const auto found = set_.Find(id);
          if (found != nullptr) {
            EXPECT_EQ(found->id(), id);
          }
        }
        for (const auto& segment : set_.All()) EXPECT_GE(segment->id(), 1u);
      }
    });
  }
  for (int round = 0; round < 200; ++round) {
    for (const auto& segment : segments) set_.Add(segment);
    for (const auto& segment : segments) set_.Remove({segment->id()});
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_TRUE(set_.All().empty());
}

}  // namespace
}  // namespace rundlet

// Goal: a chain leads to every place behind a revision that it knows of, and
// holds no more than its readers do.
// Method: segments on a disk in memory, extended and rolled by hand.

#include "storage/engine/watch/log_chain.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "storage/format/file_header.h"
#include "tests/support/crashable_file_system.h"

namespace rundlet {
namespace {

class LogChainTest : public ::testing::Test {
 protected:
  std::shared_ptr<const Segment> NewSegment() {
    auto segment = Segment::Create(&disk_, "/", {++last_id_, FileKind::kLog},
                                   std::string(16, 'i'), /*recovered=*/false);
    EXPECT_TRUE(segment.ok()) << segment.status();
    return *std::move(segment);
  }

  CrashableFileSystem disk_;
  uint64_t last_id_ = 0;
};

TEST_F(LogChainTest, FindsTheLastMarkBeforeARevision) {
  LogChain chain(NewSegment(), /*newest=*/10);
  EXPECT_EQ(chain.PlaceOf(11).offset, kFileHeaderBytes);
  EXPECT_EQ(chain.PlaceOf(10).link, nullptr);
  chain.Extend(200, 15);
  chain.Extend(300, 18);
  EXPECT_EQ(chain.PlaceOf(11).offset, kFileHeaderBytes);
  EXPECT_EQ(chain.PlaceOf(15).offset, kFileHeaderBytes);
  EXPECT_EQ(chain.PlaceOf(16).offset, 200u);
  EXPECT_EQ(chain.PlaceOf(18).offset, 200u);
  EXPECT_EQ(chain.PlaceOf(19).offset, 300u);
  EXPECT_EQ(chain.last()->synced_bytes(), 300u);
}

TEST_F(LogChainTest, WhatIsForgottenIsNotGuessed) {
  LogChain chain(NewSegment(), 0);
  for (Revision revision = 1; revision <= 1000; ++revision) {
    chain.Extend(kFileHeaderBytes + revision, revision);
  }
  EXPECT_EQ(chain.PlaceOf(5).link, nullptr);
  EXPECT_EQ(chain.PlaceOf(1000).offset, kFileHeaderBytes + 999);
}

TEST_F(LogChainTest, ARollSealsAndGoesOn) {
  int told = 0;
  LogChain chain(NewSegment(), 10);
  chain.set_on_extend([&told] { ++told; });
  const std::shared_ptr<LogLink> first = chain.last();
  chain.Roll(400, 20, NewSegment());
  EXPECT_EQ(told, 1);
  EXPECT_EQ(first->synced_bytes(), 400u);
  EXPECT_EQ(first->next(), chain.last());
  EXPECT_EQ(chain.last()->segment()->id(), 2u);
  EXPECT_EQ(chain.last()->next(), nullptr);
  EXPECT_EQ(chain.PlaceOf(20).link, nullptr);
  EXPECT_EQ(chain.PlaceOf(21).link, chain.last());
  chain.Extend(100, 25);
  EXPECT_EQ(told, 2);
  EXPECT_EQ(chain.PlaceOf(26).offset, 100u);
}

TEST_F(LogChainTest, HoldsNothingThatNobodyReads) {
  LogChain chain(NewSegment(), 0);
  std::weak_ptr<LogLink> first = chain.last();
  chain.Roll(100, 1, NewSegment());
  EXPECT_TRUE(first.expired());
}

TEST_F(LogChainTest, ALongChainEndsWithoutALongStack) {
  const std::shared_ptr<const Segment> segment = NewSegment();
  LogChain chain(segment, 0);
  std::shared_ptr<LogLink> first = chain.last();
  for (int i = 0; i < 100'000; ++i) chain.Roll(100, 1, segment);
  std::weak_ptr<LogLink> second = first->next();
  first = nullptr;
  EXPECT_TRUE(second.expired());
}

}  // namespace
}  // namespace rundlet

// Goal: the checkpoint of a clean stop spares reading the segments, carries the
// requests that are remembered, is good for one open, and is not believed when
// it is another's or damaged (FORMAT.md section 8).
// Method: folders that an engine has left, changed by hand.

#include <string>

#include "gtest/gtest.h"
#include "storage/engine/compaction/compaction.h"
#include "storage/engine/recovery/index_checkpoint.h"
#include "storage/engine/recovery/recovery.h"
#include "storage/format/request_extra.h"
#include "tests/storage/engine/recovery/hints_fixture.h"

namespace rundlet {
namespace {

class RecoveryCheckpointTest : public HintsFixture {};

TEST_F(RecoveryCheckpointTest, ACheckpointIsGoodForOneOpen) {
  OpenImage(Stopped());
  ExpectContent();
  EXPECT_TRUE(engine_->recovered.used_checkpoint);
  EXPECT_EQ(engine_->recovered.segments_read, 0u);
  EXPECT_EQ(disk_.Image().count(CheckpointPath(kEngineFolder)), 0u);
  OpenImage(Kill());
  ExpectContent();
  EXPECT_FALSE(engine_->recovered.used_checkpoint);
}

TEST_F(RecoveryCheckpointTest, ACheckpointCarriesRequestsThatAreRemembered) {
  const std::string extra = EncodeRequestExtra({"me", "1", 7, "receipt"});
  requests_ = {{extra, 3, 1'000'000}, {extra + "x", 900, 2'000'000}};
  OpenImage(Stopped());
  ExpectContent();
  EXPECT_TRUE(engine_->recovered.used_checkpoint);
  ASSERT_EQ(engine_->recovered.requests.size(), 2u);
  for (size_t i = 0; i < requests_.size(); ++i) {
    const CommittedRequest& found = engine_->recovered.requests[i];
    EXPECT_EQ(found.extra, requests_[i].extra);
    EXPECT_EQ(found.revision, requests_[i].revision);
    EXPECT_EQ(found.time_us, requests_[i].time_us);
  }
}

TEST_F(RecoveryCheckpointTest, TheLogGoesOnBehindACheckpoint) {
  OpenImage(Stopped());
  const uint64_t records = engine_->recovered.record_count;
  Put("more", "m", Durability::kDisk);
  OpenImage(Kill());
  ExpectContent();
  EXPECT_EQ(engine_->Read("more"), "m");
  EXPECT_EQ(engine_->recovered.record_count, records + 1);
}

// The second stop has the same active segment, bytes and next revision.
TEST_F(RecoveryCheckpointTest, TheCheckpointOfAnotherStopIsNotBelieved) {
  Image image = Stopped();
  const std::string stale = image.at(CheckpointPath(kEngineFolder));
  OpenImage(image);
  // Of what is sealed alone, so that the active segment stays.
  Compaction compaction(engine_->ForCompaction());
  ASSERT_TRUE(
      compaction.Run(engine_->time->now_us(), [] { return false; }).ok());
  image = Stop();
  image[CheckpointPath(kEngineFolder)] = stale;
  OpenImage(image);
  ExpectContent();
  EXPECT_FALSE(engine_->recovered.used_checkpoint);
  EXPECT_EQ(disk_.Image().count(CheckpointPath(kEngineFolder)), 0u);
}

TEST_F(RecoveryCheckpointTest, ACheckpointThatIsNotWholeIsNotBelieved) {
  const Image image = Stopped();
  const std::string path = CheckpointPath(kEngineFolder);
  for (uint64_t bytes = 0; bytes < image.at(path).size(); ++bytes) {
    OpenImage(Cut(image, path, bytes));
    ExpectContent();
    EXPECT_FALSE(engine_->recovered.used_checkpoint) << bytes;
  }
}

TEST_F(RecoveryCheckpointTest, ADamagedCheckpointIsRemovedAndTheSegmentsRead) {
  const Image image = Stopped();
  const std::string path = CheckpointPath(kEngineFolder);
  for (uint64_t at = 0; at < image.at(path).size(); at += 13) {
    OpenImage(Flipped(image, path, at));
    ExpectContent();
    EXPECT_FALSE(engine_->recovered.used_checkpoint);
    EXPECT_EQ(disk_.Image().count(path), 0u);
  }
}

}  // namespace
}  // namespace rundlet

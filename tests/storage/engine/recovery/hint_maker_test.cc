// Goal: each sealed segment has a hint soon, none is left of a segment that is
// gone, and what goes wrong with one is said and costs nothing else.
// Method: the parts of an engine over a disk in memory, beside it the thread;
// the test waits until the disk is as it should be.

#include "storage/engine/recovery/hint_maker.h"

#include <atomic>
#include <memory>
#include <set>
#include <string>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/recovery/recovery_fixture.h"
#include "tests/support/faulty_file_system.h"

namespace rundlet {
namespace {

class HintMakerTest : public RecoveryFixture {
 protected:
  HintMakerTest() : files_(&disk_) { segment_bytes_ = 400; }

  void StartMaker() {
    maker_ = std::make_unique<HintMaker>(
        HintMaker::Settings{
            &files_, kEngineFolder,
            [this](uint64_t) { return has_room_.load(); },
            [this](absl::string_view) { events_.fetch_add(1); }},
        engine_->recovered.manifest.get());
  }
  void PutSome() {
    for (int i = 0; i < 6; ++i) Put("k", std::string(120, 'v'));
  }
  // The segments that should have a hint, and those of which there is one.
  std::set<uint64_t> Sealed() {
    std::set<uint64_t> ids;
    for (const auto& [id, segment] :
         engine_->recovered.manifest->state().segments) {
      if (segment.seal.has_value()) ids.insert(id);
    }
    return ids;
  }
  std::set<uint64_t> Hinted() {
    std::set<uint64_t> ids;
    for (const auto& [path, content] : disk_.Image()) {
      const auto id = ParseHintName(path.substr(path.rfind('/') + 1));
      if (id.has_value()) ids.insert(*id);
    }
    return ids;
  }
  void AwaitHints() {
    while (Hinted() != Sealed() || maker_->counts().hints != Sealed().size()) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

  FaultyFileSystem files_;
  std::atomic<bool> has_room_{true};
  std::atomic<int> events_{0};
  std::unique_ptr<HintMaker> maker_;
};

TEST_F(HintMakerTest, SegmentsGetHintsBeforeAndBehindItsStart) {
  Open();
  PutSome();
  ASSERT_GT(Sealed().size(), 1u);
  StartMaker();
  AwaitHints();
  PutSome();
  AwaitHints();
  EXPECT_GT(maker_->counts().written_bytes, 0u);
  EXPECT_EQ(events_.load(), 0);
  maker_.reset();
}

TEST_F(HintMakerTest, ACompactionsInputsLoseTheirsAndItsOutputsGetTheirs) {
  Open();
  StartMaker();
  PutSome();
  AwaitHints();
  const std::set<uint64_t> inputs = Hinted();
  ASSERT_TRUE(engine_->Compact().ok());
  AwaitHints();
  for (const uint64_t id : inputs) EXPECT_EQ(Hinted().count(id), 0u);
  maker_.reset();
}

TEST_F(HintMakerTest, WithoutRoomTheyWaitUntilSegmentsChange) {
  Open();
  has_room_ = false;
  StartMaker();
  PutSome();
  has_room_ = true;
  PutSome();
  AwaitHints();
  maker_.reset();
}

TEST_F(HintMakerTest, AFailedOneIsSaidLeavesNoFileAndIsTriedAgain) {
  Open();
  PutSome();
  files_.FailCall({Call::kWrite, 2, absl::ResourceExhaustedError("ENOSPC"),
                   /*for_good=*/true, /*written_share=*/128});
  StartMaker();
  while (events_.load() == 0) absl::SleepFor(absl::Milliseconds(1));
  files_.Heal();
  PutSome();
  AwaitHints();
  maker_.reset();
}

}  // namespace
}  // namespace rundlet

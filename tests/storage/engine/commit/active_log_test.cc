// Goal: the log rolls without a moment in which a new segment could survive and
// the end of the old one not; after an error nothing has changed or the log is
// broken, and says which (P7).
// Method: an active log on a disk in memory, each of its calls failing in turn.

#include "storage/engine/commit/active_log.h"

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "storage/engine/recovery/folder.h"
#include "storage/format/file_header.h"
#include "storage/log/segment_replay.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/faulty_file_system.h"

namespace rundlet {
namespace {

const char kFolder[] = "/data";
const char kStoreId[] = "0123456789abcdef";

class ActiveLogTest : public ::testing::Test {
 protected:
  explicit ActiveLogTest(uint64_t segment_bytes = 400,
                         uint64_t ahead_bytes = 0) {
    EXPECT_TRUE(disk_.MakeDirectory(kFolder).ok());
    manifest_ = *MakeStore(&files_, kFolder, kStoreId, /*time_us=*/1);
    const ManifestState state = manifest_->state();
    const auto& [id, listed] = *state.segments.begin();
    auto segment = *OpenListed(&files_, kFolder, kStoreId, id, listed);
    segments_.Add(segment);
    log_ = std::make_unique<ActiveLog>(
        ActiveLog::Settings{&files_, kFolder, kStoreId, segment_bytes,
                            /*revision_block=*/10, /*chain=*/nullptr,
                            ahead_bytes},
        manifest_.get(), &segments_,
        std::make_unique<LogWriter>(segment, SegmentSeal()), 2);
  }

  absl::Status Write(Revision revision, const std::string& value = "value") {
    Record record;
    record.revision = revision;
    record.key = "key";
    record.value = value;
    std::vector<Location> locations;
    absl::Status written = log_->Write({record}, /*time_us=*/5, &locations);
    if (written.ok()) {
      EXPECT_EQ(log_->Written(locations[0]).size(), record.EncodedBytes());
    }
    return written;
  }

  size_t SegmentCount() const { return manifest_->state().segments.size(); }
  void Fail(Call call, uint64_t nth = 1) {
    files_.FailCall({call, nth, absl::ResourceExhaustedError("no room")});
  }

  CrashableFileSystem disk_;
  FaultyFileSystem files_{&disk_};
  std::unique_ptr<Manifest> manifest_;
  SegmentSet segments_;
  std::unique_ptr<ActiveLog> log_;
};

TEST_F(ActiveLogTest, RollsWhenTheNextGroupWouldNotFit) {
  EXPECT_FALSE(log_->NeedsRoll(10000)) << "an empty segment takes any group";
  ASSERT_TRUE(Write(1).ok());
  // 48 of header, 48 and 72 of the group written, 48 of the next.
  EXPECT_FALSE(log_->NeedsRoll(400 - 48 - 48 - 72 - 48));
  EXPECT_TRUE(log_->NeedsRoll(400 - 48 - 48 - 72 - 48 + 1));
  EXPECT_EQ(log_->group_bytes_max(), 400u);
}

TEST_F(ActiveLogTest, AnEmptySegmentIsNotSealed) {
  const uint64_t calls = files_.call_count();
  EXPECT_TRUE(log_->Roll(9).ok());
  EXPECT_EQ(files_.call_count(), calls);
  EXPECT_EQ(SegmentCount(), 1u);
}

TEST_F(ActiveLogTest, ARollSealsTheOldAndAddsTheNew) {
  ASSERT_TRUE(Write(1).ok());
  ASSERT_TRUE(Write(2).ok());
  const ActiveLog::Mark before = log_->End();
  ASSERT_TRUE(log_->Roll(/*time_us=*/9).ok());
  const ManifestState state = manifest_->state();
  ASSERT_EQ(state.segments.size(), 2u);
  const SegmentSeal seal = *state.segments.at(1).seal;
  EXPECT_EQ(seal.bytes, before.bytes);
  EXPECT_EQ(seal.revision_min, 1u);
  EXPECT_EQ(seal.revision_max, 2u);
  EXPECT_EQ(seal.record_count, 2u);
  EXPECT_FALSE(state.segments.at(2).seal.has_value());
  EXPECT_EQ(state.time_us, 9);
  EXPECT_NE(segments_.Find(2), nullptr);
  EXPECT_EQ(log_->End().segment->id(), 2u);
  // A mark of the old segment says nothing about the new one.
  log_->SetSynced(before);
  ASSERT_TRUE(Write(3).ok());
  const absl::StatusOr<Tail> tail = InspectTail(*log_->End().segment, 0);
  EXPECT_EQ(tail->mark, kFileHeaderBytes);
}

TEST_F(ActiveLogTest, ARolledLogSurvivesPowerLossAtEachCall) {
  ASSERT_TRUE(Write(1).ok());
  const auto image = disk_.Image();
  SeededRandom random(TestSeed());
  for (uint64_t call = 1;; ++call) {
    disk_.PowerOffAtCall(call);
    const bool rolled = log_->Roll(9).ok();
    disk_.PowerOff();
    log_ = nullptr;
    manifest_ = nullptr;
    segments_.Remove({1, 2});
    disk_.PowerOn(PowerLoss::kUnsynced, random);
    const auto manifest = Manifest::Open(&disk_, kFolder);
    ASSERT_TRUE(manifest.ok()) << manifest.status();
    for (const auto& [id, listed] : (*manifest)->state().segments) {
      const auto segment = OpenListed(&disk_, kFolder, kStoreId, id, listed);
      EXPECT_TRUE(segment.ok()) << segment.status();
    }
    if (rolled) {
      EXPECT_EQ((*manifest)->state().segments.size(), 2u);
      return;
    }
    disk_.SetImage(image);
    manifest_ = *Manifest::Open(&files_, kFolder);
    auto segment = *OpenListed(&files_, kFolder, kStoreId, 1, {});
    segment->set_bytes(image.at("/data/0000000000000001.log").size());
    SegmentSeal seal;
    seal.record_count = 1;
    log_ = std::make_unique<ActiveLog>(
        ActiveLog::Settings{&files_, kFolder, kStoreId, 400, 10},
        manifest_.get(), &segments_, std::make_unique<LogWriter>(segment, seal),
        2);
  }
}

TEST_F(ActiveLogTest, GroupsSayWhatIsSynced) {
  ASSERT_TRUE(Write(1).ok());
  const ActiveLog::Mark mark = log_->End();
  ASSERT_TRUE(log_->Sync(mark).ok());
  ASSERT_TRUE(Write(2).ok());
  EXPECT_EQ(InspectTail(*mark.segment, 0)->mark, kFileHeaderBytes);
  log_->SetSynced(mark);
  ASSERT_TRUE(Write(3).ok());
  EXPECT_EQ(InspectTail(*mark.segment, 0)->mark, mark.bytes);
}

TEST_F(ActiveLogTest, ARollWithoutRoomChangesNothingAndCanBeRepeated) {
  ASSERT_TRUE(Write(1).ok());
  // The new segment's file, its header, and the edit that lists it.
  const std::vector<std::pair<Call, uint64_t>> faults = {
      {Call::kCreate, 1}, {Call::kWrite, 1}, {Call::kWrite, 2}};
  for (const auto& [call, nth] : faults) {
    Fail(call, nth);
    EXPECT_EQ(log_->Roll(9).code(), absl::StatusCode::kResourceExhausted);
    EXPECT_FALSE(log_->broken());
    EXPECT_EQ(SegmentCount(), 1u);
    EXPECT_EQ(log_->End().segment->id(), 1u);
    EXPECT_EQ(disk_.ListDirectory(kFolder)->size(), 2u);
    ASSERT_TRUE(Write(2).ok());
  }
  EXPECT_TRUE(log_->Roll(9).ok());
}

TEST_F(ActiveLogTest, AFailedSyncBreaksTheLog) {
  // That of the old segment, the folder's, and the MANIFEST's.
  ASSERT_TRUE(Write(1).ok());
  Fail(Call::kSync);
  EXPECT_EQ(log_->Roll(9).code(), absl::StatusCode::kUnknown);
  EXPECT_TRUE(log_->broken());
}

TEST_F(ActiveLogTest, AFailedSyncOfTheFolderBreaksTheLog) {
  ASSERT_TRUE(Write(1).ok());
  Fail(Call::kSyncDirectory);
  EXPECT_EQ(log_->Roll(9).code(), absl::StatusCode::kUnknown);
  EXPECT_TRUE(log_->broken());
}

TEST_F(ActiveLogTest, AFailedSyncOfTheManifestBreaksTheLog) {
  Fail(Call::kSync);
  EXPECT_EQ(log_->ReserveRevisions(1).code(), absl::StatusCode::kUnknown);
  EXPECT_TRUE(log_->broken());
}

TEST_F(ActiveLogTest, AFailedWriteIsRepaired) {
  ASSERT_TRUE(Write(1).ok());
  files_.FailCall({Call::kWrite, 1, absl::ResourceExhaustedError("no room"),
                   false, /*written_share=*/128});
  EXPECT_FALSE(Write(2).ok());
  ASSERT_TRUE(log_->Repair().ok());
  EXPECT_EQ(*log_->End().segment->file().SizeBytes(), log_->End().bytes);
  EXPECT_TRUE(Write(3).ok());
  Fail(Call::kTruncate);
  EXPECT_EQ(log_->Repair().code(), absl::StatusCode::kUnknown);
  EXPECT_TRUE(log_->broken());
}

TEST_F(ActiveLogTest, ReservesABlockAtATime) {
  EXPECT_EQ(log_->revision_ceiling(), 0u);
  ASSERT_TRUE(log_->ReserveRevisions(5).ok());
  EXPECT_EQ(log_->revision_ceiling(), 15u);
  EXPECT_EQ(manifest_->state().revision_ceiling, 15u);
  Fail(Call::kWrite);
  EXPECT_FALSE(log_->ReserveRevisions(20).ok());
  EXPECT_FALSE(log_->broken());
  EXPECT_EQ(log_->revision_ceiling(), 15u);
}

TEST_F(ActiveLogTest, StopsCleanly) {
  ASSERT_TRUE(Write(1).ok());
  ASSERT_TRUE(log_->Sync(log_->End()).ok());
  ASSERT_TRUE(log_->StopCleanly(/*next_revision=*/8, /*time_us=*/77).ok());
  const ManifestState state = manifest_->state();
  EXPECT_TRUE(state.stopped_cleanly);
  EXPECT_EQ(state.clean_stop->active_id, 1u);
  EXPECT_EQ(state.clean_stop->synced_bytes, log_->End().bytes);
  EXPECT_EQ(state.clean_stop->next_revision, 8u);
  EXPECT_EQ(state.time_us, 77);
}

class ExtendedLogTest : public ActiveLogTest {
 protected:
  ExtendedLogTest() : ActiveLogTest(/*segment_bytes=*/10'000, /*ahead=*/3200) {}

  uint64_t FileBytes() { return *log_->End().segment->file().SizeBytes(); }
  void SyncAll() {
    const ActiveLog::Mark end = log_->End();
    ASSERT_TRUE(log_->Sync(end).ok());
    log_->SetSynced(end);
  }
};

TEST_F(ExtendedLogTest, IsExtendedWhenTheZerosAreUsedUp) {
  EXPECT_TRUE(log_->NeedsExtending());
  log_->Extend();
  EXPECT_EQ(log_->TakeGrowth(), 3200u);
  EXPECT_EQ(FileBytes(), kFileHeaderBytes + 3200);
  Revision revision = 0;
  while (!log_->NeedsExtending()) {
    ASSERT_TRUE(Write(++revision).ok());
    SyncAll();
    EXPECT_EQ(log_->TakeGrowth(), 0u);
  }
  EXPECT_LE(log_->End().bytes, FileBytes());
  EXPECT_GT(log_->End().bytes + 3200 / 16, FileBytes());
  const uint64_t before = FileBytes();
  log_->Extend();
  EXPECT_EQ(FileBytes(), log_->End().bytes + 3200);
  EXPECT_EQ(log_->TakeGrowth(), FileBytes() - before);
}

TEST_F(ExtendedLogTest, LargeSyncsAreNotWorthIt) {
  ASSERT_TRUE(Write(1, std::string(300, 'v')).ok());
  EXPECT_FALSE(log_->NeedsExtending());
  SyncAll();
  EXPECT_TRUE(log_->NeedsExtending());
}

TEST_F(ExtendedLogTest, TheZerosEndWithTheSegment) {
  ASSERT_TRUE(Write(1, std::string(8000, 'v')).ok());
  SyncAll();
  const uint64_t room = 10'000 - log_->End().bytes;
  log_->Extend();
  EXPECT_EQ(FileBytes(), log_->End().bytes + room);
  EXPECT_FALSE(log_->NeedsExtending());
  ASSERT_TRUE(Write(2, std::string(3000, 'v')).ok());
  SyncAll();
  EXPECT_FALSE(log_->NeedsExtending()) << "a segment may be too large";
}

TEST_F(ExtendedLogTest, ASealedSegmentEndsWhereItsRecordsDo) {
  ASSERT_TRUE(Write(1).ok());
  log_->Extend();
  ASSERT_GT(FileBytes(), log_->End().bytes);
  const ActiveLog::Mark end = log_->End();
  Fail(Call::kTruncate);
  EXPECT_EQ(log_->Roll(9).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(log_->broken());
  ASSERT_TRUE(log_->Roll(9).ok());
  EXPECT_EQ(*end.segment->file().SizeBytes(), end.bytes);
  EXPECT_TRUE(log_->NeedsExtending());
}

TEST_F(ExtendedLogTest, ACleanStopLeavesNoZerosAlsoAfterPowerLoss) {
  ASSERT_TRUE(Write(1).ok());
  log_->Extend();
  ASSERT_GT(FileBytes(), log_->End().bytes);
  SyncAll();
  const ActiveLog::Mark end = log_->End();
  ASSERT_TRUE(log_->StopCleanly(/*next_revision=*/8, /*time_us=*/77).ok());
  SeededRandom random(TestSeed());
  const std::string path = end.segment->path();
  disk_.PowerOff();
  disk_.PowerOn(PowerLoss::kUnsynced, random);
  EXPECT_EQ(disk_.Image().at(path).size(), end.bytes);
}

TEST_F(ExtendedLogTest, WithoutRoomTheLogIsWhatItWasUntilTheNextSegment) {
  ASSERT_TRUE(Write(1).ok());
  SyncAll();
  const uint64_t before = FileBytes();
  files_.FailCall({Call::kWrite, 1, absl::ResourceExhaustedError("no room"),
                   false, /*written_share=*/128});
  log_->Extend();
  EXPECT_EQ(FileBytes(), before);
  EXPECT_FALSE(log_->broken());
  EXPECT_FALSE(log_->NeedsExtending());
  ASSERT_TRUE(Write(2).ok());
  ASSERT_TRUE(log_->Roll(9).ok());
  EXPECT_TRUE(log_->NeedsExtending());
}

}  // namespace
}  // namespace rundlet

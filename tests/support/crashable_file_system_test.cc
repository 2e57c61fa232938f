// Goal: the disk that the power-loss tests trust loses what was not synced, all
// of it and nothing else.
// Method: write, sync and rename, cut the power, and look at what is left.

#include "tests/support/crashable_file_system.h"

#include <memory>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class CrashableFileSystemTest : public ::testing::Test {
 protected:
  CrashableFileSystemTest() : random_(TestSeed()) {
    EXPECT_TRUE(disk_.MakeDirectory("/data").ok());
  }

  // A file whose name and content survive.
  std::unique_ptr<File> Durable(const std::string& path,
                                const std::string& content) {
    auto file = disk_.CreateFile(path);
    EXPECT_TRUE(file.ok()) << file.status();
    EXPECT_TRUE((*file)->WriteAt(0, content).ok());
    EXPECT_TRUE((*file)->Sync().ok());
    EXPECT_TRUE(disk_.SyncDirectory("/data").ok());
    return *std::move(file);
  }

  void Cut(PowerLoss loss) {
    disk_.PowerOff();
    disk_.PowerOn(loss, random_);
  }

  std::string Content(const std::string& path) {
    const auto image = disk_.Image();
    const auto found = image.find(path);
    return found == image.end() ? "(missing)" : found->second;
  }

  SeededRandom random_;
  CrashableFileSystem disk_;
};

TEST_F(CrashableFileSystemTest, LosesBytesThatWereNotSynced) {
  const auto file = Durable("/data/a", "synced");
  ASSERT_TRUE(file->WriteAt(6, " and not").ok());
  EXPECT_EQ(Content("/data/a"), "synced and not");
  Cut(PowerLoss::kUnsynced);
  EXPECT_EQ(Content("/data/a"), "synced");
}

TEST_F(CrashableFileSystemTest, LosesTruncationsThatWereNotSynced) {
  const auto file = Durable("/data/a", "synced");
  ASSERT_TRUE(file->Truncate(1).ok());
  EXPECT_EQ(Content("/data/a"), "s");
  Cut(PowerLoss::kUnsynced);
  EXPECT_EQ(Content("/data/a"), "synced");
}

TEST_F(CrashableFileSystemTest, LosesNamesOfFoldersThatWereNotSynced) {
  const auto file = disk_.CreateFile("/data/a");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->WriteAt(0, "bytes").ok());
  ASSERT_TRUE((*file)->Sync().ok());
  Cut(PowerLoss::kUnsynced);
  EXPECT_THAT(*disk_.ListDirectory("/data"), IsEmpty());
}

TEST_F(CrashableFileSystemTest, UndoesRenamesAndRemovalsThatWereNotSynced) {
  Durable("/data/a", "A");
  Durable("/data/b", "B");
  Durable("/data/c", "C");
  ASSERT_TRUE(disk_.RenameFile("/data/a", "/data/b").ok());
  ASSERT_TRUE(disk_.RemoveFile("/data/c").ok());
  EXPECT_THAT(*disk_.ListDirectory("/data"), UnorderedElementsAre("b"));
  Cut(PowerLoss::kUnsynced);
  EXPECT_EQ(Content("/data/a"), "A");
  EXPECT_EQ(Content("/data/b"), "B");
  EXPECT_EQ(Content("/data/c"), "C");
}

TEST_F(CrashableFileSystemTest, KeepsWhatWasSynced) {
  Durable("/data/a", "A");
  Durable("/data/b", "B");
  ASSERT_TRUE(disk_.RenameFile("/data/a", "/data/b").ok());
  ASSERT_TRUE(disk_.SyncDirectory("/data").ok());
  for (PowerLoss loss :
       {PowerLoss::kNothing, PowerLoss::kUnsynced, PowerLoss::kAnySubset}) {
    Cut(loss);
    EXPECT_THAT(*disk_.ListDirectory("/data"), UnorderedElementsAre("b"));
    EXPECT_EQ(Content("/data/b"), "A");
  }
}

TEST_F(CrashableFileSystemTest, AKillLosesNothingAndSyncsNothing) {
  const auto file = Durable("/data/a", "A");
  ASSERT_TRUE(file->WriteAt(0, "B").ok());
  ASSERT_TRUE(disk_.CreateFile("/data/b").ok());
  Cut(PowerLoss::kNothing);
  EXPECT_EQ(Content("/data/a"), "B");
  EXPECT_EQ(Content("/data/b"), "");
  Cut(PowerLoss::kUnsynced);
  EXPECT_EQ(Content("/data/a"), "A");
  EXPECT_EQ(Content("/data/b"), "(missing)");
}

TEST_F(CrashableFileSystemTest, AnySubsetOfUnsyncedSectorsSurvives) {
  const std::string old(2 * DiskBytes::kSectorBytes, 'o');
  const std::string fresh(2 * DiskBytes::kSectorBytes, 'n');
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    disk_.SetImage({{"/data/a", old}});
    const auto file = disk_.OpenFile("/data/a");
    ASSERT_TRUE((*file)->WriteAt(0, fresh).ok());
    Cut(PowerLoss::kAnySubset);
    const std::string left = Content("/data/a");
    ASSERT_EQ(left.size(), old.size());
    for (size_t at = 0; at < left.size(); ++at) {
      ASSERT_EQ(left[at], left[at & ~(DiskBytes::kSectorBytes - 1)]);
    }
    seen.insert({left.front(), left.back()});
  }
  EXPECT_THAT(seen, UnorderedElementsAre("oo", "on", "no", "nn"));
}

TEST_F(CrashableFileSystemTest, AnySubsetKeepsEverySyncedByte) {
  for (int i = 0; i < 200; ++i) {
    disk_.SetImage({{"/data/a", "synced"}});
    const auto file = disk_.OpenFile("/data/a");
    ASSERT_TRUE((*file)->WriteAt(6, random_.Bytes(3000)).ok());
    Cut(PowerLoss::kAnySubset);
    ASSERT_EQ(Content("/data/a").substr(0, 6), "synced");
  }
}

TEST_F(CrashableFileSystemTest, FilesFromBeforeTheCutStayDead) {
  const auto file = Durable("/data/a", "A");
  Cut(PowerLoss::kUnsynced);
  EXPECT_EQ(file->WriteAt(0, "B").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(file->Sync().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Content("/data/a"), "A");
}

TEST_F(CrashableFileSystemTest, PowerGoesAtTheCallThatWasNamed) {
  const auto file = Durable("/data/a", "A");
  disk_.PowerOffAtCall(2);
  EXPECT_TRUE(file->WriteAt(0, "B").ok());
  EXPECT_EQ(file->Sync().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(disk_.OpenFile("/data/a").status().code(),
            absl::StatusCode::kUnavailable);
  disk_.PowerOn(PowerLoss::kUnsynced, random_);
  EXPECT_EQ(Content("/data/a"), "A");
}

TEST_F(CrashableFileSystemTest, ForgottenBytesNeverReachTheDisk) {
  const auto file = Durable("/data/a", "A");
  ASSERT_TRUE(file->WriteAt(0, "B").ok());
  disk_.ForgetUnsynced("/data/a");
  EXPECT_EQ(Content("/data/a"), "B");
  ASSERT_TRUE(file->Sync().ok());
  Cut(PowerLoss::kUnsynced);
  EXPECT_EQ(Content("/data/a"), "A");
}

TEST_F(CrashableFileSystemTest, FullDiskTakesWhatFits) {
  const auto file = Durable("/data/a", "1234");
  disk_.SetCapacityBytes(6);
  EXPECT_EQ(*disk_.AvailableBytes("/data"), 2u);
  EXPECT_EQ(file->WriteAt(4, "5678").code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Content("/data/a"), "123456");
  EXPECT_TRUE(file->WriteAt(0, "abcdef").ok());
}

TEST_F(CrashableFileSystemTest, AllocatedBytesTakeRoomUntilTheyAreCutOff) {
  const auto file = Durable("/data/a", "1234");
  disk_.SetCapacityBytes(20);
  EXPECT_EQ(file->Allocate(21).code(), absl::StatusCode::kResourceExhausted);
  ASSERT_TRUE(file->Allocate(15).ok());
  EXPECT_EQ(*disk_.AvailableBytes("/data"), 5u);
  EXPECT_EQ(*file->SizeBytes(), 15u);
  char read[3] = "??";
  ASSERT_TRUE(file->ReadAt(3, 2, read).ok());
  EXPECT_EQ(std::string(read, 2), std::string("4\0", 2));
  ASSERT_TRUE(file->Truncate(4).ok());
  EXPECT_EQ(*disk_.AvailableBytes("/data"), 16u);
}

TEST_F(CrashableFileSystemTest, LocksAreExclusiveUntilReleasedOrPowerGoes) {
  auto lock = disk_.LockFile("/data/LOCK");
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(disk_.LockFile("/data/LOCK").status().code(),
            absl::StatusCode::kFailedPrecondition);
  Cut(PowerLoss::kUnsynced);
  auto second = disk_.LockFile("/data/LOCK");
  EXPECT_TRUE(second.ok());
  lock->reset();  // of another boot: it must not free the second one
  EXPECT_FALSE(disk_.LockFile("/data/LOCK").ok());
  second->reset();
  EXPECT_TRUE(disk_.LockFile("/data/LOCK").ok());
}

}  // namespace
}  // namespace rundlet

// Goal: the file system that the I/O error tests trust fails exactly the calls
// that it was told to.
// Method: faults of each form over a disk in memory.

#include "tests/support/faulty_file_system.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/crashable_file_system.h"

namespace rundlet {
namespace {

class FaultyFileSystemTest : public ::testing::Test {
 protected:
  FaultyFileSystemTest() : files_(&disk_) {
    file_ = *files_.CreateFile("/a");
    EXPECT_TRUE(file_->WriteAt(0, "old").ok());
  }

  const absl::Status kError = absl::UnknownError("EIO");
  CrashableFileSystem disk_;
  FaultyFileSystem files_;
  std::unique_ptr<File> file_;
};

TEST_F(FaultyFileSystemTest, FailsTheNthCallOnce) {
  files_.FailCall({Call::kSync, 2, kError});
  EXPECT_TRUE(file_->Sync().ok());
  EXPECT_TRUE(file_->WriteAt(0, "new").ok());
  EXPECT_EQ(file_->Sync().code(), kError.code());
  EXPECT_TRUE(file_->Sync().ok());
  EXPECT_EQ(files_.fault_count(), 1u);
  EXPECT_EQ(files_.call_count(Call::kSync), 3u);
}

TEST_F(FaultyFileSystemTest, FailsForGoodUntilHealed) {
  files_.FailCall({Call::kWrite, 1, kError, true});
  EXPECT_FALSE(file_->WriteAt(0, "new").ok());
  EXPECT_FALSE(file_->WriteAt(0, "new").ok());
  EXPECT_TRUE(file_->Sync().ok());
  files_.Heal();
  EXPECT_TRUE(file_->WriteAt(0, "new").ok());
}

TEST_F(FaultyFileSystemTest, FailsCallsOfEveryKind) {
  files_.FailCall({std::nullopt, 3, kError, true});
  EXPECT_TRUE(file_->Sync().ok());
  EXPECT_TRUE(file_->SizeBytes().ok());
  EXPECT_FALSE(file_->Truncate(0).ok());
  EXPECT_FALSE(files_.OpenFile("/a").ok());
  EXPECT_FALSE(files_.LockFile("/LOCK").ok());
  EXPECT_EQ(disk_.Image().at("/a"), "old");
}

TEST_F(FaultyFileSystemTest, ShortWriteLeavesAPart) {
  files_.FailCall({Call::kWrite, 1, kError, false, 128});
  EXPECT_FALSE(file_->WriteAt(0, "NEWER!").ok());
  EXPECT_EQ(disk_.Image().at("/a"), "NEW");
}

TEST_F(FaultyFileSystemTest, TellsOfFailedSyncs) {
  FaultyFileSystem files(&disk_);
  std::string failed;
  files.OnFailedSync([&](const std::string& path) { failed = path; });
  const auto file = *files.OpenFile("/a");
  files.FailCall({Call::kSync, 1, kError});
  EXPECT_FALSE(file->Sync().ok());
  EXPECT_EQ(failed, "/a");
}

}  // namespace
}  // namespace rundlet

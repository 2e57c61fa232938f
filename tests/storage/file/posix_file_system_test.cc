// Goal: the machine's file system keeps the contract of FileSystem.
// Method: every method on files in a temporary folder, its errors included;
// locks also against another process.

#include "storage/file/posix_file_system.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class PosixFileSystemTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) { return folder_.Path(name); }

  TempFolder folder_;
  FileSystem* const files_ = FileSystem::Posix();
};

TEST_F(PosixFileSystemTest, ReadsWhatWasWritten) {
  const auto file = files_->CreateFile(Path("a"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE((*file)->WriteAt(0, "0123456789").ok());
  EXPECT_TRUE((*file)->WriteAt(8, "ABC").ok());
  EXPECT_TRUE((*file)->Sync().ok());
  EXPECT_EQ(*(*file)->SizeBytes(), 11u);

  const auto again = files_->OpenFile(Path("a"));
  ASSERT_TRUE(again.ok()) << again.status();
  std::string read(5, '\0');
  EXPECT_TRUE((*again)->ReadAt(6, 5, read.data()).ok());
  EXPECT_EQ(read, "67ABC");
}

TEST_F(PosixFileSystemTest, ReadBehindTheEndIsOutOfRange) {
  const auto file = files_->CreateFile(Path("a"));
  ASSERT_TRUE((*file)->WriteAt(0, "abc").ok());
  char out[8];
  const absl::Status status = (*file)->ReadAt(1, 3, out);
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(status.message(), HasSubstr(Path("a")));
  EXPECT_TRUE((*file)->ReadAt(3, 0, out).ok());
}

TEST_F(PosixFileSystemTest, TruncatesAndGrows) {
  const auto file = files_->CreateFile(Path("a"));
  ASSERT_TRUE((*file)->WriteAt(0, "abc").ok());
  EXPECT_TRUE((*file)->Truncate(1).ok());
  EXPECT_EQ(*(*file)->SizeBytes(), 1u);
  EXPECT_TRUE((*file)->Truncate(3).ok());
  std::string read(3, 'x');
  EXPECT_TRUE((*file)->ReadAt(0, 3, read.data()).ok());
  EXPECT_EQ(read, std::string("a\0\0", 3));
}

TEST_F(PosixFileSystemTest, CreatesOnlyWhatIsMissingAndOpensOnlyWhatIsThere) {
  EXPECT_EQ(files_->OpenFile(Path("a")).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(files_->CreateFile(Path("a")).ok());
  EXPECT_EQ(files_->CreateFile(Path("a")).status().code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(PosixFileSystemTest, FullDeviceIsResourceExhausted) {
  const auto file = files_->OpenFile("/dev/full");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->WriteAt(0, "x").code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(PosixFileSystemTest, ShortWriteGoesOnAndThenFails) {
  // A file size limit makes the kernel cut the first write short, and refuse
  // what is left of it.
  const auto file = files_->CreateFile(Path("a"));
  ASSERT_TRUE(file.ok());
  signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 4;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = (*file)->WriteAt(0, "123456");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(*(*file)->SizeBytes(), 4u);
}

TEST_F(PosixFileSystemTest, ListsRenamesAndRemoves) {
  EXPECT_THAT(*files_->ListDirectory(folder_.path()), IsEmpty());
  ASSERT_TRUE(files_->CreateFile(Path("a")).ok());
  ASSERT_TRUE(files_->CreateFile(Path("b")).ok());
  EXPECT_TRUE(files_->RenameFile(Path("a"), Path("b")).ok());
  EXPECT_TRUE(files_->SyncDirectory(folder_.path()).ok());
  EXPECT_THAT(*files_->ListDirectory(folder_.path()),
              UnorderedElementsAre("b"));
  EXPECT_TRUE(files_->RemoveFile(Path("b")).ok());
  EXPECT_EQ(files_->RemoveFile(Path("b")).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(files_->RenameFile(Path("b"), Path("c")).code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(files_->ListDirectory(Path("none")).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(files_->SyncDirectory(Path("none")).code(),
            absl::StatusCode::kNotFound);
}

TEST_F(PosixFileSystemTest, MakesFoldersAndThoseAbove) {
  EXPECT_TRUE(files_->MakeDirectory(Path("a/b/c/")).ok());
  EXPECT_TRUE(files_->MakeDirectory(Path("a/b/c")).ok());
  EXPECT_THAT(*files_->ListDirectory(Path("a/b")), UnorderedElementsAre("c"));
  ASSERT_TRUE(files_->CreateFile(Path("file")).ok());
  EXPECT_FALSE(files_->MakeDirectory(Path("file")).ok());
  EXPECT_FALSE(files_->MakeDirectory(Path("file/below")).ok());
  EXPECT_FALSE(files_->MakeDirectory("").ok());
}

TEST_F(PosixFileSystemTest, LockKeepsThisProcessOut) {
  auto lock = files_->LockFile(Path("LOCK"));
  ASSERT_TRUE(lock.ok()) << lock.status();
  EXPECT_EQ(files_->LockFile(Path("LOCK")).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(files_->LockFile(Path("./LOCK")).status().code(),
            absl::StatusCode::kFailedPrecondition);
  lock->reset();
  EXPECT_TRUE(files_->LockFile(Path("LOCK")).ok());
}

TEST_F(PosixFileSystemTest, LockKeepsOtherProcessesOutUntilTheyEnd) {
  int locked[2];
  int end[2];
  ASSERT_EQ(pipe(locked), 0);
  ASSERT_EQ(pipe(end), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(end[1]);
    const auto lock = PosixFileSystem().LockFile(Path("LOCK"));
    char byte = lock.ok() ? 'y' : 'n';
    if (write(locked[1], &byte, 1) != 1) _exit(1);
    if (read(end[0], &byte, 1) != 0) _exit(1);
    _exit(0);  // without releasing anything
  }
  char byte = 0;
  ASSERT_EQ(read(locked[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  const auto refused = files_->LockFile(Path("LOCK"));
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused.status().message(), HasSubstr("another process"));

  for (int fd : {end[0], end[1], locked[0], locked[1]}) close(fd);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(files_->LockFile(Path("LOCK")).ok());
}

TEST_F(PosixFileSystemTest, NoDescriptorPassesToOtherPrograms) {
  const auto file = files_->CreateFile(Path("a"));
  const auto lock = files_->LockFile(Path("LOCK"));
  ASSERT_TRUE(file.ok() && lock.ok());
  const auto names = files_->ListDirectory("/proc/self/fd");
  ASSERT_TRUE(names.ok());
  int ours = 0;
  for (const std::string& name : *names) {
    const int fd = std::stoi(name);
    char target[4096];
    const ssize_t size =
        readlink(("/proc/self/fd/" + name).c_str(), target, sizeof(target));
    if (size < 0) continue;  // the descriptor that listed the folder
    if (std::string(target, size).rfind(folder_.path(), 0) != 0) continue;
    ++ours;
    EXPECT_NE(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << name;
  }
  EXPECT_EQ(ours, 2);
}

TEST_F(PosixFileSystemTest, AllocatesRoomThatReadsAsZeros) {
  const auto file = files_->CreateFile(Path("a"));
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->WriteAt(0, "abc").ok());
  ASSERT_TRUE((*file)->Allocate(1 << 20).ok());
  EXPECT_EQ(*(*file)->SizeBytes(), 1u << 20);
  struct stat status;
  ASSERT_EQ(stat(Path("a").c_str(), &status), 0);
  EXPECT_GE(status.st_blocks * 512, 1 << 20);
  char read[5];
  ASSERT_TRUE((*file)->ReadAt(0, 5, read).ok());
  EXPECT_EQ(std::string(read, 5), std::string("abc\0\0", 5));
  ASSERT_TRUE((*file)->Allocate(10).ok());
  EXPECT_EQ(*(*file)->SizeBytes(), 1u << 20);
  ASSERT_TRUE((*file)->Truncate(0).ok());
  ASSERT_EQ(stat(Path("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_blocks, 0);
}

TEST_F(PosixFileSystemTest, TellsWhatIsAvailable) {
  const auto bytes = files_->AvailableBytes(folder_.path());
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_GT(*bytes, 0u);
  EXPECT_FALSE(files_->AvailableBytes(Path("none")).ok());
}

}  // namespace
}  // namespace rundlet

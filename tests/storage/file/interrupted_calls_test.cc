// Goal: calls that a signal interrupts, and reads and writes that do less than
// was asked for, are gone on with: nobody above sees them, and every byte is
// where it belongs.
// Method: the calls of the C library are replaced in this program by ones that
// fail with EINTR before they work, and that move at most a part of the bytes;
// files, and a whole store, work on them.

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/file/file_system.h"
#include "storage/open.h"
#include "tests/support/temp_folder.h"

namespace {

std::atomic<bool> is_interrupting{false};
std::atomic<uint64_t> calls{0};
std::atomic<size_t> bytes_at_once{0};

// Two of three calls are interrupted.
bool Interrupts() {
  if (!is_interrupting || calls.fetch_add(1) % 3 == 2) return false;
  errno = EINTR;
  return true;
}

size_t Part(size_t bytes) {
  if (!is_interrupting) return bytes;
  return std::min<size_t>(bytes, bytes_at_once);
}

}  // namespace

extern "C" {

ssize_t pread(int fd, void* data, size_t bytes, off_t offset) {
  if (Interrupts()) return -1;
  return syscall(SYS_pread64, fd, data, Part(bytes), offset);
}

ssize_t pwrite(int fd, const void* data, size_t bytes, off_t offset) {
  if (Interrupts()) return -1;
  return syscall(SYS_pwrite64, fd, data, Part(bytes), offset);
}

int fdatasync(int fd) {
  if (Interrupts()) return -1;
  return static_cast<int>(syscall(SYS_fdatasync, fd));
}

int fsync(int fd) {
  if (Interrupts()) return -1;
  return static_cast<int>(syscall(SYS_fsync, fd));
}

int ftruncate(int fd, off_t bytes) noexcept {
  if (Interrupts()) return -1;
  return static_cast<int>(syscall(SYS_ftruncate, fd, bytes));
}

int open(const char* path, int flags, ...) {
  if (Interrupts()) return -1;
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = va_arg(arguments, mode_t);
  va_end(arguments);
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

}  // extern "C"

namespace rundlet {
namespace {

class InterruptedCallsTest : public ::testing::TestWithParam<size_t> {
 protected:
  InterruptedCallsTest() {
    calls = 0;
    bytes_at_once = GetParam();
    is_interrupting = true;
  }
  ~InterruptedCallsTest() override {
    is_interrupting = false;
    // They were on the way.
    EXPECT_GT(calls, 20u);
  }

  std::unique_ptr<Store> OpenStore() const {
    Options options;
    options.path = folder_.Path("data");
    options.segment_bytes = 1000;
    options.cache_entries = 0;
    auto store = Open(std::move(options));
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  const TempFolder folder_;
};

TEST_P(InterruptedCallsTest, FilesAreWhole) {
  FileSystem* const files = FileSystem::Posix();
  const auto file = files->CreateFile(folder_.Path("file"));
  ASSERT_TRUE(file.ok()) << file.status();
  std::string content;
  for (int i = 0; i < 500; ++i) absl::StrAppend(&content, i, ",");
  EXPECT_TRUE((*file)->WriteAt(0, content).ok());
  EXPECT_TRUE((*file)->WriteAt(content.size(), content).ok());
  EXPECT_TRUE((*file)->Sync().ok());
  EXPECT_TRUE(files->SyncDirectory(folder_.path()).ok());
  std::string read(content.size(), '\0');
  EXPECT_TRUE((*file)->ReadAt(content.size(), read.size(), &read[0]).ok());
  EXPECT_EQ(read, content);
  EXPECT_TRUE((*file)->Truncate(content.size()).ok());
  EXPECT_EQ((*file)->SizeBytes().value_or(0), content.size());
  EXPECT_TRUE(files->OpenFile(folder_.Path("file")).ok());
}

TEST_P(InterruptedCallsTest, AStoreDoesNotNotice) {
  for (int life = 0; life < 2; ++life) {
    const std::unique_ptr<Store> store = OpenStore();
    ASSERT_NE(store, nullptr);
    BlockingStore blocking(store.get());
    for (int i = 0; i < 30; ++i) {
      const auto put = blocking.Put(absl::StrCat("key", i % 7),
                                    Value::Text(absl::StrCat(life, ":", i)));
      ASSERT_TRUE(put.ok()) << put.status();
    }
    const auto compacted = blocking.Compact();
    EXPECT_TRUE(compacted.ok()) << compacted.status();
    for (int i = 23; i < 30; ++i) {
      const auto entry = blocking.Get(absl::StrCat("key", i % 7));
      ASSERT_TRUE(entry.ok()) << entry.status();
      ASSERT_TRUE(entry->has_value());
      EXPECT_EQ((*entry)->value.bytes, absl::StrCat(life, ":", i));
    }
  }
  EXPECT_EQ(OpenStore()->Stats().keys_in_index, 7u);
}

INSTANTIATE_TEST_SUITE_P(BytesAtOnce, InterruptedCallsTest,
                         ::testing::Values(1, 7, 4096));

}  // namespace
}  // namespace rundlet

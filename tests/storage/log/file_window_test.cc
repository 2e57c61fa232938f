// Goal: a window gives the bytes of the file, or fewer where it ends.
// Method: every offset and length around the read-ahead's edge and the end, in
// order and back; a read that fails once.

#include "storage/log/file_window.h"

#include <algorithm>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr uint64_t kReadAheadBytes = 256 << 10;

class FileWindowTest : public ::testing::Test {
 protected:
  FileWindowTest() {
    bytes_ = random_.Bytes(kReadAheadBytes * 2 + 1000);
    disk_.SetImage({{"/data/file", bytes_}});
    file_ = *files_.OpenFile("/data/file");
  }

  void ExpectAt(FileWindow& window, uint64_t offset, size_t count) {
    const auto got = window.At(offset, count);
    ASSERT_TRUE(got.ok()) << got.status();
    absl::string_view want(bytes_.data(), window.end());
    want = want.substr(std::min<uint64_t>(offset, window.end()), count);
    EXPECT_TRUE(*got == want) << offset << " " << count;
  }

  SeededRandom random_{TestSeed()};
  std::string bytes_;
  CrashableFileSystem disk_;
  FaultyFileSystem files_{&disk_};
  std::unique_ptr<File> file_;
};

TEST_F(FileWindowTest, GivesEveryRangeAroundTheEdges) {
  FileWindow window(*file_, bytes_.size());
  for (const uint64_t edge :
       {uint64_t{2}, kReadAheadBytes, 2 * kReadAheadBytes, bytes_.size()}) {
    for (uint64_t offset = edge - 2; offset <= edge + 2; ++offset) {
      for (const size_t count : {0, 1, 2, 3, 64}) {
        ExpectAt(window, offset, count);
      }
    }
  }
  ExpectAt(window, 0, bytes_.size());
  ExpectAt(window, 1, bytes_.size() * 2);
}

TEST_F(FileWindowTest, GivesRandomRangesForwardsAndBack) {
  FileWindow window(*file_, bytes_.size());
  for (int i = 0; i < 2000; ++i) {
    ExpectAt(window, random_.Below(bytes_.size() + 10), random_.Below(5000));
  }
}

TEST_F(FileWindowTest, ShowsNothingBehindItsEnd) {
  FileWindow window(*file_, 100);
  ExpectAt(window, 0, 1000);
  ExpectAt(window, 99, 2);
  ExpectAt(window, 100, 1);
  ExpectAt(window, 101, 1);
  FileWindow empty(*file_, 0);
  ExpectAt(empty, 0, 10);
}

TEST_F(FileWindowTest, ReadsAheadOnce) {
  FileWindow window(*file_, bytes_.size());
  for (uint64_t offset = 0; offset + 100 <= kReadAheadBytes; offset += 100) {
    ExpectAt(window, offset, 100);
  }
  EXPECT_EQ(files_.call_count(Call::kRead), 1u);
}

TEST_F(FileWindowTest, AfterAFailedReadItReadsAgain) {
  FileWindow window(*file_, bytes_.size());
  ExpectAt(window, 0, 10);
  files_.FailCall({Call::kRead, 1, absl::UnknownError("EIO"), false, 0});
  EXPECT_EQ(window.At(kReadAheadBytes, 10).status().code(),
            absl::StatusCode::kUnknown);
  ExpectAt(window, kReadAheadBytes, 10);
  ExpectAt(window, 0, 10);
}

}  // namespace
}  // namespace rundlet

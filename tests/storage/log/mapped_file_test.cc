// Goal: a mapping shows what is written, also what is written after it was
// made; it grows with its file, and what was given out stays good; and a file
// system without mappings gives nothing.
// Method: a file of the machine that grows by doubling, read as memory, from
// several threads; and one of a file system in memory.

#include "storage/log/mapped_file.h"

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

std::string Piece(uint64_t number) {
  return std::string(4096, 'a' + number % 26);
}

TEST(MappedFileTest, ShowsWhatIsWrittenAndGrows) {
  const TempFolder folder;
  const auto file = *FileSystem::Posix()->CreateFile(folder.Path("file"));
  const MappedFile mapped(file.get());
  ASSERT_TRUE(file->WriteAt(0, Piece(0)).ok());
  const absl::string_view first = mapped.At(0, 4096);
  EXPECT_EQ(first, Piece(0));
  const absl::string_view tail = mapped.At(4000, 96);
  EXPECT_EQ(tail.data(), first.data() + 4000);
  // Beyond the first mapping, several times over.
  for (uint64_t number = 1; number < 2000; ++number) {
    ASSERT_TRUE(file->WriteAt(number * 4096, Piece(number)).ok());
    ASSERT_EQ(mapped.At(number * 4096, 4096), Piece(number)) << number;
  }
  EXPECT_EQ(first, Piece(0));
  ASSERT_TRUE(file->WriteAt(0, Piece(7)).ok());
  EXPECT_EQ(first, Piece(7));
}

TEST(MappedFileTest, ThreadsMayMeet) {
  const TempFolder folder;
  const auto file = *FileSystem::Posix()->CreateFile(folder.Path("file"));
  constexpr uint64_t kPieces = 1000;
  for (uint64_t number = 0; number < kPieces; ++number) {
    ASSERT_TRUE(file->WriteAt(number * 4096, Piece(number)).ok());
  }
  const MappedFile mapped(file.get());
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&mapped, thread] {
      for (uint64_t i = 0; i < kPieces; ++i) {
        const uint64_t number = thread % 2 == 0 ? i : kPieces - 1 - i;
        ASSERT_EQ(mapped.At(number * 4096, 4096), Piece(number));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(MappedFileTest, GivesNothingWhereThereAreNoMappings) {
  CrashableFileSystem disk;
  ASSERT_TRUE(disk.MakeDirectory("/folder").ok());
  const auto file = *disk.CreateFile("/folder/file");
  ASSERT_TRUE(file->WriteAt(0, "bytes").ok());
  const MappedFile mapped(file.get());
  EXPECT_TRUE(mapped.At(0, 5).empty());
  EXPECT_TRUE(mapped.At(0, 5).empty());
}

}  // namespace
}  // namespace rundlet

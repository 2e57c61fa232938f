// Goal: damage on the disk never becomes a wrong value and never ends the
// process: what was synced and is bad is refused as DATA_LOSS, with the file's
// name, at open or by the read that meets it, and nothing is changed; what was
// never synced is cut; a hint or checkpoint that is bad is not believed (P4,
// P5).
// Method: bits of a store whose files have about 16 KiB flipped in turn, in the
// active segment, a sealed log, the base, their hints, the checkpoint and the
// MANIFEST; files missing and swapped. RUNDLET_RUNS is the number of flips in
// each file; the full measure, each bit of 16 KiB, is
//
//   RUNDLET_RUNS=131072 bazel test --test_timeout=14400
//   //tests/fault:damage_test

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/format/file_header.h"
#include "tests/fault/recorded_store.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;
using Size = RecordedStore::Size;

std::string NameOf(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

constexpr uint64_t kFlips = 300;
constexpr uint64_t kFlippedBytes = 16 << 10;

// The bits to flip of a file: so many, from its first and its last 8 KiB.
std::vector<uint64_t> BitsOf(const std::string& content) {
  const uint64_t bytes = std::min<uint64_t>(content.size(), kFlippedBytes);
  const uint64_t flips = std::min(TestRuns(kFlips), 8 * bytes);
  SeededRandom random(TestSeed());
  std::vector<uint64_t> bits;
  for (uint64_t i = 0; i < flips; ++i) {
    // One of each stretch of equal length.
    const uint64_t first = i * 8 * bytes / flips;
    const uint64_t next = (i + 1) * 8 * bytes / flips;
    uint64_t bit = random.Between(first, next - 1);
    if (bit >= 4 * bytes) bit += 8 * (content.size() - bytes);
    bits.push_back(bit);
  }
  return bits;
}

// Flips bits of a file in turn and hands the image to `check`.
template <typename Check>
void FlipBits(Image image, const std::string& path, Check check) {
  for (const uint64_t bit : BitsOf(image.at(path))) {
    SCOPED_TRACE(absl::StrCat(path, " byte ", bit / 8, " bit ", bit % 8));
    image[path][bit / 8] ^= 1 << bit % 8;
    check(image, bit / 8);
    image[path][bit / 8] ^= 1 << bit % 8;
    if (::testing::Test::HasFailure()) return;
  }
}

void ExpectLoss(const absl::Status& status, const std::string& path) {
  EXPECT_TRUE(status.code() == absl::StatusCode::kDataLoss ||
              status.code() == absl::StatusCode::kFailedPrecondition)
      << status;
  EXPECT_THAT(status.message(), HasSubstr(NameOf(path)));
}

// The store must not open, must say why, and must leave all as it is.
void ExpectRefused(const Image& image, const std::string& path,
                   bool verify = false) {
  Image after;
  ExpectLoss(RecordedStore::Read(image, {&after, verify}).status(), path);
  EXPECT_TRUE(WithoutLock(after) == WithoutLock(image));
}

void ExpectRead(const Image& image, const StoreText& expected) {
  Image after;
  const auto text = RecordedStore::Read(image, {&after});
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, expected);
  const auto again = RecordedStore::Read(after);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, expected);
}

// Whether all was read, which must be right; if not, the damage must be named.
bool ReadsRightOrRefuses(const Image& image, const std::string& path,
                         const StoreText& expected) {
  const auto text = RecordedStore::Read(image);
  if (text.ok()) {
    EXPECT_EQ(*text, expected);
  } else {
    ExpectLoss(text.status(), path);
  }
  return text.ok();
}

TEST(DamageTest, TheUndamagedStoreOpens) {
  for (auto stop : {RecordedStore::Stop::kKill, RecordedStore::Stop::kClean}) {
    const RecordedStore store(stop);
    EXPECT_GE(store.Sealed().size(), 3u);
    EXPECT_EQ(store.Hints().size(), store.Sealed().size());
    EXPECT_EQ(store.image().count(store.checkpoint()),
              stop == RecordedStore::Stop::kClean ? 1u : 0u);
    ExpectRead(store.image(), store.commits().back().state);
  }
}

TEST(DamageTest, WithoutHintsEveryBitOfSealedSegmentsIsNeeded) {
  const RecordedStore store(RecordedStore::Stop::kKill, Size::kLarge);
  Image image = store.image();
  for (const std::string& path : store.Hints()) image.erase(path);
  for (const std::string& path : store.Sealed()) {
    FlipBits(image, path, [&](const Image& damaged, uint64_t) {
      ExpectRefused(damaged, path);
    });
  }
}

TEST(DamageTest, AVerifyingOpenNeedsEveryBitOfSealedSegments) {
  const RecordedStore store(RecordedStore::Stop::kKill, Size::kLarge);
  for (const std::string& path : store.Sealed()) {
    FlipBits(store.image(), path, [&](const Image& image, uint64_t) {
      ExpectRefused(image, path, /*verify=*/true);
    });
  }
}

// With a hint the segment is not read at open; the read of a record that is
// damaged fails, and what is not needed any more may be damaged.
TEST(DamageTest, DamageBehindAHintIsFoundByTheReadThatMeetsIt) {
  const RecordedStore store(RecordedStore::Stop::kKill, Size::kLarge);
  for (const std::string& path : store.Sealed()) {
    uint64_t refused = 0;
    FlipBits(store.image(), path, [&](const Image& image, uint64_t) {
      if (!ReadsRightOrRefuses(image, path, store.commits().back().state)) {
        ++refused;
      }
    });
    EXPECT_GT(refused, 0u) << path;
  }
}

TEST(DamageTest, ADamagedHintIsNotBelieved) {
  const RecordedStore store(RecordedStore::Stop::kKill, Size::kLarge);
  for (const std::string& path : store.Hints()) {
    FlipBits(store.image(), path, [&](const Image& image, uint64_t) {
      StoreStats stats;
      const auto text = RecordedStore::Read(image, {nullptr, false, &stats});
      ASSERT_TRUE(text.ok()) << text.status();
      EXPECT_EQ(*text, store.commits().back().state);
      EXPECT_EQ(stats.recovery_hints_rejected, 1u);
      EXPECT_EQ(stats.recovery_segments_read, 1u);
    });
  }
}

TEST(DamageTest, ADamagedCheckpointIsNotBelieved) {
  const RecordedStore store(RecordedStore::Stop::kClean, Size::kLarge);
  FlipBits(
      store.image(), store.checkpoint(), [&](const Image& image, uint64_t) {
        StoreStats stats;
        const auto text = RecordedStore::Read(image, {nullptr, false, &stats});
        ASSERT_TRUE(text.ok()) << text.status();
        EXPECT_EQ(*text, store.commits().back().state);
        EXPECT_FALSE(stats.recovery_used_checkpoint);
      });
}

TEST(DamageTest, ActiveSegmentIsCutAtTheDamageOrRefused) {
  const RecordedStore store(RecordedStore::Stop::kKill, Size::kLarge);
  uint64_t cut = 0;
  uint64_t refused = 0;
  FlipBits(store.image(), store.active(),
           [&](const Image& image, uint64_t byte) {
             if (const auto survivor = store.Survivor(byte)) {
               ++cut;
               ExpectRead(image, store.commits()[*survivor].state);
             } else {
               ++refused;
               ExpectRefused(image, store.active());
             }
           });
  EXPECT_GT(cut, 0u);
  EXPECT_GT(refused, 0u);
}

TEST(DamageTest, ActiveSegmentOfACleanStopIsSealed) {
  const RecordedStore store(RecordedStore::Stop::kClean, Size::kLarge);
  Image image = store.image();
  FlipBits(image, store.active(), [&](const Image& damaged, uint64_t) {
    ExpectRefused(damaged, store.active(), /*verify=*/true);
    ReadsRightOrRefuses(damaged, store.active(), store.commits().back().state);
  });
  image.erase(store.checkpoint());
  FlipBits(image, store.active(), [&](const Image& damaged, uint64_t) {
    ExpectRefused(damaged, store.active());
  });
}

TEST(DamageTest, OneGoodCopyOfEachManifestEditIsEnough) {
  for (auto stop : {RecordedStore::Stop::kKill, RecordedStore::Stop::kClean}) {
    const RecordedStore store(stop, Size::kLarge);
    FlipBits(store.image(), store.manifest(),
             [&](const Image& image, uint64_t byte) {
               if (byte < kFileHeaderBytes) {
                 ExpectRefused(image, store.manifest());
               } else {
                 ExpectRead(image, store.commits().back().state);
               }
             });
  }
}

TEST(DamageTest, MissingFilesAreRefused) {
  const RecordedStore store(RecordedStore::Stop::kKill);
  std::vector<std::string> paths = store.Sealed();
  paths.push_back(store.active());
  for (const std::string& path : paths) {
    Image image = store.image();
    image.erase(path);
    ExpectRefused(image, path);
  }
  Image image = store.image();
  image.erase(store.manifest());
  ExpectRefused(image, "");
}

TEST(DamageTest, SwappedFilesAreRefused) {
  const RecordedStore store(RecordedStore::Stop::kKill);
  std::vector<std::string> paths = store.Sealed();
  paths.push_back(store.active());
  for (size_t i = 0; i + 1 < paths.size(); ++i) {
    Image image = store.image();
    std::swap(image[paths[i]], image[paths[i + 1]]);
    ExpectRefused(image, "");
  }
}

TEST(DamageTest, SegmentsOfAnotherStoreAreRefused) {
  const RecordedStore store(RecordedStore::Stop::kKill);
  const RecordedStore other(RecordedStore::Stop::kKill);
  for (const std::string& path : store.Sealed()) {
    ASSERT_EQ(other.image().count(path), 1u);
    Image image = store.image();
    image[path] = other.image().at(path);
    ExpectRefused(image, path);
  }
}

}  // namespace
}  // namespace rundlet

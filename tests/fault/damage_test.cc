// Goal: damage on the disk never becomes a wrong value and never ends the
// process: what was synced and is bad is refused as DATA_LOSS, with the file's
// name, and nothing is changed; what was never synced is cut (P4, P5).
// Method: every bit of a small store flipped in turn, in the active segment,
// the sealed ones, the base and the MANIFEST; files missing and swapped.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/format/file_header.h"
#include "tests/fault/recorded_store.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

std::string NameOf(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

// Flips each bit of a file in turn and hands the image to `check`.
template <typename Check>
void FlipEachBit(Image image, const std::string& path, Check check) {
  const size_t bits = 8 * image.at(path).size();
  for (size_t bit = 0; bit < bits; ++bit) {
    SCOPED_TRACE(absl::StrCat(path, " byte ", bit / 8, " bit ", bit % 8));
    image[path][bit / 8] ^= 1 << bit % 8;
    check(image, bit / 8);
    image[path][bit / 8] ^= 1 << bit % 8;
    if (::testing::Test::HasFailure()) return;
  }
}

// The store must not open, must say why, and must leave all as it is.
void ExpectRefused(const Image& image, const std::string& path) {
  Image after;
  const auto text = RecordedStore::Read(image, &after);
  EXPECT_TRUE(text.status().code() == absl::StatusCode::kDataLoss ||
              text.status().code() == absl::StatusCode::kFailedPrecondition)
      << text.status();
  EXPECT_THAT(text.status().message(), HasSubstr(NameOf(path)));
  EXPECT_EQ(WithoutLock(after), WithoutLock(image));
}

void ExpectRead(const Image& image, const StoreText& expected) {
  Image after;
  const auto text = RecordedStore::Read(image, &after);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(*text, expected);
  const auto again = RecordedStore::Read(after, nullptr);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(*again, expected);
}

TEST(DamageTest, TheUndamagedStoreOpens) {
  for (auto stop : {RecordedStore::Stop::kKill, RecordedStore::Stop::kClean}) {
    const RecordedStore store(stop);
    EXPECT_GE(store.Sealed().size(), 3u);
    ExpectRead(store.image(), store.commits().back().state);
  }
}

TEST(DamageTest, EveryBitOfSealedSegmentsIsNeeded) {
  const RecordedStore store(RecordedStore::Stop::kKill);
  for (const std::string& path : store.Sealed()) {
    FlipEachBit(store.image(), path, [&](const Image& image, uint64_t) {
      ExpectRefused(image, path);
    });
  }
}

TEST(DamageTest, ActiveSegmentIsCutAtTheDamageOrRefused) {
  const RecordedStore store(RecordedStore::Stop::kKill);
  uint64_t cut = 0;
  uint64_t refused = 0;
  FlipEachBit(store.image(), store.active(),
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
  const RecordedStore store(RecordedStore::Stop::kClean);
  FlipEachBit(store.image(), store.active(), [&](const Image& image, uint64_t) {
    ExpectRefused(image, store.active());
  });
}

TEST(DamageTest, OneGoodCopyOfEachManifestEditIsEnough) {
  for (auto stop : {RecordedStore::Stop::kKill, RecordedStore::Stop::kClean}) {
    const RecordedStore store(stop);
    FlipEachBit(store.image(), store.manifest(),
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

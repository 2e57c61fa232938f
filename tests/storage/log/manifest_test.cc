// Goal: a MANIFEST says after a reopen what it said before, and what damage it
// mends, cuts or refuses is what FORMAT.md section 6 says.
// Method: a short history of edits; then the file with each bit flipped, cut at
// each byte with five kinds of tail, and with both copies of each edit damaged.

#include "storage/log/manifest.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/format/checksum.h"
#include "storage/format/file_header.h"
#include "storage/format/fixed_int.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/reference_crc.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

const char kFolder[] = "/data";
const char kPath[] = "/data/MANIFEST";
const char kStoreId[] = "0123456789abcdef";

std::vector<ManifestEdit> History() {
  ManifestEdit add;
  add.added = {{2, FileKind::kLog}};
  add.sealed = {{1, 480, 1, 9, 4}};
  ManifestEdit reserve;
  reserve.revision_ceiling = 1 << 20;
  ManifestEdit stop;
  stop.clean_stop = CleanStop{2, 480, 10};
  return {add, reserve, stop};
}

std::string Text(const ManifestState& state) {
  return absl::StrCat(state.store_id, state.stopped_cleanly,
                      EncodeManifestEdit(state.AsEdit()));
}

class ManifestTest : public ::testing::Test {
 protected:
  // Writes History(); then texts_[n] is the state with n of its edits, and
  // ends_[n] where that state's last edit ends in image_.
  ManifestTest() {
    EXPECT_TRUE(disk_.MakeDirectory(kFolder).ok());
    ManifestState state;
    state.store_id = kStoreId;
    EXPECT_TRUE(state.Apply(FirstEdit()).ok());
    const auto manifest = Manifest::Write(&disk_, kFolder, state);
    EXPECT_TRUE(manifest.ok()) << manifest.status();
    Remember(**manifest);
    for (const ManifestEdit& edit : History()) {
      EXPECT_TRUE((*manifest)->Append(edit).ok());
      Remember(**manifest);
    }
    image_ = disk_.Image().at(kPath);
  }

  static ManifestEdit FirstEdit() {
    ManifestEdit edit;
    edit.added = {{1, FileKind::kLog}};
    return edit;
  }

  void Remember(const Manifest& manifest) {
    texts_.push_back(Text(manifest.state()));
    ends_.push_back(disk_.Image().at(kPath).size());
  }

  absl::StatusOr<std::unique_ptr<Manifest>> OpenImage(std::string image) {
    disk_.SetImage({{kPath, std::move(image)}});
    return Manifest::Open(&disk_, kFolder);
  }

  void ExpectState(const std::string& image, const std::string& text,
                   const std::string& what) {
    const auto manifest = OpenImage(image);
    ASSERT_TRUE(manifest.ok()) << what << ": " << manifest.status();
    EXPECT_EQ(Text((*manifest)->state()), text) << what;
  }

  void ExpectDamage(const std::string& image, const std::string& what) {
    const auto manifest = OpenImage(image);
    EXPECT_EQ(manifest.status().code(), absl::StatusCode::kDataLoss) << what;
    EXPECT_THAT(manifest.status().message(), HasSubstr(kPath));
    EXPECT_EQ(disk_.Image().at(kPath), image) << "it was changed";
  }

  // Where the second copy of edit n starts.
  size_t CopyStart(size_t n) const {
    const size_t start = n == 0 ? kFileHeaderBytes : ends_[n - 1];
    return start + (ends_[n] - start) / 2;
  }

  CrashableFileSystem disk_;
  std::vector<std::string> texts_;
  std::vector<size_t> ends_;
  std::string image_;
};

TEST_F(ManifestTest, ThereIsNoneInAnEmptyFolder) {
  ASSERT_TRUE(disk_.MakeDirectory("/other").ok());
  EXPECT_EQ(Manifest::Open(&disk_, "/other").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(ManifestTest, SaysTheSameAfterAReopenAndGoesOn) {
  auto manifest = Manifest::Open(&disk_, kFolder);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(Text((*manifest)->state()), texts_.back());
  EXPECT_EQ(disk_.Image().at(kPath), image_) << "nothing to mend";
  ManifestEdit edit;
  edit.floor = 77;
  ASSERT_TRUE((*manifest)->Append(edit).ok());
  const std::string text = Text((*manifest)->state());
  manifest = Manifest::Open(&disk_, kFolder);
  EXPECT_EQ(Text((*manifest)->state()), text);
  EXPECT_FALSE((*manifest)->state().stopped_cleanly);
}

TEST_F(ManifestTest, StandsAsTheFormatSays) {
  EXPECT_EQ(image_.substr(0, 48),
            EncodeFileHeader({FileKind::kManifest, false, kStoreId, 0}));
  const uint32_t salt = SegmentSalt(kStoreId, 0);
  size_t at = 48;
  for (size_t n = 0; n < ends_.size(); ++n) {
    for (const uint8_t copy : {0, 1}) {
      std::string bytes(image_, at, (ends_[n] - at) / (2 - copy));
      const auto length = DecodeFixed<uint32_t>(&bytes[4]);
      EXPECT_EQ(bytes.size(), 17 + length);
      EXPECT_EQ(DecodeFixed<uint64_t>(&bytes[8]), n + 1);
      EXPECT_EQ(bytes[16], copy);
      FixCrc(salt ^ static_cast<uint32_t>(at), 0, bytes.size(), &bytes);
      EXPECT_EQ(image_.substr(at, bytes.size()), bytes);
      at += bytes.size();
    }
  }
  EXPECT_EQ(at, image_.size());
}

TEST_F(ManifestTest, AnEditThatDoesNotFitChangesNothing) {
  const auto manifest = Manifest::Open(&disk_, kFolder);
  ASSERT_TRUE(manifest.ok());
  ManifestEdit edit;
  edit.floor = 5;
  edit.removed = {99};
  EXPECT_EQ((*manifest)->Append(edit).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Text((*manifest)->state()), texts_.back());
  EXPECT_EQ(disk_.Image().at(kPath), image_);
}

TEST_F(ManifestTest, ForeignHeadersAreRefused) {
  std::string newer = image_;
  newer[8] = 2;
  EncodeFixed(ReferenceCrc(0, newer.substr(0, 44)), &newer[44]);
  const auto refused = OpenImage(newer);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused.status().message(), HasSubstr("version 2"));
  EXPECT_EQ(disk_.Image().at(kPath), newer);

  const std::string edits = image_.substr(48);
  ExpectDamage(EncodeFileHeader({FileKind::kLog, false, kStoreId, 0}) + edits,
               "a segment's header");
  ExpectDamage(
      EncodeFileHeader({FileKind::kManifest, false, "another store id", 0}) +
          edits,
      "another store's header");
  ExpectDamage("", "no bytes");
}

TEST_F(ManifestTest, EveryBitFlipIsMendedOrRefused) {
  for (size_t bit = 0; bit < image_.size() * 8; ++bit) {
    std::string bad = image_;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    if (bit / 8 < kFileHeaderBytes) {
      ExpectDamage(bad, absl::StrCat("bit ", bit));
      continue;
    }
    ExpectState(bad, texts_.back(), absl::StrCat("bit ", bit));
    // Both copies are whole again: the next flip hurts no more than the first.
    bad = disk_.Image().at(kPath);
    bad[kFileHeaderBytes] = static_cast<char>(~bad[kFileHeaderBytes]);
    ExpectState(bad, texts_.back(), absl::StrCat("again, bit ", bit));
  }
}

TEST_F(ManifestTest, BothCopiesDamagedIsACutAtTheEndAndCorruptionBefore) {
  for (size_t n = 0; n < ends_.size(); ++n) {
    std::string bad = image_;
    bad[CopyStart(n) - 1] = static_cast<char>(~bad[CopyStart(n) - 1]);
    bad[ends_[n] - 1] = static_cast<char>(~bad[ends_[n] - 1]);
    if (n + 1 == ends_.size()) {
      ExpectState(bad, texts_[n - 1], "the last edit");
      continue;
    }
    ExpectDamage(bad, absl::StrCat("edit ", n + 1));
    const size_t start = n == 0 ? kFileHeaderBytes : ends_[n - 1];
    EXPECT_THAT(OpenImage(bad).status().message(),
                HasSubstr(absl::StrCat("offset ", start, ":")));
  }
}

TEST_F(ManifestTest, EveryTornTailIsCutToWholeEdits) {
  SeededRandom random(TestSeed());
  for (size_t cut = 0; cut < image_.size(); ++cut) {
    const size_t lost = image_.size() - cut;
    for (const std::string& tail :
         {std::string(), std::string(lost, '\0'), std::string(lost, '\xff'),
          random.Bytes(lost), image_.substr(0, lost)}) {
      const std::string torn = image_.substr(0, cut) + tail;
      if (torn == image_) continue;
      const std::string what = absl::StrCat("cut at ", cut);
      if (cut < kFileHeaderBytes && torn.compare(0, 48, image_, 0, 48) != 0) {
        ExpectDamage(torn, what);
        continue;
      }
      // The edits of which the first copy is whole. A tail may begin with the
      // byte that was cut off, so that one more is.
      size_t whole = 0;
      while (whole < ends_.size() && torn.compare(0, CopyStart(whole), image_,
                                                  0, CopyStart(whole)) == 0) {
        ++whole;
      }
      if (whole == 0) {
        ExpectDamage(torn, what);
      } else {
        ExpectState(torn, texts_[whole - 1], what);
      }
    }
  }
}

TEST_F(ManifestTest, ACutBetweenTheCopiesIsMended) {
  for (size_t n = 0; n < ends_.size(); ++n) {
    ExpectState(image_.substr(0, CopyStart(n)), texts_[n], "one copy");
    std::string bad = disk_.Image().at(kPath);
    bad[kFileHeaderBytes] = static_cast<char>(~bad[kFileHeaderBytes]);
    ExpectState(bad, texts_[n], "the copy that was mended");
  }
}

TEST_F(ManifestTest, BytesOfAnotherPlaceAreNoEdits) {
  const std::string last = image_.substr(ends_[2], ends_[3] - ends_[2]);
  ExpectState(image_ + last, texts_.back(), "the last edit once more");
  ExpectState(image_.substr(0, ends_[1]) + last, texts_[1],
              "an edit in the place of one before");
}

TEST_F(ManifestTest, IsRewrittenWhenItHasGrown) {
  FaultyFileSystem files(&disk_);
  auto manifest = Manifest::Open(&files, kFolder);
  ASSERT_TRUE(manifest.ok());
  uint64_t largest = 0;
  ManifestEdit edit;
  for (uint64_t i = 1; files.call_count(Call::kRename) < 2; ++i) {
    ASSERT_LT(i, 100000u);
    edit.revision_ceiling = i;
    edit.ingested = {absl::StrCat("label ", i % 3, std::string(3000, 'x'))};
    ASSERT_TRUE((*manifest)->Append(edit).ok());
    largest = std::max<uint64_t>(largest, disk_.Image().at(kPath).size());
  }
  EXPECT_GT(largest, (1u << 20) - 10000);
  EXPECT_LT(largest, (1u << 20) + 10000);
  EXPECT_LT(disk_.Image().at(kPath).size(), 30000u);
  const std::string text = Text((*manifest)->state());
  manifest = Manifest::Open(&disk_, kFolder);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(Text((*manifest)->state()), text);
}

TEST_F(ManifestTest, ALargeStateIsNotRewrittenAtEachEdit) {
  FaultyFileSystem files(&disk_);
  const auto manifest = Manifest::Open(&files, kFolder);
  ASSERT_TRUE(manifest.ok());
  ManifestEdit edit;
  for (char label = 'a'; label < 'a' + 20; ++label) {
    edit.ingested.push_back(std::string(60000, label));
  }
  ASSERT_TRUE((*manifest)->Append(edit).ok());
  for (uint64_t i = 1; i <= 20; ++i) {
    ManifestEdit small;
    small.floor = i;
    ASSERT_TRUE((*manifest)->Append(small).ok());
  }
  EXPECT_EQ(files.call_count(Call::kRename), 1u);
}

}  // namespace
}  // namespace rundlet

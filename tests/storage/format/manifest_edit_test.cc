// Goal: MANIFEST edits come back as they were written, where they were
// written, or not at all.
// Method: each operation against the table of FORMAT.md section 5; random edits
// round trip; every cut, bit flip and other place of an edit's copy; unknown
// operations and kinds.

#include "storage/format/manifest_edit.h"

#include <limits>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "storage/format/checksum.h"
#include "storage/format/fixed_int.h"
#include "tests/support/reference_crc.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr uint32_t kSeed = 0x600DF00D;
constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();

std::string Operation(uint8_t tag, std::initializer_list<uint64_t> numbers) {
  std::string bytes(1, static_cast<char>(tag));
  for (const uint64_t number : numbers) AppendFixed<uint64_t>(number, &bytes);
  return bytes;
}

void ExpectRefused(absl::string_view payload) {
  EXPECT_EQ(DecodeManifestEdit(payload).status().code(),
            absl::StatusCode::kDataLoss);
}

void ExpectCopyRefused(absl::string_view bytes, uint32_t seed = kSeed) {
  EXPECT_EQ(DecodeEditCopy(bytes, seed).status().code(),
            absl::StatusCode::kDataLoss);
}

// An edit with every operation in it.
ManifestEdit Full() {
  ManifestEdit edit;
  edit.added = {{7, FileKind::kLog}, {8, FileKind::kBase}};
  edit.sealed = {{7, 1000, 3, 9, 5}};
  edit.removed = {1, kMax};
  edit.revision_ceiling = 1 << 20;
  edit.floor = 17;
  edit.time_us = -5;
  edit.segment_id_max = 8;
  edit.clean_stop = CleanStop{7, 900, 18};
  edit.ingested = {"", "seed.log", std::string("a\0b", 3)};
  edit.dictionaries = {{1, ""}, {255, "dictionary"}};
  return edit;
}

void ExpectSame(const ManifestEdit& want) {
  const auto got = DecodeManifestEdit(EncodeManifestEdit(want));
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_EQ(got->added.size(), want.added.size());
  for (size_t i = 0; i < want.added.size(); ++i) {
    EXPECT_EQ(got->added[i].segment_id, want.added[i].segment_id);
    EXPECT_EQ(got->added[i].kind, want.added[i].kind);
  }
  ASSERT_EQ(got->sealed.size(), want.sealed.size());
  for (size_t i = 0; i < want.sealed.size(); ++i) {
    EXPECT_EQ(got->sealed[i].segment_id, want.sealed[i].segment_id);
    EXPECT_EQ(got->sealed[i].bytes, want.sealed[i].bytes);
    EXPECT_EQ(got->sealed[i].revision_min, want.sealed[i].revision_min);
    EXPECT_EQ(got->sealed[i].revision_max, want.sealed[i].revision_max);
    EXPECT_EQ(got->sealed[i].record_count, want.sealed[i].record_count);
  }
  EXPECT_EQ(got->removed, want.removed);
  EXPECT_EQ(got->revision_ceiling, want.revision_ceiling);
  EXPECT_EQ(got->floor, want.floor);
  EXPECT_EQ(got->time_us, want.time_us);
  EXPECT_EQ(got->segment_id_max, want.segment_id_max);
  EXPECT_EQ(got->ingested, want.ingested);
  ASSERT_EQ(got->dictionaries.size(), want.dictionaries.size());
  for (size_t i = 0; i < want.dictionaries.size(); ++i) {
    EXPECT_EQ(got->dictionaries[i].id, want.dictionaries[i].id);
    EXPECT_EQ(got->dictionaries[i].bytes, want.dictionaries[i].bytes);
  }
  ASSERT_EQ(got->clean_stop.has_value(), want.clean_stop.has_value());
  if (!want.clean_stop.has_value()) return;
  EXPECT_EQ(got->clean_stop->active_id, want.clean_stop->active_id);
  EXPECT_EQ(got->clean_stop->synced_bytes, want.clean_stop->synced_bytes);
  EXPECT_EQ(got->clean_stop->next_revision, want.clean_stop->next_revision);
}

TEST(ManifestEditTest, OperationsStandAsTheFormatSays) {
  ManifestEdit edit;
  EXPECT_EQ(EncodeManifestEdit(edit), "");
  edit = {};
  edit.added = {{0x0102, FileKind::kBase}};
  EXPECT_EQ(EncodeManifestEdit(edit), Operation(1, {0x0102}) + "\x02");
  edit = {};
  edit.sealed = {{1, 2, 3, 4, 5}};
  EXPECT_EQ(EncodeManifestEdit(edit), Operation(2, {1, 2, 3, 4, 5}));
  edit = {};
  edit.removed = {6, 7};
  EXPECT_EQ(EncodeManifestEdit(edit), Operation(3, {6}) + Operation(3, {7}));
  edit = {};
  edit.revision_ceiling = 8;
  EXPECT_EQ(EncodeManifestEdit(edit), Operation(4, {8}));
  edit = {};
  edit.floor = 9;
  EXPECT_EQ(EncodeManifestEdit(edit), Operation(5, {9}));
  edit = {};
  edit.clean_stop = CleanStop{1, 2, 3};
  EXPECT_EQ(EncodeManifestEdit(edit), Operation(6, {1, 2, 3}));
  edit = {};
  edit.time_us = -1;
  EXPECT_EQ(EncodeManifestEdit(edit), Operation(7, {kMax}));
  edit = {};
  edit.ingested = {"ab"};
  EXPECT_EQ(EncodeManifestEdit(edit), std::string("\x08\x02\x00", 3) + "ab");
  edit = {};
  edit.segment_id_max = 10;
  EXPECT_EQ(EncodeManifestEdit(edit), Operation(9, {10}));
  edit = {};
  edit.dictionaries = {{3, "ab"}};
  EXPECT_EQ(EncodeManifestEdit(edit),
            std::string("\x0a\x03\x02\x00", 4) + "ab");
}

TEST(ManifestEditTest, RoundTrips) {
  ExpectSame(ManifestEdit());
  ExpectSame(Full());
  ManifestEdit edit;
  edit.sealed = {{kMax, kMax, kMax, kMax, kMax}};
  edit.revision_ceiling = 0;
  edit.floor = 0;
  edit.time_us = std::numeric_limits<int64_t>::min();
  edit.segment_id_max = 0;
  edit.clean_stop = CleanStop();
  edit.ingested = {std::string(65535, 'x')};
  edit.dictionaries = {{7, std::string(65535, 'd')}};
  ExpectSame(edit);
}

TEST(ManifestEditTest, RandomEditsRoundTrip) {
  SeededRandom random(TestSeed());
  for (uint64_t run = 0; run < TestRuns(2000); ++run) {
    ManifestEdit edit;
    for (uint64_t i = random.Below(4); i > 0; --i) {
      edit.added.push_back(
          {random.Next(), random.OneIn(2) ? FileKind::kLog : FileKind::kBase});
      edit.sealed.push_back({random.Next(), random.Next(), random.Next(),
                             random.Next(), random.Next()});
      edit.removed.push_back(random.Next());
      edit.ingested.push_back(random.Bytes(random.Below(20)));
      edit.dictionaries.push_back({static_cast<uint8_t>(random.Below(256)),
                                   random.Bytes(random.Below(20))});
    }
    if (random.OneIn(2)) edit.revision_ceiling = random.Next();
    if (random.OneIn(2)) edit.floor = random.Next();
    if (random.OneIn(2)) edit.time_us = static_cast<int64_t>(random.Next());
    if (random.OneIn(2)) edit.segment_id_max = random.Next();
    if (random.OneIn(2)) {
      edit.clean_stop = CleanStop{random.Next(), random.Next(), random.Next()};
    }
    ExpectSame(edit);
  }
}

TEST(ManifestEditTest, APayloadCutInsideAnOperationIsRefused) {
  for (uint8_t tag = 1; tag <= 10; ++tag) {
    std::string whole = Operation(tag, {1});
    if (tag == 1) whole += '\x01';
    if (tag == 2) whole = Operation(tag, {1, 2, 3, 4, 5});
    if (tag == 6) whole = Operation(tag, {1, 2, 3});
    if (tag == 8) whole = std::string("\x08\x02\x00", 3) + "ab";
    if (tag == 10) whole = std::string("\x0a\x03\x02\x00", 4) + "ab";
    EXPECT_TRUE(DecodeManifestEdit(whole).ok()) << int{tag};
    for (size_t bytes = 1; bytes < whole.size(); ++bytes) {
      ExpectRefused(absl::string_view(whole).substr(0, bytes));
    }
  }
}

TEST(ManifestEditTest, UnknownOperationsAndKindsAreRefused) {
  for (int tag = 0; tag < 256; ++tag) {
    if (tag >= 1 && tag <= 10) continue;
    ExpectRefused(Operation(static_cast<uint8_t>(tag), {1, 2, 3, 4, 5}));
    ExpectRefused(Operation(4, {1}) + static_cast<char>(tag));
  }
  for (const int kind : {0, 3, 4, 255}) {
    ExpectRefused(Operation(1, {7}) + static_cast<char>(kind));
  }
}

std::string Copy(absl::string_view payload, uint32_t seed = kSeed) {
  std::string bytes;
  AppendEditCopy({0x0102030405060708, 1, payload}, seed, &bytes);
  return bytes;
}

TEST(EditCopyTest, StandsAsTheFormatSays) {
  std::string bytes(4, '\0');
  AppendFixed<uint32_t>(7, &bytes);
  AppendFixed<uint64_t>(0x0102030405060708, &bytes);
  bytes += "\x01payload";
  FixCrc(kSeed, 0, bytes.size(), &bytes);
  EXPECT_EQ(Copy("payload"), bytes);
  std::string behind = "before";
  AppendEditCopy({0x0102030405060708, 1, "payload"}, kSeed, &behind);
  EXPECT_EQ(behind, "before" + bytes);
}

TEST(EditCopyTest, RoundTrips) {
  for (const std::string& payload :
       {std::string(), std::string("p"), EncodeManifestEdit(Full())}) {
    const std::string bytes = Copy(payload) + "behind";
    const auto copy = DecodeEditCopy(bytes, kSeed);
    ASSERT_TRUE(copy.ok()) << copy.status();
    EXPECT_EQ(copy->edit_number, 0x0102030405060708u);
    EXPECT_EQ(copy->copy, 1);
    EXPECT_EQ(copy->payload, payload);
    EXPECT_EQ(copy->EncodedBytes(), bytes.size() - 6);
  }
}

TEST(EditCopyTest, EveryBitFlipAndCutIsRefused) {
  const std::string good = Copy(EncodeManifestEdit(Full()));
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    ExpectCopyRefused(bad);
    ExpectCopyRefused(bad + std::string(1 << 17, '\0'));
  }
  for (size_t bytes = 0; bytes < good.size(); ++bytes) {
    ExpectCopyRefused(absl::string_view(good).substr(0, bytes));
  }
}

TEST(EditCopyTest, ACopyElsewhereIsRefused) {
  const uint32_t salt = SegmentSalt("0123456789abcdef", 0);
  const std::string bytes = Copy("payload", PlaceSeed(salt, 48));
  EXPECT_TRUE(DecodeEditCopy(bytes, PlaceSeed(salt, 48)).ok());
  ExpectCopyRefused(bytes, PlaceSeed(salt, 49));
  ExpectCopyRefused(bytes, PlaceSeed(SegmentSalt("0123456789abcdeg", 0), 48));
}

TEST(EditCopyTest, ALengthBehindTheEndIsRefused) {
  std::string bytes = Copy("payload");
  EncodeFixed<uint32_t>(0xFFFFFFFF, &bytes[4]);
  ExpectCopyRefused(bytes);
  EncodeFixed<uint32_t>(8, &bytes[4]);
  ExpectCopyRefused(bytes);
}

}  // namespace
}  // namespace rundlet

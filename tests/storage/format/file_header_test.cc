// Goal: a file header comes back as it was written, or is refused with the
// right reason: damaged, or of a newer version.
// Method: field by field against the table of FORMAT.md 3.1, with zlib's CRC;
// every bit flip and cut; fields that do not agree under a right CRC.

#include "storage/format/file_header.h"

#include <limits>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/format/fixed_int.h"
#include "tests/support/reference_crc.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

const char kStoreId[] = "0123456789abcdef";
constexpr size_t kCrcAt = 44;

void FixHeaderCrc(std::string* bytes) {
  EncodeFixed(ReferenceCrc(0, absl::string_view(*bytes).substr(0, kCrcAt)),
              &(*bytes)[kCrcAt]);
}

std::string Encode(FileKind kind, uint64_t id, bool recovered = false) {
  return EncodeFileHeader({kind, recovered, kStoreId, id});
}

// The header with one byte changed and its CRC right.
std::string With(std::string bytes, size_t at, uint8_t value) {
  bytes[at] = static_cast<char>(value);
  FixHeaderCrc(&bytes);
  return bytes;
}

void ExpectCode(absl::string_view bytes, absl::StatusCode code) {
  EXPECT_EQ(DecodeFileHeader(bytes).status().code(), code);
}

TEST(FileHeaderTest, StandsAsTheFormatSays) {
  std::string bytes = "RUNDSEG1";
  AppendFixed<uint32_t>(1, &bytes);
  bytes += std::string("\x01\x01\x00\x00", 4);
  bytes += kStoreId;
  AppendFixed<uint64_t>(0x0102030405060708, &bytes);
  AppendFixed<uint32_t>(0, &bytes);
  AppendFixed<uint32_t>(ReferenceCrc(0, bytes), &bytes);
  ASSERT_EQ(bytes.size(), 48u);
  EXPECT_EQ(Encode(FileKind::kLog, 0x0102030405060708, true), bytes);

  const std::string manifest = Encode(FileKind::kManifest, 0);
  EXPECT_EQ(manifest.substr(0, 8), "RUNDMAN1");
  EXPECT_EQ(manifest.substr(8, 8), std::string("\x01\0\0\0\0\0\0\0", 8));
}

TEST(FileHeaderTest, FieldsRoundTrip) {
  for (const FileKind kind :
       {FileKind::kManifest, FileKind::kLog, FileKind::kBase}) {
    for (const uint64_t id :
         {uint64_t{0}, uint64_t{1}, std::numeric_limits<uint64_t>::max()}) {
      const auto header = DecodeFileHeader(Encode(kind, id));
      ASSERT_TRUE(header.ok()) << header.status();
      EXPECT_EQ(header->kind, kind);
      EXPECT_EQ(header->segment_id, id);
      EXPECT_EQ(header->store_id, kStoreId);
      EXPECT_FALSE(header->recovered);
    }
  }
  EXPECT_TRUE(DecodeFileHeader(Encode(FileKind::kLog, 3, true))->recovered);
}

TEST(FileHeaderTest, StoreIdMayHoldAnyBytes) {
  const std::string id("\0\xff\0\n\0\0\0\0\0\0\0\0\0\0\0\x80", 16);
  const auto header =
      DecodeFileHeader(EncodeFileHeader({FileKind::kBase, false, id, 1}));
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->store_id, id);
}

TEST(FileHeaderTest, EveryBitFlipIsDamage) {
  const std::string good = Encode(FileKind::kLog, 7, true);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    ExpectCode(bad, absl::StatusCode::kDataLoss);
  }
}

TEST(FileHeaderTest, EveryCutIsDamageAndBytesBehindAreIgnored) {
  const std::string good = Encode(FileKind::kBase, 7);
  for (size_t bytes = 0; bytes < good.size(); ++bytes) {
    ExpectCode(absl::string_view(good).substr(0, bytes),
               absl::StatusCode::kDataLoss);
  }
  ExpectCode(good + "more", absl::StatusCode::kOk);
}

TEST(FileHeaderTest, ANewerVersionIsRefusedByName) {
  const std::string good = Encode(FileKind::kLog, 7);
  ExpectCode(With(good, 8, 2), absl::StatusCode::kFailedPrecondition);
  ExpectCode(With(good, 11, 0x80), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(DecodeFileHeader(With(good, 8, 2)).status().message(),
              HasSubstr("version 2"));
  // A newer version may use what this one keeps at zero, and other kinds.
  ExpectCode(With(With(good, 12, 9), 8, 2),
             absl::StatusCode::kFailedPrecondition);
  ExpectCode(With(good, 8, 0), absl::StatusCode::kDataLoss);
}

TEST(FileHeaderTest, KindsThatDoNotFitAreDamage) {
  const std::string segment = Encode(FileKind::kLog, 7);
  const std::string manifest = Encode(FileKind::kManifest, 0);
  ExpectCode(With(segment, 12, 0), absl::StatusCode::kDataLoss);
  ExpectCode(With(segment, 12, 3), absl::StatusCode::kDataLoss);
  ExpectCode(With(segment, 12, 255), absl::StatusCode::kDataLoss);
  ExpectCode(With(manifest, 12, 1), absl::StatusCode::kDataLoss);
  ExpectCode(With(manifest, 12, 2), absl::StatusCode::kDataLoss);
}

TEST(FileHeaderTest, UnknownFlagsAndBytesThatHaveToBeZeroAreDamage) {
  const std::string good = Encode(FileKind::kLog, 7);
  for (int bit = 1; bit < 8; ++bit) {
    ExpectCode(With(good, 13, static_cast<uint8_t>(1 << bit)),
               absl::StatusCode::kDataLoss);
    ExpectCode(With(good, 13, static_cast<uint8_t>(1 | 1 << bit)),
               absl::StatusCode::kDataLoss);
  }
  for (const size_t at : {14, 15, 40, 41, 42, 43}) {
    ExpectCode(With(good, at, 1), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace rundlet

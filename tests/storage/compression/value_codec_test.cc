// Goal: a compressed value comes back as it was put or not at all; what it says
// of its length is not trusted, and finds no memory before it was held against
// the limit.
// Method: values of many shapes through both compressors, with and without a
// dictionary; lengths that lie, every cut and bit flip of a payload, and random
// bytes, all as a record would hold them whose checksum is right.

#include "storage/compression/value_codec.h"

#include <snappy.h>
#include <zstd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/compression/dictionary_training.h"
#include "storage/compression/value_compressor.h"
#include "tests/support/seeded_random.h"
#include "tests/support/session_value.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

Record Stored(Compression compression, absl::string_view bytes) {
  Record record;
  record.key = "key";
  record.compression = compression;
  record.value = bytes;
  return record;
}

class ValueCodecTest : public ::testing::TestWithParam<Compression> {
 protected:
  // What a record stores of `value`, and how.
  Record Compressed(const std::string& value) {
    Record record = Stored(Compression::kNone, value);
    compressor_.Compress(absl::MakeSpan(&record, 1));
    return record;
  }
  absl::Status Decode(const Record& record, std::string* value) {
    return DecodeValue(record, dictionaries_, value);
  }
  void ExpectSame(const std::string& value) {
    const Record record = Compressed(value);
    std::string decoded = "something else";
    const absl::Status status = Decode(record, &decoded);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(decoded, value);
    const auto bytes = PlainValueBytes(record);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(*bytes, value.size());
  }
  // Nothing, or a value of an allowed length; never a crash.
  void ExpectBounded(absl::string_view bytes) {
    std::string value;
    const absl::Status status = Decode(Stored(GetParam(), bytes), &value);
    EXPECT_TRUE(status.ok() || absl::IsDataLoss(status)) << status;
    EXPECT_LE(value.capacity(), 2 * kCompressibleBytesMax);
    if (status.ok()) {
      EXPECT_GT(value.size(), bytes.size());
    }
  }
  void LearnSessions() {
    SeededRandom random(1);
    Samples samples;
    for (int i = 0; i < 800; ++i) samples.Add(SessionValue(random));
    const std::string bytes = TrainDictionary(1, samples, nullptr);
    ASSERT_TRUE(dictionaries_.Add(1, bytes).ok());
  }

  Dictionaries dictionaries_;
  ValueCompressor compressor_{{GetParam(), &dictionaries_}};
};

TEST_P(ValueCodecTest, ValuesComeBack) {
  SeededRandom random(TestSeed());
  ExpectSame("");
  ExpectSame("short");
  ExpectSame(std::string(kCompressibleBytesMin, 'a'));
  ExpectSame(std::string(1 << 20, 'a'));
  ExpectSame(std::string(kCompressibleBytesMax, 'a'));
  ExpectSame(std::string(kCompressibleBytesMax + 1, 'a'));
  ExpectSame(random.Bytes(5000));
  for (uint64_t run = 0; run < TestRuns(300); ++run) {
    std::string value = SessionValue(random);
    for (uint64_t i = random.Below(20); i > 0; --i) {
      value += random.OneIn(2) ? SessionValue(random) : random.Bytes(50);
    }
    ExpectSame(value);
  }
}

TEST_P(ValueCodecTest, ADictionaryIsFoundByWhatTheValueSays) {
  SeededRandom random(2);
  const std::string before = SessionValue(random);
  const std::string stored(Compressed(before + before).value);
  LearnSessions();
  for (int i = 0; i < 100; ++i) ExpectSame(SessionValue(random));
  std::string value;
  ASSERT_TRUE(Decode(Stored(GetParam(), stored), &value).ok());
  EXPECT_EQ(value, before + before) << "from before there was one";
}

TEST_P(ValueCodecTest, NoMemoryIsTakenForALengthAboveTheLimit) {
  const std::string large(kCompressibleBytesMax + 1, 'a');
  std::string bytes;
  if (GetParam() == Compression::kSnappy) {
    snappy::Compress(large.data(), large.size(), &bytes);
  } else {
    bytes.resize(ZSTD_compressBound(large.size()));
    bytes.resize(ZSTD_compress(bytes.data(), bytes.size(), large.data(),
                               large.size(), 1));
  }
  std::string value;
  const absl::Status status = Decode(Stored(GetParam(), bytes), &value);
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr("16777217"));
  EXPECT_LT(value.capacity(), 100u);
  EXPECT_FALSE(PlainValueBytes(Stored(GetParam(), bytes)).ok());
}

TEST_P(ValueCodecTest, AValueThatIsNotShorterIsRefused) {
  // Both compressors can write such ones, and no writer of the format does.
  const std::string value = "abcdefgh";
  std::string bytes;
  if (GetParam() == Compression::kSnappy) {
    snappy::Compress(value.data(), value.size(), &bytes);
  } else {
    bytes.resize(ZSTD_compressBound(value.size()));
    bytes.resize(ZSTD_compress(bytes.data(), bytes.size(), value.data(),
                               value.size(), 1));
  }
  std::string decoded;
  EXPECT_TRUE(absl::IsDataLoss(Decode(Stored(GetParam(), bytes), &decoded)));
}

TEST_P(ValueCodecTest, EveryCutIsRefusedAndEveryBitFlipIsBounded) {
  SeededRandom random(3);
  const std::string value = SessionValue(random) + std::string(300, 'x');
  const std::string good(Compressed(value).value);
  ASSERT_LT(good.size(), value.size());
  std::string decoded;
  for (size_t bytes = 0; bytes < good.size(); ++bytes) {
    const auto cut = absl::string_view(good).substr(0, bytes);
    EXPECT_FALSE(Decode(Stored(GetParam(), cut), &decoded).ok()) << bytes;
  }
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    ExpectBounded(bad);
  }
}

TEST_P(ValueCodecTest, RandomBytesAreBounded) {
  SeededRandom random(TestSeed());
  for (uint64_t run = 0; run < TestRuns(3000); ++run) {
    ExpectBounded(random.Bytes(random.Below(100)));
  }
}

INSTANTIATE_TEST_SUITE_P(Compressors, ValueCodecTest,
                         ::testing::Values(Compression::kSnappy,
                                           Compression::kZstd),
                         [](const auto& info) {
                           return info.param == Compression::kSnappy ? "Snappy"
                                                                     : "Zstd";
                         });

TEST(ValueCodecZstdTest, AnUnknownDictionaryIsNamed) {
  SeededRandom random(4);
  Samples samples;
  for (int i = 0; i < 800; ++i) samples.Add(SessionValue(random));
  Dictionaries known;
  ASSERT_TRUE(known.Add(3, TrainDictionary(3, samples, nullptr)).ok());
  ValueCompressor compressor({Compression::kZstd, &known});
  const std::string value = SessionValue(random);
  Record record = Stored(Compression::kNone, value);
  compressor.Compress(absl::MakeSpan(&record, 1));
  ASSERT_EQ(record.compression, Compression::kZstd);
  std::string decoded;
  ASSERT_TRUE(DecodeValue(record, known, &decoded).ok());
  EXPECT_EQ(decoded, value);
  const absl::Status status = DecodeValue(record, Dictionaries(), &decoded);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_THAT(status.message(), HasSubstr("dictionary 3"));
}

TEST(ValueCodecZstdTest, AFrameWithoutALengthIsRefused) {
  const std::string value(1000, 'a');
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string bytes(2000, '\0');
  bytes.resize(ZSTD_compress2(context, bytes.data(), bytes.size(), value.data(),
                              value.size()));
  ZSTD_freeCCtx(context);
  std::string decoded;
  EXPECT_TRUE(absl::IsDataLoss(DecodeValue(Stored(Compression::kZstd, bytes),
                                           Dictionaries(), &decoded)));
}

// FORMAT.md section 3.5.
TEST(ValueCodecFormatTest, ReadsTheExamplesOfThePage) {
  std::ifstream file("storage/FORMAT.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  const std::string section = page.substr(page.find("### 3.5 "));
  const auto example = [&section](absl::string_view name) {
    const size_t start = section.find(absl::StrCat("\n", name, " "));
    const size_t end = section.find('\n', start + 1);
    const std::string line = section.substr(start + 1, end - start - 1);
    return absl::HexStringToBytes(
        absl::StrReplaceAll(line.substr(name.size()), {{" ", ""}}));
  };
  std::string value;
  const std::string snappy = example("snappy");
  ASSERT_TRUE(
      DecodeValue(Stored(Compression::kSnappy, snappy), Dictionaries(), &value)
          .ok());
  EXPECT_EQ(value, std::string(100, 'a'));
  const std::string zstd = example("zstd");
  ASSERT_TRUE(
      DecodeValue(Stored(Compression::kZstd, zstd), Dictionaries(), &value)
          .ok());
  EXPECT_EQ(value, std::string(100, 'a'));
}

}  // namespace
}  // namespace rundlet

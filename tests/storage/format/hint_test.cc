// Goal: what is appended as an entry or a frame is what is taken off again, and
// nothing else is taken for one.
// Method: random records there and back; frames with every bit flipped, cut at
// every byte, and at another place; random bytes.

#include "storage/format/hint.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "storage/format/checksum.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr uint32_t kSeed = 0x12345678;

// A record that owns its strings.
struct Sample {
  std::string key;
  std::string extra;
  Record record;
  Location location;
  bool names_segment = false;
};

Sample RandomSample(SeededRandom& random) {
  Sample sample;
  Record& record = sample.record;
  record.type = static_cast<RecordType>(random.Between(1, 3));
  if (record.type != RecordType::kReceipt) {
    sample.key = random.Bytes(random.Between(1, 40));
  }
  sample.extra = random.Bytes(random.OneIn(2) ? 0 : random.Below(50));
  record.kind = record.type == RecordType::kPut
                    ? static_cast<ValueKind>(random.Between(1, 3))
                    : static_cast<ValueKind>(0);
  record.ends_transaction = random.OneIn(2);
  record.expired = record.type == RecordType::kDelete && random.OneIn(2);
  record.revision = random.Next();
  record.modified_us = static_cast<int64_t>(random.Next());
  const bool first = random.OneIn(2);
  record.create_revision = first ? record.revision : random.Next();
  record.version = first ? 1 : random.Next();
  record.created_us =
      first ? record.modified_us : static_cast<int64_t>(random.Next());
  record.expiry_us = random.OneIn(2) ? 0 : static_cast<int64_t>(random.Next());
  sample.names_segment = random.OneIn(2);
  sample.location = {sample.names_segment ? random.Next() : 7, random.Next(),
                     static_cast<uint32_t>(random.Next())};
  return sample;
}

void Append(const Sample& sample, std::string* out) {
  Record record = sample.record;
  record.key = sample.key;
  record.extra = sample.extra;
  record.value = "left out";
  AppendHintEntry(record, sample.location, sample.names_segment, out);
}

void ExpectSame(const Sample& sample, const Record& record) {
  EXPECT_EQ(record.type, sample.record.type);
  EXPECT_EQ(record.kind, sample.record.kind);
  EXPECT_EQ(record.ends_transaction, sample.record.ends_transaction);
  EXPECT_EQ(record.expired, sample.record.expired);
  EXPECT_EQ(record.revision, sample.record.revision);
  EXPECT_EQ(record.create_revision, sample.record.create_revision);
  EXPECT_EQ(record.version, sample.record.version);
  EXPECT_EQ(record.created_us, sample.record.created_us);
  EXPECT_EQ(record.modified_us, sample.record.modified_us);
  EXPECT_EQ(record.expiry_us, sample.record.expiry_us);
  EXPECT_EQ(record.key, sample.key);
  EXPECT_EQ(record.extra, sample.extra);
  EXPECT_TRUE(record.value.empty());
}

TEST(HintEntryTest, ThereAndBack) {
  SeededRandom random(TestSeed());
  for (int run = 0; run < 200; ++run) {
    std::vector<Sample> samples;
    std::string bytes;
    for (uint64_t i = 0; i < random.Between(1, 10); ++i) {
      samples.push_back(RandomSample(random));
      Append(samples.back(), &bytes);
    }
    absl::string_view rest = bytes;
    for (const Sample& sample : samples) {
      Record record;
      Location location;
      location.segment_id = 7;
      ASSERT_TRUE(TakeHintEntry(&rest, &record, &location));
      ExpectSame(sample, record);
      EXPECT_TRUE(location == sample.location);
    }
    EXPECT_TRUE(rest.empty());
  }
}

TEST(HintEntryTest, AFirstVersionTakesNoRoomForItsHistory) {
  Record record;
  record.revision = record.create_revision = 9;
  record.version = 1;
  record.key = "k";
  std::string bytes;
  AppendHintEntry(record, {1, 48, 70}, /*names_segment=*/false, &bytes);
  EXPECT_EQ(bytes.size(), 37u);
}

TEST(HintEntryTest, OneThatEndsEarlyIsNone) {
  SeededRandom random(TestSeed());
  for (int run = 0; run < 50; ++run) {
    std::string bytes;
    Append(RandomSample(random), &bytes);
    for (size_t size = 0; size < bytes.size(); ++size) {
      absl::string_view rest(bytes.data(), size);
      Record record;
      Location location;
      EXPECT_FALSE(TakeHintEntry(&rest, &record, &location)) << size;
    }
  }
}

TEST(HintEntryTest, UnknownFieldsAreRefused) {
  Record record;
  record.key = "k";
  std::string good;
  AppendHintEntry(record, {1, 48, 70}, /*names_segment=*/false, &good);
  struct Change {
    size_t at;
    char value;
  };
  for (const Change change :
       {Change{16, 0}, Change{16, 4}, Change{16, 2}, Change{16, 3},
        Change{17, 0}, Change{17, 5}, Change{18, 2}, Change{18, 4},
        Change{19, 8}, Change{13, 0x11}}) {
    std::string bytes = good;
    bytes[change.at] = change.value;
    absl::string_view rest = bytes;
    Location location;
    EXPECT_FALSE(TakeHintEntry(&rest, &record, &location)) << change.at;
  }
}

TEST(HintEntryTest, RandomBytesEndSomewhere) {
  SeededRandom random(TestSeed());
  for (int run = 0; run < 2000; ++run) {
    const std::string bytes = random.Bytes(random.Below(300));
    absl::string_view rest = bytes;
    Record record;
    Location location;
    while (TakeHintEntry(&rest, &record, &location)) {
      EXPECT_LE(rest.size(), bytes.size());
    }
  }
}

TEST(HintFrameTest, ThereAndBack) {
  const std::string bytes =
      EncodeHintFrame({HintFrameKind::kEntries, 3, "payload"}, kSeed);
  EXPECT_EQ(bytes.size(), kHintFrameHeaderBytes + 7);
  EXPECT_EQ(PeekHintFrameBytes(bytes), bytes.size());
  const std::string longer = bytes + "what follows";
  const auto frame = DecodeHintFrame(longer, kSeed);
  ASSERT_TRUE(frame.ok()) << frame.status();
  EXPECT_EQ(frame->kind, HintFrameKind::kEntries);
  EXPECT_EQ(frame->entry_count, 3u);
  EXPECT_EQ(frame->payload, "payload");
}

TEST(HintFrameTest, EveryBitCounts) {
  std::string bytes = EncodeHintFrame({HintFrameKind::kEnd, 0, "p"}, kSeed);
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    bytes[bit / 8] ^= 1 << bit % 8;
    EXPECT_TRUE(absl::IsDataLoss(DecodeHintFrame(bytes, kSeed).status()));
    bytes[bit / 8] ^= 1 << bit % 8;
  }
}

TEST(HintFrameTest, IsBoundToItsPlace) {
  const std::string bytes =
      EncodeHintFrame({HintFrameKind::kEnd, 0, "p"}, kSeed);
  EXPECT_TRUE(absl::IsDataLoss(DecodeHintFrame(bytes, kSeed ^ 16).status()));
}

TEST(HintFrameTest, OneThatEndsEarlyIsNone) {
  const std::string bytes =
      EncodeHintFrame({HintFrameKind::kBinding, 0, "payload"}, kSeed);
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(
        DecodeHintFrame(absl::string_view(bytes).substr(0, size), kSeed)
            .status()));
  }
}

TEST(HintFrameTest, AnUnknownKindIsRefused) {
  const std::string bytes =
      EncodeHintFrame({static_cast<HintFrameKind>(1), 0, ""}, kSeed);
  EXPECT_TRUE(absl::IsDataLoss(DecodeHintFrame(bytes, kSeed).status()));
}

TEST(HintEndTest, ThereAndBack) {
  const auto end = DecodeHintEnd(EncodeHintEnd({5, 0xabcdef01}));
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(end->entry_count, 5u);
  EXPECT_EQ(end->digest, 0xabcdef01u);
  EXPECT_TRUE(absl::IsDataLoss(DecodeHintEnd("short").status()));
}

}  // namespace
}  // namespace rundlet

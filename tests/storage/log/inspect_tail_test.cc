// Goal: what a crash may leave behind the last sync is cut to whole
// transactions; damage before it is corruption (FORMAT.md section 6, case 3).
// Method: segments made by hand, with marks chosen freely: cut at every byte
// with five kinds of tail, damaged before groups that are good, and with
// headers in values, in other places and across the search's steps.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/format/file_header.h"
#include "storage/log/segment_replay.h"
#include "tests/storage/log/segment_builder.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

class InspectTailTest : public ::testing::Test {
 protected:
  absl::StatusOr<Tail> Inspect(const SegmentBuilder& builder,
                               const std::string& bytes,
                               uint64_t synced_bytes = 0) {
    const auto segment = builder.Open(&disk_, bytes);
    EXPECT_NE(segment, nullptr);
    return InspectTail(*segment, synced_bytes);
  }

  void ExpectTail(const SegmentBuilder& builder, const std::string& bytes,
                  uint64_t mark, uint64_t end, const std::string& what = "") {
    const auto tail = Inspect(builder, bytes);
    ASSERT_TRUE(tail.ok()) << what << ": " << tail.status();
    EXPECT_EQ(tail->mark, mark) << what;
    EXPECT_EQ(tail->end, end) << what;
    const uint64_t written = bytes.find_last_not_of('\0') + 1;
    EXPECT_EQ(tail->torn_end, std::max(written, end)) << what;
  }

  void ExpectCorrupt(const SegmentBuilder& builder, const std::string& bytes,
                     uint64_t offset, uint64_t synced_bytes = 0) {
    const absl::Status status = Inspect(builder, bytes, synced_bytes).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(status.message(), HasSubstr(builder.path()));
    EXPECT_THAT(status.message(),
                HasSubstr(absl::StrCat("at offset ", offset, ":")));
    EXPECT_EQ(disk_.Image().at(builder.path()), bytes);
  }

  static std::string Flip(std::string bytes, uint64_t at) {
    bytes[at] = static_cast<char>(~bytes[at]);
    return bytes;
  }

  CrashableFileSystem disk_;
};

TEST_F(InspectTailTest, AnEmptySegmentEndsBehindItsHeader) {
  SegmentBuilder builder;
  ExpectTail(builder, builder.bytes(), 48, 48);
}

TEST_F(InspectTailTest, AWholeLogEndsWithTheFile) {
  SegmentBuilder builder;
  builder.AddGroup({TestPut(1, "a", "x")}, 48, 30);
  const uint64_t second = builder.AddGroup({TestPut(2, "b", "y")}, 48, 50);
  builder.AddGroup({}, second, 40);
  ExpectTail(builder, builder.bytes(), second, builder.end());
  EXPECT_EQ(Inspect(builder, builder.bytes())->time_us, 50);
}

TEST_F(InspectTailTest, EveryTornTailIsCutToWholeTransactions) {
  SeededRandom random(TestSeed());
  SegmentBuilder builder;
  std::vector<uint64_t> ends = {48};  // of whole transactions
  const std::vector<std::vector<Record>> groups = {
      {TestPut(1, "a", "x"), TestPut(2, "b", "y", false), TestPut(2, "c", "")},
      {},
      {TestPut(3, "d", "z", false), TestPut(3, "e", "z", false),
       TestPut(3, "f", "z"), TestPut(4, "g", "z")}};
  for (const auto& group : groups) {
    uint64_t at = builder.AddGroup(group, 48) + kGroupHeaderBytes;
    if (group.empty()) ends.push_back(at);
    for (const Record& record : group) {
      at += record.EncodedBytes();
      if (record.ends_transaction) ends.push_back(at);
    }
  }
  const std::string& whole = builder.bytes();
  for (uint64_t cut = 48; cut <= whole.size(); ++cut) {
    const uint64_t end =
        *std::prev(std::upper_bound(ends.begin(), ends.end(), cut));
    const uint64_t lost = whole.size() - cut;
    for (const std::string& tail :
         {std::string(), std::string(lost, '\0'), std::string(lost, '\xff'),
          random.Bytes(lost), whole.substr(48, lost)}) {
      const std::string torn = whole.substr(0, cut) + tail;
      // A tail may begin with the very byte that was cut off.
      const uint64_t same =
          std::mismatch(torn.begin(), torn.end(), whole.begin()).first -
          torn.begin();
      const uint64_t want =
          same == cut
              ? end
              : *std::prev(std::upper_bound(ends.begin(), ends.end(), same));
      ExpectTail(builder, torn, 48, want, absl::StrCat("cut at ", cut));
    }
  }
}

TEST_F(InspectTailTest, ACutBelowWhatTheManifestKnowsIsCorruption) {
  SegmentBuilder builder;
  builder.AddGroup({TestPut(1, "a", "x")}, 48);
  const uint64_t synced = builder.end();
  builder.AddGroup({TestPut(2, "b", "y")}, 48);
  const std::string& whole = builder.bytes();
  for (uint64_t cut = 48; cut <= whole.size(); ++cut) {
    const std::string torn = whole.substr(0, cut);
    if (cut < synced) {
      EXPECT_EQ(Inspect(builder, torn, synced).status().code(),
                absl::StatusCode::kDataLoss);
    } else {
      const auto tail = Inspect(builder, torn, synced);
      ASSERT_TRUE(tail.ok()) << tail.status();
      EXPECT_EQ(tail->mark, synced);
      EXPECT_EQ(tail->end, cut < whole.size() ? synced : cut);
    }
  }
  ExpectCorrupt(builder, whole, whole.size(), whole.size() + 1);
}

TEST_F(InspectTailTest, BadThenGoodIsACutAboveTheMarkAndCorruptionBelow) {
  // Every byte of three groups of which a fourth knows the first two to be
  // synced.
  SegmentBuilder builder;
  const uint64_t first = builder.AddGroup({TestPut(1, "a", "x")}, 48);
  const uint64_t second = builder.AddGroup({TestPut(2, "b", "y")}, 48);
  const uint64_t third = builder.AddGroup({TestPut(3, "c", "z")}, first);
  const uint64_t fourth = builder.AddGroup({TestPut(4, "d", "z")}, third);
  for (uint64_t at = first; at < builder.end(); ++at) {
    const std::string bad = Flip(builder.bytes(), at);
    if (at < third) {
      const uint64_t group = at < second ? first : second;
      ExpectCorrupt(
          builder, bad,
          at < group + kGroupHeaderBytes ? group : group + kGroupHeaderBytes);
    } else if (at < fourth) {
      ExpectTail(builder, bad, third, third, absl::StrCat("byte ", at));
    } else {
      // The header of the fourth is the only one that knows, or its record is
      // the last one.
      const bool header = at < fourth + kGroupHeaderBytes;
      ExpectTail(builder, bad, header ? 48 : third, fourth,
                 absl::StrCat("byte ", at));
    }
  }
}

TEST_F(InspectTailTest, TheHighestMarkCountsWhereverItStands) {
  for (int holder = 1; holder < 6; ++holder) {
    SegmentBuilder builder;
    const uint64_t first = builder.AddGroup({TestPut(1, "a", "x")}, 48);
    const uint64_t synced = builder.end();
    for (int i = 1; i < 6; ++i) {
      builder.AddGroup({TestPut(1 + i, "b", "y")}, i == holder ? synced : 48);
    }
    ExpectCorrupt(builder, Flip(builder.bytes(), first), first);
    // Above the mark, all that follows goes.
    ExpectTail(builder, Flip(builder.bytes(), synced),
               holder == 1 ? 48 : synced, synced);
  }
}

TEST_F(InspectTailTest, ATransactionCutBySyncedBytesIsCorruption) {
  // A group that claims more than whole transactions was not made by us.
  SegmentBuilder builder;
  builder.AddGroup({TestPut(1, "a", "x")}, 48);
  builder.AddGroup({TestPut(2, "b", "y", /*ends_transaction=*/false)}, 48);
  const uint64_t end = builder.end();
  EXPECT_EQ(Inspect(builder, builder.bytes(), end).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(InspectTailTest, ATransactionNeverGoesOnInAnotherGroup) {
  for (const std::vector<Record>& next :
       {std::vector<Record>(), std::vector<Record>{TestPut(2, "c", "z")}}) {
    SegmentBuilder builder;
    builder.AddGroup({TestPut(1, "a", "x")}, 48);
    const uint64_t end = builder.end();
    builder.AddGroup({TestPut(2, "b", "y", /*ends_transaction=*/false)}, 48);
    builder.AddGroup(next, 48);
    ExpectTail(builder, builder.bytes(), 48, end);
  }
}

TEST_F(InspectTailTest, HeadersInValuesAreNoHeaders) {
  // A value holds a header that claims the whole segment to be synced: as
  // written at offset 0, at another place of this segment, and in another one.
  for (const uint64_t elsewhere : {0, 1, 48, 4096}) {
    for (const uint64_t id : {7, 8}) {
      GroupHeader lie;
      lie.synced_bytes = 100000;
      std::string value(kGroupHeaderBytes, '\0');
      EncodeGroupHeader(
          lie, PlaceSeed(SegmentSalt(kTestStoreId, id), elsewhere), &value[0]);
      SegmentBuilder builder;
      const uint64_t group =
          builder.AddGroup({TestPut(1, "a", value + value + "GRUPGRUP")}, 48);
      ExpectTail(builder, builder.bytes(), 48, builder.end());
      ExpectTail(builder, Flip(builder.bytes(), group), 48, 48);
      EXPECT_TRUE(*HoldsGroup(*builder.Open(&disk_)));
      EXPECT_FALSE(
          *HoldsGroup(*builder.Open(&disk_, Flip(builder.bytes(), group))));
    }
  }
}

TEST_F(InspectTailTest, FindsMarksAcrossTheStepsOfItsSearch) {
  // Behind a bad group stands a good one, at every offset around the end of a
  // step of 128 KiB from the bad byte.
  constexpr uint64_t kStepBytes = 128 << 10;
  for (uint64_t shift = 0; shift <= 2 * kGroupHeaderBytes; ++shift) {
    SegmentBuilder builder;
    const uint64_t synced = builder.AddGroup({TestPut(1, "a", "x")}, 48);
    const uint64_t bad = builder.AddGroup({TestPut(2, "b", "y")}, 48);
    builder.bytes().resize(bad + kStepBytes - kGroupHeaderBytes + shift, '#');
    builder.bytes()[bad] = '#';
    builder.AddGroup({TestPut(3, "c", "z")}, bad + 1);
    ExpectCorrupt(builder, builder.bytes(), bad);
    EXPECT_TRUE(*HoldsGroup(*builder.Open(&disk_)));
    const std::string none =
        builder.bytes().substr(0, 48) + builder.bytes().substr(bad);
    EXPECT_FALSE(*HoldsGroup(*builder.Open(&disk_, none)));
    EXPECT_LT(synced, bad);
  }
}

TEST_F(InspectTailTest, HoldsGroupFindsOneAnywhere) {
  SegmentBuilder builder;
  EXPECT_FALSE(*HoldsGroup(*builder.Open(&disk_)));
  builder.bytes() += "GRUP";
  builder.bytes().append(300, 'G');
  EXPECT_FALSE(*HoldsGroup(*builder.Open(&disk_)));
  builder.AddGroup({}, 48);
  EXPECT_TRUE(*HoldsGroup(*builder.Open(&disk_)));
  builder.bytes().pop_back();
  EXPECT_FALSE(*HoldsGroup(*builder.Open(&disk_)));
}

TEST_F(InspectTailTest, ZerosAtTheEndAreNotTorn) {
  SegmentBuilder builder;
  builder.AddGroup({TestPut(1, "a", "x")}, 48, 30);
  const std::string whole = builder.bytes();
  for (const size_t zeros : {1u, 63u, 64u, 5000u, 300u << 10}) {
    const std::string ahead(zeros, '\0');
    const auto tail = Inspect(builder, whole + ahead);
    ASSERT_TRUE(tail.ok()) << tail.status();
    EXPECT_EQ(tail->end, whole.size());
    EXPECT_EQ(tail->torn_end, whole.size());
    const auto torn = Inspect(builder, whole + ahead + "t" + ahead);
    ASSERT_TRUE(torn.ok()) << torn.status();
    EXPECT_EQ(torn->end, whole.size());
    EXPECT_EQ(torn->torn_end, whole.size() + zeros + 1);
  }
}

TEST_F(InspectTailTest, ZerosBelowTheMarkAreDamage) {
  SegmentBuilder builder;
  const uint64_t second = builder.AddGroup({TestPut(1, "a", "x")}, 48, 30);
  std::string bytes = builder.bytes();
  bytes.resize(second, '\0');
  bytes.resize(second + 5000, '\0');
  ExpectCorrupt(builder, bytes, second, /*synced_bytes=*/second + 1);
}

}  // namespace
}  // namespace rundlet

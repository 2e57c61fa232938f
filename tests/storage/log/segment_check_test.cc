// Goal: records that verify but make no sense together are found: their order,
// their transactions, their group's and the MANIFEST's figures.
// Method: segments made by hand with one thing wrong in each.

#include "storage/log/segment_check.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/storage/log/segment_builder.h"

namespace rundlet {
namespace {

class SegmentCheckTest : public ::testing::Test {
 protected:
  static SegmentSeal Seal(Revision low, Revision high, uint64_t records) {
    SegmentSeal seal;
    seal.revision_min = low;
    seal.revision_max = high;
    seal.record_count = records;
    return seal;
  }

  // What is said of the segment, one line a flaw.
  std::string Check(const SegmentBuilder& builder, FileKind kind,
                    const SegmentSeal* seal = nullptr) {
    const auto segment = builder.Open(&disk_);
    const auto on_record = [this](const Record&, const Location&) {
      ++told_;
      return absl::OkStatus();
    };
    uint64_t bytes = kFileHeaderBytes;
    const auto on_bytes = [&bytes](uint64_t more) {
      bytes += more;
      return absl::OkStatus();
    };
    SegmentCheck check(kind, 10, on_record, on_bytes);
    EXPECT_TRUE(WalkSegment(*segment, builder.end(), check).ok());
    check.Finish(builder.end(), seal);
    EXPECT_EQ(bytes, builder.end());
    EXPECT_EQ(told_, check.record_count());
    EXPECT_EQ(check.damage().size(), check.damage_count());
    std::string text;
    for (const SegmentDamage& damage : check.damage()) {
      absl::StrAppend(&text, damage.what, "\n");
    }
    return text;
  }
  void ExpectSaid(const std::string& text, const std::string& part) {
    EXPECT_TRUE(absl::StrContains(text, part)) << "got: " << text;
  }

  CrashableFileSystem disk_;
  uint64_t told_ = 0;
};

TEST_F(SegmentCheckTest, AGoodLogIsGood) {
  SegmentBuilder log;
  log.AddGroup(
      {TestPut(3, "a", "1", false), TestPut(3, "b", "1"), TestPut(4, "a", "2")},
      0);
  log.AddGroup({}, 100);
  log.AddGroup({TestPut(9, "a", "3")}, 100);
  const SegmentSeal seal = Seal(3, 9, 4);
  EXPECT_EQ(Check(log, FileKind::kLog, &seal), "");
}

TEST_F(SegmentCheckTest, RevisionsAscend) {
  SegmentBuilder log;
  log.AddGroup({TestPut(4, "a", "1")}, 0);
  log.AddGroup({TestPut(4, "b", "1")}, 0);
  ExpectSaid(Check(log, FileKind::kLog), "revision 4 stands behind 4");
}

TEST_F(SegmentCheckTest, ATransactionIsNotMixedWithAnother) {
  SegmentBuilder log;
  log.AddGroup({TestPut(4, "a", "1", false), TestPut(5, "b", "1")}, 0);
  ExpectSaid(Check(log, FileKind::kLog), "behind the unfinished 4");
}

TEST_F(SegmentCheckTest, AGroupHoldsWholeTransactions) {
  SegmentBuilder log;
  log.AddGroup({TestPut(4, "a", "1", false)}, 0);
  log.AddGroup({TestPut(4, "b", "1")}, 0);
  ExpectSaid(Check(log, FileKind::kLog), "a transaction ends early");
}

TEST_F(SegmentCheckTest, AGroupCannotKnowWhatComesAfterIt) {
  SegmentBuilder log;
  log.AddGroup({TestPut(4, "a", "1")}, 49);
  ExpectSaid(Check(log, FileKind::kLog), "49 bytes were synced before it");
}

TEST_F(SegmentCheckTest, AGroupsFiguresAreThoseOfItsRecords) {
  SegmentBuilder log;
  const uint64_t start = log.AddGroup({TestPut(4, "a", "1")}, 0);
  GroupHeader header;
  header.payload_bytes =
      static_cast<uint32_t>(log.end() - start - kGroupHeaderBytes);
  header.record_count = 2;
  header.first_revision = 3;
  header.last_revision = 4;
  EncodeGroupHeader(header, PlaceSeed(log.salt(), start), &log.bytes()[start]);
  const std::string said = Check(log, FileKind::kLog);
  ExpectSaid(said, "its header says 3");
  ExpectSaid(said, "a group says 2 records");
}

TEST_F(SegmentCheckTest, KeysOfABaseAscend) {
  SegmentBuilder good(FileKind::kBase);
  good.AddRecord(TestPut(1, "a", "1"));
  good.AddRecord(TestPut(5, "a", "2"));
  good.AddRecord(TestPut(2, "b", "1"));
  EXPECT_EQ(Check(good, FileKind::kBase), "");
  told_ = 0;
  SegmentBuilder twice(FileKind::kBase);
  twice.AddRecord(TestPut(1, "a", "1"));
  twice.AddRecord(TestPut(1, "a", "1"));
  ExpectSaid(Check(twice, FileKind::kBase), "not above the one before");
  told_ = 0;
  SegmentBuilder open(FileKind::kBase);
  open.AddRecord(TestPut(1, "a", "1", false));
  ExpectSaid(Check(open, FileKind::kBase), "not committed by itself");
}

TEST_F(SegmentCheckTest, TheManifestsFiguresAreChecked) {
  for (const SegmentSeal& wrong :
       {Seal(3, 4, 2), Seal(4, 5, 2), Seal(3, 5, 3)}) {
    told_ = 0;
    SegmentBuilder log;
    log.AddGroup({TestPut(3, "a", "1"), TestPut(5, "a", "1")}, 0);
    ExpectSaid(Check(log, FileKind::kLog, &wrong), "but the MANIFEST says");
  }
}

TEST_F(SegmentCheckTest, DamageIsNotHeldAgainstItsNeighbours) {
  SegmentBuilder log;
  log.AddGroup(
      {TestPut(3, "a", "1"), TestPut(4, "b", "1", false), TestPut(4, "c", "1")},
      0);
  log.AddGroup({TestPut(5, "a", "2")}, 0);
  log.bytes()[kFileHeaderBytes + kGroupHeaderBytes + 66 + 66] ^= 1;
  const SegmentSeal seal = Seal(3, 5, 4);
  const std::string said = Check(log, FileKind::kLog, &seal);
  ExpectSaid(said, "checksum");
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
}

}  // namespace
}  // namespace rundlet

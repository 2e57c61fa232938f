// Goal: the pieces cover the log without a gap; damage costs the records that
// it hits, and no other; no record comes out that nobody wrote.
// Method: hand-made logs, then every bit of a small log flipped, and the log
// cut at every byte.

#include "storage/legacy/legacy_log_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/format/checksum.h"
#include "storage/legacy/utf8.h"
#include "tests/storage/legacy/string_file.h"

namespace rundlet {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = LegacyPiece::Kind;

std::string Framed(absl::string_view json, absl::string_view line_end = "\n") {
  return absl::StrCat(CountUtf8Characters(json), " ", Crc32(0, json), line_end,
                      json, line_end);
}

// All pieces but the last one, which says the end. They follow one another.
std::vector<LegacyPiece> Pieces(const std::string& log) {
  const StringFile file(log);
  LegacyLogReader reader(&file, log.size());
  std::vector<LegacyPiece> pieces;
  uint64_t offset = 0;
  while (true) {
    auto piece = reader.Next();
    EXPECT_TRUE(piece.ok()) << piece.status();
    EXPECT_EQ(piece->offset, offset);
    offset += piece->bytes;
    if (piece->kind == Kind::kEnd) break;
    EXPECT_GT(piece->bytes, 0);
    pieces.push_back(*std::move(piece));
  }
  EXPECT_EQ(offset, log.size());
  return pieces;
}

auto Record(const std::string& json) {
  return AllOf(Field(&LegacyPiece::kind, Kind::kRecord),
               Field(&LegacyPiece::json, json));
}

auto Damage(uint64_t offset, uint64_t bytes, const std::string& reason) {
  return AllOf(Field(&LegacyPiece::kind, Kind::kDamage),
               Field(&LegacyPiece::offset, offset),
               Field(&LegacyPiece::bytes, bytes),
               Field(&LegacyPiece::reason, HasSubstr(reason)));
}

TEST(LegacyLogReaderTest, ReadsRecords) {
  EXPECT_THAT(Pieces(""), IsEmpty());
  EXPECT_THAT(Pieces(Framed("{}") + Framed("[1]")),
              ElementsAre(Record("{}"), Record("[1]")));
}

TEST(LegacyLogReaderTest, TakesWindowsLineEnds) {
  EXPECT_THAT(Pieces(Framed("{}", "\r\n") + Framed("[1]", "\r\n")),
              ElementsAre(Record("{}"), Record("[1]")));
}

TEST(LegacyLogReaderTest, CountsCharactersNotBytes) {
  const std::string json = "\"\u00E9\u6771\U0001F680\"";
  EXPECT_THAT(Pieces(Framed(json) + Framed("1")),
              ElementsAre(Record(json), Record("1")));
}

TEST(LegacyLogReaderTest, TakesALastRecordWithoutLineEnd) {
  std::string log = Framed("{}") + Framed("[1]");
  log.pop_back();
  EXPECT_THAT(Pieces(log), ElementsAre(Record("{}"), Record("[1]")));
}

TEST(LegacyLogReaderTest, TellsTheReasonOfDamage) {
  EXPECT_THAT(Pieces("garbage"), ElementsAre(Damage(0, 7, "no header")));
  EXPECT_THAT(Pieces("\n"), ElementsAre(Damage(0, 1, "no header")));
  EXPECT_THAT(Pieces("5 123456\nab"),
              ElementsAre(Damage(0, 11, "ends behind 2 of 5 characters")));
  EXPECT_THAT(Pieces("5 123456\nab\ncdef\n"),
              ElementsAre(Damage(0, 17, "the line has 2 of 5 characters")));
  EXPECT_THAT(Pieces("2 123456\nab\n"),
              ElementsAre(Damage(0, 12, "the header says 123456")));
  EXPECT_THAT(Pieces("999999999999 1\nab\n"),
              ElementsAre(Damage(0, 18, "at most 268435456 are read")));
  for (const std::string header :
       {"2", "2 ", " 2 1", "2  1", "+2 1", "2 1 1", "2 -1", "2 4294967296",
        "12345678901234567890 1", "2\t1", "0x2 1", "2 12345678901"}) {
    EXPECT_EQ(Pieces(header + "\nab\n").front().kind, Kind::kDamage) << header;
  }
}

TEST(LegacyLogReaderTest, GoesOnBehindDamage) {
  const std::string one = Framed("[1]"), two = Framed("[2]");
  EXPECT_THAT(Pieces(one + "garbage\n\n" + two),
              ElementsAre(Record("[1]"), Damage(one.size(), 9, "no header"),
                          Record("[2]")));
  // A damaged line hides no whole record that begins at its end.
  EXPECT_THAT(Pieces(one + "garbage" + two),
              ElementsAre(Record("[1]"), Damage(one.size(), 7, "no header"),
                          Record("[2]")));
  // Two damaged records are two pieces.
  EXPECT_THAT(Pieces("2 1\nab\n3 1\nabc\n" + two),
              ElementsAre(Damage(0, 7, "checksum"), Damage(7, 8, "checksum"),
                          Record("[2]")));
}

// The file's length is far above the header's: no memory is taken for it.
TEST(LegacyLogReaderTest, IsNotFooledByLengths) {
  EXPECT_THAT(Pieces("268435456 1\n" + std::string(1000, 'a')),
              ElementsAre(Damage(0, 1012, "ends behind 1000 of")));
}

TEST(LegacyLogReaderTest, ReadsAcrossItsWindow) {
  std::string log;
  std::vector<std::string> jsons;
  for (int i = 0; i < 4000; ++i) {
    jsons.push_back(absl::StrCat("\"", std::string(i % 701, 'x'), i, "\""));
    if (i % 97 == 0) jsons.back().insert(1, std::string(300000, 'y'));
    log += Framed(jsons.back());
  }
  const std::vector<LegacyPiece> pieces = Pieces(log);
  ASSERT_EQ(pieces.size(), jsons.size());
  for (size_t i = 0; i < jsons.size(); ++i) EXPECT_EQ(pieces[i].json, jsons[i]);
}

TEST(LegacyLogReaderTest, AFlippedBitCostsOneRecord) {
  std::set<std::string> written;
  std::string log;
  for (int i = 0; i < 8; ++i) {
    const std::string json =
        absl::StrCat(R"({"op": "put", "key": "k)", i, R"(", "value": "v)",
                     i * 37, R"(", "expiry": 0})");
    written.insert(json);
    log += Framed(json);
  }
  for (size_t bit = 0; bit < log.size() * 8; ++bit) {
    std::string flipped = log;
    flipped[bit / 8] ^= static_cast<char>(1 << bit % 8);
    size_t records = 0;
    for (const LegacyPiece& piece : Pieces(flipped)) {
      if (piece.kind != Kind::kRecord) continue;
      ++records;
      ASSERT_EQ(written.count(piece.json), 1) << "bit " << bit;
    }
    ASSERT_GE(records, written.size() - 1) << "bit " << bit;
  }
}

TEST(LegacyLogReaderTest, ACutCostsTheRecordThatItHits) {
  std::string log;
  std::vector<size_t> ends;  // of each record's JSON
  for (int i = 0; i < 8; ++i) {
    log += Framed(absl::StrCat("[", i * 1000, "]"));
    ends.push_back(log.size() - 1);
  }
  for (size_t bytes = 0; bytes <= log.size(); ++bytes) {
    size_t whole = 0;
    while (whole < ends.size() && ends[whole] <= bytes) ++whole;
    size_t records = 0;
    for (const LegacyPiece& piece : Pieces(log.substr(0, bytes))) {
      if (piece.kind == Kind::kRecord) ++records;
    }
    ASSERT_EQ(records, whole) << bytes;
  }
}

}  // namespace
}  // namespace rundlet

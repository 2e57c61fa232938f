// Goal: words, UTF-8 and numbers are what Python makes of them.
// Method: tables taken from Python 3.11 (every code point that str.isspace
// holds for, what int() takes and refuses), and every code point as UTF-8.

#include "service/gateway/text_syntax.h"

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace rundlet {
namespace {

std::string Utf8(uint32_t code) {
  const auto tail = [&](int shift) {
    return static_cast<char>(0x80 | ((code >> shift) & 0x3f));
  };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xc0 | (code >> 6)), tail(0)};
  if (code < 0x10000) {
    return {static_cast<char>(0xe0 | (code >> 12)), tail(6), tail(0)};
  }
  return {static_cast<char>(0xf0 | (code >> 18)), tail(12), tail(6), tail(0)};
}

std::vector<std::string> Words(absl::string_view text) {
  std::vector<std::string> words;
  for (absl::string_view word = TakeWord(&text); !word.empty();
       word = TakeWord(&text)) {
    words.emplace_back(word);
  }
  return words;
}

TEST(TextSyntaxTest, EveryCodePointSplitsAsInPython) {
  const std::set<uint32_t> spaces = {
      0x09,   0x0a,   0x0b,   0x0c,   0x0d,   0x1c,   0x1d,   0x1e,
      0x1f,   0x20,   0x85,   0xa0,   0x1680, 0x2000, 0x2001, 0x2002,
      0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a,
      0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
  for (uint32_t code = 0; code <= 0x10ffff; ++code) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const std::string text = "a" + Utf8(code) + "b";
    ASSERT_TRUE(IsUtf8(text)) << std::hex << code;
    ASSERT_EQ(Words(text).size(), spaces.count(code) + 1) << std::hex << code;
  }
}

TEST(TextSyntaxTest, WordsAtEveryDistanceFromEachOther) {
  // Words are passed over eight bytes at a time: try all alignments.
  for (size_t first = 1; first < 20; ++first) {
    for (size_t gap = 1; gap < 10; ++gap) {
      const std::string a(first, 'a'), b(17, 'b');
      for (const std::string space : {" ", "\t", "\xc2\xa0", "\xe3\x80\x80"}) {
        std::string text = a;
        for (size_t i = 0; i < gap; ++i) text += space;
        ASSERT_EQ(Words(text + b), (std::vector<std::string>{a, b}));
        ASSERT_EQ(Words(space + text), (std::vector<std::string>{a}));
      }
    }
  }
  EXPECT_TRUE(Words("").empty());
  EXPECT_TRUE(Words(" \r\t ").empty());
}

TEST(TextSyntaxTest, ControlsAndWideCharactersStayInWords) {
  const std::string text("\x01\x08\x0e\x1b\x7f\0\xe2\x80\x8b\xc2\x86", 12);
  EXPECT_EQ(Words(text), std::vector<std::string>{text});
  EXPECT_EQ(Words("na\xc3\xafve \xe6\x9d\xb1\xe4\xba\xac").size(), 2u);
}

TEST(TextSyntaxTest, MalformedUtf8) {
  for (const std::string bytes :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41",
        "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe2\x80", "\xe2\x28\xa1",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf0\x9f\x98", "\xff",
        "\xfe"}) {
    EXPECT_FALSE(IsUtf8(bytes)) << testing::PrintToString(bytes);
    EXPECT_FALSE(IsUtf8("12345678" + bytes)) << testing::PrintToString(bytes);
    EXPECT_FALSE(IsUtf8(bytes + "12345678")) << testing::PrintToString(bytes);
  }
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8(absl::string_view("\0", 1)));
  EXPECT_TRUE(IsUtf8("\xf4\x8f\xbf\xbf"));
}

TEST(TextSyntaxTest, JoinsWordsByOneSpace) {
  std::string joined = "before";
  JoinWords("  hello   big\tworld\r", &joined);
  EXPECT_EQ(joined, "hello big world");
  JoinWords(" \t ", &joined);
  EXPECT_EQ(joined, "");
}

TEST(TextSyntaxTest, NumbersThatIntTakes) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const std::vector<std::pair<std::string, int64_t>> cases = {
      {"0", 0},
      {"-0", 0},
      {"007", 7},
      {"+60", 60},
      {"-5", -5},
      {"1_000", 1000},
      {"1_0_0", 100},
      {"9223372036854775807", kMax},
      {"9223372036854775808", kMax},
      {"-9223372036854775808", kMin},
      {"-9223372036854775809", kMin},
      {"99999999999999999999999999", kMax},
      {"-99999999999999999999999999", kMin}};
  for (const auto& [word, number] : cases) {
    const auto parsed = ParseInteger(word);
    ASSERT_TRUE(parsed.ok()) << word;
    EXPECT_EQ(*parsed, number) << word;
  }
}

TEST(TextSyntaxTest, NumbersThatIntRefuses) {
  for (const std::string word :
       {"", "+", "-", "--1", "+-1", "abc", "1.5", "1e3", "0x10", "_1", "1_",
        "1__0", "-_1", "60s", "99999999999999999999999999x", "\xd9\xa3"}) {
    EXPECT_FALSE(ParseInteger(word).ok()) << word;
  }
}

TEST(TextSyntaxTest, CutsBetweenCharacters) {
  EXPECT_EQ(CutText("abc", 3), "abc");
  EXPECT_EQ(CutText("abcd", 3), "abc");
  EXPECT_EQ(CutText("ab\xe6\x9d\xb1", 4), "ab");
  EXPECT_EQ(CutText("ab\xe6\x9d\xb1", 5), "ab\xe6\x9d\xb1");
}

}  // namespace
}  // namespace rundlet

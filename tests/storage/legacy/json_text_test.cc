// Goal: JSON is cut where it should be and never changed; strings read and
// write as Python's json does.
// Method: cases at every rule of the grammar; random texts judged by another
// JSON library; every character there is, there and back.

#include "storage/legacy/json_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "storage/legacy/utf8.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;
using Type = JsonSlice::Type;

std::string Decoded(absl::string_view json) {
  const auto slice = ParseJson(json);
  EXPECT_TRUE(slice.ok()) << json << ": " << slice.status();
  return slice.ok() ? DecodeJsonString(*slice) : "";
}

TEST(JsonTextTest, KeepsTheTextOfAValue) {
  for (const std::string text :
       {"9007199254740993", "1.0", "-0", "1e400", "0.10E-2", "true", "null",
        R"({"b": 1, "a":[ ]})", R"("\u00e9\/")", "[1,  2]"}) {
    const std::string padded = " \r\n\t" + text + " ";
    const auto slice = ParseJson(padded);
    ASSERT_TRUE(slice.ok()) << slice.status();
    EXPECT_EQ(slice->text, text);
  }
}

TEST(JsonTextTest, TellsTypes) {
  EXPECT_EQ(ParseJson("{}")->type, Type::kObject);
  EXPECT_EQ(ParseJson("[]")->type, Type::kArray);
  EXPECT_EQ(ParseJson("\"\"")->type, Type::kString);
  EXPECT_EQ(ParseJson("-1")->type, Type::kNumber);
  EXPECT_EQ(ParseJson("false")->type, Type::kBoolean);
  EXPECT_EQ(ParseJson("null")->type, Type::kNull);
}

TEST(JsonTextTest, RefusesWhatIsNotJson) {
  for (const std::string text : {"",
                                 " ",
                                 "{",
                                 "}",
                                 "[",
                                 "[1,]",
                                 "[,1]",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "{\"a\":1,}",
                                 "{a:1}",
                                 "{1:2}",
                                 "01",
                                 "1.",
                                 ".5",
                                 "+1",
                                 "1e",
                                 "--1",
                                 "tru",
                                 "True",
                                 "nan",
                                 "inf",
                                 "-NaN",
                                 "'a'",
                                 "\"a",
                                 "\"\\x\"",
                                 "\"\\u12g4\"",
                                 "\"\\u12",
                                 "\"\n\"",
                                 "1 2",
                                 "[1}",
                                 "[}",
                                 "\"\\",
                                 "// 1",
                                 "\xEF\xBB\xBF"
                                 "1"}) {
    EXPECT_FALSE(ParseJson(text).ok()) << text;
  }
  EXPECT_FALSE(ParseJson(std::string("\"a\0b\"", 5)).ok());
  EXPECT_FALSE(ParseJson(std::string("1\0", 2)).ok());
  EXPECT_THAT(ParseJson("[1, x]").status().message(), HasSubstr("byte 4"));
}

TEST(JsonTextTest, BoundsTheDepth) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(ParseJson(nested(kJsonDepthMax)).ok());
  EXPECT_FALSE(ParseJson(nested(kJsonDepthMax + 1)).ok());
  EXPECT_FALSE(ParseJson(std::string(1000000, '[')).ok());
}

TEST(JsonTextTest, MarksWhatPythonWritesBeyondJson) {
  EXPECT_FALSE(ParseJson("[1, \"NaN\"]")->has_non_finite);
  for (const std::string text :
       {"NaN", "Infinity", "-Infinity", "[{\"a\": NaN}]"}) {
    EXPECT_TRUE(ParseJson(text)->has_non_finite) << text;
  }
  EXPECT_FALSE(ParseJson(R"("\ud83d\ude80 \\ud83d")")->has_lone_surrogate);
  for (const std::string text :
       {R"("\ud83d")", R"("\ude80")", R"("\ude80\ud83d")", R"("\ud83dx")",
        R"("\ud83d\n")", R"("\ud83d\u0041")", R"([{"\uDFFF": 1}])",
        R"("\ud83d\ud83d\ude80")"}) {
    EXPECT_TRUE(ParseJson(text)->has_lone_surrogate) << text;
  }
}

TEST(JsonTextTest, GivesMembersInOrderWithDuplicates) {
  const auto members =
      JsonMembers(*ParseJson(R"( { "a" : 1.0 , "b":{"a":[2]}, "a":"x" } )"));
  ASSERT_EQ(members.size(), 3);
  EXPECT_EQ(DecodeJsonString(members[0].name), "a");
  EXPECT_EQ(members[0].value.text, "1.0");
  EXPECT_EQ(members[1].value.text, R"({"a":[2]})");
  EXPECT_EQ(members[2].value.text, R"("x")");
  EXPECT_TRUE(JsonMembers(*ParseJson("{}")).empty());
}

TEST(JsonTextTest, DecodesEscapes) {
  EXPECT_EQ(Decoded(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(Decoded(R"("na\u00EFve \u6771\u4eac \ud83d\ude80")"),
            "na\u00EFve \u6771\u4eac \U0001F680");
  EXPECT_EQ(Decoded(R"("\u0000")"), std::string(1, '\0'));
}

TEST(JsonTextTest, EveryCharacterComesBack) {
  for (uint32_t character = 0; character <= 0x10FFFF; ++character) {
    if (character >= 0xD800 && character <= 0xDFFF) continue;
    std::string text;
    AppendUtf8Character(character, &text);
    ASSERT_TRUE(IsUnicodeText(text)) << character;
    const std::string json = EncodeJsonString(text);
    ASSERT_EQ(Decoded(json), text) << character;
    for (const char byte : json) ASSERT_TRUE(byte >= ' ' && byte <= '~');
  }
}

TEST(JsonTextTest, MakesOneAsciiLine) {
  const std::string json = "{\n \"\u00E9\": \"\U0001F680\",\r\n\t\"b\": 1.0}";
  const std::string line = AsciiJsonLine(json);
  EXPECT_EQ(line, R"({  "\u00e9": "\ud83d\ude80",  	"b": 1.0})");
  EXPECT_EQ(nlohmann::json::parse(line), nlohmann::json::parse(json));
}

// Two libraries agree about what JSON is, apart from what Python adds.
TEST(JsonTextTest, AgreesWithAnotherLibrary) {
  SeededRandom random(TestSeed());
  const std::vector<std::string> parts = {
      "{",    "}",      "[",         "]",     ",",
      ":",    "\"",     "\"a\"",     "\\",    "\\u00e9",
      "1",    "0",      "-",         ".",     "e",
      "E+",   "true",   "false",     "null",  " ",
      "\n",   "a",      "{\"a\":1}", "[1,2]", "\"\\ud83d\\ude80\"",
      "\x01", "1.5e-3", "u",         "nul",   ",\"b\":"};
  uint64_t accepted = 0;
  for (uint64_t run = 0; run < TestRuns(200000); ++run) {
    std::string text;
    const uint64_t part_count = random.Between(1, 8);
    for (uint64_t i = 0; i < part_count; ++i) text += random.Pick(parts);
    const auto slice = ParseJson(text);
    if (slice.ok() && slice->has_lone_surrogate) continue;
    ASSERT_EQ(slice.ok(), nlohmann::json::accept(text)) << text;
    if (slice.ok()) ++accepted;
  }
  EXPECT_GT(accepted, 0);
}

TEST(Utf8Test, RefusesWhatIsNotUtf8) {
  for (const std::string bytes :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x80\x80", "\xE2\x82",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF", "a\xC3("}) {
    EXPECT_FALSE(IsUnicodeText(bytes));
  }
  EXPECT_TRUE(IsUnicodeText("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF"));
  EXPECT_EQ(CountUtf8Characters("a\u00E9\u6771\U0001F680"), 4);
}

}  // namespace
}  // namespace rundlet

// Goal: a line becomes the command that the original made of it, or the error
// that it answered.
// Method: examples of every rule, among them those of the recorded dialogue.

#include "service/gateway/command.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

using Verb = Command::Verb;

// A command that owns what it points to.
struct Parsed {
  Verb verb;
  std::string key;
  std::string value;
  std::optional<int64_t> ttl_seconds;
};

Parsed Parse(absl::string_view line) {
  std::string scratch = "left over";
  Command command;
  command.value = command.key = "left over";
  command.ttl_seconds = 1;
  const absl::Status parsed = ParseCommand(line, &scratch, &command);
  EXPECT_TRUE(parsed.ok()) << line << ": " << parsed;
  if (!parsed.ok()) return {};
  return {command.verb, std::string(command.key), std::string(command.value),
          command.ttl_seconds};
}

std::string Error(absl::string_view line) {
  std::string scratch;
  Command command;
  const absl::Status parsed = ParseCommand(line, &scratch, &command);
  EXPECT_FALSE(parsed.ok()) << line;
  EXPECT_EQ(parsed.code(), absl::StatusCode::kInvalidArgument);
  return std::string(parsed.message());
}

void ExpectPut(absl::string_view line, absl::string_view key,
               absl::string_view value,
               std::optional<int64_t> ttl_seconds = std::nullopt) {
  const Parsed put = Parse(line);
  EXPECT_EQ(put.verb, Verb::kPut) << line;
  EXPECT_EQ(put.key, key) << line;
  EXPECT_EQ(put.value, value) << line;
  EXPECT_EQ(put.ttl_seconds, ttl_seconds) << line;
}

TEST(CommandTest, PutFoldsWhiteSpace) {
  ExpectPut("PUT name suraj", "name", "suraj");
  ExpectPut("PUT greeting hello   big\tworld", "greeting", "hello big world");
  ExpectPut("  put\tk  a b \r", "k", "a b");
  ExpectPut(
      "PUT k a\xc2\xa0"
      "b",
      "k", "a b");
  ExpectPut("PUT k a \xe3\x80\x80 b", "k", "a b");
  ExpectPut("PUT k a\tb", "k", "a b");
}

TEST(CommandTest, PutTakesTtlBehindAValueOnly) {
  ExpectPut("put session:abc token123 ttl 60", "session:abc", "token123", 60);
  ExpectPut("PUT k v TTL", "k", "v TTL");
  ExpectPut("PUT t TTL 5", "t", "TTL 5");
  ExpectPut("PUT x 1 TTL 1 TTL 100", "x", "1 TTL 1", 100);
  ExpectPut("PUT x TTL TTL 7", "x", "TTL", 7);
  ExpectPut("PUT x  a  b  tTl  7 ", "x", "a b", 7);
  ExpectPut("PUT x a TTL 1 b", "x", "a TTL 1 b");
  ExpectPut("PUT x v TTL 0", "x", "v", 0);
  ExpectPut("PUT x v TTL -3", "x", "v", -3);
  ExpectPut("PUT x v TTL 1_000", "x", "v", 1000);
}

TEST(CommandTest, TtlNumbersHaveALimit) {
  ExpectPut(absl::StrCat("PUT x v TTL ", kTtlSecondsMax), "x", "v",
            kTtlSecondsMax);
  EXPECT_EQ(Error("PUT x v TTL 100000000001"),
            "TTL seconds are at most 100000000000, not 100000000001");
  EXPECT_EQ(Error("PUT x v TTL soon"),
            "TTL seconds must be a whole number, not soon");
  EXPECT_EQ(Error("TTL x 1.5"), "TTL seconds must be a whole number, not 1.5");
  EXPECT_LT(*Parse("TTL x -99999999999999999999").ttl_seconds, 0);
}

TEST(CommandTest, OtherCommands) {
  EXPECT_EQ(Parse("get  a ").verb, Verb::kGet);
  EXPECT_EQ(Parse("GeT a").key, "a");
  EXPECT_EQ(Parse("DEL a").verb, Verb::kDelete);
  EXPECT_EQ(Parse("ttl a 5").verb, Verb::kSetExpiry);
  EXPECT_EQ(Parse("TTL a 5").ttl_seconds, 5);
  EXPECT_EQ(Parse("stats").verb, Verb::kStats);
  EXPECT_EQ(Parse("COMPACT now please").verb, Verb::kCompact);
  EXPECT_EQ(Parse("Shutdown x").verb, Verb::kShutdown);
  EXPECT_EQ(Parse("EXIT").verb, Verb::kExit);
}

TEST(CommandTest, WrongNumberOfWords) {
  EXPECT_EQ(Error("PUT"), "PUT requires: PUT key value");
  EXPECT_EQ(Error("PUT onlykey"), "PUT requires: PUT key value");
  EXPECT_EQ(Error("GET"), "GET requires: GET key");
  EXPECT_EQ(Error("get a b"), "GET requires: GET key");
  EXPECT_EQ(Error("DEL"), "DEL requires: DEL key");
  EXPECT_EQ(Error("DEL a b"), "DEL requires: DEL key");
  EXPECT_EQ(Error("TTL k"), "TTL requires: TTL key seconds");
  EXPECT_EQ(Error("TTL k 5 6"), "TTL requires: TTL key seconds");
}

TEST(CommandTest, UnknownCommands) {
  EXPECT_EQ(Error("FROB x"), "Unknown command: FROB");
  EXPECT_EQ(Error("frob"), "Unknown command: FROB");
  EXPECT_EQ(Error("na\xc3\xafve"), "Unknown command: NA\xc3\xafVE");
  EXPECT_EQ(Error(""), "Unknown command");
  EXPECT_EQ(Error(" \t\r"), "Unknown command");
  EXPECT_EQ(Error(std::string(5000, 'a')),
            absl::StrCat("Unknown command: ", std::string(1024, 'A')));
}

TEST(CommandTest, BytesThatAreNotUtf8) {
  EXPECT_EQ(Error("PUT k \xff"), "line is not UTF-8");
  EXPECT_EQ(Error("GET \xed\xa0\x80"), "line is not UTF-8");
}

TEST(CommandTest, NulIsACharacterLikeOthers) {
  const std::string line("PUT a\0b c\0d", 11);
  ExpectPut(line, std::string("a\0b", 3), std::string("c\0d", 3));
}

TEST(CommandTest, ViewsPointIntoTheLineUnlessFolded) {
  const std::string line = "PUT key one two TTL 5";
  std::string scratch;
  Command command;
  ASSERT_TRUE(ParseCommand(line, &scratch, &command).ok());
  EXPECT_EQ(command.value.data(), line.data() + 8);
  EXPECT_EQ(scratch, "");
}

}  // namespace
}  // namespace rundlet

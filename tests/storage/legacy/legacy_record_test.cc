// Goal: a record's JSON gives key, value and expiry, or the reason why not; a
// put is written byte for byte as BitPyStore writes it.
// Method: one case a rule, at each limit and one beyond it.

#include "storage/legacy/legacy_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;
using Effect = LegacyRecord::Effect;

LegacyRecord Parse(absl::string_view json) {
  Limits limits;
  limits.key_bytes_max = 8;
  limits.value_bytes_max = 16;
  return ParseLegacyRecord(json, limits);
}

LegacyRecord ParsePut(absl::string_view value, absl::string_view expiry = "0") {
  return Parse(absl::StrCat(R"({"op": "put", "key": "k", "value": )", value,
                            R"(, "expiry": )", expiry, "}"));
}

TEST(LegacyRecordTest, ReadsAPut) {
  const LegacyRecord record = ParsePut(R"("na\u00efve")", "1700000000");
  EXPECT_EQ(record.problem, "");
  EXPECT_EQ(record.effect, Effect::kPut);
  EXPECT_EQ(record.key, "k");
  EXPECT_EQ(record.value, Value::Text("na\u00EFve"));
  EXPECT_EQ(record.expiry, absl::FromUnixSeconds(1700000000));
}

TEST(LegacyRecordTest, ReadsADelete) {
  const LegacyRecord record = Parse(R"({"op": "delete", "key": "k"})");
  EXPECT_EQ(record.problem, "");
  EXPECT_EQ(record.effect, Effect::kDelete);
  EXPECT_EQ(record.key, "k");
}

TEST(LegacyRecordTest, KeepsTheTextOfOtherValues) {
  for (const std::string text : {"9007199254740993", "1.0", "null", "true",
                                 R"({"a":  [1]})", "-0.0e5"}) {
    EXPECT_EQ(ParsePut(text).value, Value::Json(text));
  }
}

TEST(LegacyRecordTest, TakesTheLastOfDuplicateMembers) {
  const LegacyRecord record = Parse(
      R"({"op": "delete", "key": 1, "\u006bey": "a", "op": "put", "value": 1,
          "value": "2", "more": {"key": "b"}})");
  EXPECT_EQ(record.problem, "");
  EXPECT_EQ(record.key, "a");
  EXPECT_EQ(record.value, Value::Text("2"));
}

TEST(LegacyRecordTest, ReadsExpiryTimes) {
  EXPECT_EQ(ParsePut("1", "0").expiry, absl::InfiniteFuture());
  EXPECT_EQ(ParsePut("1", "0.0").expiry, absl::InfiniteFuture());
  EXPECT_EQ(ParsePut("1", "1.5").expiry, absl::FromUnixMillis(1500));
  EXPECT_EQ(ParsePut("1", "1795359450.123456").expiry,
            absl::FromUnixMicros(1795359450123456));
  EXPECT_EQ(ParsePut("1", "-5").expiry, absl::InfinitePast());
  EXPECT_EQ(ParsePut("1", "-1e300").expiry, absl::InfinitePast());
  EXPECT_EQ(ParsePut("1", "253402300799").expiry,
            absl::FromUnixSeconds(253402300799));
  EXPECT_EQ(ParsePut("1", "253402300800").expiry, absl::InfiniteFuture());
  EXPECT_EQ(ParsePut("1", "1e400").expiry, absl::InfiniteFuture());
  EXPECT_EQ(Parse(R"({"op": "put", "key": "k", "value": 1})").expiry,
            absl::InfiniteFuture());
}

// What a readable put overwrote is gone, even if the put itself is refused.
TEST(LegacyRecordTest, ARefusedPutDeletes) {
  const struct {
    std::string value, expiry, reason;
  } cases[] = {
      {"NaN", "0", "NaN or Infinity"},
      {"[-Infinity]", "0", "NaN or Infinity"},
      {R"("\ud800")", "0", "lone surrogate"},
      {R"(["\udc00"])", "0", "lone surrogate"},
      {R"("12345678901234567")", "0", "value has 17 bytes, at most 16"},
      {"12345678901234567", "0", "value has 17 bytes, at most 16"},
      {"1", "\"5\"", "expiry is not a number"},
      {"1", "NaN", "expiry is not a number"},
      {"1", "true", "expiry is not a number"},
      {"1", "null", "expiry is not a number"},
  };
  for (const auto& refused : cases) {
    const LegacyRecord record = ParsePut(refused.value, refused.expiry);
    EXPECT_THAT(record.problem, HasSubstr(refused.reason));
    EXPECT_EQ(record.effect, Effect::kDelete) << refused.value;
    EXPECT_EQ(record.key, "k");
  }
  const LegacyRecord record = Parse(R"({"op": "put", "key": "k"})");
  EXPECT_EQ(record.problem, "there is no value");
  EXPECT_EQ(record.effect, Effect::kDelete);
  EXPECT_EQ(ParsePut(R"("1234567890123456")").problem, "");
}

TEST(LegacyRecordTest, SkipsWhatIsNoRecord) {
  const struct {
    std::string json, reason;
  } cases[] = {
      {"\"\xFF\"", "not UTF-8"},
      {"{", "not JSON at byte 1"},
      {"", "not JSON at byte 0"},
      {"[1]", "not a JSON object"},
      {"{}", "there is no op"},
      {R"({"op": 1, "key": "k"})", "op is not a string"},
      {R"({"op": "PUT", "key": "k"})", "op is neither put nor delete"},
      {R"({"op": "put", "value": 1})", "there is no key"},
      {R"({"op": "put", "key": 5, "value": 1})", "key is not a string"},
      {R"({"op": "put", "key": null, "value": 1})", "key is not a string"},
      {R"({"op": "put", "key": "", "value": 1})", "key is empty"},
      {R"({"op": "put", "key": "\ud800", "value": 1})", "key holds a lone"},
      {R"({"op": "put", "key": "123456789", "value": 1})",
       "key has 9 bytes, at most 8"},
  };
  for (const auto& skipped : cases) {
    const LegacyRecord record = Parse(skipped.json);
    EXPECT_THAT(record.problem, HasSubstr(skipped.reason));
    EXPECT_EQ(record.effect, Effect::kNone) << skipped.json;
  }
  EXPECT_EQ(Parse(R"({"op": "delete", "key": "12345678"})").problem, "");
}

TEST(LegacyRecordTest, WritesAPutAsBitPyStoreDoes) {
  // Taken from a log that BitPyStore wrote.
  EXPECT_EQ(
      *EncodeLegacyPut("feature:3",
                       Value::Text("na\u00EFve caf\u00E9 \u6771\u4EAC "
                                   "\U0001F680 7"),
                       absl::InfiniteFuture()),
      "107 3647415275\n"
      R"({"op": "put", "key": "feature:3", "value": "na\u00efve caf\u00e9 )"
      R"(\u6771\u4eac \ud83d\ude80 7", "expiry": 0})"
      "\n");
  EXPECT_EQ(*EncodeLegacyPut("user:36", Value::Text("token-876309003"),
                             absl::FromUnixSeconds(1795359450)),
            "81 73815479\n"
            R"({"op": "put", "key": "user:36", "value": "token-876309003", )"
            R"("expiry": 1795359450})"
            "\n");
}

TEST(LegacyRecordTest, RoundsExpiryUp) {
  const auto encoded = [](absl::Time expiry) {
    return *EncodeLegacyPut("k", Value::Json("1"), expiry);
  };
  EXPECT_THAT(encoded(absl::FromUnixMicros(5000001)), HasSubstr(": 6}"));
  EXPECT_THAT(encoded(absl::FromUnixMicros(5999999)), HasSubstr(": 6}"));
  EXPECT_THAT(encoded(absl::FromUnixSeconds(5)), HasSubstr(": 5}"));
}

TEST(LegacyRecordTest, WritesJsonAsItStands) {
  EXPECT_THAT(*EncodeLegacyPut("k", Value::Json("{\"a\":1.0,\n\"\u00E9\": 2}"),
                               absl::InfiniteFuture()),
              HasSubstr(R"("value": {"a":1.0, "\u00e9": 2}, "expiry": 0})"));
}

TEST(LegacyRecordTest, RefusesWhatBitPyStoreCannotHold) {
  const auto refused = [](absl::string_view key, const Value& value) {
    return std::string(
        EncodeLegacyPut(key, value, absl::InfiniteFuture()).status().message());
  };
  EXPECT_THAT(refused("k", Value::Data("1")), HasSubstr("bytes"));
  EXPECT_THAT(refused("\xFF", Value::Text("1")), HasSubstr("key is not UTF-8"));
  EXPECT_THAT(refused("k", Value::Text("\xFF")),
              HasSubstr("value is not UTF-8"));
  EXPECT_THAT(refused("k", Value::Json("{")), HasSubstr("not JSON at byte 1"));
}

}  // namespace
}  // namespace rundlet

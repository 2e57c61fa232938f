// Goal: JSON is carried as google.protobuf.Value when, and only when, that is
// exact; and texts that are no JSON are refused.
// Method: tables of texts; for numbers also random doubles, whose text has to
// be the shortest that reads back. Prints its seed; RUNDLET_SEED sets it.

#include "service/grpc/json_text.h"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

const FieldPath kField("value");

// The text that goes through google.protobuf.Value, or "" if that is inexact.
std::string ThroughValue(const std::string& text) {
  google::protobuf::Value value;
  if (!JsonValueFromText(text, &value)) return "";
  absl::StatusOr<std::string> again = JsonTextFromValue(kField, value);
  EXPECT_TRUE(again.ok()) << again.status();
  return again.ok() ? *again : "";
}

std::string Nested(int depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(JsonTextTest, ExactTextsGoThroughUnchanged) {
  for (const std::string text : {"null",
                                 "true",
                                 "false",
                                 "0",
                                 "-1",
                                 "1.5",
                                 "1e+21",
                                 "1e-7",
                                 "0.000001",
                                 "123456789012345680000",
                                 "9007199254740991",
                                 R"("")",
                                 R"("a\"\\\n")",
                                 R"("\u0000")",
                                 "\"\xF0\x9F\x98\x80\"",
                                 "[]",
                                 "{}",
                                 "[[],{}]",
                                 R"({"a":[1,{"b":null}],"c":"d"})",
                                 R"({"":0})"}) {
    EXPECT_EQ(ThroughValue(text), text);
  }
}

TEST(JsonTextTest, SpaceOrderAndEscapesDoNotCount) {
  EXPECT_EQ(ThroughValue(R"( { "b" : 1 , "a" : [ ] } )"), R"({"a":[],"b":1})");
  EXPECT_EQ(ThroughValue(R"("\u0041\/\ud83d\ude00")"),
            "\"A/\xF0\x9F\x98\x80\"");
}

TEST(JsonTextTest, InexactTextsAreNotCarried) {
  for (const std::string text :
       {"1.0", "-0", "1e2", "1E+21", "9007199254740993", "0.1e0",
        "0.30000000000000000001", "[1.0]", R"({"a":1.0})", R"({"a":1,"a":1})",
        R"("\udc00")"}) {
    EXPECT_EQ(ThroughValue(text), "") << text;
  }
}

TEST(JsonTextTest, WhatIsNotJsonIsRefused) {
  for (const std::string text :
       {"", " ", "nul", "01", "1.", ".5", "+1", "NaN", "[1,]", "{\"a\"}", "[",
        "1 2", "'a'", "\"\n\"", "\"\xFF\"", R"("\ud800")", R"("\udc00")",
        R"("\x")",
        "\xEF\xBB\xBF"
        "1 2"}) {
    const absl::Status status = CheckJsonText(kField, text);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(ThroughValue(text), "") << text;
  }
}

TEST(JsonTextTest, WhatIsJsonIsAccepted) {
  for (const std::string text :
       {"1.0", "-0", " 1 ", R"({"a":1,"a":2})", "1e308",
        "0.30000000000000000000000000000000000001", R"("\ud83d\ude00")"}) {
    EXPECT_TRUE(CheckJsonText(kField, text).ok()) << text;
  }
}

TEST(JsonTextTest, DepthIsBounded) {
  EXPECT_EQ(ThroughValue(Nested(kJsonDepthMax)), Nested(kJsonDepthMax));
  EXPECT_EQ(ThroughValue(Nested(kJsonDepthMax + 1)), "");
  EXPECT_TRUE(CheckJsonText(kField, Nested(kJsonTextDepthMax)).ok());
  EXPECT_FALSE(CheckJsonText(kField, Nested(kJsonTextDepthMax + 1)).ok());
  // No stack is used up.
  EXPECT_FALSE(CheckJsonText(kField, std::string(1 << 20, '[')).ok());
  EXPECT_EQ(ThroughValue(std::string(1 << 20, '[')), "");

  google::protobuf::Value value;
  google::protobuf::Value* inner = &value;
  for (int i = 0; i <= kJsonDepthMax; ++i) {
    inner = inner->mutable_list_value()->add_values();
  }
  inner->set_bool_value(true);
  EXPECT_FALSE(JsonTextFromValue(kField, value).ok());
}

TEST(JsonTextTest, ValuesThatAreNoJsonAreRefused) {
  google::protobuf::Value value;
  EXPECT_FALSE(JsonTextFromValue(kField, value).ok());
  value.set_number_value(std::nan(""));
  EXPECT_FALSE(JsonTextFromValue(kField, value).ok());
  value.set_number_value(HUGE_VAL);
  EXPECT_FALSE(JsonTextFromValue(kField, value).ok());
  value.mutable_list_value()->add_values();
  EXPECT_FALSE(JsonTextFromValue(kField, value).ok());
}

TEST(JsonTextTest, NumbersLookAsEcmaScriptPrintsThem) {
  EXPECT_EQ(JsonNumber(0.0), "0");
  EXPECT_EQ(JsonNumber(-0.0), "0");
  EXPECT_EQ(JsonNumber(100), "100");
  EXPECT_EQ(JsonNumber(-1.5), "-1.5");
  EXPECT_EQ(JsonNumber(0.1), "0.1");
  EXPECT_EQ(JsonNumber(1e20), "100000000000000000000");
  EXPECT_EQ(JsonNumber(1e21), "1e+21");
  EXPECT_EQ(JsonNumber(1.25e21), "1.25e+21");
  EXPECT_EQ(JsonNumber(1e-6), "0.000001");
  EXPECT_EQ(JsonNumber(1.5e-7), "1.5e-7");
  EXPECT_EQ(JsonNumber(5e-324), "5e-324");
  EXPECT_EQ(JsonNumber(1.7976931348623157e308), "1.7976931348623157e+308");
}

TEST(JsonTextTest, RandomNumbersReadBack) {
  SeededRandom random(TestSeed());
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t bits = random.Next();
    double number = 0;
    std::memcpy(&number, &bits, sizeof(number));
    if (!std::isfinite(number)) continue;
    const std::string text = JsonNumber(number);
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), number) << text;
    EXPECT_EQ(ThroughValue(text), text);
  }
}

}  // namespace
}  // namespace rundlet

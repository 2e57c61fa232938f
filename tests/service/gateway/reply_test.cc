// Goal: each reply has exactly the bytes that PROTOCOL.md gives it, and is one
// line whatever it is made of.
// Method: examples of every reply.

#include "service/gateway/reply.h"

#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

std::string ValueReply(const Value& value) {
  std::string out;
  AppendValue(value, &out);
  return out;
}

std::string ErrorReply(const absl::Status& status) {
  std::string out;
  AppendError(status, &out);
  return out;
}

constexpr char kNotRepresentable[] = "ERROR: value not representable\n";

TEST(ReplyTest, TextValues) {
  EXPECT_EQ(ValueReply(Value::Text("suraj")), "VALUE suraj\n");
  EXPECT_EQ(ValueReply(Value::Text("")), "VALUE \n");
  EXPECT_EQ(ValueReply(Value::Text(" a  b\t")), "VALUE  a  b\t\n");
  EXPECT_EQ(ValueReply(Value::Text("a\nb")), kNotRepresentable);
  EXPECT_EQ(ValueReply(Value::Text("a\r")), kNotRepresentable);
}

TEST(ReplyTest, DataIsNotRepresentable) {
  EXPECT_EQ(ValueReply(Value::Data("abc")), kNotRepresentable);
  EXPECT_EQ(ValueReply(Value::Data("")), kNotRepresentable);
}

TEST(ReplyTest, LargeValuesAreNotRepresentable) {
  EXPECT_EQ(ValueReply({ValueKind::kLarge, "described"}), kNotRepresentable);
}

TEST(ReplyTest, JsonStandsOnOneLine) {
  EXPECT_EQ(ValueReply(Value::Json("{\"a\": [1, 2]}")),
            "VALUE {\"a\": [1, 2]}\n");
  EXPECT_EQ(ValueReply(Value::Json("{\r\n  \"a\": [\n\t1,\n\n 2\n  ]\n}\n")),
            "VALUE {\"a\": [1,2]}\n");
  EXPECT_EQ(ValueReply(Value::Json("\"a  \\n b\"")), "VALUE \"a  \\n b\"\n");
}

TEST(ReplyTest, ErrorsAreOneLine) {
  EXPECT_EQ(ErrorReply(absl::InvalidArgumentError("no\r\nno")),
            "ERROR: no  no\n");
  EXPECT_EQ(ErrorReply(absl::UnknownError("sync failed")),
            "ERROR: outcome unknown: sync failed\n");
  EXPECT_EQ(ErrorReply(absl::InternalError(std::string(5000, 'x'))).size(),
            std::string("ERROR: \n").size() + 2048);
}

TEST(ReplyTest, StatsHasSixLines) {
  StoreStats stats;
  stats.keys_in_index = 1;
  stats.keys_in_cache = 2;
  stats.put_count = 3;
  stats.delete_count = 4;
  stats.file_size_bytes = 512;
  std::string out;
  AppendStats(stats, &out);
  EXPECT_EQ(out,
            "keys_in_index: 1\nkeys_in_cache: 2\nput_count: 3\n"
            "delete_count: 4\nfile_size_bytes: 512\n"
            "last_compaction_time: None\n");
  stats.last_compaction_time =
      absl::FromUnixMicros(int64_t{1700000000} * 1000000 + 4567);
  out.clear();
  AppendStats(stats, &out);
  EXPECT_EQ(out.substr(out.rfind("last_")),
            "last_compaction_time: 1700000000.004567\n");
}

}  // namespace
}  // namespace rundlet

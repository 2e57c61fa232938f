// Goal: what a key holds and how long, in the words of the simplest door.
// Method: one key at a time; values of text, whole seconds.

#include <string>

#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

TEST_P(PlainLaws, ReadsItsWrite) {
  Put("user:1", "Alice");
  EXPECT_EQ(Existing("user:1").value, Value::Text("Alice"));
  EXPECT_FALSE(Get("user:2").has_value());
}

TEST_P(PlainLaws, TheLastWriteStands) {
  for (const char* text : {"1", "two words", "\xc3\xa4"}) {
    Put("k", text);
    EXPECT_EQ(Existing("k").value.bytes, text);
  }
}

TEST_P(PlainLaws, DeletedKeysAreMissing) {
  Put("k", "1");
  Delete("k");
  EXPECT_FALSE(Get("k").has_value());
  Delete("k");
  EXPECT_FALSE(Get("k").has_value());
  Put("k", "2");
  EXPECT_EQ(Existing("k").value.bytes, "2");
}

TEST_P(PlainLaws, KeysLiveUntilTheirTime) {
  Put("k", "1", Expiry::After(absl::Seconds(10)));
  PassTime(absl::Seconds(10) - absl::Microseconds(1));
  EXPECT_TRUE(Get("k").has_value());
  PassTime(absl::Microseconds(1));
  EXPECT_FALSE(Get("k").has_value());
}

TEST_P(PlainLaws, AnotherWriteTakesTheExpiryAway) {
  Put("k", "1", Expiry::After(absl::Seconds(10)));
  Put("k", "2");
  PassTime(absl::Hours(1));
  EXPECT_EQ(Existing("k").value.bytes, "2");
}

TEST_P(PlainLaws, TheExpiryOfAKeyChanges) {
  Put("k", "1");
  EXPECT_TRUE(
      SetExpiry("k", Expiry::After(absl::Seconds(10))).results.at(0).existed);
  PassTime(absl::Seconds(9));
  SetExpiry("k", Expiry::After(absl::Seconds(10)));
  PassTime(absl::Seconds(9));
  EXPECT_EQ(Existing("k").value.bytes, "1");
  SetExpiry("k", Expiry::Never());
  PassTime(absl::Hours(1));
  EXPECT_EQ(Existing("k").value.bytes, "1");
  SetExpiry("k", Expiry::After(absl::Seconds(-1)));
  EXPECT_FALSE(Get("k").has_value());
  EXPECT_FALSE(SetExpiry("k", Expiry::Never()).results.at(0).existed);
}

TEST_P(PlainLaws, KeysAndValuesAtTheirLimit) {
  const Limits limits;
  const std::string key(limits.key_bytes_max, 'k');
  const std::string value(limits.value_bytes_max, 'v');
  Put(key, value);
  EXPECT_EQ(Existing(key).value.bytes, value);
  EXPECT_FALSE(store().Put(key + "k", Value::Text("v")).ok());
  EXPECT_FALSE(store().Put(key, Value::Text(value + "v")).ok());
  EXPECT_FALSE(store().Get(key + "k").ok());
  EXPECT_EQ(Existing(key).value.bytes, value);
}

TEST_P(PlainLaws, ManyKeysAreApart) {
  for (int i = 0; i < 300; ++i) {
    Put("k" + std::to_string(i % 100), std::to_string(i));
  }
  for (int i = 0; i < 100; i += 3) Delete("k" + std::to_string(i));
  for (int i = 0; i < 100; ++i) {
    const auto entry = Get("k" + std::to_string(i));
    ASSERT_EQ(entry.has_value(), i % 3 != 0) << i;
    if (entry) {
      EXPECT_EQ(entry->value.bytes, std::to_string(200 + i));
    }
  }
}

TEST_P(PlainLaws, CompactionIsNotSeen) {
  Put("kept", "1");
  Put("kept", "2");
  Put("deleted", "1");
  Delete("deleted");
  Put("expiring", "1", Expiry::After(absl::Seconds(5)));
  for (int round = 0; round < 2; ++round) {
    const auto report = BlockingStore(steady_store()).Compact();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(Existing("kept").value.bytes, "2");
    EXPECT_FALSE(Get("deleted").has_value());
    EXPECT_EQ(Get("expiring").has_value(), round == 0);
    PassTime(absl::Seconds(5));
  }
}

// Counters count from open, so all of it happens to one.
TEST_P(PlainLaws, StatsCountPutsAndDeletes) {
  BlockingStore store(steady_store());
  ASSERT_TRUE(store.Put("a", Value::Text("1")).ok());
  ASSERT_TRUE(store.Put("b", Value::Text("1")).ok());
  ASSERT_TRUE(store.SetExpiry("b", Expiry::After(absl::Hours(1))).ok());
  ASSERT_TRUE(store.Delete("a").ok());
  ASSERT_TRUE(store.Delete("none").ok());
  const StoreStats stats = steady_store()->Stats();
  EXPECT_EQ(stats.keys_in_index, 1u);
  EXPECT_EQ(stats.put_count, 3u);
  EXPECT_EQ(stats.delete_count, 2u);
}

}  // namespace
}  // namespace rundlet

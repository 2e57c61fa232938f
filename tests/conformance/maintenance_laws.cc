// Goal: compaction keeps every entry as it is, old revisions live as long as
// their lease, and Stats tells it.
// Method: fill, overwrite, delete and expire keys, maintain, compare.

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

// The request for the page behind `page`.
ScanRequest NextPage(ScanRequest request, const ScanPage& page) {
  request.at = page.read_revision;
  request.at_time = page.read_time;
  request.after = page.entries.back().key;
  return request;
}

TEST_P(MaintenanceLaws, CompactionKeepsEverything) {
  for (int i = 0; i < 60; ++i) {
    const std::string key = "k" + std::to_string(i % 20);
    if (i % 7 == 3) {
      Delete(key);
    } else {
      Put(key, std::string(50, 'a' + i % 26),
          i % 5 == 0 ? Expiry::After(absl::Hours(i + 1)) : Expiry::Never());
    }
  }
  const ScanPage before = Scan({});
  for (int round = 0; round < 3; ++round) {
    const auto report = BlockingStore(steady_store()).Compact();
    ASSERT_TRUE(report.ok()) << report.status();
    const ScanPage after = Scan({});
    ASSERT_EQ(Texts(after.entries), Texts(before.entries));
    for (size_t i = 0; i < after.entries.size(); ++i) {
      EXPECT_EQ(after.entries[i].revision, before.entries[i].revision);
      EXPECT_EQ(after.entries[i].create_revision,
                before.entries[i].create_revision);
      EXPECT_EQ(after.entries[i].version, before.entries[i].version);
      EXPECT_EQ(after.entries[i].created, before.entries[i].created);
      EXPECT_EQ(after.entries[i].modified, before.entries[i].modified);
      EXPECT_EQ(after.entries[i].expiry, before.entries[i].expiry);
    }
  }
  Put("k0", "new");
  EXPECT_EQ(Existing("k0").value.bytes, "new");
}

TEST_P(MaintenanceLaws, CompactionBringsNothingBack) {
  Put("deleted", "1");
  Put("expired", "1");
  Put("expired", "2", Expiry::After(absl::Seconds(1)));
  ASSERT_TRUE(BlockingStore(steady_store()).Compact().ok());
  Delete("deleted");
  PassTime(absl::Seconds(1));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 20; ++i) Put("f", std::string(100, 'f'));
    ASSERT_TRUE(BlockingStore(steady_store()).Compact().ok());
    EXPECT_FALSE(Get("deleted").has_value());
    EXPECT_FALSE(Get("expired").has_value());
  }
}

TEST_P(MaintenanceLaws, CompactionIsTold) {
  EXPECT_FALSE(steady_store()->Stats().last_compaction_time.has_value());
  Put("k", "1");
  const absl::Time now = Existing("k").modified;
  ASSERT_TRUE(BlockingStore(steady_store()).Compact().ok());
  const StoreStats stats = steady_store()->Stats();
  EXPECT_GE(stats.compaction_count, 1u);
  ASSERT_TRUE(stats.last_compaction_time.has_value());
  EXPECT_GE(*stats.last_compaction_time, now);
}

TEST_P(MaintenanceLaws, AnExplanationChangesNothing) {
  for (int i = 0; i < 30; ++i) Put("k" + std::to_string(i % 5), "value");
  const ScanPage before = Scan({});
  for (int round = 0; round < 2; ++round) {
    const auto plan = steady_store()->ExplainCompaction();
    ASSERT_TRUE(plan.ok()) << plan.status();
    EXPECT_LE(plan->bytes_to_gain, plan->bytes_before);
    EXPECT_EQ(Texts(Scan({}).entries), Texts(before.entries));
  }
}

TEST_P(MaintenanceLaws, VerifyFindsNothingInAGoodStore) {
  for (int i = 0; i < 40; ++i) {
    Put("k" + std::to_string(i % 9), std::string(30, 'a' + i % 26));
    if (i % 5 == 4) Delete("k" + std::to_string(i % 7));
  }
  ASSERT_TRUE(BlockingStore(steady_store()).Compact().ok());
  Put("k1", "behind the compaction");
  const auto report = BlockingStore(steady_store()).Verify();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->ok()) << report->damage[0].what;
  EXPECT_EQ(report->key_at_risk_count, 0u);
  const StoreStats stats = steady_store()->Stats();
  EXPECT_EQ(stats.verify_count, 1u);
  EXPECT_EQ(stats.damaged_record_count, 0u);
  EXPECT_TRUE(stats.last_verify_time.has_value());
}

TEST_P(MaintenanceLaws, PagesGoOnThroughACompaction) {
  for (const char* key : {"a", "b", "c"}) Put(key, "old");
  BlockingStore store(steady_store());
  ScanRequest request;
  request.entries_max = 1;
  const auto first = store.Scan(request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(store.Put("b", Value::Text("new")).ok());
  ASSERT_TRUE(store.Delete("c").ok());
  ASSERT_TRUE(store.Compact().ok());
  request.at = first->read_revision;
  request.at_time = first->read_time;
  request.after = "a";
  request.entries_max = 10;
  const auto rest = store.Scan(request);
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(Texts(rest->entries), (std::vector<std::string>{"b=old", "c=old"}));
}

TEST_P(MaintenanceLaws, StatsCount) {
  BlockingStore store(steady_store());
  for (const char* key : {"a", "b", "c"}) {
    ASSERT_TRUE(store.Put(key, Value::Text("v")).ok());
  }
  ASSERT_TRUE(store.Delete("a").ok());
  ASSERT_TRUE(store.Delete("missing").ok());
  ASSERT_TRUE(store.SetExpiry("b", Expiry::After(absl::Hours(1))).ok());
  const auto last = store.Put("c", Value::Text("w"));
  ASSERT_TRUE(last.ok());
  const StoreStats stats = steady_store()->Stats();
  EXPECT_EQ(stats.keys_in_index, 2u);
  EXPECT_EQ(stats.put_count, 5u);
  EXPECT_EQ(stats.delete_count, 2u);
  EXPECT_EQ(stats.visible_revision, last->revision);
  EXPECT_GT(stats.live_bytes, 0u);
  EXPECT_GT(stats.file_size_bytes, 0u);
  EXPECT_EQ(stats.store_id.size(), 32u);
  EXPECT_EQ(stats.pending_bytes, 0u);
}

TEST_P(MaintenanceLaws, TheOldestLeaseGoesFirst) {
  Limits limits;
  limits.page_leases_max = 2;
  Open(limits);
  BlockingStore store(steady_store());
  ScanRequest request;
  request.entries_max = 1;
  ASSERT_TRUE(store.Put("b", Value::Text("0")).ok());
  std::vector<ScanPage> pages;
  for (const char* value : {"1", "2", "3"}) {
    ASSERT_TRUE(store.Put("a", Value::Text(value)).ok());
    const auto page = store.Scan(request);
    ASSERT_TRUE(page.ok()) << page.status();
    pages.push_back(*page);
  }
  ASSERT_TRUE(store.Put("a", Value::Text("4")).ok());
  EXPECT_EQ(store.Scan(NextPage(request, pages[0])).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(store.Scan(NextPage(request, pages[1])).ok());
  EXPECT_TRUE(store.Scan(NextPage(request, pages[2])).ok());
}

}  // namespace
}  // namespace rundlet

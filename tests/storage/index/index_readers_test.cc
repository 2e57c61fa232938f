// Goal: readers that take no lock see what a serial store would show: single
// keys never go back, several keys come from one revision, a pinned revision
// does not change, whatever a writer does meanwhile.
// Method: one writer puts, overwrites and deletes keys at random, in small and
// large transactions, with pins that come and go, values that are in memory at
// first, and relocations. Each version says what it is: its modification time
// is its revision. Before a transaction is applied the writer notes it in the
// history of each key, against which readers hold their answers. RUNDLET_RUNS
// sets the number of transactions. The full run:
// RUNDLET_RUNS=1000000 bazel test --config=tsan --test_timeout=3600
// //tests/storage/index:index_readers_test

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "storage/index/index.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr size_t kKeys = 24;
constexpr int kReaders = 3;

// What was written to one key: in ascending order, and whether it was a put.
struct Write {
  Revision revision;
  bool deleted;
};

class IndexReadersTest : public ::testing::Test {
 protected:
  IndexReadersTest() : history_(kKeys) {
    for (size_t i = 0; i < kKeys; ++i) keys_.push_back(absl::StrCat("k", i));
  }

  // As of `at`; 0: absent.
  Revision Wanted(size_t key, Revision at) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    const std::vector<Write>& writes = history_[key];
    for (auto it = writes.rbegin(); it != writes.rend(); ++it) {
      if (it->revision <= at) return it->deleted ? 0 : it->revision;
    }
    return 0;
  }

  void Transact(Revision revision, SeededRandom& random) {
    std::vector<Index::Change> changes;
    const uint64_t first = random.Below(kKeys);
    const uint64_t count = random.OneIn(2) ? 1 : random.Between(2, kKeys);
    const bool deletes = random.OneIn(3);
    for (uint64_t i = 0; i < count; ++i) {
      Version version;
      version.revision = revision;
      version.modified_us = static_cast<int64_t>(revision);
      version.deleted = deletes || random.OneIn(5);
      version.location = {1, revision, 10};
      if (random.OneIn(4)) {
        version.value =
            std::make_shared<const std::string>(absl::StrCat(revision));
      }
      changes.push_back({keys_[(first + i) % kKeys], version});
    }
    {
      const absl::MutexLock lock(&mu_);
      for (uint64_t i = 0; i < count; ++i) {
        history_[(first + i) % kKeys].push_back(
            {revision, changes[i].version.deleted});
      }
    }
    index_.Apply(changes, revision);
    if (random.OneIn(2)) {
      index_.Relocate(changes[0].key, revision, {2, revision, 10});
    }
  }

  static Revision RevisionOf(const std::optional<Version>& version) {
    if (!version.has_value()) return 0;
    EXPECT_EQ(version->modified_us, static_cast<int64_t>(version->revision));
    EXPECT_EQ(version->location.offset, version->revision);
    if (version->value != nullptr) {
      EXPECT_EQ(*version->value, absl::StrCat(version->revision));
    }
    return version->revision;
  }

  void ExpectAllAsOf(Revision at, const std::vector<Revision>& seen) {
    const absl::MutexLock lock(&mu_);
    for (size_t i = 0; i < kKeys; ++i) {
      ASSERT_EQ(seen[i], Wanted(i, at)) << keys_[i] << " at " << at;
    }
  }

  void ReadAll(Revision pinned) {
    std::vector<std::optional<Version>> found;
    const Revision at = index_.FindAll(keys_, pinned, &found);
    std::vector<Revision> seen;
    for (const auto& version : found) seen.push_back(RevisionOf(version));
    ExpectAllAsOf(at, seen);
  }

  void Scan(Revision pinned, bool reverse) {
    std::vector<Revision> seen(kKeys, 0);
    index_.Scan(KeyRange::All(), "", reverse, pinned,
                [&](absl::string_view key, const Version& version) {
                  const auto at = std::find(keys_.begin(), keys_.end(), key);
                  seen[at - keys_.begin()] = RevisionOf(version);
                  return true;
                });
    ExpectAllAsOf(pinned, seen);
  }

  // Whatever was visible before the read is seen by it.
  void ReadOne(size_t key, Revision* newest_seen) {
    const Revision before = index_.visible();
    EXPECT_GE(before, *newest_seen);
    std::vector<std::optional<Version>> found;
    const Revision at = index_.FindAll({keys_[key]}, 0, &found);
    EXPECT_GE(at, before);
    *newest_seen = at;
    const Revision seen = RevisionOf(found[0]);
    const Revision alone = RevisionOf(index_.Find(keys_[key]));
    EXPECT_TRUE(alone == 0 || alone >= seen);
    const absl::MutexLock lock(&mu_);
    ASSERT_EQ(seen, Wanted(key, at)) << keys_[key] << " at " << at;
  }

  void Read(uint64_t seed, const std::atomic<bool>& done) {
    SeededRandom random(seed);
    Revision newest_seen = 0;
    while (!done && !HasFatalFailure()) {
      for (int i = 0; i < 20; ++i) ReadOne(random.Below(kKeys), &newest_seen);
      ReadAll(0);
      if (!random.OneIn(4)) continue;
      const Revision pinned = index_.PinNewest();
      for (const bool reverse : {false, true}) Scan(pinned, reverse);
      ReadAll(pinned);
      index_.Unpin(pinned);
    }
  }

  Index index_;
  std::vector<std::string> keys_;
  absl::Mutex mu_;
  std::vector<std::vector<Write>> history_ ABSL_GUARDED_BY(mu_);
};

TEST_F(IndexReadersTest, SeeWhatASerialStoreWouldShow) {
  SeededRandom random(TestSeed());
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back(
        [this, &done, seed = random.Next()] { Read(seed, done); });
  }
  const Revision last = TestRuns(5000);
  for (Revision revision = 1; revision <= last; ++revision) {
    Transact(revision, random);
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  ReadAll(0);
}

}  // namespace
}  // namespace rundlet

// Goal: whatever happens to it, the index answers like a full history of every
// key, as of the newest and of each pinned revision.
// Method: random applies, pins, unpins, relocations and restores beside a map
// of every version that ever was; after each step, random reads of both, and
// what it holds and counts against what the history says it has to. Readers
// and writers from several threads.

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/index/index.h"
#include "tests/storage/index/expect_same.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

// Every version of every key.
class History {
 public:
  void Add(const std::string& key, const Version& version) {
    keys_[key][version.revision] = version;
  }

  // Null if the key was absent or deleted then.
  const Version* AsOf(const std::string& key, Revision at) const {
    const auto found = keys_.find(key);
    if (found == keys_.end()) return nullptr;
    auto version = found->second.upper_bound(at);
    if (version == found->second.begin()) return nullptr;
    --version;
    return version->second.deleted ? nullptr : &version->second;
  }

  std::vector<std::pair<std::string, Revision>> Scan(const KeyRange& range,
                                                     const std::string& after,
                                                     bool reverse,
                                                     Revision at) const {
    std::vector<std::pair<std::string, Revision>> seen;
    for (const auto& [key, versions] : keys_) {
      const Version* version = AsOf(key, at);
      if (version == nullptr || !range.Contains(key)) continue;
      const bool behind =
          after.empty() || (reverse ? key < after : key > after);
      if (behind) seen.push_back({key, version->revision});
    }
    if (reverse) std::reverse(seen.begin(), seen.end());
    return seen;
  }

  void Relocate(const std::string& key, Revision revision,
                const Location& location) {
    const auto found = keys_.find(key);
    if (found == keys_.end()) return;
    const auto version = found->second.find(revision);
    if (version != found->second.end()) version->second.location = location;
  }

  const std::map<std::string, std::map<Revision, Version>>& keys() const {
    return keys_;
  }

 private:
  std::map<std::string, std::map<Revision, Version>> keys_;
};

class IndexModelTest : public ::testing::Test {
 protected:
  std::string AnyKey() {
    std::string key(random_.Between(1, 2), 'a');
    for (char& letter : key) {
      letter = static_cast<char>('a' + random_.Below(5));
    }
    return key;
  }

  uint64_t AnyOffset() { return random_.Below(uint64_t{1} << 48); }

  Version AnyVersion(Revision revision) {
    Version version;
    version.revision = revision;
    version.deleted = random_.OneIn(3);
    if (!version.deleted && random_.OneIn(3)) {
      version.expiry_us = static_cast<int64_t>(random_.Between(1, 100));
    }
    version.location = {random_.Between(1, 9), AnyOffset(),
                        static_cast<uint32_t>(random_.Between(1, 1000))};
    version.kind = random_.OneIn(2) ? ValueKind::kData : ValueKind::kJson;
    version.modified_us = static_cast<int64_t>(random_.Between(1, 1000));
    // As of a key that is written for the first time, or again.
    const bool again = random_.OneIn(2);
    version.version = again ? random_.Between(2, 9) : 1;
    version.create_revision = again ? random_.Between(1, revision) : revision;
    version.created_us = again ? 1 : version.modified_us;
    return version;
  }

  void Apply() {
    std::map<std::string, Version> changes;
    ++revision_;
    for (uint64_t i = random_.Below(4); i > 0; --i) {
      const std::string key = AnyKey();
      if (changes.count(key) == 0) changes[key] = AnyVersion(revision_);
    }
    std::vector<Index::Change> applied;
    for (const auto& [key, version] : changes) {
      history_.Add(key, version);
      applied.push_back({key, version});
    }
    index_.Apply(applied, revision_);
  }

  void Restore() {
    std::vector<Index::Change> found;
    for (uint64_t i = random_.Below(60); i > 0; --i) {
      found.push_back({AnyKey(), AnyVersion(++revision_)});
      history_.Add(found.back().key, found.back().version);
    }
    while (!found.empty()) {
      const size_t pick = random_.Below(found.size());
      index_.Restore(found[pick].key, found[pick].version);
      found.erase(found.begin() + static_cast<ptrdiff_t>(pick));
    }
    index_.FinishRestore(revision_);
  }

  void UnpinAny() {
    const auto pin = std::next(
        pins_.begin(), static_cast<ptrdiff_t>(random_.Below(pins_.size())));
    index_.Unpin(*pin);
    pins_.erase(pin);
  }

  void Step() {
    switch (random_.Below(8)) {
      case 0:
        pins_.insert(index_.PinNewest());
        if (pins_.size() > kPinsMax) UnpinAny();
        break;
      case 1:
        if (!pins_.empty()) UnpinAny();
        break;
      case 2: {
        const Revision at = random_.Between(1, revision_ + 1);
        const bool pinned = pins_.count(at) != 0;
        ASSERT_EQ(index_.PinAgain(at), pinned);
        if (pinned) pins_.insert(at);
        break;
      }
      case 3: {
        const std::string key = AnyKey();
        const Revision revision = random_.Between(1, revision_ + 1);
        const Location location{99, AnyOffset(),
                                static_cast<uint32_t>(random_.Below(1000))};
        index_.Relocate(key, revision, location);
        history_.Relocate(key, revision, location);
        break;
      }
      default:
        Apply();
    }
  }

  void ExpectSameAsOf(Revision at) {
    const std::string key = AnyKey();
    std::vector<std::optional<Version>> found;
    index_.FindAll({key}, at, &found);
    const Version* want = history_.AsOf(key, at);
    ASSERT_EQ(found[0].has_value(), want != nullptr) << key << " at " << at;
    if (want != nullptr) {
      ExpectSame(*found[0], *want);
    }
    KeyRange range;
    if (random_.OneIn(2)) range.start = AnyKey();
    if (random_.OneIn(2)) range.end = AnyKey();
    const std::string after = random_.OneIn(2) ? AnyKey() : "";
    const bool reverse = random_.OneIn(2);
    std::vector<std::pair<std::string, Revision>> seen;
    index_.Scan(range, after, reverse, at,
                [&](absl::string_view scanned, const Version& version) {
                  seen.emplace_back(scanned, version.revision);
                  return true;
                });
    ASSERT_EQ(seen, history_.Scan(range, after, reverse, at))
        << "[" << range.start << ", " << range.end << ") after " << after
        << " at " << at << (reverse ? " backwards" : "");
  }

  // Of each key: the newest version, and those that a pin reads.
  void ExpectHoldsWhatIsNeededAndNoMore() {
    uint64_t keys = 0;
    uint64_t live_bytes = 0;
    std::map<std::string, std::vector<Revision>> held;
    index_.Walk("",
                [&](absl::string_view key, absl::Span<const Version> versions) {
                  for (const Version& version : versions) {
                    held[std::string(key)].push_back(version.revision);
                    live_bytes += version.location.bytes;
                  }
                  if (!versions.back().deleted) ++keys;
                  return true;
                });
    for (const auto& [key, versions] : history_.keys()) {
      std::set<Revision> needed;
      for (const Revision pin : pins_) {
        const Version* version = history_.AsOf(key, pin);
        if (version != nullptr) needed.insert(version->revision);
      }
      const auto newest = std::prev(versions.end());
      if (!newest->second.deleted) needed.insert(newest->first);
      const std::vector<Revision>& has = held[key];
      for (const Revision revision : needed) {
        ASSERT_EQ(std::count(has.begin(), has.end(), revision), 1) << key;
      }
      // Behind a version that is needed, tombstones may stay; no put does.
      for (const Revision revision : has) {
        ASSERT_TRUE(needed.count(revision) != 0 ||
                    versions.at(revision).deleted)
            << key << " " << revision;
      }
      ASSERT_TRUE(has.empty() || !versions.at(has.front()).deleted) << key;
    }
    ASSERT_EQ(index_.usage().keys, keys);
    ASSERT_EQ(index_.usage().live_bytes, live_bytes);
  }

  void ExpectSameExpired() {
    const int64_t time_us = static_cast<int64_t>(random_.Below(110));
    std::vector<std::pair<int64_t, std::string>> want;
    for (const auto& [key, versions] : history_.keys()) {
      const Version& newest = std::prev(versions.end())->second;
      if (!newest.deleted && newest.ExpiredAt(time_us)) {
        want.push_back({newest.expiry_us, key});
      }
    }
    std::sort(want.begin(), want.end());
    const size_t max = random_.Below(10);
    if (want.size() > max) want.resize(max);
    const auto expired = index_.Expired(time_us, max);
    ASSERT_EQ(expired.size(), want.size());
    for (size_t i = 0; i < want.size(); ++i) {
      ASSERT_EQ(expired[i].first, want[i].second);
      ASSERT_EQ(expired[i].second,
                std::prev(history_.keys().at(want[i].second).end())->first);
    }
  }

  static constexpr size_t kPinsMax = 8;

  SeededRandom random_{TestSeed()};
  Index index_;
  History history_;
  Revision revision_ = 0;
  std::multiset<Revision> pins_;
};

TEST_F(IndexModelTest, AnswersLikeAFullHistory) {
  Restore();
  for (uint64_t step = 0; step < TestRuns(3000); ++step) {
    ASSERT_NO_FATAL_FAILURE(Step());
    ASSERT_EQ(index_.visible(), revision_);
    ASSERT_NO_FATAL_FAILURE(ExpectSameAsOf(revision_));
    for (const Revision pin : pins_) {
      ASSERT_NO_FATAL_FAILURE(ExpectSameAsOf(pin));
    }
    ASSERT_NO_FATAL_FAILURE(ExpectSameExpired());
    if (step % 8 == 0) {
      ASSERT_NO_FATAL_FAILURE(ExpectHoldsWhatIsNeededAndNoMore());
    }
  }
  while (!pins_.empty()) UnpinAny();
  ASSERT_NO_FATAL_FAILURE(ExpectHoldsWhatIsNeededAndNoMore());
}

// A writer sets all keys to one revision at a time; a reader must never see
// two revisions in one answer.
TEST(IndexThreadsTest, ReadersSeeOneRevisionAtATime) {
  constexpr int kKeys = 8;
  constexpr Revision kRevisions = 1000;
  Index index;
  std::vector<std::string> keys;
  for (int i = 0; i < kKeys; ++i) keys.push_back(absl::StrCat("key ", i));
  const auto write = [&](Revision revision) {
    std::vector<Index::Change> changes;
    for (const std::string& key : keys) {
      Version version;
      version.revision = revision;
      version.expiry_us = static_cast<int64_t>(revision);
      changes.push_back({key, version});
    }
    index.Apply(changes, revision);
  };
  write(1);
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&] {
      while (!done) {
        std::vector<std::optional<Version>> found;
        const Revision newest = index.FindAll(keys, 0, &found);
        for (const auto& version : found) {
          EXPECT_EQ(version->revision, newest);
        }
        const Revision pinned = index.PinNewest();
        for (const bool reverse : {false, true}) {
          int seen = 0;
          index.Scan(KeyRange::All(), "", reverse, pinned,
                     [&](absl::string_view, const Version& version) {
                       EXPECT_EQ(version.revision, pinned);
                       ++seen;
                       return true;
                     });
          EXPECT_EQ(seen, kKeys);
        }
        index.Relocate(keys[0], pinned, {5, 6, 7});
        EXPECT_EQ(index.Expired(1 << 30, 100).size(), size_t{kKeys});
        EXPECT_EQ(index.usage().keys, uint64_t{kKeys});
        index.Unpin(pinned);
      }
    });
  }
  for (Revision revision = 2; revision <= kRevisions; ++revision) {
    write(revision);
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(index.Find(keys[0])->revision, kRevisions);
}

}  // namespace
}  // namespace rundlet

// Goal: the heads find the place of every key, and of keys beside them, as a
// search that reads all keys does.
// Method: keys that share much or nothing, end early or have zeros, put in and
// taken out at random beside a sorted vector; each search of both kinds is
// compared with the standard's.

#include "storage/index/key_heads.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr size_t kKeysMax = 20;

class KeyHeadsTest : public ::testing::Test {
 protected:
  void Insert(const std::string& key) {
    const size_t place = LowerBound(key);
    heads_.Insert(place, key, KeyAt());
    keys_.insert(keys_.begin() + place, key);
  }

  void Erase(size_t place) {
    heads_.Erase(place);
    keys_.erase(keys_.begin() + place);
  }

  void Assign() { heads_.Assign(keys_.size(), KeyAt()); }

  size_t LowerBound(const std::string& key) const {
    return heads_.LowerBound(key, KeyAt());
  }

  void ExpectFinds(const std::string& key) const {
    EXPECT_EQ(LowerBound(key),
              std::lower_bound(keys_.begin(), keys_.end(), key) - keys_.begin())
        << "for a key of " << key.size() << " bytes";
    EXPECT_EQ(heads_.UpperBound(key, KeyAt()),
              std::upper_bound(keys_.begin(), keys_.end(), key) - keys_.begin())
        << "for a key of " << key.size() << " bytes";
  }

  void ExpectFindsAll() const {
    EXPECT_EQ(heads_.count(), keys_.size());
    EXPECT_EQ(heads_.is_full(), keys_.size() == kKeysMax);
    for (const std::string& key : keys_) {
      ExpectFinds(key);
      ExpectFinds(key + std::string(1, '\0'));
      ExpectFinds(key.substr(0, key.size() / 2));
    }
    ExpectFinds("");
    ExpectFinds(std::string(100, '\xFF'));
  }

  std::function<absl::string_view(size_t)> KeyAt() const {
    return [this](size_t place) { return absl::string_view(keys_[place]); };
  }

  KeyHeads<kKeysMax> heads_;
  std::vector<std::string> keys_;
};

TEST_F(KeyHeadsTest, FindsNothingWhereNothingIs) {
  ExpectFindsAll();
  Assign();
  ExpectFindsAll();
}

TEST_F(KeyHeadsTest, ThePrefixBecomesShorterAndLonger) {
  for (const char* const key : {"user:0001", "user:0002", "user:00020", "user",
                                "session:1", "", "user:0003"}) {
    Insert(key);
    ExpectFindsAll();
  }
  Erase(0);
  Erase(0);
  Assign();
  ExpectFindsAll();
}

TEST_F(KeyHeadsTest, ComparesBytesAsNumbersWithoutASign) {
  for (const char* const key : {"a\x7F", "a\x80", "a\xFF", "a", "a\x01"}) {
    Insert(key);
    ExpectFindsAll();
  }
}

TEST_F(KeyHeadsTest, LooksBehindALongPrefixIntoTheKeys) {
  const std::string prefix(70, 'p');
  for (const char* const end : {"b", "a", "", "c", "bb"}) {
    Insert(prefix + end);
    ExpectFindsAll();
  }
  ExpectFinds(prefix.substr(0, 65));
}

TEST_F(KeyHeadsTest, FindsAsASearchOfTheKeysDoes) {
  SeededRandom random(TestSeed());
  const std::vector<std::string> prefixes = {"",
                                             "a",
                                             std::string("\0\0", 2),
                                             "tenant/7/user/",
                                             std::string(59, 'x'),
                                             std::string(61, 'x')};
  for (uint64_t run = 0; run < TestRuns(3000); ++run) {
    const bool is_in =
        !keys_.empty() && (keys_.size() == kKeysMax || random.OneIn(3));
    if (is_in) {
      Erase(random.Below(keys_.size()));
      if (random.OneIn(4)) Assign();
    } else {
      std::string key = random.Pick(prefixes);
      for (uint64_t i = random.Below(7); i > 0; --i) {
        key.push_back(static_cast<char>(random.Below(3) * 127));
      }
      if (!std::binary_search(keys_.begin(), keys_.end(), key)) Insert(key);
    }
    ExpectFindsAll();
    if (HasFailure()) return;
    if (random.OneIn(200)) {
      keys_.clear();
      Assign();
    }
  }
}

}  // namespace
}  // namespace rundlet

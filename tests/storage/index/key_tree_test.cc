// Goal: the tree has its nodes in the order of their keys, whatever came and
// went, forwards, backwards and from any key on; and gives its memory back.
// Method: keys that come in order, against it and at random, of several
// shapes, beside a map; phases of growth and of decay, down to nothing; after
// each of them everything is walked, and searches from keys that are there and
// beside them are compared with the map's.

#include "storage/index/key_tree.h"

#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "storage/index/version.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

class KeyTreeTest : public ::testing::Test {
 protected:
  using Nodes = std::map<std::string, KeyNode::Pointer>;

  void Insert(const std::string& key) {
    const auto [it, is_new] =
        nodes_.emplace(key, KeyNode::Make(key, Version()));
    if (is_new) tree_.Insert(it->second.get());
  }

  void Erase(const std::string& key) {
    tree_.Erase(key);
    nodes_.erase(key);
  }

  // Of the node in the map, or of its end.
  static const KeyNode* NodeAt(const Nodes& nodes, Nodes::const_iterator it) {
    return it == nodes.end() ? nullptr : it->second.get();
  }
  static const KeyNode* NodeAt(const KeyTree::Cursor& cursor) {
    return cursor.is_end() ? nullptr : cursor.node();
  }

  void ExpectFinds(const std::string& key) const {
    const auto lower = nodes_.lower_bound(key);
    KeyTree::Cursor cursor = tree_.LowerBound(key);
    EXPECT_EQ(NodeAt(cursor), NodeAt(nodes_, lower));
    EXPECT_EQ(NodeAt(tree_.UpperBound(key)),
              NodeAt(nodes_, nodes_.upper_bound(key)));
    EXPECT_EQ(cursor.Previous(), lower != nodes_.begin());
    if (lower != nodes_.begin()) {
      EXPECT_EQ(NodeAt(cursor), std::prev(lower)->second.get());
    }
  }

  void ExpectSame() const {
    KeyTree::Cursor forwards = tree_.LowerBound("");
    for (const auto& [key, node] : nodes_) {
      ASSERT_FALSE(forwards.is_end());
      ASSERT_EQ(forwards.node(), node.get()) << key;
      forwards.Next();
    }
    EXPECT_TRUE(forwards.is_end());
    KeyTree::Cursor backwards = tree_.End();
    EXPECT_TRUE(backwards.is_end());
    for (auto it = nodes_.rbegin(); it != nodes_.rend(); ++it) {
      ASSERT_TRUE(backwards.Previous());
      ASSERT_EQ(backwards.node(), it->second.get()) << it->first;
    }
    EXPECT_FALSE(backwards.Previous());
  }

  Nodes nodes_;
  KeyTree tree_;
};

std::string Numbered(uint64_t number) {
  return absl::StrFormat("key:%08d", number);
}

TEST_F(KeyTreeTest, HasNothingAtFirst) {
  ExpectSame();
  ExpectFinds("");
  ExpectFinds("a");
}

TEST_F(KeyTreeTest, KeysInOrderLeaveFullLeaves) {
  constexpr uint64_t kKeys = 20'000;
  const size_t empty_bytes = tree_.bytes();
  for (uint64_t i = 0; i < kKeys; ++i) Insert(Numbered(i));
  ExpectSame();
  EXPECT_LT(tree_.bytes() - empty_bytes, kKeys * 16);
}

TEST_F(KeyTreeTest, KeysAgainstTheOrder) {
  for (uint64_t i = 20'000; i > 0; --i) Insert(Numbered(i));
  ExpectSame();
  ExpectFinds(Numbered(0));
  ExpectFinds(Numbered(19'999) + "x");
}

// Old keys go while new ones come: what they leave must not stay.
TEST_F(KeyTreeTest, AQueueTakesNoMoreMemoryThanItsLength) {
  constexpr uint64_t kLength = 1000;
  for (uint64_t i = 0; i < kLength; ++i) Insert(Numbered(i));
  const size_t bytes = tree_.bytes();
  for (uint64_t i = kLength; i < 30 * kLength; ++i) {
    Insert(Numbered(i));
    Erase(Numbered(i - kLength));
  }
  ExpectSame();
  EXPECT_LE(tree_.bytes(), bytes * 2);
}

TEST_F(KeyTreeTest, ThinnedOutItsLeavesAreJoined) {
  for (uint64_t i = 0; i < 20'000; ++i) Insert(Numbered(i));
  const size_t bytes = tree_.bytes();
  for (uint64_t i = 0; i < 20'000; ++i) {
    if (i % 20 != 0) Erase(Numbered(i));
  }
  ExpectSame();
  EXPECT_LT(tree_.bytes(), bytes / 4);
}

TEST_F(KeyTreeTest, GivesAllItsMemoryBack) {
  const size_t bytes = tree_.bytes();
  for (uint64_t i = 0; i < 20'000; ++i) Insert(Numbered(i * 7919 % 20'000));
  while (!nodes_.empty()) Erase(std::string(nodes_.begin()->first));
  EXPECT_EQ(tree_.bytes(), bytes);
  Insert("again");
  ExpectSame();
}

TEST_F(KeyTreeTest, IsAsAMapWhateverComesAndGoes) {
  SeededRandom random(TestSeed());
  const std::vector<std::string> prefixes = {
      "", "user:", std::string(70, 'p'), absl::StrCat("user:7", "\xFF\xFF")};
  const auto draw = [&] {
    return random.Pick(prefixes) + random.Bytes(random.Below(3)) +
           absl::StrCat(random.Below(2000));
  };
  for (uint64_t run = 0; run < TestRuns(12); ++run) {
    const bool grows = run % 2 == 0;
    for (int step = 0; step < 4000; ++step) {
      if (random.OneIn(4) == grows && !nodes_.empty()) {
        auto it = nodes_.lower_bound(draw());
        if (it == nodes_.end()) it = nodes_.begin();
        Erase(std::string(it->first));
      } else {
        Insert(draw());
      }
      if (step % 50 == 0) ExpectFinds(draw());
    }
    ExpectSame();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace rundlet

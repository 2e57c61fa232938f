// Goal: the table finds the node of each key that is in it and of no other,
// whatever was added and erased before, also while it grows.
// Method: single keys; random additions and erasures beside a map; readers that
// look for keys which are always there, and for some that come and go, while a
// writer makes the table grow and forget.

#include "storage/index/key_table.h"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/format/hashed_key.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

class KeyTableTest : public ::testing::Test {
 protected:
  const KeyNode* Find(const std::string& key) const {
    const Epochs::Guard guard(&epochs_);
    const HashedKey hashed(key);
    table_.PrefetchSlot(hashed.hash);
    table_.PrefetchNode(hashed.hash);
    const KeyNode* const node = table_.Find(hashed);
    if (node != nullptr) {
      EXPECT_EQ(node->key(), key);
    }
    return node;
  }

  void Add(const std::string& key) {
    KeyNode::Pointer node = KeyNode::Make(key, Version());
    table_.Insert(node.get());
    nodes_[key] = std::move(node);
  }

  void Erase(const std::string& key) {
    const auto found = nodes_.find(key);
    table_.Erase(found->second.get());
    epochs_.Retire(
        found->second.release(),
        [](void* node) { KeyNode::Free()(static_cast<KeyNode*>(node)); }, 100);
    nodes_.erase(found);
  }

  // Before the nodes and the table: what is retired goes last.
  Epochs epochs_;
  KeyTable table_{&epochs_};
  std::map<std::string, KeyNode::Pointer> nodes_;  // the writer's
};

TEST_F(KeyTableTest, FindsWhatIsThere) {
  EXPECT_EQ(Find("a"), nullptr);
  Add("a");
  Add("");
  EXPECT_EQ(Find("a"), nodes_["a"].get());
  EXPECT_EQ(Find(""), nodes_[""].get());
  EXPECT_EQ(Find("b"), nullptr);
  EXPECT_EQ(table_.size(), 2u);
  Erase("a");
  EXPECT_EQ(Find("a"), nullptr);
  EXPECT_NE(Find(""), nullptr);
  EXPECT_EQ(table_.size(), 1u);
}

TEST_F(KeyTableTest, FindsWhatAMapHolds) {
  SeededRandom random(TestSeed());
  for (uint64_t step = 0; step < TestRuns(50000); ++step) {
    const std::string key = absl::StrCat(random.Below(3000));
    // Grows for a while, then shrinks, many times over.
    const bool grows = step / 5000 % 2 == 0;
    const bool is_there = nodes_.count(key) != 0;
    ASSERT_EQ(Find(key) != nullptr, is_there) << key;
    if (is_there && !(grows && random.OneIn(2))) {
      Erase(key);
    } else if (!is_there && (grows || random.OneIn(4))) {
      Add(key);
    }
    ASSERT_EQ(table_.size(), nodes_.size());
  }
  for (const auto& [key, node] : nodes_) ASSERT_EQ(Find(key), node.get());
}

TEST_F(KeyTableTest, ReadersGoOnWhileItGrows) {
  constexpr int kLasting = 100;
  constexpr int kPassing = 2000;
  for (int i = 0; i < kLasting; ++i) Add(absl::StrCat("lasting ", i));
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&] {
      for (int i = 0; !done; ++i) {
        EXPECT_NE(Find(absl::StrCat("lasting ", i % kLasting)), nullptr);
        Find(absl::StrCat("passing ", i % kPassing));
      }
    });
  }
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < kPassing; ++i) Add(absl::StrCat("passing ", i));
    for (int i = 0; i < kPassing; ++i) Erase(absl::StrCat("passing ", i));
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(table_.size(), size_t{kLasting});
}

}  // namespace
}  // namespace rundlet

// Goal: `more` is set on every write, each run ends with one Sync, and the
// order of the writes is kept. Method: runs of several lengths, and one beyond
// the bytes of a run.

#include "service/gateway/commit_run.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "service/admission/write_admission.h"
#include "tests/service/gateway/held_store.h"

namespace rundlet {
namespace {

// No write waits for the disk.
WriteAdmission::Settings Straight() {
  WriteAdmission::Settings settings;
  settings.default_durability = Durability::kOs;
  return settings;
}

class CommitRunTest : public testing::Test {
 protected:
  CommitRunTest() { store_.StopHolding(); }

  void Add(size_t bytes = 1) {
    Transaction transaction;
    transaction.operations.push_back(
        PutOperation{absl::StrCat("key", added_), Value::Text("value")});
    run_.Add(std::move(transaction), bytes, /*connection=*/1,
             [this, number = added_++](absl::StatusOr<Receipt> receipt) {
               EXPECT_TRUE(receipt.ok());
               answered_.push_back(number);
             });
  }

  HeldStore store_;
  const std::shared_ptr<WriteAdmission> admission_ =
      WriteAdmission::Create(&store_, Straight());
  CommitRun run_{admission_.get()};
  int added_ = 0;
  std::vector<int> answered_;
};

TEST_F(CommitRunTest, ASyncEndsARun) {
  run_.End();
  EXPECT_EQ(store_.sync_count(), 0u);
  Add();
  EXPECT_EQ(store_.more_flags(), (std::vector<bool>{true}));
  EXPECT_EQ(store_.sync_count(), 0u);
  run_.End();
  EXPECT_EQ(store_.sync_count(), 1u);
  Add();
  Add();
  Add();
  run_.End();
  run_.End();
  EXPECT_EQ(store_.more_flags(), std::vector<bool>(4, true));
  EXPECT_EQ(store_.sync_count(), 2u);
  EXPECT_EQ(answered_, (std::vector<int>{0, 1, 2, 3}));
}

TEST_F(CommitRunTest, ALongRunEndsEarly) {
  for (int i = 0; i < 4; ++i) Add(6 << 10);
  EXPECT_EQ(store_.sync_count(), 1u);
  run_.End();
  EXPECT_EQ(store_.sync_count(), 2u);
  EXPECT_EQ(store_.more_flags(), std::vector<bool>(4, true));
  EXPECT_EQ(answered_, (std::vector<int>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace rundlet

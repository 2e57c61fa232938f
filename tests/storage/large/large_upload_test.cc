// Goal: an upload is one write: it keeps its conditions, happens once with a
// request id, leaves nothing behind when it fails, and holds a bounded number
// of chunks.
// Method: uploads that meet conditions, repeats and refusals; a model store
// that holds its answers back, or refuses.

#include <deque>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "storage/refusal.h"
#include "tests/storage/large/large_fixture.h"
#include "tests/support/model_store.h"

namespace rundlet {
namespace {

class LargeUploadTest : public LargeFixture {};

TEST_F(LargeUploadTest, KeepsItsConditions) {
  Transaction create = PutOf("k");
  create.conditions.push_back(Condition::Missing("k"));
  const std::string first = LargeBytes(200, 1);
  ASSERT_TRUE(Put("k", first, create).ok());
  const uint64_t keys = LargeKeyCount();
  const auto refused = Put("k", LargeBytes(200, 2), create);
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_EQ(refused->branch, Receipt::Branch::kNone);
  EXPECT_EQ(refused->failed_condition->value_crc32,
            OpenReader(*large_->StartRead(ReadOf("k")))->crc32);
  ExpectLargeKeys(keys);
  EXPECT_EQ(*Get("k"), first);
}

TEST_F(LargeUploadTest, TellsWhatWasThereBefore) {
  ASSERT_TRUE(Put("k", LargeBytes(200, 1)).ok());
  Transaction put = PutOf("k");
  put.return_previous = true;
  const auto second = Put("k", LargeBytes(200, 2), put);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_TRUE(second->results[0].entry.has_value());
  EXPECT_EQ(second->results[0].entry->value.kind, ValueKind::kLarge);
  EXPECT_EQ(*Get("k"), LargeBytes(200, 2));
  EXPECT_EQ(large().Get("k")->value().version, 2u);
}

TEST_F(LargeUploadTest, HappensOnceWithARequestId) {
  Transaction put = PutOf("k");
  put.request = RequestId{"", "once"};
  const auto first = Put("k", LargeBytes(200, 1), put);
  ASSERT_TRUE(first.ok()) << first.status();
  const uint64_t keys = LargeKeyCount();
  const auto repeat = Put("k", LargeBytes(200, 1), put);
  ASSERT_TRUE(repeat.ok()) << repeat.status();
  EXPECT_TRUE(repeat->replayed);
  EXPECT_EQ(repeat->revision, first->revision);
  EXPECT_EQ(RefusalOf(Put("k", LargeBytes(200, 2), put).status()),
            Refusal::kOtherRequest);
  ExpectLargeKeys(keys);
  Start();
  EXPECT_TRUE(Put("k", LargeBytes(200, 1), put)->replayed);
  ExpectLargeKeys(keys);
  EXPECT_EQ(*Get("k"), LargeBytes(200, 1));
}

TEST_F(LargeUploadTest, LeavesNothingWhenItIsAbandoned) {
  const auto upload = StartUpload("k");
  ASSERT_TRUE(Append(*upload, LargeBytes(500)).ok());
  EXPECT_GT(LargeKeyCount(), 0u);
  upload->Abandon();
  ExpectLargeKeys(0u);
  EXPECT_TRUE(absl::IsCancelled(Append(*upload, "more")));
  EXPECT_TRUE(absl::IsCancelled(Finish(*upload, PutOf("k")).status()));
  EXPECT_TRUE(absl::IsNotFound(Get("k").status()));
}

TEST_F(LargeUploadTest, IsOneOfSoMany) {
  LargeOptions options;
  options.uploads_max = 2;
  Start(std::move(options));
  const auto first = StartUpload("a");
  const auto second = StartUpload("b");
  const auto third = large_->StartUpload("c", ValueKind::kText);
  EXPECT_EQ(RefusalOf(third.status()), Refusal::kUploadsFull);
  EXPECT_TRUE(absl::IsResourceExhausted(third.status()));
  first->Abandon();
  ASSERT_TRUE(Append(*second, "short").ok());
  ASSERT_TRUE(Finish(*second, PutOf("b")).ok());
  ASSERT_TRUE(Put("c", LargeBytes(100)).ok());
  ASSERT_TRUE(Put("d", LargeBytes(100)).ok());
}

TEST_F(LargeUploadTest, CanBeTurnedOff) {
  ASSERT_TRUE(Put("k", LargeBytes(200)).ok());
  LargeOptions options;
  options.value_bytes_max = 0;
  Start(std::move(options));
  EXPECT_TRUE(absl::IsFailedPrecondition(
      large_->StartUpload("k", ValueKind::kData).status()));
  EXPECT_EQ(*Get("k"), LargeBytes(200));
}

// Holds commits back, or refuses them.
class HoldingStore : public ModelStore {
 public:
  explicit HoldingStore(Limits limits) : ModelStore(Clock::System(), limits) {}

  void Commit(Transaction transaction, CommitCallback done) override {
    if (refusals_left > 0 && --refusals_left == 0) {
      return done(absl::ResourceExhaustedError("no room"));
    }
    if (!holding)
      return ModelStore::Commit(std::move(transaction), std::move(done));
    held.emplace_back(std::move(transaction), std::move(done));
  }
  void LetOneGo() {
    auto [transaction, done] = std::move(held.front());
    held.pop_front();
    ModelStore::Commit(std::move(transaction), std::move(done));
  }

  bool holding = false;
  int refusals_left = 0;  // that one is refused
  std::deque<std::pair<Transaction, CommitCallback>> held;
};

Limits SmallLimits() {
  Limits limits;
  limits.value_bytes_max = kValueBytesMax;
  return limits;
}

LargeOptions SmallOptions() {
  LargeOptions options;
  options.chunk_bytes = kChunkBytes;
  options.collect_interval = absl::ZeroDuration();
  return options;
}

TEST(LargeUploadBoundsTest, HoldsSoManyChunks) {
  HoldingStore store(SmallLimits());
  LargeStore large(&store, SmallOptions());
  const auto upload = *large.StartUpload("k", ValueKind::kData);
  store.holding = true;
  bool appended = false;
  const std::string bytes = LargeBytes(20 * kChunkBytes);
  upload->Append(bytes, [&](const absl::Status& status) {
    EXPECT_TRUE(status.ok()) << status;
    appended = true;
  });
  for (int gone = 0; gone < 16; ++gone) {
    EXPECT_EQ(store.held.size(), 4u);
    EXPECT_FALSE(appended);
    store.LetOneGo();
  }
  EXPECT_TRUE(appended);
  bool finished = false;
  upload->Finish(PutOf("k"), [&](const absl::StatusOr<Receipt>& receipt) {
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    finished = true;
  });
  // The key's own commit comes when every chunk has been written.
  for (int gone = 0; gone < 4; ++gone) store.LetOneGo();
  EXPECT_FALSE(finished);
  ASSERT_EQ(store.held.size(), 1u);
  store.LetOneGo();
  EXPECT_TRUE(finished);
}

TEST(LargeUploadBoundsTest, EndsWithTheFirstRefusal) {
  for (int refused = 1; refused <= 5; ++refused) {
    HoldingStore store(SmallLimits());
    LargeStore large(&store, SmallOptions());
    store.refusals_left = refused;
    const auto upload = *large.StartUpload("k", ValueKind::kData);
    Append(*upload, LargeBytes(4 * kChunkBytes)).IgnoreError();
    EXPECT_TRUE(absl::IsResourceExhausted(Finish(*upload, PutOf("k")).status()))
        << refused;
    EXPECT_TRUE(store.Entries().empty()) << refused;
    EXPECT_EQ(large.Stats().keys_in_index, 0u);
  }
}

}  // namespace
}  // namespace rundlet

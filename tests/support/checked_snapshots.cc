#include "tests/support/checked_snapshots.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "tests/support/reference_crc.h"

namespace rundlet {
namespace {

constexpr size_t kOpenMax = 3;

std::string TextOf(const Entry& entry) {
  return absl::StrCat(entry.key, " version ", entry.version, ", ",
                      entry.value.bytes.size(), " B, crc ",
                      ReferenceCrc(0, entry.value.bytes));
}

}  // namespace

std::vector<std::string> TextsOf(const std::vector<Entry>& entries) {
  std::vector<std::string> texts;
  for (const Entry& entry : entries) texts.push_back(TextOf(entry));
  return texts;
}

std::vector<std::string> TextsOf(const ReadResult& result) {
  std::vector<std::string> texts;
  for (const std::optional<Entry>& entry : result.entries) {
    texts.push_back(entry.has_value() ? TextOf(*entry) : "absent");
  }
  return texts;
}

bool CheckedSnapshots::IsComparable(const absl::Status& status) const {
  EXPECT_TRUE(status.ok() || checked_->errors_expected()) << status;
  return status.ok();
}

void CheckedSnapshots::ForgetOld() {
  const absl::Time now = checked_->model().time();
  for (auto pair = pairs_.begin(); pair != pairs_.end();) {
    if (pair->end > now) {
      ++pair;
      continue;
    }
    EXPECT_TRUE(absl::IsNotFound(
        BlockingStore(checked_->store()).ReleaseSnapshot(pair->store.id)))
        << "a snapshot outlives its lease";
    pair = pairs_.erase(pair);
  }
}

const CheckedSnapshots::Pair* CheckedSnapshots::Any(SeededRandom& random) {
  ForgetOld();
  return pairs_.empty() ? nullptr : &pairs_[random.Below(pairs_.size())];
}

void CheckedSnapshots::Open(SeededRandom& random) {
  ForgetOld();
  if (pairs_.size() >= kOpenMax) return;
  checked_->Wait();
  // What a commit that failed has left is not known to the model.
  if (checked_->has_failed()) return;
  SnapshotRequest request;
  request.lease = absl::Seconds(random.Between(1, 100));
  const auto store = BlockingStore(checked_->store()).OpenSnapshot(request);
  const auto model = BlockingStore(&checked_->model()).OpenSnapshot(request);
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(store->read_time, model->read_time);
  EXPECT_EQ(store->lease_end, model->lease_end);
  pairs_.push_back({*store, *model, store->lease_end});
}

void CheckedSnapshots::Renew(SeededRandom& random) {
  ForgetOld();
  if (pairs_.empty()) return;
  Pair& renewed = pairs_[random.Below(pairs_.size())];
  const absl::Duration lease = absl::Seconds(random.Between(1, 100));
  const auto store =
      BlockingStore(checked_->store()).RenewSnapshot(renewed.store.id, lease);
  const auto model =
      BlockingStore(&checked_->model()).RenewSnapshot(renewed.model.id, lease);
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(store->lease_end, model->lease_end);
  renewed.end = store->lease_end;
}

void CheckedSnapshots::Release(SeededRandom& random) {
  ForgetOld();
  if (pairs_.empty()) return;
  const size_t at = random.Below(pairs_.size());
  const Pair released = pairs_[at];
  pairs_.erase(pairs_.begin() + static_cast<ptrdiff_t>(at));
  // Pages of it live on by their own leases.
  for (const auto& [store, id] :
       {std::pair<Store*, uint64_t>(checked_->store(), released.store.id),
        std::pair<Store*, uint64_t>(&checked_->model(), released.model.id)}) {
    const absl::Status status = BlockingStore(store).ReleaseSnapshot(id);
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(absl::IsNotFound(BlockingStore(store).ReleaseSnapshot(id)));
  }
}

void CheckedSnapshots::Read(const std::vector<std::string>& keys,
                            SeededRandom& random) {
  const Pair* const pair = Any(random);
  if (pair == nullptr) return;
  ReadRequest request;
  request.keys = keys;
  request.at = pair->store.revision;
  request.at_time = pair->store.read_time;
  const auto store = BlockingStore(checked_->store()).Read(request);
  request.at = pair->model.revision;
  request.at_time = pair->model.read_time;
  const auto model = BlockingStore(&checked_->model()).Read(request);
  ASSERT_TRUE(model.ok()) << model.status();
  if (!IsComparable(store.status())) return;
  EXPECT_EQ(TextsOf(*store), TextsOf(*model));
}

void CheckedSnapshots::Scan(SeededRandom& random) {
  const Pair* const pair = Any(random);
  if (pair == nullptr) return;
  ScanRequest request;
  request.at = pair->store.revision;
  request.at_time = pair->store.read_time;
  const auto store = BlockingStore(checked_->store()).Scan(request);
  request.at = pair->model.revision;
  request.at_time = pair->model.read_time;
  const auto model = BlockingStore(&checked_->model()).Scan(request);
  ASSERT_TRUE(model.ok()) << model.status();
  if (!IsComparable(store.status())) return;
  EXPECT_EQ(TextsOf(store->entries), TextsOf(model->entries));
}

void CheckedSnapshots::ExpectNone() {
  for (const Pair& pair : pairs_) {
    if (checked_->is_open()) {
      EXPECT_TRUE(absl::IsNotFound(BlockingStore(checked_->store())
                                       .RenewSnapshot(pair.store.id, {})
                                       .status()))
          << "a snapshot outlives its store";
    }
    // Its lease may be over.
    BlockingStore(&checked_->model())
        .ReleaseSnapshot(pair.model.id)
        .IgnoreError();
  }
  pairs_.clear();
}

}  // namespace rundlet

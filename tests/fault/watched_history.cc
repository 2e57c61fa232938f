#include "tests/fault/watched_history.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/open.h"

namespace rundlet {
namespace {

constexpr uint64_t kKeys = 12;
constexpr uint64_t kFollowers = 4;

}  // namespace

WatchedHistory::WatchedHistory(uint64_t seed, bool keeps_all)
    : random_(seed),
      keeps_all_(keeps_all),
      segment_bytes_(random_.Between(400, 4096)) {
  Open();
  for (uint64_t i = 0; i < kFollowers; ++i) {
    WatchRequest request = WatchAll();
    if (i == 1) request.ranges = {{"k2", "k5"}, {"k4", "k7"}};
    if (i == 2) request.puts = false;
    if (i == 3) request.deletes = false;
    request.batch_bytes_max = random_.Between(1, 1000);
    const absl::Status begun =
        followers_.emplace_back(std::move(request)).Begin(store_.get());
    EXPECT_TRUE(begun.ok()) << begun;
  }
}

void WatchedHistory::Open() {
  Options options;
  options.path = "/data";
  options.file_system = &disk_;
  options.clock = &clock_;
  options.segment_bytes = segment_bytes_;
  options.log_ahead_bytes = random_.OneIn(3) ? 0 : random_.Between(16, 4096);
  options.revision_block = random_.Between(1, 50);
  options.sync_interval = absl::Milliseconds(1);
  options.sweep_interval = absl::Milliseconds(1);
  options.history_window = absl::Hours(1000);
  options.history_bytes = keeps_all_ ? uint64_t{1} << 40 : segment_bytes_;
  auto opened = rundlet::Open(std::move(options));
  ASSERT_TRUE(opened.ok()) << opened.status();
  store_ = *std::move(opened);
}

void WatchedHistory::CommitOne(Transaction transaction) {
  const std::vector<Operation> operations = transaction.operations;
  const auto receipt = BlockingStore(store_.get()).Commit(transaction);
  ASSERT_TRUE(receipt.ok()) << receipt.status();
  Written written;
  written.reached = receipt->durability;
  for (size_t i = 0; i < operations.size(); ++i) {
    if (const auto* put = std::get_if<PutOperation>(&operations[i])) {
      written.changes[put->key] = absl::StrCat("+", put->value.bytes);
    } else if (receipt->results[i].existed) {
      written.changes[std::get<DeleteOperation>(operations[i]).key] = "-";
    }
  }
  ASSERT_EQ(written.changes.empty(), receipt->revision == 0);
  if (written.changes.empty()) return;
  ASSERT_EQ(written_.count(receipt->revision), 0u);
  written_[receipt->revision] = std::move(written);
}

void WatchedHistory::Commit() {
  Transaction transaction;
  transaction.durability = static_cast<Durability>(random_.Between(1, 3));
  std::set<std::string> keys;
  for (uint64_t i = random_.Between(1, 5); i > 0; --i) {
    keys.insert(absl::StrCat("k", random_.Below(kKeys)));
  }
  for (const std::string& key : keys) {
    if (random_.OneIn(4)) {
      transaction.operations.push_back(DeleteOperation{key});
      continue;
    }
    std::string text = absl::StrCat(++value_, " ");
    text.append(random_.Below(100), 'v');
    const Expiry expiry =
        random_.OneIn(5) ? Expiry::After(absl::Seconds(random_.Between(1, 9)))
                         : Expiry::Never();
    transaction.operations.push_back(
        PutOperation{key, Value::Text(std::move(text)), expiry});
  }
  CommitOne(std::move(transaction));
}

void WatchedHistory::Crash() {
  disk_.PowerOff();
  const auto loss = static_cast<PowerLoss>(random_.Below(3));
  const Durability needed =
      loss == PowerLoss::kNothing ? Durability::kOs : Durability::kDisk;
  for (auto& [revision, written] : written_) {
    if (written.reached < needed) written.may_be_lost = true;
  }
  store_ = nullptr;
  disk_.PowerOn(loss, random_);
  Open();
}

void WatchedHistory::Reopen() {
  // Some watches end before the store, some are outlived by it.
  std::vector<std::unique_ptr<WatchReader>> outliving;
  for (WatchFollower& follower : followers_) {
    std::unique_ptr<WatchReader> stopped = follower.Stop();
    if (random_.OneIn(2)) outliving.push_back(std::move(stopped));
  }
  if (random_.OneIn(2)) {
    Crash();
  } else {
    store_ = nullptr;
    // A clean stop loses nothing, now or later.
    for (auto& [revision, written] : written_) {
      written.reached = Durability::kDisk;
    }
    Open();
  }
  if (::testing::Test::HasFailure()) return;
  for (const auto& reader : outliving) {
    if (reader == nullptr || reader->status().code() != absl::StatusCode::kOk) {
      continue;
    }
    EXPECT_TRUE(absl::IsUnavailable(reader->Next().status()));
  }
  outliving.clear();
  for (WatchFollower& follower : followers_) Resume(follower);
}

void WatchedHistory::Resume(WatchFollower& follower) {
  ++resume_count_;
  absl::Status status = follower.Resume(store_.get());
  if (status.ok()) return;
  // Nothing else may be in the way than history that is gone.
  ASSERT_TRUE(absl::IsOutOfRange(status)) << status;
  ASSERT_FALSE(keeps_all_) << status;
  ASSERT_TRUE(OldestRevisionOf(status).has_value()) << status;
  ASSERT_GT(*OldestRevisionOf(status), follower.through() + 1);
  ++restart_count_;
  status = follower.Begin(store_.get());
  ASSERT_TRUE(status.ok()) << status;
}

void WatchedHistory::CatchUp(WatchFollower& follower) {
  const absl::Status read = follower.CatchUp(store_->Stats().visible_revision);
  ASSERT_TRUE(read.ok()) << read;
}

void WatchedHistory::Step() {
  const uint64_t dice = random_.Below(100);
  WatchFollower& follower = followers_[random_.Below(kFollowers)];
  if (dice < 50) {
    Commit();
  } else if (dice < 70) {
    const absl::Status read = follower.Read();
    ASSERT_TRUE(read.ok()) << read;
  } else if (dice < 82) {
    Resume(follower);
  } else if (dice < 90) {
    const auto report = BlockingStore(store_.get()).Compact();
    ASSERT_TRUE(report.ok()) << report.status();
  } else if (dice < 95) {
    clock_.Advance(absl::Seconds(random_.Between(1, 3)));
  } else {
    Reopen();
  }
}

void WatchedHistory::CheckHistory(const LogTexts& history) {
  for (const auto& [revision, written] : written_) {
    const auto found = history.find(revision);
    if (found != history.end()) {
      ASSERT_EQ(found->second, written.changes) << "revision " << revision;
    } else if (keeps_all_) {
      ASSERT_TRUE(written.may_be_lost) << "revision " << revision;
    }
  }
  for (const auto& [revision, changes] : history) {
    if (written_.count(revision) > 0) continue;
    ASSERT_EQ(changes.size(), 1u);
    ASSERT_EQ(changes.begin()->second, "x") << "revision " << revision;
  }
}

void WatchedHistory::Run(uint64_t steps) {
  for (uint64_t i = 0; i < steps && !::testing::Test::HasFailure(); ++i) Step();
  if (::testing::Test::HasFailure()) return;
  ASSERT_TRUE(BlockingStore(store_.get()).Sync(Durability::kDisk).ok());
  for (WatchFollower& follower : followers_) CatchUp(follower);
  // The whole of what is kept, read in one go, and last: a key may expire
  // meanwhile.
  WatchFollower reference(WatchAll());
  const Revision floor = std::max<Revision>(store_->Stats().floor_revision, 1);
  const absl::Status begun = reference.BeginFrom(store_.get(), floor);
  ASSERT_TRUE(begun.ok()) << begun;
  CatchUp(reference);
  if (::testing::Test::HasFailure()) return;
  CheckHistory(reference.seen());
  for (const WatchFollower& follower : followers_) {
    // Below the floor the reference knows nothing.
    ASSERT_EQ(follower.SeenFrom(floor),
              follower.Expected(reference.seen(), floor));
  }
  CheckStates();
}

// What the first two have gathered is the present state of their ranges; a key
// that has just expired may still be on its way.
void WatchedHistory::CheckStates() {
  const auto page = BlockingStore(store_.get()).Scan({});
  ASSERT_TRUE(page.ok()) << page.status();
  for (const Entry& entry : page->entries) {
    for (const WatchFollower* const follower :
         {&followers_[0], &followers_[1]}) {
      if (!follower->Sees(entry.key, "+")) continue;
      const auto found = follower->state().find(entry.key);
      ASSERT_NE(found, follower->state().end()) << entry.key;
      EXPECT_EQ(found->second, entry.value.bytes) << entry.key;
    }
  }
}

}  // namespace rundlet

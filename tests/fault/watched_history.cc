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
      segment_bytes_(random_.Between(400, 4096)),
      followers_(kFollowers) {
  Open();
  for (uint64_t i = 0; i < kFollowers; ++i) {
    WatchRequest& request = followers_[i].request;
    request.ranges = {KeyRange::All()};
    if (i == 1) request.ranges = {{"k2", "k5"}, {"k4", "k7"}};
    if (i == 2) request.puts = false;
    if (i == 3) request.deletes = false;
    request.batch_bytes_max = random_.Between(1, 1000);
    Begin(followers_[i]);
  }
}

void WatchedHistory::Open() {
  Options options;
  options.path = "/data";
  options.file_system = &disk_;
  options.clock = &clock_;
  options.segment_bytes = segment_bytes_;
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
  for (Follower& follower : followers_) {
    if (random_.OneIn(2)) outliving.push_back(std::move(follower.reader));
    follower.reader = nullptr;
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
  for (Follower& follower : followers_) Resume(follower);
}

void WatchedHistory::Begin(Follower& follower) {
  follower.seen.clear();
  follower.state.clear();
  WatchRequest request = follower.request;
  request.present_state = true;
  follower.in_present = true;
  follower.reader = std::make_unique<WatchReader>(store_.get(), request);
  ASSERT_TRUE(follower.reader->status().ok()) << follower.reader->status();
}

void WatchedHistory::Resume(Follower& follower) {
  ++resume_count_;
  follower.reader = nullptr;
  if (follower.in_present) return Begin(follower);
  WatchRequest request = follower.request;
  request.from = follower.through + 1;
  follower.reader = std::make_unique<WatchReader>(store_.get(), request);
  const absl::Status status = follower.reader->status();
  if (status.ok()) return;
  // Nothing else may be in the way than history that is gone.
  ASSERT_TRUE(absl::IsOutOfRange(status)) << status;
  ASSERT_FALSE(keeps_all_) << status;
  ASSERT_TRUE(OldestRevisionOf(status).has_value()) << status;
  ASSERT_GT(*OldestRevisionOf(status), request.from);
  ++restart_count_;
  Begin(follower);
}

void WatchedHistory::Take(Follower& follower, const WatchBatch& batch) {
  if (batch.kind == WatchBatch::Kind::kPresent) {
    ASSERT_TRUE(follower.in_present);
    for (const Entry& entry : batch.entries) {
      ASSERT_TRUE(follower.state.emplace(entry.key, entry.value.bytes).second);
    }
    return;
  }
  if (batch.kind == WatchBatch::Kind::kMarker && follower.in_present) {
    follower.in_present = false;
    follower.begin = batch.through + 1;
    follower.through = batch.through;
  }
  ASSERT_FALSE(follower.in_present);
  ASSERT_GE(batch.through, follower.through);
  Revision last = follower.through;
  for (const Change& change : batch.changes) {
    const Revision revision = change.entry.revision;
    ASSERT_GE(revision, last);
    // A transaction that has been given is not gone on with.
    ASSERT_GT(revision, follower.through);
    ASSERT_LE(revision, batch.through);
    last = revision;
    ASSERT_TRUE(follower.seen[revision]
                    .emplace(change.entry.key, TextOf(change))
                    .second);
    if (change.cause == Change::Cause::kPut) {
      follower.state[change.entry.key] = change.entry.value.bytes;
    } else {
      follower.state.erase(change.entry.key);
    }
  }
  follower.through = batch.through;
}

void WatchedHistory::Read(Follower& follower) {
  follower.reader->watch().RequestBookmark();
  const auto batch = follower.reader->Next();
  ASSERT_TRUE(batch.ok()) << batch.status();
  Take(follower, *batch);
}

void WatchedHistory::Step() {
  const uint64_t dice = random_.Below(100);
  Follower& follower = followers_[random_.Below(kFollowers)];
  if (dice < 50) {
    Commit();
  } else if (dice < 70) {
    Read(follower);
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

void WatchedHistory::CatchUp(Follower& follower) {
  const Revision newest = store_->Stats().visible_revision;
  while (!::testing::Test::HasFailure() &&
         (follower.in_present || follower.through < newest)) {
    // After a restart no record may have the newest revision.
    const Revision before = follower.through;
    follower.reader->watch().RequestBookmark();
    const auto batch = follower.reader->Next();
    ASSERT_TRUE(batch.ok()) << batch.status();
    Take(follower, *batch);
    if (batch->kind == WatchBatch::Kind::kBookmark &&
        follower.through == before) {
      return;
    }
  }
}

bool WatchedHistory::Sees(const Follower& follower, const std::string& key,
                          const std::string& change) const {
  const bool is_put = change[0] == '+';
  if (is_put ? !follower.request.puts : !follower.request.deletes) return false;
  return std::any_of(
      follower.request.ranges.begin(), follower.request.ranges.end(),
      [&key](const KeyRange& range) { return range.Contains(key); });
}

void WatchedHistory::CheckFollower(const Follower& follower,
                                   const std::map<Revision, Changes>& history) {
  std::map<Revision, Changes> expected;
  for (const auto& [revision, changes] : history) {
    if (revision < follower.begin || revision > follower.through) continue;
    for (const auto& [key, change] : changes) {
      if (Sees(follower, key, change)) expected[revision][key] = change;
    }
  }
  ASSERT_EQ(follower.seen, expected);
}

void WatchedHistory::CheckHistory(const std::map<Revision, Changes>& history) {
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
  for (Follower& follower : followers_) CatchUp(follower);
  // The whole of what is kept, read in one go.
  Follower reference;
  reference.request = WatchAll(store_->Stats().floor_revision);
  if (reference.request.from == 0) reference.request.from = 1;
  reference.begin = reference.request.from;
  reference.reader =
      std::make_unique<WatchReader>(store_.get(), reference.request);
  ASSERT_TRUE(reference.reader->status().ok()) << reference.reader->status();
  CatchUp(reference);
  if (::testing::Test::HasFailure()) return;
  CheckHistory(reference.seen);
  for (Follower& follower : followers_) {
    // Below the floor the reference knows nothing.
    follower.begin = std::max(follower.begin, reference.begin);
    follower.seen.erase(follower.seen.begin(),
                        follower.seen.lower_bound(follower.begin));
    CheckFollower(follower, reference.seen);
  }
  // What the first two have gathered is the present state of their ranges; a
  // key that has just expired may still be on its way.
  const auto page = BlockingStore(store_.get()).Scan({});
  ASSERT_TRUE(page.ok()) << page.status();
  std::map<std::string, std::string> entries;
  for (const Entry& entry : page->entries) {
    entries[entry.key] = entry.value.bytes;
  }
  for (const auto& [key, text] : entries) {
    EXPECT_EQ(followers_[0].state[key], text) << key;
    if (Sees(followers_[1], key, "+")) {
      EXPECT_EQ(followers_[1].state[key], text) << key;
    }
  }
}

}  // namespace rundlet

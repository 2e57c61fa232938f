#include "tests/support/checked_watches.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

WatchRequest RequestOf(size_t i, SeededRandom& random) {
  WatchRequest request = WatchAll();
  switch (i % 4) {
    case 1:
      request.ranges = {{"key1", "key3"}, {"key2", "key5"}};
      break;
    case 2:
      request.puts = false;
      break;
    case 3:
      request.deletes = false;
      break;
    default:
      break;
  }
  request.batch_bytes_max = random.Between(1, 1000);
  return request;
}

std::string TextOf(const ChangeTexts& changes) {
  std::string text;
  for (const auto& [key, change] : changes) {
    absl::StrAppend(&text, " ", key, change.substr(0, 1), change.size(), "B");
  }
  return text;
}

// Where two logs part; empty: nowhere.
std::string DifferenceOf(const LogTexts& expected, const LogTexts& seen) {
  for (const auto& [revision, changes] : expected) {
    const auto found = seen.find(revision);
    if (found == seen.end()) {
      return absl::StrCat("revision ", revision,
                          " was not seen:", TextOf(changes));
    }
    if (found->second != changes) {
      return absl::StrCat("revision ", revision, " is", TextOf(changes),
                          " and was seen as", TextOf(found->second));
    }
  }
  for (const auto& [revision, changes] : seen) {
    if (expected.count(revision) == 0) {
      return absl::StrCat("revision ", revision,
                          " was seen and is not there:", TextOf(changes));
    }
  }
  return "";
}

bool IsHistoryGone(const absl::Status& status) {
  return absl::IsOutOfRange(status) && OldestRevisionOf(status).has_value();
}

}  // namespace

CheckedWatches::CheckedWatches(CheckedStore* checked, size_t count,
                               SeededRandom& random)
    : checked_(checked) {
  for (size_t i = 0; i < count; ++i) {
    followers_.emplace_back(RequestOf(i, random));
  }
}

void CheckedWatches::Judge(const absl::Status& status) {
  EXPECT_TRUE(status.ok() || checked_->errors_expected()) << status;
}

void CheckedWatches::Start(WatchFollower& follower) {
  ++resume_count_;
  const Revision from = follower.through() + 1;
  const absl::Status status = follower.Resume(checked_->store());
  if (!IsHistoryGone(status)) return Judge(status);
  EXPECT_GT(*OldestRevisionOf(status), from) << status;
  follower.Reset();
  if (!checked_->errors_expected()) Judge(follower.Begin(checked_->store()));
}

void CheckedWatches::Read(SeededRandom& random) {
  WatchFollower& follower = followers_[random.Below(followers_.size())];
  // The present state comes once it is on the disk, which may be never now.
  if (follower.is_in_present() && checked_->errors_expected()) return;
  if (!follower.is_reading()) Start(follower);
  if (!follower.is_reading()) return;
  const absl::Status status = follower.Read();
  // An ingest is no history, and ends what runs; Start begins again.
  if (!IsHistoryGone(status)) Judge(status);
}

void CheckedWatches::Stop(SeededRandom& random) {
  followers_[random.Below(followers_.size())].Stop();
}

std::vector<std::unique_ptr<WatchReader>> CheckedWatches::StopAll(
    SeededRandom& random) {
  std::vector<std::unique_ptr<WatchReader>> outliving;
  for (WatchFollower& follower : followers_) {
    std::unique_ptr<WatchReader> reader = follower.Stop();
    if (reader != nullptr && random.OneIn(2)) {
      outliving.push_back(std::move(reader));
    }
  }
  return outliving;
}

void CheckedWatches::ExpectClosed(
    const std::vector<std::unique_ptr<WatchReader>>& outliving) {
  for (const auto& reader : outliving) {
    if (!reader->status().ok()) continue;
    EXPECT_FALSE(reader->Next().ok()) << "its store is closed";
  }
}

std::unique_ptr<WatchFollower> CheckedWatches::ReadLog(Revision newest) {
  auto log = std::make_unique<WatchFollower>(WatchAll());
  Store* const store = checked_->store();
  Revision floor = std::max<Revision>(1, store->Stats().floor_revision);
  absl::Status status = log->BeginFrom(store, floor);
  while (IsHistoryGone(status)) {
    // A compaction was quicker.
    EXPECT_GT(*OldestRevisionOf(status), floor) << status;
    if (*OldestRevisionOf(status) <= floor) return nullptr;
    floor = *OldestRevisionOf(status);
    status = log->BeginFrom(store, floor);
  }
  if (status.ok()) status = log->CatchUp(newest);
  EXPECT_TRUE(status.ok()) << status;
  return status.ok() ? std::move(log) : nullptr;
}

void CheckedWatches::Compare() {
  checked_->Sync(Durability::kDisk);
  checked_->Wait();
  if (checked_->has_failed()) return;
  const Revision newest = checked_->store()->Stats().visible_revision;
  const std::unique_ptr<WatchFollower> log = ReadLog(newest);
  if (log == nullptr) return;
  const Revision floor = log->begin();
  checked_->CheckLog(log->seen(), floor);
  for (size_t i = 0; i < followers_.size(); ++i) {
    const WatchFollower& follower = followers_[i];
    if (follower.is_in_present()) continue;
    // The sweeper goes on; below the floor the log knows nothing.
    if (follower.through() > log->through()) continue;
    EXPECT_EQ(DifferenceOf(follower.Expected(log->seen(), floor),
                           follower.SeenFrom(floor)),
              "")
        << "watch " << i;
  }
  WatchFollower& all = followers_[0];
  if (!all.is_reading()) Start(all);
  if (!all.is_reading()) return;
  const absl::Status status = all.CatchUp(newest);
  EXPECT_TRUE(status.ok() || IsHistoryGone(status)) << status;
  if (status.ok()) CompareState(all);
}

void CheckedWatches::CompareState(const WatchFollower& follower) {
  for (const auto& [key, entry] : checked_->model().Entries()) {
    const auto found = follower.state().find(key);
    const bool is_there = found != follower.state().end();
    EXPECT_TRUE(is_there) << "a watch has not seen " << key;
    if (is_there) {
      EXPECT_TRUE(found->second == entry.value.bytes)
          << "a watch has seen another value of " << key;
    }
  }
}

}  // namespace rundlet

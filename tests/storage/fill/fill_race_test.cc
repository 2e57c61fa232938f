// Goal: the law of storage/fill/README.md under load: whoever changes a source,
// and then deletes the key, never reads a value that was computed before; and
// of those who miss together few compute. Method: an engine on a real folder,
// at os and at disk; threads that change and delete, and threads that get, wait
// and fill, all at once. RUNDLET_RUNS says how many rounds; the full run is
//
//   bazel test --test_env=RUNDLET_RUNS=200 --test_timeout=3600 --config=tsan
//       //tests/storage/fill:fill_race_test

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/fill/fill_store.h"
#include "storage/open.h"
#include "storage/refusal.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

constexpr int kKeys = 2;
constexpr int kFills = 30;  // of a round, at least

int Rounds() {
  const char* const text = std::getenv("RUNDLET_RUNS");
  int rounds = 1;
  if (text != nullptr && !absl::SimpleAtoi(text, &rounds)) return 1;
  return rounds;
}

// What values are computed from, by key.
using Sources = std::array<std::atomic<int>, kKeys>;

std::string KeyOfSource(int source) { return absl::StrCat("key", source); }

class Race {
 public:
  Race(FillStore* fills, Durability durability)
      : fills_(fills), durability_(durability) {}

  // Changes, deletes, and then looks at what there is.
  void Change(int source) {
    while (filled_ < kFills) {
      const int changed = sources_[source].fetch_add(1) + 1;
      Transaction invalidate;
      invalidate.durability = durability_;
      invalidate.operations.push_back(DeleteOperation{KeyOfSource(source)});
      ASSERT_TRUE(BlockingStore(fills_).Commit(std::move(invalidate)).ok());
      const auto entry = BlockingStore(fills_).Get(KeyOfSource(source));
      ASSERT_TRUE(entry.ok()) << entry.status();
      // Leaves the fillers a chance, now and then.
      if (changed % 4 == 0) absl::SleepFor(absl::Microseconds(200));
      if (!entry->has_value()) continue;
      int found = 0;
      ASSERT_TRUE(absl::SimpleAtoi((*entry)->value.bytes, &found));
      EXPECT_GE(found, changed) << "a stale value got in";
    }
  }

  // Gets, and fills if it is told to.
  void Use(int source) {
    while (!over_) {
      const absl::StatusOr<FillResult> got = Get(source);
      ASSERT_TRUE(got.ok()) << got.status();
      if (!got->lease.has_value()) continue;
      Transaction put;
      put.durability = durability_;
      put.operations.push_back(
          PutOperation{KeyOfSource(source),
                       Value::Text(absl::StrCat(sources_[source].load()))});
      std::this_thread::yield();
      absl::Notification done;
      fills_->Fill(
          std::move(put), got->lease->token,
          [&](const absl::StatusOr<Receipt>& receipt) {
            if (receipt.ok()) {
              ++filled_;
            } else {
              EXPECT_EQ(RefusalOf(receipt.status()), Refusal::kFillLost)
                  << receipt.status();
              ++lost_;
            }
            done.Notify();
          });
      done.WaitForNotification();
    }
  }

  void Run() {
    std::vector<std::thread> users;
    std::vector<std::thread> changers;
    for (int source = 0; source < kKeys; ++source) {
      for (int i = 0; i < 4; ++i) {
        users.emplace_back([this, source] { Use(source); });
      }
      for (int i = 0; i < 2; ++i) {
        changers.emplace_back([this, source] { Change(source); });
      }
    }
    for (std::thread& changer : changers) changer.join();
    over_ = true;
    for (std::thread& user : users) user.join();
    EXPECT_GT(lost_.load(), 0);  // else nothing was tried
    EXPECT_EQ(fills_->waiter_count(), 0u);
  }

 private:
  absl::StatusOr<FillResult> Get(int source) {
    absl::StatusOr<FillResult> answer = absl::InternalError("no answer");
    absl::Notification done;
    FillRequest request;
    request.read.keys = {KeyOfSource(source)};
    request.wait = absl::Milliseconds(20);
    request.hold = absl::Seconds(10);
    fills_->Get(std::move(request), [&](absl::StatusOr<FillResult> result) {
      answer = std::move(result);
      done.Notify();
    });
    done.WaitForNotification();
    return answer;
  }

  FillStore* const fills_;
  const Durability durability_;
  Sources sources_ = {};
  std::atomic<bool> over_{false};
  std::atomic<int> filled_{0};
  std::atomic<int> lost_{0};
};

TEST(FillRaceTest, NoStaleValueGetsIn) {
  const int rounds = Rounds();
  for (int round = 0; round < rounds; ++round) {
    for (const Durability durability : {Durability::kOs, Durability::kDisk}) {
      const TempFolder folder;
      Options options;
      options.path = folder.path();
      absl::StatusOr<std::unique_ptr<Store>> store = Open(std::move(options));
      ASSERT_TRUE(store.ok()) << store.status();
      FillStore fills(store->get(), FillOptions());
      Race(&fills, durability).Run();
    }
  }
}

}  // namespace
}  // namespace rundlet

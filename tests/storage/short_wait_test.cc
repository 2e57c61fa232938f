// Goal: a short wait ends with what it waits for, and gives up otherwise; a
// lock that is waited for in this way excludes like any other.
// Method: conditions that count how often they are asked; threads that count
// under one lock.

#include "storage/short_wait.h"

#include <cstdint>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 20'000;

TEST(ShortWaitTest, AsksOnceWhereItIsOver) {
  int asked = 0;
  EXPECT_TRUE(IsOverSoon([&asked] { return ++asked == 1; }));
  EXPECT_EQ(asked, 1);
}

TEST(ShortWaitTest, EndsWhereItIsNeverOver) {
  int asked = 0;
  EXPECT_FALSE(IsOverSoon([&asked] {
    ++asked;
    return false;
  }));
  EXPECT_GE(asked, 1);
}

TEST(ShortWaitTest, SaysThatItBecameOver) {
  // Where nobody may stay awake it is asked once.
  int asked = 0;
  const bool is_over = IsOverSoon([&asked] { return ++asked == 3; });
  EXPECT_EQ(is_over, asked == 3);
}

TEST(ShortWaitTest, LocksExclude) {
  absl::Mutex mu;
  int64_t count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        const ShortWaitLock lock(&mu);
        ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, int64_t{kThreads} * kRounds);
}

}  // namespace
}  // namespace rundlet

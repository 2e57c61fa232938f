// Goal: a striped counter loses nothing, however many threads add to it.
// Method: more threads than there are stripes, then the total.

#include "storage/striped_counter.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace rundlet {
namespace {

TEST(StripedCounterTest, CountsWhatAllThreadsAdd) {
  constexpr size_t kThreads = kThreadStripes + 3;
  constexpr uint64_t kRounds = 1000;
  StripedCounter counter;
  EXPECT_EQ(counter.total(), 0u);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&counter] {
      for (uint64_t round = 0; round < kRounds; ++round) counter.Add(2);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.total(), kThreads * kRounds * 2);
}

TEST(ThreadStripeTest, IsTheThreadsOwnAndStays) {
  const size_t mine = ThreadStripe();
  EXPECT_LT(mine, kThreadStripes);
  size_t other = 0;
  std::thread([&other] { other = ThreadStripe(); }).join();
  EXPECT_LT(other, kThreadStripes);
  EXPECT_NE(other, mine);
  EXPECT_EQ(ThreadStripe(), mine);
}

}  // namespace
}  // namespace rundlet

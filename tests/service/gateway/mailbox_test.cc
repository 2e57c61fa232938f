// Goal: every task that is posted before the end runs once, in the order of its
// thread, with one waking for many.
// Method: a counting wake; then several threads against a loop of its own.

#include "service/gateway/mailbox.h"

#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

TEST(MailboxTest, WakesOnceForAllThatWaits) {
  int wakes = 0, runs = 0;
  Mailbox mailbox([&] { ++wakes; });
  mailbox.Post([&] { ++runs; });
  mailbox.Post([&] { ++runs; });
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(runs, 0);
  mailbox.RunAll();
  EXPECT_EQ(runs, 2);
  // A task that posts wakes for the next round.
  mailbox.Post([&] { mailbox.Post([&] { ++runs; }); });
  mailbox.RunAll();
  EXPECT_EQ(wakes, 3);
  EXPECT_EQ(runs, 2);
  mailbox.RunAll();
  EXPECT_EQ(runs, 3);
}

TEST(MailboxTest, AfterCloseNothingRuns) {
  int wakes = 0, runs = 0;
  Mailbox mailbox([&] { ++wakes; });
  mailbox.Bind();
  EXPECT_TRUE(mailbox.OnLoopThread());
  mailbox.Post([&] { ++runs; });
  mailbox.Close();
  mailbox.Post([&] { ++runs; });
  mailbox.RunAll();
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(runs, 0);
  EXPECT_FALSE(mailbox.OnLoopThread());
}

TEST(MailboxTest, ManyThreads) {
  constexpr int kThreads = 4, kTasks = 5000;
  absl::Mutex mutex;
  bool woken = false;
  Mailbox mailbox([&] {
    absl::MutexLock lock(&mutex);
    woken = true;
  });
  mailbox.Bind();
  std::vector<int> last(kThreads, -1);
  int count = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      EXPECT_FALSE(mailbox.OnLoopThread());
      for (int task = 0; task < kTasks; ++task) {
        mailbox.Post([&, thread, task] {
          EXPECT_EQ(last[thread] + 1, task);
          last[thread] = task;
          ++count;
        });
      }
    });
  }
  while (count < kThreads * kTasks) {
    {
      absl::MutexLock lock(&mutex);
      mutex.Await(absl::Condition(&woken));
      woken = false;
    }
    mailbox.RunAll();
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace rundlet

// Goal: callbacks run once each, in the order of revisions, and may call the
// store again.
// Method: many commits at once from one and from several threads, and chains of
// commits out of callbacks.

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

Transaction PutOf(const std::string& key, const std::string& text,
                  Durability durability = Durability::kDefault) {
  Transaction transaction;
  transaction.operations.push_back(PutOperation{key, Value::Text(text)});
  transaction.durability = durability;
  return transaction;
}

TEST_P(CallbackLaws, RunInRevisionOrderOnceEach) {
  constexpr int kThreads = 4;
  constexpr int kCommits = 200;
  absl::Mutex mutex;
  std::vector<Revision> revisions;
  absl::BlockingCounter done(kThreads * kCommits);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kCommits; ++i) {
        const auto durability = static_cast<Durability>(i % 4);
        steady_store()->Commit(
            PutOf(std::to_string(thread), std::to_string(i), durability),
            [&](absl::StatusOr<Receipt> receipt) {
              absl::MutexLock lock(&mutex);
              EXPECT_TRUE(receipt.ok()) << receipt.status();
              if (receipt.ok()) revisions.push_back(receipt->revision);
              done.DecrementCount();
            });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  done.Wait();
  absl::MutexLock lock(&mutex);
  EXPECT_EQ(revisions.size(), size_t{kThreads * kCommits});
  EXPECT_TRUE(std::is_sorted(revisions.begin(), revisions.end()));
  EXPECT_EQ(std::adjacent_find(revisions.begin(), revisions.end()),
            revisions.end());
  for (int thread = 0; thread < kThreads; ++thread) {
    EXPECT_EQ(Existing(std::to_string(thread)).version, uint64_t{kCommits});
  }
}

TEST_P(CallbackLaws, AWriteIsVisibleToItsCallback) {
  absl::Notification done;
  steady_store()->Commit(PutOf("k", "1"), [&](absl::StatusOr<Receipt> receipt) {
    ASSERT_TRUE(receipt.ok());
    ReadRequest request;
    request.keys = {"k"};
    request.not_before = receipt->revision;
    steady_store()->Read(request, [&](absl::StatusOr<ReadResult> result) {
      EXPECT_TRUE(result.ok() && result->entries[0].has_value());
      done.Notify();
    });
  });
  done.WaitForNotification();
}

// Commits from inside the callback of the commit before, `left` times.
void Chain(Store* store, int left, absl::Notification* done) {
  store->Commit(PutOf("k", std::to_string(left), Durability::kMemory),
                [=](absl::StatusOr<Receipt> receipt) {
                  EXPECT_TRUE(receipt.ok()) << receipt.status();
                  if (left == 1) return done->Notify();
                  Chain(store, left - 1, done);
                });
}

TEST_P(CallbackLaws, CommitsNestWithoutEnd) {
  constexpr int kCommits = 20'000;
  absl::Notification done;
  Chain(steady_store(), kCommits, &done);
  done.WaitForNotification();
  EXPECT_EQ(Existing("k").version, uint64_t{kCommits});
}

TEST_P(CallbackLaws, SyncCompletesAfterTheCommitsBeforeIt) {
  absl::Mutex mutex;
  int committed = 0;
  absl::Notification done;
  for (int i = 0; i < 100; ++i) {
    steady_store()->Commit(PutOf("k", "v", Durability::kMemory),
                           [&](absl::StatusOr<Receipt> receipt) {
                             EXPECT_TRUE(receipt.ok());
                             absl::MutexLock lock(&mutex);
                             ++committed;
                           });
  }
  steady_store()->Sync(Durability::kDisk, [&](absl::Status status) {
    EXPECT_TRUE(status.ok()) << status;
    {
      absl::MutexLock lock(&mutex);
      EXPECT_EQ(committed, 100);
    }
    done.Notify();
  });
  done.WaitForNotification();
  const StoreStats stats = steady_store()->Stats();
  EXPECT_EQ(stats.durable_revision, stats.visible_revision);
}

TEST_P(CallbackLaws, MoreHoldsNothingBackForEver) {
  absl::BlockingCounter done(3);
  for (int i = 0; i < 3; ++i) {
    Transaction transaction = PutOf("k", std::to_string(i));
    transaction.more = i < 2;
    steady_store()->Commit(std::move(transaction),
                           [&](absl::StatusOr<Receipt> receipt) {
                             EXPECT_TRUE(receipt.ok());
                             done.DecrementCount();
                           });
  }
  done.Wait();
  EXPECT_EQ(Existing("k").value.bytes, "2");
}

TEST_P(CallbackLaws, ConditionsSeeEveryCommitBeforeThem) {
  constexpr int kThreads = 4;
  constexpr int kTries = 100;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&] {
      BlockingStore store(steady_store());
      for (int added = 0; added < kTries;) {
        const auto entry = store.Get("counter");
        ASSERT_TRUE(entry.ok());
        const Entry old = entry->value_or(Entry());
        Transaction add = PutOf("counter", std::to_string(old.version + 1));
        add.conditions.push_back(
            Condition::RevisionIs("counter", old.revision));
        const auto receipt = store.Commit(add);
        ASSERT_TRUE(receipt.ok());
        if (receipt->branch == Receipt::Branch::kOperations) ++added;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const Entry counter = Existing("counter");
  EXPECT_EQ(counter.version, uint64_t{kThreads * kTries});
  EXPECT_EQ(counter.value.bytes, std::to_string(kThreads * kTries));
}

TEST_P(CallbackLaws, TransactionsAreSeenWholeByReaders) {
  absl::Notification stop;
  std::thread writer([&] {
    BlockingStore store(steady_store());
    for (int i = 0; !stop.HasBeenNotified(); ++i) {
      Transaction transaction = PutOf("a", std::to_string(i));
      transaction.operations.push_back(
          PutOperation{"b", Value::Text(std::to_string(i))});
      ASSERT_TRUE(store.Commit(transaction).ok());
    }
  });
  BlockingStore store(steady_store());
  for (int i = 0; i < 2000; ++i) {
    ReadRequest request;
    request.keys = {"a", "b"};
    const auto result = store.Read(request);
    ASSERT_TRUE(result.ok()) << result.status();
    const auto& a = result->entries[0];
    const auto& b = result->entries[1];
    ASSERT_EQ(a.has_value(), b.has_value());
    if (a) {
      ASSERT_EQ(a->value.bytes, b->value.bytes);
    }
  }
  stop.Notify();
  writer.join();
}

}  // namespace
}  // namespace rundlet

// Goal: what is retired is freed, once, and never while a guard that was there
// before is left.
// Method: guards and retirements in each order that matters, counting what is
// freed; then readers that follow a pointer which a writer replaces without
// end. Run it with --config=asan or --config=tsan to see a use after the end.

#include "storage/epochs.h"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace rundlet {
namespace {

// As much as makes the writer look for guards.
constexpr size_t kManyBytes = 1 << 20;

// Counts how many of its kind there are.
class Counted {
 public:
  explicit Counted(std::atomic<int>* alive) : alive_(alive) { ++*alive_; }
  ~Counted() { --*alive_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  bool IsAlive() const { return *alive_ > 0; }

 private:
  std::atomic<int>* const alive_;
};

TEST(EpochsTest, FreesAtOnceWithoutAReader) {
  std::atomic<int> alive{0};
  Epochs epochs;
  epochs.Delete(new Counted(&alive), kManyBytes);
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(epochs.retired_count(), 0u);
}

TEST(EpochsTest, GathersALittleBeforeItLooks) {
  std::atomic<int> alive{0};
  Epochs epochs;
  epochs.Delete(new Counted(&alive), 1);
  EXPECT_EQ(alive, 1);
  EXPECT_EQ(epochs.retired_count(), 1u);
  epochs.Delete(new Counted(&alive), kManyBytes);
  EXPECT_EQ(alive, 0);
}

TEST(EpochsTest, AGuardKeepsWhatIsRetiredBehindIt) {
  std::atomic<int> alive{0};
  Epochs epochs;
  std::optional<Epochs::Guard> guard(&epochs);
  for (int i = 1; i <= 5; ++i) {
    epochs.Delete(new Counted(&alive), kManyBytes);
    EXPECT_EQ(alive, i);
  }
  guard.reset();
  epochs.Delete(new Counted(&alive), kManyBytes);
  EXPECT_EQ(alive, 0);
}

TEST(EpochsTest, LaterGuardsDoNotKeepWhatWasRetiredBefore) {
  std::atomic<int> alive{0};
  Epochs epochs;
  std::optional<Epochs::Guard> first(&epochs);
  epochs.Delete(new Counted(&alive), kManyBytes);
  std::optional<Epochs::Guard> second(&epochs);
  first.reset();
  // The second came one epoch later, so it holds what is retired now alone.
  epochs.Delete(new Counted(&alive), kManyBytes);
  EXPECT_EQ(alive, 1);
  second.reset();
  epochs.Delete(new Counted(&alive), kManyBytes);
  EXPECT_EQ(alive, 0);
}

TEST(EpochsTest, GuardsNest) {
  std::atomic<int> alive{0};
  Epochs epochs;
  std::optional<Epochs::Guard> outer(&epochs);
  { const Epochs::Guard inner(&epochs); }
  epochs.Delete(new Counted(&alive), kManyBytes);
  EXPECT_EQ(alive, 1);
  { const Epochs::Guard inner(&epochs); }
  EXPECT_EQ(alive, 1);
  outer.reset();
  epochs.Delete(new Counted(&alive), kManyBytes);
  EXPECT_EQ(alive, 0);
}

TEST(EpochsTest, DrainWaitsForGuards) {
  std::atomic<int> alive{0};
  std::atomic<bool> entered{false};
  std::atomic<bool> leaving{false};
  Epochs epochs;
  std::thread reader([&] {
    const Epochs::Guard guard(&epochs);
    entered = true;
    while (!leaving) std::this_thread::yield();
    EXPECT_EQ(alive, 1);
  });
  while (!entered) std::this_thread::yield();
  epochs.Delete(new Counted(&alive), 1);
  leaving = true;
  epochs.Drain();
  EXPECT_EQ(alive, 0);
  reader.join();
}

TEST(EpochsTest, FreesTheRestAtItsEnd) {
  std::atomic<int> alive{0};
  {
    Epochs epochs;
    epochs.Delete(new Counted(&alive), 1);
  }
  EXPECT_EQ(alive, 0);
}

TEST(EpochsTest, ReadersOfAPointerThatIsReplaced) {
  constexpr int kReaders = 3;
  constexpr int kReplacements = 20000;
  Epochs epochs;
  std::atomic<int> alive{0};
  std::atomic<const Counted*> shared{new Counted(&alive)};
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const Epochs::Guard guard(&epochs);
        EXPECT_TRUE(shared.load(std::memory_order_acquire)->IsAlive());
      }
    });
  }
  for (int i = 0; i < kReplacements; ++i) {
    epochs.Delete(shared.exchange(new Counted(&alive)), 4096);
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
  epochs.Delete(shared.load(), kManyBytes);
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace rundlet

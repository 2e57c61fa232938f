// Goal: whatever a store was doing when the power went or the process was
// killed, it comes back with all that it had promised, as it was behind one
// transaction, and with no key that was gone (P1, P2, P3, P6; revisions: L2).
// Requests stay done once (T3), what a watch has said stays true (P9),
// snapshots show what they pinned and end with their store, and a backup that
// was acknowledged is whole.
// Method: random operations on small segments over a disk in memory: commits,
// requests and their repeats, snapshots, watches, compactions, ingests,
// backups, clean stops and starts; the power goes behind a random operation or
// inside a random call of the file system, also of a clean stop; what was not
// synced is dropped, or any subset of its sectors and names stays; several
// lives a run, between which the wall clock may step. CheckedStore and its
// companions compare.
//
// The full measure, 100,000 histories of two to four power losses each:
//   bazel test //tests/fault:power_loss_full_test --jobs=8 --local_test_jobs=8

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/checked_backups.h"
#include "tests/support/checked_snapshots.h"
#include "tests/support/checked_store.h"
#include "tests/support/checked_watches.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/random_transaction.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr uint64_t kRuns = 3000;
constexpr uint64_t kShards = 8;
constexpr char kFolder[] = "/data";

class PowerLossRun {
 public:
  explicit PowerLossRun(uint64_t seed)
      : random_(seed),
        checked_(&clock_),
        snapshots_(&checked_),
        watches_(&checked_, random_.Between(1, 4), random_),
        backups_(&checked_, &disk_, &clock_) {
    segment_bytes_ = random_.Between(256, 4096);
    revision_block_ = random_.Between(1, 100);
    durability_ = static_cast<Durability>(random_.Between(1, 3));
    shape_.keys = random_.Between(2, 20);
    shape_.value_bytes_max = random_.Between(0, 200);
    shape_.expiring = !random_.OneIn(4);
    keeps_history_ = random_.OneIn(2);
  }

  void Run() {
    const uint64_t lives = random_.Between(2, 4);
    for (uint64_t life = 0; life < lives; ++life) {
      Live();
      Die();
      if (::testing::Test::HasFailure()) return;
    }
    OpenAndCompare();
    if (!checked_.is_open()) return;
    // A clean stop keeps everything, at any durability.
    Reopen();
    if (!checked_.is_open()) return;
    checked_.Compare();
    checked_.Close();
    backups_.CheckAll(/*restore=*/random_.OneIn(2));
  }

 private:
  Options MakeOptions() {
    Options options;
    options.path = kFolder;
    options.durability = durability_;
    options.segment_bytes = segment_bytes_;
    options.log_ahead_bytes = random_.OneIn(3) ? 0 : random_.Between(16, 4096);
    options.revision_block = revision_block_;
    options.manifest_bytes = random_.Between(200, 5000);
    options.write_hints = !random_.OneIn(4);
    options.verify_on_open = random_.OneIn(4);
    options.open_threads = static_cast<uint32_t>(random_.Between(1, 3));
    options.history_window = absl::Seconds(random_.Below(10));
    options.history_bytes = random_.Below(10'000);
    if (keeps_history_) {
      options.history_window = absl::InfiniteDuration();
      options.history_bytes = uint64_t{1} << 40;
    }
    options.cache_entries = random_.Below(10);
    options.compression = static_cast<Compression>(random_.Below(3));
    options.dictionary_sample_bytes = random_.Between(500, 5000);
    options.sync_interval = absl::Milliseconds(random_.Between(1, 20));
    options.sweep_interval = absl::Milliseconds(1);
    options.compaction_live_ratio = random_.OneIn(2) ? 0.0 : 0.7;
    options.compaction_dead_bytes = random_.Between(1, 4000);
    // Steps of a segment or two, as soon as they are due.
    options.compaction_interval = absl::Milliseconds(random_.Between(1, 5));
    options.compaction_step_bytes = random_.Between(1, 8000);
    options.compaction_expired_bytes = random_.Below(1000);
    options.compaction_spare_segments = random_.Below(20);
    options.compaction_age = absl::Milliseconds(random_.Below(3000));
    options.file_system = &disk_;
    options.clock = &clock_;
    options.random = [this] { return random_.Next(); };
    return options;
  }

  void OpenAndCompare() {
    const absl::Status opened = checked_.Open(MakeOptions());
    ASSERT_TRUE(opened.ok()) << opened;
    snapshots_.ExpectNone();
    checked_.Compare();
    watches_.Compare();
  }

  // Opens, maybe loses power while opening, and works.
  void Live() {
    doomed_ = false;
    if (random_.OneIn(4)) {
      Doom(30);
      const absl::Status opened =
          checked_.Open(MakeOptions(), /*expect_errors=*/true);
      if (!opened.ok()) {
        EXPECT_NE(opened.code(), absl::StatusCode::kDataLoss) << opened;
        return;
      }
      snapshots_.ExpectNone();
    } else {
      OpenAndCompare();
      if (!checked_.is_open()) return;
      for (uint64_t i = random_.Below(4); i > 0; --i) watches_.Read(random_);
      if (random_.OneIn(2)) Doom(60);
    }
    const uint64_t steps = random_.Below(80);
    for (uint64_t i = 0; i < steps && checked_.is_open(); ++i) Step();
  }

  // A clean stop, and a start.
  void Reopen() {
    const auto outliving = watches_.StopAll(random_);
    checked_.Close();
    CheckedWatches::ExpectClosed(outliving);
    OpenAndCompare();
  }

  // The power goes inside one of the next calls that change the disk.
  void Doom(uint64_t calls) {
    doomed_ = true;
    checked_.ExpectErrors();
    disk_.PowerOffAtCall(random_.Between(1, calls));
  }

  void Step() {
    const uint64_t choice = random_.Below(48);
    if (choice < 8) return StepOfTheStore(choice);
    if (choice < 16) return StepOfAView(choice);
    if (choice < 24) {
      return checked_.Commit(
          RandomRequest(shape_, absl::StrCat("request", ++requests_),
                        checked_.RememberedTransactions(), random_));
    }
    checked_.Commit(RandomTransaction(shape_, random_));
  }

  void StepOfTheStore(uint64_t choice) {
    switch (choice) {
      case 0:
      case 1:
        return checked_.Compact();
      case 2:
        return checked_.Sync(random_.OneIn(2) ? Durability::kDisk
                                              : Durability::kOs);
      case 3:
        return clock_.Advance(absl::Seconds(random_.Below(5)));
      case 4:
        return checked_.Wait();
      case 5:
        if (random_.OneIn(4)) Ingest();
        return;
      case 6:
        // Whether a doomed store stops cleanly is a matter of luck: Die.
        if (!doomed_ && random_.OneIn(4)) Reopen();
        return;
      default:
        return StepClock();
    }
  }

  void StepOfAView(uint64_t choice) {
    switch (choice) {
      case 8:
        return snapshots_.Open(random_);
      case 9:
        return random_.OneIn(2) ? snapshots_.Renew(random_)
                                : snapshots_.Release(random_);
      case 10:
        return snapshots_.Scan(random_);
      case 11:
        return snapshots_.Read({RandomKey(shape_, random_), "key0"}, random_);
      case 12:
        if (random_.OneIn(4)) {
          backups_.BackUp(absl::StrCat("/backup", ++backup_count_))
              .IgnoreError();
        }
        return;
      case 13:
        return watches_.Stop(random_);
      default:
        return watches_.Read(random_);
    }
  }

  // Either way, by up to three years; some steps are as short as an expiry.
  void StepClock() {
    const auto seconds = static_cast<int64_t>(
        random_.Below(random_.OneIn(2) ? 30 : 100'000'000));
    clock_.StepWall(absl::Seconds(random_.OneIn(2) ? seconds : -seconds));
  }

  // After a crash the wall clock is behind engine time only where nothing can
  // expire. Otherwise a key that a read has hidden, and that was not swept, may
  // be back (storage/README.md, "Limits"), which the oracle cannot tell from
  // one that never was.
  void StepClockWhileDown() {
    if (random_.OneIn(4)) StepClock();
    const absl::Duration behind = checked_.model().time() - clock_.Now();
    if (shape_.expiring && behind > absl::ZeroDuration()) {
      clock_.StepWall(behind);
    }
  }

  void Ingest() {
    std::vector<Entry> entries;
    for (uint64_t i = 0; i < random_.Below(6); ++i) {
      Entry entry;
      entry.key = absl::StrCat("key", i);
      entry.value = Value::Data(random_.Bytes(random_.Below(300)));
      entries.push_back(std::move(entry));
    }
    checked_.Ingest(absl::StrCat("source", ++sources_), std::move(entries))
        .IgnoreError();
  }

  void Die() {
    checked_.ExpectErrors();
    std::vector<std::unique_ptr<WatchReader>> outliving =
        watches_.StopAll(random_);
    if (random_.OneIn(4)) {
      // Inside the clean stop.
      disk_.PowerOffAtCall(random_.Between(1, 12));
      checked_.Close();
    }
    disk_.PowerOff();
    checked_.Close();
    outliving.clear();
    StepClockWhileDown();
    switch (random_.Below(5)) {
      case 0:  // as after kill -9: the kernel writes everything yet
        disk_.PowerOn(PowerLoss::kNothing, random_);
        return checked_.Crash(Durability::kOs);
      case 1:
      case 2:
        disk_.PowerOn(PowerLoss::kUnsynced, random_);
        return checked_.Crash(Durability::kDisk);
      default:
        disk_.PowerOn(PowerLoss::kAnySubset, random_);
        return checked_.Crash(Durability::kDisk);
    }
  }

  SeededRandom random_;
  FakeClock clock_;
  CrashableFileSystem disk_;
  CheckedStore checked_;
  CheckedSnapshots snapshots_;
  CheckedWatches watches_;
  CheckedBackups backups_;
  TransactionShape shape_;
  bool doomed_ = false;
  bool keeps_history_ = false;
  uint64_t requests_ = 0;
  uint64_t backup_count_ = 0;
  uint64_t segment_bytes_ = 0;
  uint64_t revision_block_ = 0;
  Durability durability_ = Durability::kDisk;
  uint64_t sources_ = 0;
};

// Parts of one measure, so that they can run side by side.
class PowerLossTest : public ::testing::TestWithParam<uint64_t> {};

TEST_P(PowerLossTest, KeepsItsPromises) {
  const uint64_t seed = TestSeed();
  const uint64_t runs = TestRuns(kRuns);
  for (uint64_t run = GetParam(); run < runs; run += kShards) {
    SCOPED_TRACE(absl::StrCat("RUNDLET_SEED=", seed + run, " RUNDLET_RUNS=1"));
    PowerLossRun(seed + run).Run();
    if (HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Shards, PowerLossTest,
                         ::testing::Range(uint64_t{0}, kShards));

}  // namespace
}  // namespace rundlet

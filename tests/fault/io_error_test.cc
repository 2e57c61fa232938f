// Goal: an error of any call of the file system is told, breaks no promise and
// loses nothing that was acknowledged; after a failed sync nothing is
// acknowledged any more (P1, P2, P7).
// Method: a script with rolls, compactions, expiry and reopening runs over a
// disk in memory; its first call fails, then in the next run its second, and so
// on: once and for good, with each kind of error. What a failed sync had not
// written is lost for ever. After each run the disk is healthy again, the
// process or the power has gone, and the store must open and be checked.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"
#include "tests/support/checked_store.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

// Whether the store has said that it cannot go on. Thread-safe.
class FatalFlag {
 public:
  void Set() {
    absl::MutexLock lock(&mutex_);
    set_ = true;
  }
  bool IsSet() const {
    absl::MutexLock lock(&mutex_);
    return set_;
  }

 private:
  mutable absl::Mutex mutex_;
  bool set_ ABSL_GUARDED_BY(mutex_) = false;
};

class Script {
 public:
  explicit Script(uint64_t seed)
      : random_(seed), files_(&disk_), checked_(&clock_) {
    files_.OnFailedSync(
        [this](const std::string& path) { disk_.ForgetUnsynced(path); });
  }

  // Runs the script over a disk that fails as told. Returns the calls it made.
  uint64_t Run(const Fault* fault) {
    if (fault != nullptr) {
      files_.FailCall(*fault);
      checked_.ExpectErrors();
    }
    for (int life = 0; life < 2; ++life) {
      if (TryOpen()) {
        for (int i = 0; i < 25; ++i) Step(i, fault);
      }
      checked_.Close();
      // A store that could not sync at the end was not stopped cleanly.
      if (fault != nullptr) checked_.Crash(Durability::kOs);
      if (fault != nullptr) checked_.ExpectErrors();
    }
    return files_.call_count();
  }

  uint64_t fault_count() const { return files_.fault_count(); }

  // The disk works again; the power may have gone. All must be there.
  void CheckAfterwards(bool power_loss) {
    files_.Heal();
    Cut(power_loss ? PowerLoss::kAnySubset : PowerLoss::kNothing);
    checked_.Crash(power_loss ? Durability::kDisk : Durability::kOs);
    OpenAndCompare();
    if (!checked_.is_open()) return;
    // What was served is on the disk, also what an earlier sync had lost.
    checked_.ExpectErrors();
    Cut(PowerLoss::kUnsynced);
    checked_.Crash(Durability::kDisk);
    OpenAndCompare();
    if (!checked_.is_open()) return;
    const absl::Status committed = Commit("after", 10, Durability::kDisk);
    EXPECT_TRUE(committed.ok()) << committed;
    checked_.Compact();
    checked_.Compare();
  }

 private:
  Options MakeOptions() {
    fatal_ = std::make_shared<FatalFlag>();
    Options options;
    options.path = "/data";
    options.segment_bytes = 600;
    options.revision_block = 8;
    options.cache_entries = 3;
    options.sync_interval = absl::Milliseconds(5);
    options.sweep_interval = absl::Milliseconds(5);
    options.file_system = &files_;
    options.clock = &clock_;
    options.on_fatal = [fatal = fatal_](absl::Status status) {
      EXPECT_FALSE(status.ok());
      fatal->Set();
    };
    return options;
  }

  void Cut(PowerLoss loss) {
    disk_.PowerOff();
    checked_.Close();
    disk_.PowerOn(loss, random_);
  }

  void OpenAndCompare() {
    const absl::Status opened = checked_.Open(MakeOptions());
    ASSERT_TRUE(opened.ok()) << opened;
    checked_.Compare();
  }

  bool TryOpen() {
    const absl::Status opened = checked_.Open(MakeOptions());
    if (opened.ok()) return true;
    EXPECT_NE(opened.code(), absl::StatusCode::kDataLoss) << opened;
    return false;
  }

  void Step(int step, const Fault* fault) {
    if (fault != nullptr) checked_.ExpectErrors();
    const bool was_fatal = fatal_->IsSet();
    const uint64_t bytes = 20 + step * 37 % 150;
    absl::Status status;
    switch (step % 12) {
      case 5:
        checked_.Compact();
        return checked_.Wait();
      case 7:
        clock_.Advance(absl::Seconds(2));
        return;
      case 9:
        checked_.Sync(Durability::kDisk);
        return checked_.Wait();
      case 3:
        status = Commit("expiring", bytes, Durability::kOs,
                        Expiry::After(absl::Seconds(3)));
        break;
      case 1:
        status = Commit("many", bytes, Durability::kMemory);
        break;
      default:
        status = Commit(absl::StrCat("key", step % 5), bytes,
                        static_cast<Durability>(step % 3 + 1));
    }
    EXPECT_FALSE(was_fatal && status.ok())
        << "acknowledged after the store had given up";
  }

  absl::Status Commit(const std::string& key, uint64_t bytes,
                      Durability durability, Expiry expiry = Expiry::Never()) {
    Transaction transaction;
    transaction.operations.push_back(
        PutOperation{key, Value::Data(random_.Bytes(bytes)), expiry});
    if (key == "many") {
      for (int i = 0; i < 4; ++i) {
        transaction.operations.push_back(
            DeleteOperation{absl::StrCat("key", random_.Below(5))});
      }
    }
    transaction.durability = durability;
    return checked_.CommitAndWait(std::move(transaction));
  }

  SeededRandom random_;
  FakeClock clock_;
  CrashableFileSystem disk_;
  FaultyFileSystem files_;
  std::shared_ptr<FatalFlag> fatal_;
  CheckedStore checked_;
};

struct Kind {
  const char* name;
  absl::Status error;
  uint8_t written_share;
};

class IoErrorTest : public ::testing::TestWithParam<Kind> {
 protected:
  // Fails each call in turn until a run ends before its call comes.
  void FailEachCall(bool for_good) {
    const uint64_t seed = TestSeed();
    for (uint64_t nth = 1;; ++nth) {
      SCOPED_TRACE(absl::StrCat("call ", nth, for_good ? " for good" : " once",
                                " RUNDLET_SEED=", seed));
      Fault fault;
      fault.nth = nth;
      fault.error = GetParam().error;
      fault.written_share = GetParam().written_share;
      fault.for_good = for_good;
      Script script(seed + nth);
      script.Run(&fault);
      if (HasFailure()) return;
      if (script.fault_count() == 0) {
        EXPECT_GT(nth, 100u) << "the script makes too few calls";
        return;
      }
      script.CheckAfterwards(nth % 2 == 0);
      if (HasFailure()) return;
    }
  }
};

TEST_P(IoErrorTest, EachCallFailsOnce) { FailEachCall(false); }

TEST_P(IoErrorTest, EachCallFailsForGood) { FailEachCall(true); }

INSTANTIATE_TEST_SUITE_P(
    Errors, IoErrorTest,
    ::testing::Values(
        Kind{"Eio", absl::UnknownError("EIO"), 0},
        Kind{"Enospc", absl::ResourceExhaustedError("ENOSPC"), 0},
        Kind{"EnospcAfterHalf", absl::ResourceExhaustedError("ENOSPC"), 128},
        Kind{"EioAfterAlmostAll", absl::UnknownError("EIO"), 255}),
    [](const auto& info) { return info.param.name; });

TEST(IoErrorScriptTest, RunsWithoutErrorsOnAHealthyDisk) {
  Script script(TestSeed());
  script.Run(nullptr);
  script.CheckAfterwards(true);
}

}  // namespace
}  // namespace rundlet

#include "tests/fault/call_script.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

constexpr uint64_t kLives = 4;
constexpr uint64_t kOperationsOfALife = 75;

}  // namespace

class CallScript::FatalFlag {
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

CallScript::CallScript(uint64_t seed)
    : random_(seed),
      watch_random_(seed),
      files_(&disk_),
      checked_(&clock_),
      watches_(&checked_, 2, watch_random_),
      backups_(&checked_, &disk_, &clock_) {
  // The kernel may mark the pages clean all the same.
  files_.OnFailedSync(
      [this](const std::string& path) { disk_.ForgetUnsynced(path); });
}

Options CallScript::MakeOptions() {
  fatal_ = std::make_shared<FatalFlag>();
  Options options;
  options.path = "/data";
  options.segment_bytes = 600;
  options.log_ahead_bytes = 256;
  options.revision_block = 8;
  options.manifest_bytes = 2000;
  options.cache_entries = 3;
  options.compaction_live_ratio = 0;  // the script says when
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

bool CallScript::TryOpen(bool expect_errors) {
  const absl::Status opened =
      checked_.Open(MakeOptions(), /*expect_errors=*/expect_errors);
  if (opened.ok()) return true;
  EXPECT_NE(opened.code(), absl::StatusCode::kDataLoss) << opened;
  return false;
}

void CallScript::Run(bool expect_errors) {
  uint64_t step = 0;
  for (uint64_t life = 0; life < kLives; ++life) {
    if (expect_errors) checked_.ExpectErrors();
    const bool opened = TryOpen(expect_errors);
    EXPECT_TRUE(opened || expect_errors);
    for (uint64_t i = 0; i < kOperationsOfALife; ++i) {
      if (opened && disk_.has_power()) Step(step, expect_errors);
      ++step;
    }
    if (!disk_.has_power()) return;
    if (expect_errors) checked_.ExpectErrors();
    watches_.StopAll(watch_random_).clear();
    checked_.Close();
    // A store that could not sync at the end was not stopped cleanly.
    if (expect_errors) checked_.Crash(Durability::kOs);
  }
}

void CallScript::Step(uint64_t step, bool expect_errors) {
  if (expect_errors) checked_.ExpectErrors();
  const bool was_fatal = fatal_->IsSet();
  absl::Status status;
  switch (step % 15) {
    case 4:
    case 6:
      ReadWatch(expect_errors);
      status = CommitStep(step);
      break;
    case 5:
      checked_.Compact();
      return checked_.Wait();
    case 10:
      watches_.Stop(watch_random_);
      status = CommitStep(step);
      break;
    case 7:
      return clock_.Advance(absl::Seconds(2));
    case 8:
      if (step % 75 == 23) {
        return backups_.BackUp(absl::StrCat("/backup", step)).IgnoreError();
      }
      // What was acknowledged before is so afterwards.
      if (step % 75 == 38) return Repeat().IgnoreError();
      status = CommitStep(step);
      break;
    case 9:
      checked_.Sync(step % 2 == 0 ? Durability::kDisk : Durability::kOs);
      return checked_.Wait();
    case 13:
      status = step % 30 == 13 ? Ingest(step) : CommitStep(step);
      break;
    default:
      status = CommitStep(step);
  }
  EXPECT_FALSE(was_fatal && status.ok())
      << "acknowledged after the store had given up";
}

absl::Status CallScript::CommitStep(uint64_t step) {
  const uint64_t bytes = 20 + step * 37 % 150;
  switch (step % 15) {
    case 1:
      return Commit("many", bytes, Durability::kMemory);
    case 3:
      return Commit("expiring", bytes, Durability::kOs,
                    Expiry::After(absl::Seconds(3)));
    case 11:
      return Commit("many", 400, Durability::kDisk);
    default:
      return Commit(absl::StrCat("key", step % 5), bytes,
                    static_cast<Durability>(step % 3 + 1));
  }
}

absl::Status CallScript::Commit(const std::string& key, uint64_t bytes,
                                Durability durability, Expiry expiry) {
  Transaction transaction;
  transaction.operations.push_back(
      PutOperation{key, Value::Data(random_.Bytes(bytes)), expiry});
  if (key == "many") {
    for (int i = 0; i < 4; ++i) {
      transaction.operations.push_back(
          DeleteOperation{absl::StrCat("key", random_.Below(5))});
    }
  }
  // The value has to be read.
  transaction.return_previous = bytes % 3 == 0;
  transaction.durability = durability;
  // Some are requests, which compactions, backups and reopenings have to carry.
  if (bytes % 4 == 0) {
    transaction.request = {"script", absl::StrCat("request", ++requests_)};
  }
  return checked_.CommitAndWait(std::move(transaction));
}

absl::Status CallScript::Repeat() {
  std::vector<Transaction> asked = checked_.RememberedTransactions();
  if (asked.empty()) return absl::OkStatus();
  asked.back().durability = Durability::kDisk;
  return checked_.CommitAndWait(std::move(asked.back()));
}

// From where it stopped, or where history begins: from the log as it stands in
// the files, also what a compaction has just taken.
void CallScript::ReadWatch(bool expect_errors) {
  if (expect_errors) checked_.ExpectErrors();
  checked_.Wait();
  watches_.Read(watch_random_);
}

absl::Status CallScript::Ingest(uint64_t step) {
  std::vector<Entry> entries;
  for (int i = 0; i < 4; ++i) {
    Entry entry;
    entry.key = absl::StrCat("key", i);
    entry.value = Value::Data(random_.Bytes(200));
    entries.push_back(std::move(entry));
  }
  return checked_.Ingest(absl::StrCat("source", step), std::move(entries));
}

void CallScript::Cut(PowerLoss loss) {
  checked_.ExpectErrors();
  watches_.StopAll(watch_random_).clear();
  disk_.PowerOff();
  checked_.Close();
  disk_.PowerOn(loss, random_);
  checked_.Crash(loss == PowerLoss::kNothing ? Durability::kOs
                                             : Durability::kDisk);
}

void CallScript::OpenAndCompare() {
  const absl::Status opened = checked_.Open(MakeOptions());
  ASSERT_TRUE(opened.ok()) << opened;
  checked_.Compare();
}

void CallScript::GoOn() {
  OpenAndCompare();
  if (!checked_.is_open()) return;
  const absl::Status committed = Commit("after", 10, Durability::kDisk);
  EXPECT_TRUE(committed.ok()) << committed;
  checked_.Compact();
  checked_.Compare();
  watches_.Compare();
  backups_.CheckAll(/*restore=*/false);
}

void CallScript::CheckAfterFault(bool power_loss) {
  files_.Heal();
  Cut(power_loss ? PowerLoss::kAnySubset : PowerLoss::kNothing);
  OpenAndCompare();
  if (!checked_.is_open()) return;
  // What was served is on the disk, also what an earlier sync had lost.
  Cut(PowerLoss::kUnsynced);
  GoOn();
}

void CallScript::CheckAfterPowerLoss(PowerLoss loss) {
  Cut(loss);
  GoOn();
}

uint64_t CallScript::LosePowerInRecovery(PowerLoss loss) {
  Cut(loss);
  const std::map<std::string, std::string> image = disk_.Image();
  // One that was lost would be committed again, on each disk anew.
  checked_.ForgetRequests();
  OpenAndCompare();
  uint64_t nth = 0;
  while (checked_.is_open() && !::testing::Test::HasFailure()) {
    // Nothing is committed in between: from this disk it is always this state.
    Cut(PowerLoss::kNothing);
    disk_.SetImage(image);
    disk_.PowerOffAtCall(++nth);
    checked_.ExpectErrors();
    TryOpen(/*expect_errors=*/true);
    if (disk_.has_power()) break;
    Cut(loss);
    SCOPED_TRACE(absl::StrCat("recovery lost power at its call ", nth));
    OpenAndCompare();
  }
  if (checked_.is_open()) Cut(loss);
  GoOn();
  return nth;
}

std::vector<uint64_t> ChosenCalls(uint64_t total, uint64_t runs,
                                  SeededRandom& random) {
  const uint64_t stride = std::max<uint64_t>(1, total / runs);
  std::vector<uint64_t> chosen;
  for (uint64_t nth = random.Between(1, stride); nth <= total; nth += stride) {
    chosen.push_back(nth);
  }
  return chosen;
}

}  // namespace rundlet

#include "tests/conformance/random_history.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"
#include "tests/support/transaction_text.h"

namespace rundlet {
namespace {

constexpr size_t kNotesMax = 100;

std::string Failures(const ::testing::TestPartResultArray& results) {
  std::string failures;
  for (int i = 0; i < results.size(); ++i) {
    const ::testing::TestPartResult& result = results.GetTestPartResult(i);
    if (result.failed()) absl::StrAppend(&failures, result.message(), "\n");
  }
  return failures;
}

}  // namespace

RandomHistory::RandomHistory(uint64_t seed)
    : seed_(seed),
      random_(seed),
      checked_(&clock_),
      watches_(&checked_, 4, random_) {
  segment_bytes_ = random_.Between(400, 8192);
  shape_.keys = random_.Between(5, 60);
  shape_.expiring = !random_.OneIn(4);
}

std::string RandomHistory::Run(const std::vector<uint64_t>& steps) {
  ::testing::TestPartResultArray results;
  {
    // A failure is the caller's to tell, once it is a short one.
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS,
        &results);
    Reopen();
    for (const uint64_t step : steps) {
      if (!checked_.is_open()) break;
      step_ = step;
      random_ = SeededRandom(seed_ ^ (step * 0x9E3779B97F4A7C15u));
      Step();
      if (!Failures(results).empty()) break;
    }
    if (checked_.is_open()) {
      checked_.Compare();
      watches_.Compare();
    }
    checked_.Close();
    backups_.CheckAll(/*restore=*/false);
  }
  const std::string failures = Failures(results);
  if (failures.empty()) return "";
  // The last ones will do where nothing could be left out.
  const size_t first = notes_.size() - std::min(notes_.size(), kNotesMax);
  notes_.erase(notes_.begin(), notes_.begin() + first);
  return absl::StrCat(absl::StrJoin(notes_, "\n"), "\n", failures);
}

void RandomHistory::Note(absl::string_view what) {
  notes_.push_back(absl::StrCat("  ", what));
}

Options RandomHistory::MakeOptions() {
  Options options;
  options.path = "/data";
  options.durability = static_cast<Durability>(random_.Between(1, 3));
  options.segment_bytes = segment_bytes_;
  options.log_ahead_bytes = random_.OneIn(3) ? 0 : random_.Between(16, 4096);
  options.cache_entries = random_.Below(20);
  options.compression = static_cast<Compression>(random_.Below(3));
  options.dictionary_sample_bytes = random_.Between(500, 5000);
  options.revision_block = random_.Between(1, 50);
  options.sync_interval = absl::Milliseconds(random_.Between(1, 20));
  options.sweep_interval = absl::Milliseconds(1);
  options.manifest_bytes = random_.Between(200, 5000);
  options.compaction_dead_bytes = random_.Between(1, 8000);
  // Steps of a segment or two, as soon as they are due.
  options.compaction_interval = absl::Milliseconds(random_.Between(1, 5));
  options.compaction_step_bytes = random_.Between(1, 16'000);
  options.compaction_expired_bytes = random_.Below(2000);
  options.compaction_spare_segments = random_.Below(20);
  options.compaction_age = absl::Seconds(random_.Below(20));
  options.history_window = absl::Seconds(random_.Below(20));
  options.history_bytes = random_.Below(20'000);
  options.write_hints = !random_.OneIn(4);
  options.verify_on_open = random_.OneIn(4);
  options.file_system = &disk_;
  options.clock = &clock_;
  return options;
}

void RandomHistory::Reopen() {
  Note("open");
  // Leases end with the process.
  pages_.clear();
  const auto outliving = watches_.StopAll(random_);
  checked_.Close();
  CheckedWatches::ExpectClosed(outliving);
  const absl::Status opened = checked_.Open(MakeOptions());
  ASSERT_TRUE(opened.ok()) << opened;
  snapshots_.ExpectNone();
  checked_.Compare();
  watches_.Compare();
}

void RandomHistory::StepClock() {
  Note("step the wall clock");
  const auto seconds =
      static_cast<int64_t>(random_.Below(random_.OneIn(2) ? 30 : 100'000'000));
  clock_.StepWall(absl::Seconds(random_.OneIn(2) ? seconds : -seconds));
}

void RandomHistory::Crash() {
  Note("crash");
  checked_.ExpectErrors();
  std::vector<std::unique_ptr<WatchReader>> outliving =
      watches_.StopAll(random_);
  disk_.PowerOff();
  checked_.Close();
  outliving.clear();
  // An expired key that was not swept may be back otherwise, which the oracle
  // cannot know (storage/README.md, "Limits").
  const absl::Duration behind = checked_.model().time() - clock_.Now();
  if (shape_.expiring && behind > absl::ZeroDuration()) clock_.StepWall(behind);
  const PowerLoss loss = random_.Pick(std::vector<PowerLoss>{
      PowerLoss::kNothing, PowerLoss::kUnsynced, PowerLoss::kAnySubset});
  disk_.PowerOn(loss, random_);
  checked_.Crash(loss == PowerLoss::kNothing ? Durability::kOs
                                             : Durability::kDisk);
  Reopen();
}

void RandomHistory::Step() {
  const uint64_t choice = random_.Below(60);
  if (choice < 12) return ChangeStore(choice);
  if (choice < 18) return StepOfASnapshot(choice);
  if (choice < 21) return StartPages();
  if (choice < 25) return GoOnWithPages();
  if (choice < 29) return watches_.Read(random_);
  if (choice == 29) return watches_.Stop(random_);
  if (choice == 30) return BackUp();
  if (choice < 38) return CommitRequest();
  Commit();
}

void RandomHistory::StepOfASnapshot(uint64_t choice) {
  switch (choice) {
    case 12:
      Note("open a snapshot");
      return snapshots_.Open(random_);
    case 13:
      Note("release a snapshot");
      return snapshots_.Release(random_);
    case 14:
      Note("renew a snapshot");
      return snapshots_.Renew(random_);
    case 15:
      Note("scan a snapshot");
      return snapshots_.Scan(random_);
    default:
      break;
  }
  Note("read at a snapshot");
  std::vector<std::string> keys;
  for (uint64_t i = random_.Between(1, 8); i > 0; --i) {
    keys.push_back(RandomKey(shape_, random_));
  }
  snapshots_.Read(keys, random_);
}

void RandomHistory::BackUp() {
  if (!random_.OneIn(8)) return;
  Note("back up");
  EXPECT_TRUE(backups_.BackUp(absl::StrCat("/backup", step_)).ok());
  if (random_.OneIn(2)) backups_.CheckAll(/*restore=*/random_.OneIn(2));
}

void RandomHistory::CommitRequest() {
  Transaction request =
      RandomRequest(shape_, absl::StrCat("step", step_),
                    checked_.RememberedTransactions(), random_);
  Note(absl::StrCat("request ", request.request->id, ": ", TextOf(request)));
  checked_.Commit(std::move(request));
}

void RandomHistory::Commit() {
  Transaction transaction = RandomTransaction(shape_, random_);
  Note(TextOf(transaction));
  checked_.Commit(std::move(transaction));
}

void RandomHistory::ChangeStore(uint64_t choice) {
  switch (choice) {
    case 0:
      return Reopen();
    case 1:
      return Crash();
    case 2:
    case 3:
      Note("compact");
      return checked_.Compact();
    case 4:
    case 5:
      return checked_.Compare();
    case 6:
      Note("sync");
      return checked_.Sync(random_.OneIn(2) ? Durability::kDisk
                                            : Durability::kOs);
    case 7:
      return StepClock();
    case 8:
      return Ingest();
    case 9:
      return checked_.Wait();
    default:
      Note("let time pass");
      return clock_.Advance(absl::Milliseconds(random_.Below(8000)));
  }
}

void RandomHistory::Ingest() {
  if (!random_.OneIn(4)) return;
  Note("ingest");
  std::vector<Entry> entries;
  for (uint64_t i = 0; i < random_.Below(6); ++i) {
    Entry entry;
    entry.key = absl::StrCat("key", i);
    entry.value = Value::Data(random_.Bytes(random_.Below(300)));
    entries.push_back(std::move(entry));
  }
  const absl::Status loaded =
      checked_.Ingest(absl::StrCat("source", ++sources_), std::move(entries));
  EXPECT_TRUE(loaded.ok()) << loaded;
}

}  // namespace rundlet

#include "tests/support/checked_store.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/transaction_text.h"
#include "tests/support/vector_source.h"

namespace rundlet {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(2);

// Whether a store may write nothing for a transaction that the model gives a
// revision, or the reverse: where keys come and go within it, it depends on
// whether a key that had expired is swept already.
bool MayComeAndGo(const Transaction& transaction) {
  for (const auto* branch : {&transaction.operations, &transaction.otherwise}) {
    if (branch->size() > 1) return true;
  }
  return false;
}

}  // namespace

CheckedStore::CheckedStore(const FakeClock* clock, Limits limits)
    : clock_(clock), limits_(limits), model_(clock, limits) {
  steps_.push_back({0, Durability::kDisk, false});
}

absl::Status CheckedStore::Open(Options options, bool expect_errors) {
  options.limits = limits_;
  absl::StatusOr<std::unique_ptr<Store>> opened =
      rundlet::Open(std::move(options));
  if (!opened.ok()) return opened.status();
  store_ = *std::move(opened);
  Log("opened");
  absl::Time time;
  const absl::StatusOr<Entries> found = ScanAll(&time);
  if (!found.ok()) {
    store_ = nullptr;
    return found.status();
  }
  LearnTime(*found, time);
  {
    absl::MutexLock lock(&mutex_);
    errors_expected_ = expect_errors;
  }
  const Probe probe = ProbeRequests();
  Match(*found, probe);
  if (probe.lost.has_value()) {
    const Expectation expected = Expect(*probe.lost);
    Owe();
    Finish(expected, probe.receipt);
  }
  return absl::OkStatus();
}

void CheckedStore::ExpectErrors() {
  absl::MutexLock lock(&mutex_);
  errors_expected_ = true;
}

void CheckedStore::Owe() {
  absl::MutexLock lock(&mutex_);
  ++owed_;
}

void CheckedStore::Settle(const absl::Status& status, size_t step,
                          Durability durability) {
  absl::MutexLock lock(&mutex_);
  --owed_;
  if (!status.ok()) {
    last_error_ = status;
    EXPECT_TRUE(errors_expected_ || closing_) << status;
    return;
  }
  // What was planned before the failure became known did not happen as in the
  // model, if it happened.
  step = std::min(step, PossibleSteps() - 1);
  steps_[step].reached = std::max(steps_[step].reached, durability);
}

void CheckedStore::Log(absl::string_view line) {
  absl::MutexLock lock(&mutex_);
  history_.emplace_back(line);
}

bool CheckedStore::HasDiverged() {
  absl::MutexLock lock(&mutex_);
  return diverged_;
}

bool CheckedStore::has_failed() {
  absl::MutexLock lock(&mutex_);
  return failed_;
}

bool CheckedStore::errors_expected() {
  absl::MutexLock lock(&mutex_);
  return errors_expected_;
}

CheckedStore::Expectation CheckedStore::Expect(const Transaction& transaction) {
  Expectation expected;
  expected.may_come_and_go = MayComeAndGo(transaction);
  expected.receipt = BlockingStore(&model_).Commit(transaction);
  expected.request = transaction.request;
  absl::MutexLock lock(&mutex_);
  last_error_ = absl::OkStatus();
  history_.push_back(
      absl::StrCat("commit ", steps_.size(), ": ", TextOf(transaction)));
  if (!expected.receipt.ok()) return expected;
  expected.is_repeat = expected.receipt->replayed;
  // A request has a revision also if it changed nothing.
  if (!expected.is_repeat && model_.newest() != steps_.back().revision) {
    expected.step = steps_.size();
    steps_.push_back({model_.newest(), Durability::kDefault, false});
  }
  if (transaction.request.has_value()) NoteRequest(transaction, &expected);
  return expected;
}

void CheckedStore::Commit(Transaction transaction) {
  if (HasDiverged()) return;
  const Expectation expected = Expect(transaction);
  Owe();
  store_->Commit(std::move(transaction),
                 [this, expected](absl::StatusOr<Receipt> receipt) {
                   Finish(expected, receipt);
                 });
}

absl::Status CheckedStore::CommitAndWait(Transaction transaction) {
  Commit(std::move(transaction));
  Wait();
  absl::MutexLock lock(&mutex_);
  if (steps_.back().failed) {
    steps_.pop_back();
    model_.Rewind(steps_.back().revision);
    ForgetRequests(steps_.back().revision);
    diverged_ = failed_ = false;
  }
  return last_error_;
}

void CheckedStore::Finish(const Expectation& expected,
                          const absl::StatusOr<Receipt>& receipt) {
  absl::MutexLock lock(&mutex_);
  --owed_;
  const bool has_step = expected.step != 0;
  history_.push_back(absl::StrCat(expected.step, " -> ",
                                  receipt.status().ToString(), " revision ",
                                  receipt.ok() ? receipt->revision : 0));
  if (!receipt.ok()) {
    last_error_ = receipt.status();
    const bool refused = !expected.receipt.ok() &&
                         expected.receipt.status().code() == last_error_.code();
    EXPECT_TRUE(errors_expected_ || refused) << last_error_;
    failed_ = failed_ || expected.receipt.ok();
    if (has_step && !expected.is_repeat &&
        last_error_.code() != absl::StatusCode::kUnknown) {
      steps_[expected.step].failed = true;
      diverged_ = true;
    }
    return;
  }
  if (diverged_) return;
  EXPECT_TRUE(expected.receipt.ok()) << expected.receipt.status();
  if (!expected.receipt.ok()) return;
  CheckReceipt(expected, *receipt);
  if (expected.request.has_value()) {
    Asked* const asked = FindAsked(*expected.request);
    if (expected.is_repeat && asked != nullptr) CheckReplay(*asked, *receipt);
    if (!expected.is_repeat && asked != nullptr) asked->receipt = *receipt;
  }
  if (has_step) {
    Durability& reached = steps_[expected.step].reached;
    reached = std::max(reached, receipt->durability);
  }
}

void CheckedStore::CheckReceipt(const Expectation& expected,
                                const Receipt& receipt) {
  const Receipt& model = *expected.receipt;
  EXPECT_EQ(receipt.branch, model.branch);
  EXPECT_EQ(receipt.replayed, model.replayed);
  if (!expected.may_come_and_go) {
    EXPECT_EQ(receipt.revision != 0, model.revision != 0);
  }
  if (receipt.revision != 0) {
    EXPECT_TRUE(receipt.replayed || receipt.revision > highest_)
        << "revision " << receipt.revision << " was given twice";
    // A repeat may have its answer before the first one.
    if (!receipt.replayed) highest_ = std::max(highest_, receipt.revision);
    if (model.revision != 0) revisions_[model.revision] = receipt.revision;
  }
  ASSERT_EQ(receipt.failed_condition.has_value(),
            model.failed_condition.has_value());
  if (model.failed_condition) {
    EXPECT_EQ(receipt.failed_condition->index, model.failed_condition->index);
    EXPECT_EQ(receipt.failed_condition->version,
              model.failed_condition->version);
    EXPECT_EQ(receipt.failed_condition->value_crc32,
              model.failed_condition->value_crc32);
  }
  ASSERT_EQ(receipt.results.size(), model.results.size());
  for (size_t i = 0; i < model.results.size(); ++i) {
    EXPECT_EQ(receipt.results[i].existed, model.results[i].existed);
    EXPECT_EQ(receipt.results[i].number, model.results[i].number);
    EXPECT_EQ(receipt.results[i].entries.size(),
              model.results[i].entries.size());
    ASSERT_EQ(receipt.results[i].entry.has_value(),
              model.results[i].entry.has_value());
    if (!model.results[i].entry) continue;
    EXPECT_EQ(DifferenceOf(*model.results[i].entry, *receipt.results[i].entry),
              "");
  }
}

void CheckedStore::Sync(Durability durability) {
  Owe();
  Log("sync");
  const size_t step = [this] {
    absl::MutexLock lock(&mutex_);
    return steps_.size() - 1;
  }();
  store_->Sync(durability, [this, step, durability](absl::Status status) {
    Settle(status, step, durability);
  });
}

void CheckedStore::Compact() {
  Owe();
  Log("compact");
  store_->Compact([this](absl::StatusOr<CompactionReport> report) {
    Settle(report.status(), 0, Durability::kDisk);
  });
}

absl::Status CheckedStore::Ingest(const std::string& label,
                                  std::vector<Entry> entries) {
  Wait();
  Log(absl::StrCat("ingest ", label, ", entries: ", entries.size()));
  if (HasDiverged()) return absl::UnavailableError("a commit has failed");
  VectorSource for_model(label, entries);
  const absl::StatusOr<IngestReport> expected = model_.Ingest(for_model);
  VectorSource source(label, std::move(entries));
  const absl::StatusOr<IngestReport> report = store_->Ingest(source);
  absl::MutexLock lock(&mutex_);
  if (report.ok()) {
    EXPECT_TRUE(expected.ok()) << expected.status();
    EXPECT_EQ(report->entry_count, expected->entry_count);
    if (report->entry_count == 0) return absl::OkStatus();
    highest_ = std::max(highest_, report->last_revision);
    steps_.push_back({model_.newest(), Durability::kDisk, false});
    return absl::OkStatus();
  }
  EXPECT_TRUE(errors_expected_ || !expected.ok()) << report.status();
  if (!expected.ok()) return report.status();
  if (report.status().code() == absl::StatusCode::kUnknown) {
    steps_.push_back({model_.newest(), Durability::kDefault, false});
    failed_ = true;
  } else {
    model_.Rewind(steps_.back().revision);
  }
  return report.status();
}

void CheckedStore::Wait() {
  absl::MutexLock lock(&mutex_);
  const auto settled = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return owed_ == 0;
  };
  if (mutex_.AwaitWithTimeout(absl::Condition(&settled), kPatience)) return;
  // Going on would free what the callbacks use.
  std::fprintf(stderr, "%llu callbacks are owed for ever\n",
               static_cast<unsigned long long>(owed_));
  std::abort();
}

void CheckedStore::Close() {
  if (store_ == nullptr) return;
  {
    // A compaction that has not begun is refused then.
    absl::MutexLock lock(&mutex_);
    closing_ = true;
    history_.push_back("close");
  }
  store_ = nullptr;
  Wait();
  absl::MutexLock lock(&mutex_);
  closing_ = false;
  stopped_cleanly_ = !errors_expected_;
  floor_ = steps_.size() - 1;
}

void CheckedStore::Crash(Durability durability) {
  absl::MutexLock lock(&mutex_);
  stopped_cleanly_ = false;
  // What one crash has taken, a gentler one after it does not give back.
  while (floor_ > 0 && steps_[floor_].reached < durability) --floor_;
  history_.push_back(absl::StrCat("crash, at least ", floor_));
}

}  // namespace rundlet

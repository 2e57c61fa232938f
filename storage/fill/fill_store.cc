#include "storage/fill/fill_store.h"

#include <algorithm>
#include <random>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "storage/refusal.h"

namespace rundlet {
namespace {

uint64_t DrawLife(FillOptions* options) {
  if (options->random != nullptr) return options->random();
  std::random_device system;
  return (uint64_t{system()} << 32) | uint64_t{system()};
}

absl::Status CheckTime(absl::string_view field, absl::Duration value,
                       absl::Duration max) {
  if (value >= absl::ZeroDuration() && value <= max) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " is ", absl::FormatDuration(value), ", fill_", field,
                   "_max is ", absl::FormatDuration(max)));
}

FillResult Found(ReadResult read) {
  FillResult result;
  result.read = std::move(read);
  return result;
}

// The key of a fill; null if the transaction is none.
const std::string* KeyToFill(const Transaction& transaction) {
  if (transaction.operations.size() != 1 || transaction.has_otherwise) {
    return nullptr;
  }
  const Operation& operation = transaction.operations[0];
  const bool is_fill = std::holds_alternative<PutOperation>(operation) ||
                       std::holds_alternative<DeleteOperation>(operation);
  return is_fill ? KeyOf(operation) : nullptr;
}

}  // namespace

FillStore::FillStore(Store* store, FillOptions options)
    : store_(store),
      limits_(options.limits),
      clock_(options.clock),
      table_(options.limits, DrawLife(&options)),
      timer_([this] { RunTimer(); }) {}

FillStore::~FillStore() {
  StopWaiting();
  {
    const absl::MutexLock lock(&timer_mutex_);
    closing_ = true;
    timer_wakes_.Signal();
  }
  timer_.join();
  owed_.AwaitNone();
}

absl::Status FillStore::Check(const FillRequest& request) const {
  if (request.read.keys.size() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a fill has one key, there are ", request.read.keys.size()));
  }
  if (request.read.at != 0) {
    return absl::InvalidArgumentError(
        "a key is filled at the newest revision only");
  }
  absl::Status checked = CheckTime("wait", request.wait, limits_.wait_max);
  if (checked.ok()) checked = CheckTime("hold", request.hold, limits_.hold_max);
  if (checked.ok() && request.hold == absl::ZeroDuration()) {
    checked = absl::InvalidArgumentError("hold is 0");
  }
  return checked;
}

FillGetPtr FillStore::Get(FillRequest request, FillGet::Callback done) {
  absl::Status checked = Check(request);
  const absl::Duration wait_end = clock_->Monotonic() + request.wait;
  auto get = std::make_shared<FillGet>(std::move(request), table_.NewNumber(),
                                       wait_end, std::move(done));
  if (checked.ok()) {
    Begin(get);
  } else {
    get->Answer(std::move(checked));
  }
  return get;
}

void FillStore::Cancel(const FillGetPtr& get) {
  if (!get->Answer(absl::CancelledError("the caller has gone"))) return;
  table_.Leave(get);
}

void FillStore::Begin(const FillGetPtr& get) {
  store_->Read(get->read(), [this, get, owed = owed_.New()](
                                absl::StatusOr<ReadResult> found) {
    if (!found.ok()) {
      get->Answer(found.status());
    } else if (found->entries[0].has_value()) {
      get->Answer(Found(*std::move(found)));
    } else {
      get->NoteMiss(found->read_revision);
      OnMissed(get);
    }
  });
}

void FillStore::OnMissed(const FillGetPtr& get) {
  const absl::StatusOr<FillSteps> steps = table_.Join(get, clock_->Monotonic());
  if (!steps.ok()) {
    get->Answer(steps.status());
    return;
  }
  // It may have been cancelled before it was there to be found.
  if (get->answered()) table_.Leave(get);
  Do(*steps);
}

// The read that missed may be older than the last fill: only one behind the
// place in the table tells who is to fill.
void FillStore::Probe(const FillGetPtr& get) {
  store_->Read(get->read(), [this, get, owed = owed_.New()](
                                absl::StatusOr<ReadResult> found) mutable {
    OnProbed(get, std::move(found));
  });
}

void FillStore::OnProbed(const FillGetPtr& get,
                         absl::StatusOr<ReadResult> found) {
  const bool absent = found.ok() && !found->entries[0].has_value();
  if (absent) get->NoteMiss(found->read_revision);
  FillSteps steps;
  const std::optional<FillToken> token = table_.Probed(
      get, absent ? FillTable::Probe::kAbsent : FillTable::Probe::kOther,
      clock_->Monotonic(), &steps);
  if (!found.ok()) {
    get->Answer(found.status());
  } else if (!absent) {
    get->Answer(Found(*std::move(found)));
  } else if (token.has_value()) {
    GiveLease(get, *token);
  }
  Do(steps);
}

void FillStore::GiveLease(const FillGetPtr& get, FillToken token) {
  WakeTimer();
  FillResult result = get->Miss();
  result.lease = FillLease{token, clock_->Now() + get->hold()};
  if (get->Answer(std::move(result))) return;
  Do(table_.NotFilled(get->key(), token, /*give_up=*/true));
}

void FillStore::Do(const FillSteps& steps) {
  for (const FillGetPtr& get : steps.in_vain) {
    FillResult result = get->Miss();
    result.under_way = true;
    get->Answer(std::move(result));
  }
  for (const FillGetPtr& get : steps.rereads) Begin(get);
  for (const FillGetPtr& get : steps.probes) Probe(get);
  WakeTimer();
}

void FillStore::Fill(Transaction transaction, FillToken token,
                     CommitCallback done) {
  const std::string* const named = KeyToFill(transaction);
  if (named == nullptr) {
    return done(absl::InvalidArgumentError(
        "a fill is one put or one delete, without otherwise"));
  }
  const std::string key = *named;
  const bool puts =
      std::holds_alternative<PutOperation>(transaction.operations[0]);
  // Also what was written by somebody who began before the lease was given.
  const size_t absent_at = transaction.conditions.size();
  transaction.conditions.push_back(Condition::Missing(key));
  transaction.last_check = [this, key, token] {
    return table_.Use(key, token, clock_->Monotonic());
  };
  store_->Commit(
      std::move(transaction),
      [this, key, token, puts, absent_at, done = std::move(done),
       owed = owed_.New()](absl::StatusOr<Receipt> receipt) mutable {
        if (receipt.ok() && receipt->branch == Receipt::Branch::kNone &&
            receipt->failed_condition->index == absent_at) {
          receipt = Refused(Refusal::kFillLost,
                            absl::AbortedError("the fill lease is lost: the "
                                               "key has a value"));
        }
        const bool lost = RefusalOf(receipt.status()) == Refusal::kFillLost;
        const bool done_with =
            receipt.ok() && receipt->branch == Receipt::Branch::kOperations;
        done(std::move(receipt));
        Do(done_with && puts ? table_.Filled(key, token)
                             : table_.NotFilled(key, token, lost || done_with));
      });
}

void FillStore::StopWaiting() { Do(table_.StopWaiting()); }

void FillStore::EndDue() { Do(table_.EndDue(clock_->Monotonic())); }

void FillStore::RunTimer() {
  while (true) {
    EndDue();
    const absl::MutexLock lock(&timer_mutex_);
    timer_end_ = table_.NextEnd();
    if (closing_) return;
    const absl::Duration wait = timer_end_ - clock_->Monotonic();
    if (wait > absl::ZeroDuration()) {
      timer_wakes_.WaitWithTimeout(&timer_mutex_, wait);
    }
    if (closing_) return;
  }
}

void FillStore::WakeTimer() {
  const absl::Duration next = table_.NextEnd();
  const absl::MutexLock lock(&timer_mutex_);
  if (next < timer_end_) timer_wakes_.Signal();
}

void FillStore::Commit(Transaction transaction, CommitCallback done) {
  if (table_.empty()) {
    return store_->Commit(std::move(transaction), std::move(done));
  }
  std::vector<std::string> waited_for = table_.Write(transaction);
  if (waited_for.empty()) {
    return store_->Commit(std::move(transaction), std::move(done));
  }
  store_->Commit(
      std::move(transaction),
      [this, waited_for = std::move(waited_for), done = std::move(done),
       owed = owed_.New()](absl::StatusOr<Receipt> receipt) mutable {
        done(std::move(receipt));
        Do(table_.Written(waited_for));
      });
}

absl::StatusOr<IngestReport> FillStore::Ingest(EntrySource& source) {
  const FillSteps steps = table_.WriteAll();
  absl::StatusOr<IngestReport> report = store_->Ingest(source);
  Do(steps);
  return report;
}

void FillStore::Read(ReadRequest request, ReadCallback done) {
  store_->Read(std::move(request), std::move(done));
}

void FillStore::Scan(ScanRequest request, ScanCallback done) {
  store_->Scan(std::move(request), std::move(done));
}

void FillStore::OpenSnapshot(SnapshotRequest request, SnapshotCallback done) {
  store_->OpenSnapshot(request, std::move(done));
}

void FillStore::RenewSnapshot(uint64_t id, absl::Duration lease,
                              SnapshotCallback done) {
  store_->RenewSnapshot(id, lease, std::move(done));
}

void FillStore::ReleaseSnapshot(uint64_t id, SyncCallback done) {
  store_->ReleaseSnapshot(id, std::move(done));
}

absl::StatusOr<std::unique_ptr<Watch>> FillStore::OpenWatch(
    WatchRequest request) {
  return store_->OpenWatch(std::move(request));
}

void FillStore::Sync(Durability durability, SyncCallback done) {
  store_->Sync(durability, std::move(done));
}

void FillStore::Compact(CompactCallback done) {
  store_->Compact(std::move(done));
}

absl::StatusOr<CompactionPlan> FillStore::ExplainCompaction() const {
  return store_->ExplainCompaction();
}

void FillStore::Verify(VerifyCallback done) { store_->Verify(std::move(done)); }

void FillStore::Backup(std::string folder, BackupCallback done) {
  store_->Backup(std::move(folder), std::move(done));
}

}  // namespace rundlet

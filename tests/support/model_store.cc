#include "tests/support/model_store.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "storage/limit_checks.h"
#include "zlib.h"

namespace rundlet {
namespace {

constexpr size_t kLabelBytesMax = 256;

// Entries have microseconds.
absl::Time Micros(absl::Time time) {
  return absl::FromUnixMicros(absl::ToUnixMicros(time));
}

// Nothing expires early, and what expired before 1970 has expired.
absl::Time ExpiryMicros(absl::Time time) {
  if (time == absl::InfiniteFuture()) return time;
  absl::Time micros = Micros(time);
  if (micros < time) micros += absl::Microseconds(1);
  return std::max(micros, absl::FromUnixMicros(1));
}

uint64_t EntryBytes(const std::vector<OperationResult>& results) {
  const auto bytes_of = [](const Entry& entry) {
    return entry.key.size() + entry.value.bytes.size();
  };
  uint64_t bytes = 0;
  for (const OperationResult& result : results) {
    if (result.entry) bytes += bytes_of(*result.entry);
    for (const Entry& entry : result.entries) bytes += bytes_of(entry);
  }
  return bytes;
}

}  // namespace

ModelStore::ModelStore(const Clock* clock, Limits limits, Durability durability)
    : clock_(clock),
      limits_(limits),
      durability_(durability),
      opened_(clock->Now()),
      opened_monotonic_(clock->Monotonic()) {}

absl::Time ModelStore::EngineTime() const {
  return Micros(opened_ + (clock_->Monotonic() - opened_monotonic_));
}

void ModelStore::SetTime(absl::Time time) {
  absl::MutexLock lock(&mutex_);
  opened_ = time;
  opened_monotonic_ = clock_->Monotonic();
}

absl::Time ModelStore::time() const {
  absl::MutexLock lock(&mutex_);
  return EngineTime();
}

std::optional<Entry> ModelStore::Find(const std::string& key,
                                      const Moment& moment) const {
  const auto versions = keys_.find(key);
  if (versions == keys_.end()) return std::nullopt;
  auto behind = versions->second.upper_bound(moment.revision);
  if (behind == versions->second.begin()) return std::nullopt;
  const std::optional<Entry>& entry = std::prev(behind)->second;
  if (!entry || entry->expiry <= moment.time) return std::nullopt;
  return entry;
}

std::optional<Entry> ModelStore::FindChanged(const std::string& key,
                                             const Changes& changes,
                                             const Moment& moment) const {
  const auto changed = changes.find(key);
  if (changed == changes.end()) return Find(key, moment);
  const std::optional<Entry>& entry = changed->second;
  if (!entry || entry->expiry <= moment.time) return std::nullopt;
  return entry;
}

void ModelStore::Commit(Transaction transaction, CommitCallback done) {
  mutex_.Lock();
  SweepForWatches();
  absl::StatusOr<Receipt> receipt = ApplyOnce(transaction);
  completions_.push_back(
      [done = std::move(done), receipt = std::move(receipt)]() mutable {
        done(std::move(receipt));
      });
  ServeWatches();
  Drain();
}

absl::StatusOr<Receipt> ModelStore::Apply(const Transaction& transaction) {
  if (absl::Status status = CheckTransaction(transaction, limits_);
      !status.ok()) {
    return status;
  }
  const Moment before = {newest_, EngineTime()};
  Receipt receipt;
  receipt.durability = transaction.durability == Durability::kDefault
                           ? durability_
                           : transaction.durability;
  receipt.failed_condition = FirstFailed(transaction.conditions, before);
  const std::vector<Operation>* branch = &transaction.operations;
  static const auto* const kNothing = new std::vector<Operation>();
  if (receipt.failed_condition) {
    branch = transaction.has_otherwise ? &transaction.otherwise : kNothing;
    receipt.branch = transaction.has_otherwise ? Receipt::Branch::kOtherwise
                                               : Receipt::Branch::kNone;
  }

  const StoreStats counters_before = counters_;
  Applying applying;
  applying.moment = before;
  applying.return_previous = transaction.return_previous;
  absl::Status status;
  for (const Operation& operation : *branch) {
    status.Update(
        ApplyOperation(operation, &applying, &receipt.results.emplace_back()));
  }
  Changes& changes = applying.changes;
  status.Update(CheckAtMost("receipt bytes", EntryBytes(receipt.results),
                            "receipt_bytes_max", limits_.receipt_bytes_max));
  if (status.ok() && receipt.branch == Receipt::Branch::kOperations &&
      transaction.last_check) {
    status = transaction.last_check();
  }
  if (!status.ok()) {
    counters_ = counters_before;
    return status;
  }
  ++counters_.commit_count;
  // A key that came and went leaves nothing.
  for (auto change = changes.begin(); change != changes.end();) {
    const bool nothing = !change->second && !Find(change->first, before);
    change = nothing ? changes.erase(change) : std::next(change);
  }
  if (!changes.empty()) receipt.revision = ++newest_;
  receipt.read_revision = newest_;
  receipt.durable_revision = newest_;
  if (!changes.empty()) log_[newest_].time = before.time;
  for (auto& [key, entry] : changes) {
    keys_[key][newest_] = std::move(entry);
    log_[newest_].keys.push_back(key);
  }
  return receipt;
}

void ModelStore::Sync(Durability durability, SyncCallback done) {
  absl::Status status = CheckSync(durability);
  mutex_.Lock();
  Complete([done = std::move(done), status]() mutable { done(status); });
}

void ModelStore::Compact(CompactCallback done) {
  mutex_.Lock();
  ++counters_.compaction_count;
  counters_.last_compaction_time = EngineTime();
  Complete([done = std::move(done)]() mutable { done(CompactionReport()); });
}

absl::StatusOr<IngestReport> ModelStore::Ingest(EntrySource& source) {
  const std::string label(source.label());
  if (label.empty()) return absl::InvalidArgumentError("label is empty");
  if (absl::Status status = CheckAtMost("label bytes", label.size(),
                                        "label_bytes_max", kLabelBytesMax);
      !status.ok()) {
    return status;
  }
  absl::MutexLock lock(&mutex_);
  if (ingested_.count(label) != 0) {
    return absl::AlreadyExistsError(
        absl::StrCat(label, " has been ingested before"));
  }

  IngestReport report;
  std::vector<Entry> entries;
  const absl::Time now = EngineTime();
  for (Entry read;;) {
    absl::StatusOr<bool> more = source.Next(&read);
    if (!more.ok()) return more.status();
    if (!*more) break;
    absl::Status status = CheckKey("key", read.key, limits_);
    if (status.ok()) status = CheckValue("value", read.value, limits_);
    if (!status.ok()) return status;
    if (!entries.empty() && read.key <= entries.back().key) {
      return absl::InvalidArgumentError(absl::StrCat(
          "entry ", entries.size(), " of ", label, ": keys must ascend"));
    }
    Entry entry;
    entry.key = read.key;
    entry.value = read.value;
    entry.expiry = ExpiryMicros(read.expiry);
    entry.revision = newest_ + entries.size() + 1;
    entry.create_revision = entry.revision;
    entry.version = 1;
    entry.created = entry.modified = now;
    entries.push_back(std::move(entry));
  }
  if (entries.size() != source.entry_count()) {
    return absl::InvalidArgumentError(
        absl::StrCat(label, " gave ", entries.size(), " entries, entry_count ",
                     "is ", source.entry_count()));
  }

  report.entry_count = entries.size();
  if (!entries.empty()) {
    report.first_revision = entries.front().revision;
    report.last_revision = entries.back().revision;
    newest_ = report.last_revision;
  }
  ingested_[label] = newest_;
  floor_ = newest_ + 1;
  EndWatches();
  for (Entry& entry : entries) {
    keys_[entry.key][entry.revision] = std::move(entry);
  }
  return report;
}

void ModelStore::Complete(absl::AnyInvocable<void()> completion) {
  completions_.push_back(std::move(completion));
  Drain();
}

void ModelStore::Drain() {
  if (completing_) {
    mutex_.Unlock();
    return;
  }
  completing_ = true;
  while (!completions_.empty()) {
    absl::AnyInvocable<void()> next = std::move(completions_.front());
    completions_.pop_front();
    mutex_.Unlock();
    next();
    mutex_.Lock();
  }
  completing_ = false;
  mutex_.Unlock();
}

}  // namespace rundlet

#include "storage/large/large_store.h"

#include <algorithm>
#include <random>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "storage/blocking_store.h"
#include "storage/large/large_keys.h"
#include "storage/large_value.h"
#include "storage/limit_checks.h"

namespace rundlet {
namespace {

absl::Status NotAClientsKey(absl::string_view field) {
  return absl::InvalidArgumentError(
      absl::StrCat(field, " begins with the byte 0xFF, which no key may"));
}

absl::Status CheckNamed(absl::string_view field, absl::string_view key) {
  return IsClientKey(key) ? absl::OkStatus() : NotAClientsKey(field);
}

void LeaveOutLargeKeys(KeyRange* range) {
  if (range->end.empty() || range->end > kClientKeysEnd) {
    range->end = std::string(kClientKeysEnd);
  }
}

absl::Status Admit(std::vector<Operation>* operations) {
  for (Operation& operation : *operations) {
    if (auto* range = std::get_if<DeleteRangeOperation>(&operation)) {
      LeaveOutLargeKeys(&range->range);
      continue;
    }
    absl::Status named = CheckNamed("operation key", *KeyOf(operation));
    if (!named.ok()) return named;
  }
  return absl::OkStatus();
}

absl::Status Admit(Transaction* transaction) {
  for (const Condition& condition : transaction->conditions) {
    absl::Status named = CheckNamed("condition key", condition.key);
    if (!named.ok()) return named;
  }
  absl::Status admitted = Admit(&transaction->operations);
  if (!admitted.ok()) return admitted;
  return Admit(&transaction->otherwise);
}

absl::StatusOr<int64_t> CountLargeKeys(Store* store) {
  ScanRequest count;
  count.range = AllLargeKeys();
  count.projection = ScanRequest::Projection::kCount;
  const absl::StatusOr<ScanPage> page = BlockingStore(store).Scan(count);
  if (!page.ok()) return page.status();
  return static_cast<int64_t>(page->count);
}

}  // namespace

LargeStore::LargeStore(Store* store, LargeOptions options)
    : store_(store),
      uploads_max_(options.uploads_max),
      random_(std::move(options.random)),
      chunks_(std::make_shared<LargeChunks>(store, options)) {
  const absl::StatusOr<int64_t> counted = CountLargeKeys(store);
  chunks_->key_count = counted.value_or(0);
  if (!counted.ok() && options.on_event != nullptr) {
    options.on_event(absl::StrCat(
        "large values: the keys of chunks are counted as keys, they could not "
        "be told apart: ",
        counted.status().message()));
  }
  collector_ = std::make_unique<LargeCollector>(
      chunks_, options.collect_interval, std::move(options.on_event));
}

LargeStore::~LargeStore() {
  collector_.reset();
  chunks_->running.AwaitNone();
}

std::string LargeStore::NewUploadId() {
  const absl::MutexLock lock(&random_mutex_);
  std::random_device system;
  std::string id;
  while (id.size() < LargeValue::kUploadIdBytes) {
    const uint64_t number =
        random_ != nullptr ? random_()
                           : (uint64_t{system()} << 32) | uint64_t{system()};
    for (int shift = 0; shift < 64; shift += 8) {
      id.push_back(static_cast<char>(number >> shift & 0xff));
    }
  }
  return id;
}

absl::StatusOr<std::shared_ptr<LargeUpload>> LargeStore::StartUpload(
    std::string key, ValueKind kind) {
  absl::Status checked = CheckKey("key", key, limits());
  if (checked.ok()) checked = CheckNamed("key", key);
  if (checked.ok() && kind != ValueKind::kText && kind != ValueKind::kData) {
    checked = absl::InvalidArgumentError(absl::StrCat(
        "kind is ", static_cast<int>(kind), ", neither text nor data"));
  }
  if (checked.ok() && value_bytes_max() == 0) {
    checked = absl::FailedPreconditionError("large_value_bytes_max is 0");
  }
  std::string id = NewUploadId();
  if (checked.ok()) checked = chunks_->running.Add(id);
  if (!checked.ok()) return checked;
  return std::make_shared<LargeUpload>(chunks_, std::move(key), kind,
                                       std::move(id));
}

std::shared_ptr<LargeReader> LargeStore::StartRead(LargeReadRequest request) {
  return std::make_shared<LargeReader>(chunks_, std::move(request));
}

void LargeStore::Commit(Transaction transaction, CommitCallback done) {
  absl::Status admitted = Admit(&transaction);
  if (!admitted.ok()) return done(std::move(admitted));
  store_->Commit(std::move(transaction), std::move(done));
}

void LargeStore::Read(ReadRequest request, ReadCallback done) {
  for (const std::string& key : request.keys) {
    absl::Status named = CheckNamed("key", key);
    if (!named.ok()) return done(std::move(named));
  }
  store_->Read(std::move(request), std::move(done));
}

void LargeStore::Scan(ScanRequest request, ScanCallback done) {
  LeaveOutLargeKeys(&request.range);
  store_->Scan(std::move(request), std::move(done));
}

absl::StatusOr<std::unique_ptr<Watch>> LargeStore::OpenWatch(
    WatchRequest request) {
  for (KeyRange& range : request.ranges) LeaveOutLargeKeys(&range);
  return store_->OpenWatch(std::move(request));
}

StoreStats LargeStore::Stats() const {
  StoreStats stats = store_->Stats();
  const auto large_keys =
      static_cast<uint64_t>(std::max<int64_t>(0, chunks_->key_count.load()));
  stats.keys_in_index -= std::min(stats.keys_in_index, large_keys);
  return stats;
}

void LargeStore::OpenSnapshot(SnapshotRequest request, SnapshotCallback done) {
  store_->OpenSnapshot(request, std::move(done));
}

void LargeStore::RenewSnapshot(uint64_t id, absl::Duration lease,
                               SnapshotCallback done) {
  store_->RenewSnapshot(id, lease, std::move(done));
}

void LargeStore::ReleaseSnapshot(uint64_t id, SyncCallback done) {
  store_->ReleaseSnapshot(id, std::move(done));
}

void LargeStore::Sync(Durability durability, SyncCallback done) {
  store_->Sync(durability, std::move(done));
}

void LargeStore::Compact(CompactCallback done) {
  store_->Compact(std::move(done));
}

absl::StatusOr<CompactionPlan> LargeStore::ExplainCompaction() const {
  return store_->ExplainCompaction();
}

void LargeStore::Backup(std::string folder, BackupCallback done) {
  store_->Backup(std::move(folder), std::move(done));
}

absl::StatusOr<IngestReport> LargeStore::Ingest(EntrySource& source) {
  return store_->Ingest(source);
}

}  // namespace rundlet

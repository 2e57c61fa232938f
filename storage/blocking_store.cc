#include "storage/blocking_store.h"

#include <utility>

#include "absl/synchronization/notification.h"
#include "storage/short_wait.h"

namespace rundlet {
namespace {

enum class Soon { kNo, kYes };

// Starts a call with a callback that keeps its answer, and waits for it.
template <typename Answer, typename Start>
Answer Wait(Start start, Soon soon = Soon::kNo) {
  absl::Notification answered;
  Answer kept = absl::UnknownError("the store gave no answer");
  start([&](Answer answer) {
    kept = std::move(answer);
    answered.Notify();
  });
  if (soon == Soon::kYes &&
      IsOverSoon([&answered] { return answered.HasBeenNotified(); })) {
    return kept;
  }
  answered.WaitForNotification();
  return kept;
}

Transaction Single(Operation operation) {
  Transaction transaction;
  transaction.operations.push_back(std::move(operation));
  return transaction;
}

}  // namespace

absl::StatusOr<Receipt> BlockingStore::Commit(Transaction transaction) {
  transaction.may_block = true;
  const bool is_soon = transaction.durability == Durability::kOs ||
                       transaction.durability == Durability::kMemory;
  return Wait<absl::StatusOr<Receipt>>(
      [&](Store::CommitCallback done) {
        store_->Commit(std::move(transaction), std::move(done));
      },
      is_soon ? Soon::kYes : Soon::kNo);
}

absl::StatusOr<ReadResult> BlockingStore::Read(ReadRequest request) {
  return Wait<absl::StatusOr<ReadResult>>([&](Store::ReadCallback done) {
    store_->Read(std::move(request), std::move(done));
  });
}

absl::StatusOr<ScanPage> BlockingStore::Scan(ScanRequest request) {
  return Wait<absl::StatusOr<ScanPage>>([&](Store::ScanCallback done) {
    store_->Scan(std::move(request), std::move(done));
  });
}

absl::StatusOr<Snapshot> BlockingStore::OpenSnapshot(SnapshotRequest request) {
  return Wait<absl::StatusOr<Snapshot>>([&](Store::SnapshotCallback done) {
    store_->OpenSnapshot(request, std::move(done));
  });
}

absl::StatusOr<Snapshot> BlockingStore::RenewSnapshot(uint64_t id,
                                                      absl::Duration lease) {
  return Wait<absl::StatusOr<Snapshot>>([&](Store::SnapshotCallback done) {
    store_->RenewSnapshot(id, lease, std::move(done));
  });
}

absl::Status BlockingStore::ReleaseSnapshot(uint64_t id) {
  return Wait<absl::Status>([&](Store::SyncCallback done) {
    store_->ReleaseSnapshot(id, std::move(done));
  });
}

absl::Status BlockingStore::Sync(Durability durability) {
  return Wait<absl::Status>([&](Store::SyncCallback done) {
    store_->Sync(durability, std::move(done));
  });
}

absl::StatusOr<CompactionReport> BlockingStore::Compact() {
  return Wait<absl::StatusOr<CompactionReport>>(
      [&](Store::CompactCallback done) { store_->Compact(std::move(done)); });
}

absl::StatusOr<VerifyReport> BlockingStore::Verify() {
  return Wait<absl::StatusOr<VerifyReport>>(
      [&](Store::VerifyCallback done) { store_->Verify(std::move(done)); });
}

absl::StatusOr<BackupReport> BlockingStore::Backup(std::string folder) {
  return Wait<absl::StatusOr<BackupReport>>([&](Store::BackupCallback done) {
    store_->Backup(std::move(folder), std::move(done));
  });
}

absl::StatusOr<Receipt> BlockingStore::Put(std::string key, Value value,
                                           Expiry expiry) {
  return Commit(Single(PutOperation{std::move(key), std::move(value), expiry}));
}

absl::StatusOr<Receipt> BlockingStore::Delete(std::string key) {
  return Commit(Single(DeleteOperation{std::move(key)}));
}

absl::StatusOr<Receipt> BlockingStore::SetExpiry(std::string key,
                                                 Expiry expiry) {
  return Commit(Single(SetExpiryOperation{std::move(key), expiry}));
}

absl::StatusOr<Receipt> BlockingStore::Add(std::string key, int64_t delta) {
  AddOperation add;
  add.key = std::move(key);
  add.delta = delta;
  return Commit(Single(std::move(add)));
}

absl::StatusOr<Receipt> BlockingStore::DeleteRange(KeyRange range) {
  DeleteRangeOperation remove;
  remove.range = std::move(range);
  return Commit(Single(std::move(remove)));
}

absl::StatusOr<std::optional<Entry>> BlockingStore::Get(std::string key) {
  ReadRequest request;
  request.keys.push_back(std::move(key));
  absl::StatusOr<ReadResult> result = Read(std::move(request));
  if (!result.ok()) return result.status();
  return std::move(result->entries.front());
}

}  // namespace rundlet

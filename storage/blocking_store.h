// BlockingStore: the calls of Store, each waiting for its answer. For embedded
// use, tools and tests; never on a network thread or inside a callback.

#ifndef RUNDLET_STORAGE_BLOCKING_STORE_H_
#define RUNDLET_STORAGE_BLOCKING_STORE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "storage/store.h"

namespace rundlet {

// Thread-safe, as the store is. Does not own the store, which must outlive it.
class BlockingStore {
 public:
  explicit BlockingStore(Store* store) : store_(store) {}

  absl::StatusOr<Receipt> Commit(Transaction transaction);
  absl::StatusOr<ReadResult> Read(ReadRequest request);
  absl::StatusOr<ScanPage> Scan(ScanRequest request);
  absl::StatusOr<Snapshot> OpenSnapshot(SnapshotRequest request = {});
  absl::StatusOr<Snapshot> RenewSnapshot(uint64_t id,
                                         absl::Duration lease = {});
  absl::Status ReleaseSnapshot(uint64_t id);
  absl::Status Sync(Durability durability);
  absl::StatusOr<CompactionReport> Compact();
  absl::StatusOr<VerifyReport> Verify();
  absl::StatusOr<BackupReport> Backup(std::string folder);

  // Transactions of one operation.
  absl::StatusOr<Receipt> Put(std::string key, Value value,
                              Expiry expiry = Expiry::Never());
  absl::StatusOr<Receipt> Delete(std::string key);
  absl::StatusOr<Receipt> SetExpiry(std::string key, Expiry expiry);
  absl::StatusOr<Receipt> Add(std::string key, int64_t delta);
  absl::StatusOr<Receipt> DeleteRange(KeyRange range);

  // The newest version of a key; empty if it is absent.
  absl::StatusOr<std::optional<Entry>> Get(std::string key);

 private:
  Store* const store_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_BLOCKING_STORE_H_

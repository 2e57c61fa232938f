// TextStore: a Store on the far side of the text protocol, as much of it as
// that can say: one put, delete or change of expiry a commit, of values of text
// and whole seconds; reads of keys; Compact; four numbers of Stats. Receipts
// and entries have no revisions. All else is answered as UNIMPLEMENTED.

#ifndef RUNDLET_TESTS_CONFORMANCE_TEXT_STORE_H_
#define RUNDLET_TESTS_CONFORMANCE_TEXT_STORE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "storage/store.h"
#include "tests/service/gateway/text_client.h"

namespace rundlet {

// One thread at a time. Callbacks run before the call returns.
class TextStore : public Store {
 public:
  explicit TextStore(int port);

  void Commit(Transaction transaction, CommitCallback done) override;
  void Read(ReadRequest request, ReadCallback done) override;
  void Scan(ScanRequest request, ScanCallback done) override;
  void OpenSnapshot(SnapshotRequest request, SnapshotCallback done) override;
  void RenewSnapshot(uint64_t id, absl::Duration lease,
                     SnapshotCallback done) override;
  void ReleaseSnapshot(uint64_t id, SyncCallback done) override;
  absl::StatusOr<std::unique_ptr<Watch>> OpenWatch(
      WatchRequest request) override;
  void Sync(Durability durability, SyncCallback done) override;
  void Compact(CompactCallback done) override;
  absl::StatusOr<CompactionPlan> ExplainCompaction() const override;
  void Verify(VerifyCallback done) override;
  void Backup(std::string folder, BackupCallback done) override;
  absl::StatusOr<IngestReport> Ingest(EntrySource& source) override;
  StoreStats Stats() const override;
  const Limits& limits() const override { return limits_; }

 private:
  // The reply to a line, without its end; an error for "ERROR: ...".
  absl::StatusOr<std::string> Ask(const std::string& line) const;

  const Limits limits_;
  mutable TextClient client_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_TEXT_STORE_H_

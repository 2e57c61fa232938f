// GrpcStore: a Store on the far side of the generated gRPC client, so that the
// laws of Store can be held to the wire.
//
// Each call waits for its answer and runs its callback before it returns. What
// the wire cannot say is answered as UNIMPLEMENTED: reads at a revision that is
// no snapshot's, pages that do not follow one that was given, bytes_max and
// Ingest. Nor does it say who names a request: identities are left out.

#ifndef RUNDLET_TESTS_CONFORMANCE_GRPC_STORE_H_
#define RUNDLET_TESTS_CONFORMANCE_GRPC_STORE_H_

#include <grpcpp/channel.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "rundlet/v1/admin.grpc.pb.h"
#include "rundlet/v1/key_value.grpc.pb.h"
#include "storage/store.h"
#include "tests/conformance/grpc_doors.h"

namespace rundlet {

// Thread-safe.
class GrpcStore : public Store {
 public:
  // `limits` are what limits() says; the server has its own.
  GrpcStore(const std::shared_ptr<grpc::Channel>& channel, Limits limits,
            GrpcDoor door);

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
  absl::StatusOr<Receipt> CommitNow(const Transaction& transaction);
  absl::StatusOr<ReadResult> ReadNow(const ReadRequest& request);
  absl::StatusOr<ReadResult> GetByPipeline(const ReadRequest& request);
  absl::StatusOr<ScanPage> ScanNow(const ScanRequest& request);

  const Limits limits_;
  const GrpcDoor door_;
  const std::unique_ptr<v1::KeyValueService::Stub> key_values_;
  const std::unique_ptr<v1::AdminService::Stub> admin_;

  // Where a listing goes on.
  struct Place {
    std::string page_token;
    std::string snapshot_token;
  };

  // The token of a snapshot at a revision; empty: none was opened there.
  std::string SnapshotAt(Revision revision) ABSL_LOCKS_EXCLUDED(mutex_);
  // The token of the snapshot of this id; that of a snapshot which is gone if
  // there is none.
  std::string SnapshotOf(uint64_t id) ABSL_LOCKS_EXCLUDED(mutex_);
  Snapshot Keep(const v1::Snapshot& message, uint64_t id)
      ABSL_LOCKS_EXCLUDED(mutex_);

  absl::Mutex mutex_;
  // The page behind a key of a page at a revision.
  std::map<std::pair<Revision, std::string>, Place> places_
      ABSL_GUARDED_BY(mutex_);
  // Tokens, by id and by revision.
  uint64_t last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<uint64_t, std::string> snapshots_ ABSL_GUARDED_BY(mutex_);
  std::map<Revision, std::string> snapshot_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_CONFORMANCE_GRPC_STORE_H_

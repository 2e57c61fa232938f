// EngineParts: a commit pipeline and all that stands below it, without the
// sweeper, the compactor and the other doors of a LogStore; and the answers
// that a test waits for.

#ifndef RUNDLET_TESTS_STORAGE_ENGINE_ENGINE_PARTS_H_
#define RUNDLET_TESTS_STORAGE_ENGINE_ENGINE_PARTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "storage/engine/commit/active_log.h"
#include "storage/engine/commit/commit_pipeline.h"
#include "storage/engine/compaction/compaction.h"
#include "storage/engine/engine_time.h"
#include "storage/engine/guards/disk_guard.h"
#include "storage/engine/recovery/recovery.h"
#include "storage/engine/requests/request_table.h"
#include "storage/engine/watch/log_chain.h"
#include "storage/index/index.h"
#include "storage/log/record_cache.h"
#include "storage/log/segment_set.h"
#include "storage/options.h"
#include "tests/support/fake_clock.h"

namespace rundlet {

inline constexpr char kEngineFolder[] = "/data";

// One answer, when it comes. Copies share it.
class Answer {
 public:
  CommitPipeline::Callback Callback() const;

  bool has_come() const { return state_->come.HasBeenNotified(); }
  // Waits for it.
  const absl::StatusOr<Receipt>& Get() const;

 private:
  struct State {
    absl::Notification come;
    absl::StatusOr<Receipt> receipt = absl::UnknownError("none");
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

Transaction PutTransaction(std::string key, std::string value,
                           Durability durability = Durability::kDefault);
Transaction DeleteTransaction(std::string key,
                              Durability durability = Durability::kDefault);

// The store of `options.path`, which is kEngineFolder if it is empty. The test
// fails if it does not open.
class EngineParts {
 public:
  // `clock` must outlive it.
  EngineParts(Options options, const FakeClock* clock);
  // Does not stop cleanly: what is on the disk is what a crash leaves.
  ~EngineParts() = default;

  // Closes the pipeline and says in the MANIFEST that all is synced.
  void StopCleanly();

  // Never needs a value from a segment.
  Answer Commit(Transaction transaction);
  Answer Sync(Durability durability);

  // The value that the index has; "-" if there is none, "?" if it is in a
  // segment only.
  std::string Visible(const std::string& key) const;

  // What a reader gets, or "-".
  std::string Read(const std::string& key) const;
  // The same as of a pinned revision.
  std::string ReadAt(const std::string& key, Revision at) const;

  Compaction::Environment ForCompaction();
  // Seals, and compacts what is sealed.
  absl::StatusOr<CompactionReport> Compact();

  Options options;
  SegmentSet segments;
  Index index;
  RecordCache cache;
  RecoveredStore recovered;
  std::unique_ptr<EngineTime> time;
  std::unique_ptr<LogChain> chain;
  std::unique_ptr<ActiveLog> log;
  std::unique_ptr<RequestTable> requests;
  std::unique_ptr<DiskGuard> disk;  // null unless there is a mark
  std::unique_ptr<CommitPipeline> pipeline;
};

// Options for a store on `file_system` whose background work waits an hour, so
// that nothing happens that the test did not ask for.
Options QuietOptions(FileSystem* file_system);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_STORAGE_ENGINE_ENGINE_PARTS_H_

// Compaction: sealed segments in, base segments with live records out.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/compaction_plan.h"
#include "storage/engine/commit/active_log.h"
#include "storage/engine/compaction/history_window.h"
#include "storage/engine/guards/disk_guard.h"
#include "storage/engine/requests/request_table.h"
#include "storage/file/file_system.h"
#include "storage/index/index.h"
#include "storage/log/base_writer.h"
#include "storage/log/manifest.h"
#include "storage/log/segment_set.h"
#include "storage/stats.h"

namespace rundlet {

// Rewrites every sealed segment, all of whose commits are published and that is
// not in the history window, while reads and writes go on. One call at a time;
// nothing else removes segments.
//
// The order of steps is what makes it safe: the outputs, and what has taken the
// place of records that are not in them, are synced before the one MANIFEST
// edit that exchanges them for the inputs; the index leads to the outputs
// before the inputs leave the SegmentSet; the files go last. What is live is
// copied by the index alone, so a commit that is not in it yet must not be in
// an input. Since the inputs are all base segments and the log up to a
// revision, nothing that a dropped tombstone hides is left in any segment (L6).
class Compaction {
 public:
  struct Environment {
    FileSystem* file_system = nullptr;
    std::string folder;
    uint64_t segment_bytes = 0;
    Manifest* manifest = nullptr;
    SegmentSet* segments = nullptr;
    Index* index = nullptr;
    ActiveLog* log = nullptr;  // for segment ids only
    // Told what an operator should know; never empty.
    std::function<void(absl::string_view)> on_event;
    DiskGuard* disk = nullptr;  // keeps room back for it; null: none does
    // Makes durable what the index leads to by now; never empty.
    std::function<absl::Status()> sync_log;
    HistoryWindow* history = nullptr;        // null: no history is kept
    const RequestTable* requests = nullptr;  // null: none are remembered
    // Told how many bytes were copied; may rest. Empty: as fast as it goes.
    std::function<void(uint64_t bytes)> pace = nullptr;
  };

  explicit Compaction(Environment environment);

  // RESOURCE_EXHAUSTED: the disk has no room for the outputs. `cancelled` is
  // asked now and then; CANCELLED then. After an error nothing
  // has changed, unless must_stop() says that the store cannot go on (P7).
  absl::StatusOr<CompactionReport> Run(int64_t time_us,
                                       absl::FunctionRef<bool()> cancelled);

  // What Run would do now with what is sealed already, without the reason and
  // the duration; nothing is changed. Instead of Run; beside everything.
  absl::StatusOr<CompactionPlan> Explain(int64_t time_us);

  bool must_stop() const { return must_stop_; }

 private:
  absl::Status CheckRoom() const;
  absl::Status ChooseInputs(const ManifestState& state, int64_t time_us);
  // Whatever records of requests the inputs have, those that are remembered go
  // into the outputs, each as a receipt of its own (T3).
  absl::Status WriteReceipts(BaseWriter& writer);
  absl::Status CopyLive(BaseWriter& writer,
                        absl::FunctionRef<bool()> cancelled);
  absl::Status CopyVersion(absl::string_view key, const Version& version,
                           BaseWriter& writer);
  absl::Status Verify(const std::vector<BaseWriter::Output>& outputs);
  absl::Status Exchange(const std::vector<BaseWriter::Output>& outputs,
                        int64_t time_us);
  absl::Status LeadIndexTo(const std::vector<BaseWriter::Output>& outputs);
  void RemoveInputs();

  const Environment environment_;
  std::vector<uint64_t> inputs_;
  Revision floor_ = 0;         // afterwards
  Revision revision_max_ = 0;  // of the inputs
  CompactionReport report_;
  bool must_stop_ = false;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_H_

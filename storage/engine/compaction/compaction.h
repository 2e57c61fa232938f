// Compaction: sealed segments in, base segments with live records out.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_H_

#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/compression/value_compressor.h"
#include "storage/engine/compaction/compaction_environment.h"
#include "storage/engine/compaction/compaction_survey.h"
#include "storage/engine/compaction/copy_source.h"
#include "storage/engine/requests/request_table.h"
#include "storage/log/base_writer.h"
#include "storage/log/manifest.h"
#include "storage/stats.h"

namespace rundlet {

// Rewrites sealed segments, all of whose commits are published and that are not
// in the history window, while reads and writes go on. One call at a time;
// nothing else removes segments.
//
// The order of steps is what makes it safe: the outputs, and what has taken the
// place of records that are not in them, are synced before the one MANIFEST
// edit that exchanges them for the inputs; the index leads to the outputs
// before the inputs leave the SegmentSet; the files go last. What is live is
// copied by the index alone, so a commit that is not in it yet must not be in
// an input. A delete is dropped when something newer of its key is left, or no
// segment outside can hold something older of it (L6); so what is dead in a
// segment that is no input stays dead, whatever becomes of the rest.
class Compaction {
 public:
  using Environment = CompactionEnvironment;

  explicit Compaction(Environment environment);

  // All that may be taken, into the order of the keys. RESOURCE_EXHAUSTED: the
  // disk has no room for the outputs. `cancelled` is asked now and then;
  // CANCELLED then. After an error nothing has changed, unless must_stop()
  // says that the store cannot go on (P7).
  absl::StatusOr<CompactionReport> Run(int64_t time_us,
                                       absl::FunctionRef<bool()> cancelled);

  // The same of what a survey has selected, with which nothing has been
  // compacted since. What comes from the log and what was in base segments
  // already goes into segments apart, unless everything is taken: what has
  // lasted so far will last longer, and need not be copied with the rest.
  absl::StatusOr<CompactionReport> RunOn(const CompactionSurvey& survey,
                                         CompactionInputs inputs,
                                         int64_t time_us,
                                         absl::FunctionRef<bool()> cancelled);

  bool must_stop() const { return must_stop_; }

 private:
  // Where records go, by where they come from.
  struct Writers {
    BaseWriter* from_log = nullptr;
    BaseWriter* from_base = nullptr;
  };

  void Count(const ManifestState& state);
  // The requests whose records are in the inputs, as far as they are
  // remembered (T3).
  absl::StatusOr<std::vector<CommittedRequest>> FindRequests(
      const ManifestState& state) const;
  absl::Status CheckRoom(const std::vector<CommittedRequest>& requests) const;
  absl::Status Write(const ManifestState& state,
                     absl::FunctionRef<bool()> cancelled);
  absl::Status CopyLive(const ManifestState& state, const Writers& writers,
                        absl::FunctionRef<bool()> cancelled);
  absl::Status Copy(const CopySource::Item& item, const Writers& writers);
  absl::Status Verify();
  absl::Status Exchange(int64_t time_us);
  absl::Status LeadIndexToOutputs();
  void RemoveOutputs();
  void RemoveInputs();

  const Environment environment_;
  CompactionInputs inputs_;
  ValueCompressor compressor_;
  std::vector<BaseWriter::Output> outputs_;
  Revision floor_ = 0;         // afterwards
  Revision revision_max_ = 0;  // of the inputs
  CompactionReport report_;
  bool must_stop_ = false;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_H_

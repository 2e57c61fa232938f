// CompactionSurvey: what there is to compact, at one time.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_SURVEY_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_SURVEY_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/engine/compaction/compaction_environment.h"
#include "storage/engine/compaction/compaction_policy.h"
#include "storage/engine/compaction/live_count.h"
#include "storage/log/manifest.h"

namespace rundlet {

// What one compaction takes.
struct CompactionInputs {
  std::vector<uint64_t> segment_ids;  // sealed, all published; ascending
  bool takes_everything = true;
  // A delete above it may hide a record in a segment that is no input: that is
  // the lowest revision of those segments that hold one which is neither the
  // newest of its key, nor a delete, nor a receipt (L6).
  Revision hidden_from = std::numeric_limits<Revision>::max();
  uint64_t live_bytes = 0;    // of records that the index leads to
  uint64_t delete_bytes = 0;  // of deletes that may have to stay, as far as
                              // that is known
};

// The census of a sealed segment that `state` has, from the notes or for them;
// null: there are no notes, or the segment is gone. DATA_LOSS: it is damaged.
absl::StatusOr<std::shared_ptr<const SegmentCensus>> TakeCensus(
    const CompactionEnvironment& environment, const ManifestState& state,
    uint64_t segment_id, absl::FunctionRef<bool()> cancelled);

// A segment whose every record is live, a delete or a receipt has no record of
// a key that is deleted, now or ever: that is what the index can tell of what a
// segment does not hold. What is deleted after the survey has begun is deleted
// by a record that is no input.
class CompactionSurvey {
 public:
  // Walks the index and, where there are notes, takes the censuses that are
  // missing; beside everything. CANCELLED: `cancelled` said so.
  static absl::StatusOr<CompactionSurvey> Take(
      const CompactionEnvironment& environment, int64_t time_us,
      absl::FunctionRef<bool()> cancelled);

  const ManifestState& state() const { return state_; }

  // Those that a compaction may take, by id: sealed, with all commits
  // published, not in the history window; and the active one, once it is
  // sealed.
  const std::vector<SegmentFigures>& segments() const { return segments_; }
  uint64_t active_id() const { return active_id_; }

  CompactionInputs Everything() const;
  // REQUIRES: `segment_ids` are ids of segments() that are sealed.
  CompactionInputs Select(std::vector<uint64_t> segment_ids) const;

 private:
  CompactionSurvey() = default;

  // Sets kept_ and visible_, of now.
  absl::Status Begin(const CompactionEnvironment& environment, int64_t time_us);
  bool MayTake(uint64_t id, const ManifestState::SegmentState& segment) const;
  absl::Status AddSealed(const CompactionEnvironment& environment, uint64_t id,
                         const ManifestState::SegmentState& segment,
                         int64_t time_us, absl::FunctionRef<bool()> cancelled);
  void AddActive(const CompactionEnvironment& environment, uint64_t id);
  Revision HiddenFrom(const std::vector<uint64_t>& inputs) const;

  ManifestState state_;
  std::set<uint64_t> kept_;  // by the history window
  Revision visible_ = 0;
  uint64_t active_id_ = 0;
  LiveCounts live_;
  std::vector<SegmentFigures> segments_;
  // Segments that may hold a record of a deleted key: lowest revision, id.
  std::vector<std::pair<Revision, uint64_t>> hiding_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_SURVEY_H_

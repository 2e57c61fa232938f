// SegmentNotes: what a compactor has found out about sealed segments, kept for
// as long as they are listed.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_SEGMENT_NOTES_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_SEGMENT_NOTES_H_

#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/engine/compaction/segment_census.h"
#include "storage/file/clock.h"
#include "storage/log/manifest.h"

namespace rundlet {

// Thread-safe.
class SegmentNotes {
 public:
  explicit SegmentNotes(const Clock* clock) : clock_(clock) {}

  // Forgets what is no longer sealed and listed, and begins to count the age of
  // what is new.
  void Follow(const ManifestState& state) ABSL_LOCKS_EXCLUDED(mu_);

  // Since Follow was first told of the segment, so at most since open; zero: it
  // was not.
  absl::Duration AgeOf(uint64_t segment_id) const ABSL_LOCKS_EXCLUDED(mu_);
  absl::Duration OldestAge() const ABSL_LOCKS_EXCLUDED(mu_);

  // Null: not taken yet.
  std::shared_ptr<const SegmentCensus> CensusOf(uint64_t segment_id) const
      ABSL_LOCKS_EXCLUDED(mu_);
  // As far as censuses have been taken.
  uint64_t ExpiredBytes(int64_t now_us) const ABSL_LOCKS_EXCLUDED(mu_);

  // The census, taken by `take` unless it is noted. An error of DATA_LOSS is
  // noted as well: a damaged segment is not read again and again.
  absl::StatusOr<std::shared_ptr<const SegmentCensus>> TakeCensus(
      uint64_t segment_id,
      absl::FunctionRef<absl::StatusOr<SegmentCensus>()> take)
      ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Note {
    absl::Duration since;
    std::shared_ptr<const SegmentCensus> census;
    absl::Status damage;
  };

  const Clock* const clock_;
  mutable absl::Mutex mu_;
  absl::flat_hash_map<uint64_t, Note> notes_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_SEGMENT_NOTES_H_

// CompactionPacer: how fast a compaction may go beside reads and writes. Pure.
//
// The budget follows the write rate, so that compaction never falls behind what
// makes it necessary; above that it grows until syncs of the log take longer
// than they do without a compaction, and is halved then.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_PACER_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_PACER_H_

#include <cstdint>

#include "absl/time/time.h"
#include "storage/engine/byte_pace.h"

namespace rundlet {

// One owner. Times are monotonic.
class CompactionPacer {
 public:
  struct Settings {
    uint64_t bytes_per_second_min = uint64_t{8} << 20;
    // Wins over all else; 0: there is no limit.
    uint64_t bytes_per_second_max = 0;
    // For each byte written so many may be compacted, whatever syncs take: to
    // free a byte at a live ratio of one half, one has to be copied.
    double bytes_a_written_byte = 4;
    // Syncs that take so many times as long as without a compaction, and at
    // least so long, are a sign that there is too much of it.
    double sync_time_factor = 2;
    absl::Duration sync_time_min = absl::Milliseconds(1);
    absl::Duration interval = absl::Milliseconds(100);
  };

  // Counters of the store, since it was opened.
  struct Sample {
    uint64_t written_bytes = 0;
    uint64_t syncs = 0;
    absl::Duration sync_time;  // of all of them together
  };

  explicit CompactionPacer(const Settings& settings);

  // Adapts the budget to what has happened since the last call that did; does
  // nothing before the interval has passed.
  void Observe(const Sample& sample, absl::Duration now, bool compacting);

  // How long to rest now that `bytes` more have been moved. The rest is taken
  // to be kept.
  absl::Duration Spend(uint64_t bytes, absl::Duration now) {
    return pace_.Spend(bytes, now);
  }

  uint64_t bytes_per_second() const { return bytes_per_second_; }

 private:
  // What the syncs since the last sample tell: whether there is too much.
  bool TooMuch(const Sample& sample, bool compacting);

  const Settings settings_;
  uint64_t bytes_per_second_;
  BytePace pace_;
  Sample last_;
  absl::Duration last_at_ = -absl::InfiniteDuration();
  double written_per_second_ = 0;  // smoothed
  absl::Duration usual_sync_time_ = absl::InfiniteDuration();
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_COMPACTION_PACER_H_

// BytePace: how long background work has to rest to keep to a rate. Pure.

#ifndef RUNDLET_STORAGE_ENGINE_BYTE_PACE_H_
#define RUNDLET_STORAGE_ENGINE_BYTE_PACE_H_

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"

namespace rundlet {

// One owner. What was not used is not saved up: a rest is never made up for by
// a burst.
class BytePace {
 public:
  // 0: as fast as it goes.
  explicit BytePace(uint64_t bytes_per_second)
      : bytes_per_second_(bytes_per_second) {}

  void set_bytes_per_second(uint64_t bytes) { bytes_per_second_ = bytes; }

  // How long to rest now that `bytes` more have been moved; `now` is monotonic.
  // The rest is taken to be kept.
  absl::Duration Spend(uint64_t bytes, absl::Duration now) {
    if (bytes_per_second_ == 0) return absl::ZeroDuration();
    const absl::Duration cost = absl::Seconds(
        static_cast<double>(bytes) / static_cast<double>(bytes_per_second_));
    const absl::Duration taken = std::max(now - last_, absl::ZeroDuration());
    const absl::Duration rest = std::max(cost - taken, absl::ZeroDuration());
    last_ = now + rest;
    return rest;
  }

 private:
  uint64_t bytes_per_second_;
  absl::Duration last_ = -absl::InfiniteDuration();
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_BYTE_PACE_H_

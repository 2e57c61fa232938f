// DelayHistogram: how often which delay came, from a microsecond to hours.

#ifndef RUNDLET_SERVICE_ADMISSION_DELAY_HISTOGRAM_H_
#define RUNDLET_SERVICE_ADMISSION_DELAY_HISTOGRAM_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace rundlet {

// Thread-safe. Buckets are a quarter of a power of two wide, so that a quantile
// is at most a quarter too large.
class DelayHistogram {
 public:
  void Add(absl::Duration delay);

  // The upper end of the bucket in which the quantile (0 to 1) lies; zero if
  // nothing was added.
  absl::Duration Quantile(double quantile) const;

  uint64_t count() const;

 private:
  static constexpr size_t kBuckets = 140;

  std::array<std::atomic<uint64_t>, kBuckets> buckets_{};
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_ADMISSION_DELAY_HISTOGRAM_H_

#include "service/admission/delay_histogram.h"

#include <algorithm>

#include "absl/numeric/bits.h"

namespace rundlet {
namespace {

// 0 to 3 µs have a bucket each; then each power of two has four.
size_t BucketOf(uint64_t micros) {
  if (micros < 4) return micros;
  const auto power = static_cast<size_t>(absl::bit_width(micros)) - 1;
  return 4 * (power - 1) + ((micros >> (power - 2)) & 3);
}

// The largest value of a bucket.
uint64_t EndOf(size_t bucket) {
  if (bucket < 4) return bucket;
  const size_t power = bucket / 4 + 1;
  return ((4 + bucket % 4 + 1) << (power - 2)) - 1;
}

}  // namespace

void DelayHistogram::Add(absl::Duration delay) {
  const int64_t micros = std::max<int64_t>(0, absl::ToInt64Microseconds(delay));
  const size_t bucket = BucketOf(static_cast<uint64_t>(micros));
  buckets_[std::min(bucket, kBuckets - 1)].fetch_add(1,
                                                     std::memory_order_relaxed);
}

uint64_t DelayHistogram::count() const {
  uint64_t count = 0;
  for (const std::atomic<uint64_t>& bucket : buckets_) {
    count += bucket.load(std::memory_order_relaxed);
  }
  return count;
}

absl::Duration DelayHistogram::Quantile(double quantile) const {
  std::array<uint64_t, kBuckets> counts;
  uint64_t count = 0;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    counts[bucket] = buckets_[bucket].load(std::memory_order_relaxed);
    count += counts[bucket];
  }
  if (count == 0) return absl::ZeroDuration();
  const auto rank =
      static_cast<uint64_t>(quantile * static_cast<double>(count - 1));
  uint64_t passed = 0;
  size_t bucket = 0;
  while (passed + counts[bucket] <= rank) passed += counts[bucket++];
  return absl::Microseconds(EndOf(bucket));
}

}  // namespace rundlet

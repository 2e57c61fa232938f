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
  ++buckets_[std::min(BucketOf(static_cast<uint64_t>(micros)), kBuckets - 1)];
  ++count_;
}

absl::Duration DelayHistogram::Quantile(double quantile) const {
  if (count_ == 0) return absl::ZeroDuration();
  const auto rank =
      static_cast<uint64_t>(quantile * static_cast<double>(count_ - 1));
  uint64_t passed = 0;
  size_t bucket = 0;
  while (passed + buckets_[bucket] <= rank) passed += buckets_[bucket++];
  return absl::Microseconds(EndOf(bucket));
}

}  // namespace rundlet

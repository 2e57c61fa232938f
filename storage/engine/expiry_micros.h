// Expiry times as they are on disk.

#ifndef RUNDLET_STORAGE_ENGINE_EXPIRY_MICROS_H_
#define RUNDLET_STORAGE_ENGINE_EXPIRY_MICROS_H_

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace rundlet {

// Rounded up, so that nothing expires early; 0, which means never on disk, for
// the infinite future only. What is out of range is the last or first that is
// in it.
inline int64_t ToExpiryMicros(absl::Time time) {
  if (time == absl::InfiniteFuture()) return 0;
  int64_t us = absl::ToUnixMicros(time);
  const bool is_last = us == std::numeric_limits<int64_t>::max();
  if (!is_last && absl::FromUnixMicros(us) < time) ++us;
  return std::max<int64_t>(us, 1);
}

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_EXPIRY_MICROS_H_

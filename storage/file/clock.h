// Clock: the only door to time.

#ifndef RUNDLET_STORAGE_FILE_CLOCK_H_
#define RUNDLET_STORAGE_FILE_CLOCK_H_

#include "absl/time/time.h"

namespace rundlet {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock: may jump either way.
  virtual absl::Time Now() const = 0;

  // Time since some fixed point: never goes back, never jumps.
  virtual absl::Duration Monotonic() const = 0;

  // The machine's clock. Lives for ever.
  static const Clock* System();
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FILE_CLOCK_H_

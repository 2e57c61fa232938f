// Eventually: waits for what another thread is about to do.

#ifndef RUNDLET_TESTS_SERVICE_GATEWAY_EVENTUALLY_H_
#define RUNDLET_TESTS_SERVICE_GATEWAY_EVENTUALLY_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rundlet {

// True as soon as `condition` holds; false if it does not for a minute, which
// only turns a hang into a failure.
template <typename Condition>
bool Eventually(Condition condition) {
  const absl::Time end = absl::Now() + absl::Minutes(1);
  while (!condition()) {
    if (absl::Now() > end) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return true;
}

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SERVICE_GATEWAY_EVENTUALLY_H_

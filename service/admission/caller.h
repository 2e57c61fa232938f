// Caller: who waits for the answer of a write, as far as a queue asks.

#ifndef RUNDLET_SERVICE_ADMISSION_CALLER_H_
#define RUNDLET_SERVICE_ADMISSION_CALLER_H_

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace rundlet {

// Asked only about a write that has to wait, from any thread, until its
// callback runs. What is empty is not known.
struct Caller {
  // The same number for all writes of a connection, another one for others.
  absl::AnyInvocable<uint64_t() const> connection;
  // From then on the write is no longer wanted; of the wall clock.
  absl::AnyInvocable<absl::Time() const> deadline;
  // Whether it is no longer wanted for another reason.
  absl::AnyInvocable<bool() const> has_left;
  // It keeps to WriteAdmission::stream_writes_max: what waits of it is never
  // refused afterwards.
  bool paced = false;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_ADMISSION_CALLER_H_

// What WriteAdmission has counted since the start.

#ifndef RUNDLET_SERVICE_ADMISSION_ADMISSION_STATS_H_
#define RUNDLET_SERVICE_ADMISSION_ADMISSION_STATS_H_

#include <cstdint>

#include "absl/time/time.h"

namespace rundlet {

struct AdmissionStats {
  // Handed to the store, but for those that did not want the disk and had
  // nobody before them.
  uint64_t admitted_count = 0;
  // Refused, because:
  uint64_t refused_for_delay_count = 0;  // waits are too long
  uint64_t refused_for_share_count = 0;  // its connection has its share
  uint64_t refused_for_bytes_count = 0;  // those that wait hold too much
  // Not applied, because while they waited:
  uint64_t expired_count = 0;    // their deadline passed
  uint64_t cancelled_count = 0;  // their caller left

  uint64_t waiting_count = 0;     // now
  uint64_t waiting_bytes = 0;     // now
  uint64_t group_writes_max = 0;  // of the next group, at most
  bool overloaded = false;        // writes are refused for delay now

  // Of writes that want the disk: how long they waited for the group before
  // theirs.
  absl::Duration delay_p50;
  absl::Duration delay_p99;
  absl::Duration delay_p999;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_ADMISSION_ADMISSION_STATS_H_

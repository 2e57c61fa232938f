// What Store::Verify finds: an exact list of damaged records and keys at risk.

#ifndef RUNDLET_STORAGE_VERIFY_H_
#define RUNDLET_STORAGE_VERIFY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace rundlet {

// A record that fails a check, or a stretch of bytes in which no record could
// be told from the next.
struct DamagedRecord {
  uint64_t segment_id = 0;  // 0: the MANIFEST
  std::string path;         // of the file
  uint64_t offset = 0;
  uint64_t bytes = 0;  // up to what verifies again
  std::string what;
  // Keys whose newest version stands here. What else stands here is a version
  // that nobody can read any more, or only at an older revision.
  std::vector<std::string> keys_at_risk;
};

struct VerifyReport {
  // More than these are counted, but not listed.
  static constexpr uint64_t kDamageListedMax = 1000;
  static constexpr uint64_t kKeysListedMax = 10'000;

  uint64_t segment_count = 0;  // that were read
  uint64_t record_count = 0;   // that are good
  uint64_t read_bytes = 0;
  uint64_t damage_count = 0;
  uint64_t key_at_risk_count = 0;
  std::vector<DamagedRecord> damage;  // by segment; the index's own come last
  absl::Duration duration;

  bool ok() const { return damage_count == 0; }
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_VERIFY_H_

// SegmentCensus: what a sealed segment holds besides values: deletes, requests,
// and how much of it expires when. It never changes.

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_SEGMENT_CENSUS_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_SEGMENT_CENSUS_H_

#include <cstddef>
#include <cstdint>
#include <map>

#include "storage/format/location.h"
#include "storage/format/record.h"

namespace rundlet {

class SegmentCensus {
 public:
  // How exact ExpiredBytes is: at most so many steps in time.
  static constexpr size_t kExpirySteps = 128;

  void Add(const Record& record, const Location& location);

  uint64_t delete_count() const { return delete_count_; }
  uint64_t delete_bytes() const { return delete_bytes_; }
  // Records that are receipts and nothing else.
  uint64_t receipt_count() const { return receipt_count_; }
  // What the receipts of all its requests take.
  uint64_t request_bytes() const { return request_bytes_; }
  // When the youngest request committed; 0: there is none.
  int64_t request_time_us() const { return request_time_us_; }
  // Of records whose expiry has passed, deleted since or not; at most as many
  // as there are, and less while the last of a step have not expired.
  uint64_t ExpiredBytes(int64_t now_us) const;

 private:
  void AddExpiry(int64_t expiry_us, uint64_t bytes);

  uint64_t delete_count_ = 0;
  uint64_t delete_bytes_ = 0;
  uint64_t receipt_count_ = 0;
  uint64_t request_bytes_ = 0;
  int64_t request_time_us_ = 0;
  int64_t expiry_step_us_ = 1;
  std::map<int64_t, uint64_t> expiries_;  // end of a step -> bytes
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_SEGMENT_CENSUS_H_

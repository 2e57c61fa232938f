#include "storage/engine/compaction/segment_census.h"

#include <algorithm>
#include <iterator>

namespace rundlet {

void SegmentCensus::AddExpiry(int64_t expiry_us, uint64_t bytes) {
  expiries_[expiry_us] += bytes;
  if (expiries_.size() < 2 * kExpirySteps) return;
  // Each other step ends with the one behind it: never before its time.
  for (auto it = expiries_.begin(); it != expiries_.end();) {
    const auto next = std::next(it);
    if (next == expiries_.end()) break;
    next->second += it->second;
    expiries_.erase(it);
    it = std::next(next);
  }
}

void SegmentCensus::Add(const Record& record, const Location& location) {
  if (record.type == RecordType::kReceipt) ++receipt_count_;
  if (record.type == RecordType::kDelete) {
    ++delete_count_;
    delete_bytes_ += location.bytes;
  }
  if (!record.extra.empty()) {
    request_bytes_ += kRecordHeaderBytes + record.extra.size();
    request_time_us_ = std::max(request_time_us_, record.modified_us);
  }
  if (record.expiry_us != 0) AddExpiry(record.expiry_us, location.bytes);
}

uint64_t SegmentCensus::ExpiredBytes(int64_t now_us) const {
  uint64_t bytes = 0;
  for (const auto& [expiry_us, step_bytes] : expiries_) {
    if (expiry_us > now_us) break;
    bytes += step_bytes;
  }
  return bytes;
}

}  // namespace rundlet

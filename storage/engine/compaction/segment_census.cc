#include "storage/engine/compaction/segment_census.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace rundlet {
namespace {

// Rounding up does not overflow before it, and nobody lives to see it.
constexpr int64_t kFarAwayUs = std::numeric_limits<int64_t>::max() / 4;

}  // namespace

void SegmentCensus::AddExpiry(int64_t expiry_us, uint64_t bytes) {
  if (expiry_us > kFarAwayUs) return;
  // The end of its step: never before its time.
  const auto end_of = [this](int64_t us) {
    return (us + expiry_step_us_ - 1) / expiry_step_us_ * expiry_step_us_;
  };
  expiries_[end_of(expiry_us)] += bytes;
  while (expiries_.size() > kExpirySteps) {
    expiry_step_us_ *= 2;
    std::map<int64_t, uint64_t> wider;
    for (const auto& [end_us, step_bytes] : expiries_) {
      wider[end_of(end_us)] += step_bytes;
    }
    expiries_ = std::move(wider);
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

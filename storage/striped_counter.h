// StripedCounter: a count that many threads add to without sharing a cache
// line, as a rule.

#ifndef RUNDLET_STORAGE_STRIPED_COUNTER_H_
#define RUNDLET_STORAGE_STRIPED_COUNTER_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "storage/thread_stripe.h"

namespace rundlet {

// Thread-safe.
class StripedCounter {
 public:
  void Add(uint64_t count) {
    stripes_[ThreadStripe()].count.fetch_add(count, std::memory_order_relaxed);
  }

  // What has been added; what others add meanwhile may be in it or not.
  uint64_t total() const {
    uint64_t total = 0;
    for (const Stripe& stripe : stripes_) {
      total += stripe.count.load(std::memory_order_relaxed);
    }
    return total;
  }

 private:
  struct alignas(kStripeBytes) Stripe {
    std::atomic<uint64_t> count{0};
  };

  std::array<Stripe, kThreadStripes> stripes_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_STRIPED_COUNTER_H_

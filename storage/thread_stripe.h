// Stripes: what all threads would write to is kept several times, each thread
// has its place, and so no cache line goes from processor to processor.

#ifndef RUNDLET_STORAGE_THREAD_STRIPE_H_
#define RUNDLET_STORAGE_THREAD_STRIPE_H_

#include <atomic>
#include <cstddef>

namespace rundlet {

constexpr size_t kThreadStripes = 16;

// Two cache lines: processors fetch them in pairs.
constexpr size_t kStripeBytes = 128;

// The stripe of the calling thread, below kThreadStripes; always the same. The
// first threads of a process have one each, more of them share.
inline size_t ThreadStripe() {
  static std::atomic<size_t> threads{0};
  thread_local size_t stripe =
      threads.fetch_add(1, std::memory_order_relaxed) % kThreadStripes;
  return stripe;
}

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_THREAD_STRIPE_H_

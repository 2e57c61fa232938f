// Epochs: frees memory that readers without a lock may still look at, once none
// of them can.
//
// A reader looks at shared memory under a Guard. The writer takes an object out
// of where readers find it and retires it; it is freed when all guards that
// were there at that time are gone. The proof: a guard counts itself in the
// epoch that it has seen, and sees once more that it still is the epoch. The
// epoch goes from e to e + 1 only when nobody is counted in e - 1. So while it
// is e, guards are counted in e - 1 or e alone; what was retired in e can be
// known to those only, and both have left when the epoch reaches e + 2. Two
// counts, for odd and even epochs, are therefore enough.

#ifndef RUNDLET_STORAGE_EPOCHS_H_
#define RUNDLET_STORAGE_EPOCHS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/thread_stripe.h"

namespace rundlet {

class Epochs {
 public:
  // From any thread; may be nested. Neither waits nor allocates.
  class Guard {
   public:
    explicit Guard(const Epochs* epochs)
        : epochs_(epochs), count_(epochs->Enter()) {}
    ~Guard() { Leave(); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    // As if this one ended and another one began.
    void Renew() {
      Leave();
      count_ = epochs_->Enter();
    }

   private:
    void Leave() { count_->fetch_sub(1, std::memory_order_seq_cst); }

    const Epochs* const epochs_;
    std::atomic<uint32_t>* count_;
  };

  Epochs() = default;
  // REQUIRES: no guard is left. Frees all that is retired.
  ~Epochs();
  Epochs(const Epochs&) = delete;
  Epochs& operator=(const Epochs&) = delete;

  // Frees `object`, of about `bytes` bytes, by `free` once no guard is left
  // that may know it. REQUIRES: no new reader can find it; one call at a time.
  void Retire(void* object, void (*free)(void* object), size_t bytes);

  // Retires what `new` made.
  template <typename T>
  void Delete(const T* object, size_t bytes = sizeof(T)) {
    Retire(
        const_cast<T*>(object),
        [](void* retired) { delete static_cast<T*>(retired); }, bytes);
  }

  // Waits until all that is retired has been freed: for guards that are short.
  void Drain();

  // Objects that are retired and not yet freed.
  size_t retired_count() const { return newer_.size() + older_.size(); }

 private:
  struct Retired {
    void* object;
    void (*free)(void* object);
  };
  struct alignas(kStripeBytes) Stripe {
    mutable std::array<std::atomic<uint32_t>, 2> guards{};
  };

  std::atomic<uint32_t>* Enter() const;
  // Begins the next epoch if nobody is counted in the one before this.
  bool Advance();
  static void FreeAll(std::vector<Retired>& retired);

  std::atomic<uint64_t> epoch_{0};
  std::array<Stripe, kThreadStripes> stripes_;
  // The writer's: retired in this epoch and in the one before.
  std::vector<Retired> newer_;
  std::vector<Retired> older_;
  size_t unseen_bytes_ = 0;  // retired since the writer last tried to advance
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_EPOCHS_H_

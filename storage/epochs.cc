#include "storage/epochs.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace rundlet {
namespace {

// Looking at all stripes costs about what freeing a hundred objects does.
constexpr size_t kAdvanceBytes = size_t{16} << 10;

constexpr absl::Duration kDrainPause = absl::Microseconds(20);

}  // namespace

Epochs::~Epochs() {
  FreeAll(older_);
  FreeAll(newer_);
}

// Sequential consistency is needed: either the writer sees the count, or the
// guard sees that the epoch has changed.
std::atomic<uint32_t>* Epochs::Enter() const {
  const Stripe& stripe = stripes_[ThreadStripe()];
  while (true) {
    const uint64_t epoch = epoch_.load(std::memory_order_relaxed);
    std::atomic<uint32_t>& count = stripe.guards[epoch % 2];
    count.fetch_add(1, std::memory_order_seq_cst);
    if (epoch_.load(std::memory_order_seq_cst) == epoch) return &count;
    count.fetch_sub(1, std::memory_order_seq_cst);
  }
}

bool Epochs::Advance() {
  const uint64_t epoch = epoch_.load(std::memory_order_relaxed);
  for (const Stripe& stripe : stripes_) {
    if (stripe.guards[(epoch + 1) % 2].load(std::memory_order_seq_cst) != 0) {
      return false;
    }
  }
  epoch_.store(epoch + 1, std::memory_order_seq_cst);
  FreeAll(older_);
  older_.swap(newer_);
  return true;
}

void Epochs::FreeAll(std::vector<Retired>& retired) {
  for (const Retired& each : retired) each.free(each.object);
  retired.clear();
}

void Epochs::Retire(void* object, void (*free)(void* object), size_t bytes) {
  newer_.push_back({object, free});
  unseen_bytes_ += bytes;
  if (unseen_bytes_ < kAdvanceBytes) return;
  unseen_bytes_ = 0;
  // Twice: with no reader in sight, all is freed now.
  if (Advance()) Advance();
}

void Epochs::Drain() {
  while (retired_count() > 0) {
    // A guard's thread may wait for a processor: make room.
    if (!Advance()) absl::SleepFor(kDrainPause);
  }
}

}  // namespace rundlet

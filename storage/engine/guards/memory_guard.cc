#include "storage/engine/guards/memory_guard.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/refusal.h"

namespace rundlet {
namespace {

// Measured again after so many bytes: its cost is lost in theirs.
constexpr uint64_t kMeasureBytesMax = 1 << 20;

// What a commit takes beside its bytes: a version in the index, a receipt.
constexpr uint64_t kCommitBytes = 256;

uint64_t Total(const MemoryStats& stats) {
  const uint64_t parts = stats.index_bytes + stats.cache_bytes +
                         stats.pending_bytes + stats.request_bytes;
  return std::max(parts, stats.process_bytes);
}

}  // namespace

MemoryGuard::MemoryGuard(Settings settings) : settings_(std::move(settings)) {}

MemoryStats MemoryGuard::stats(uint64_t pending_bytes) const {
  MemoryStats stats = settings_.measure();
  stats.pending_bytes = pending_bytes;
  stats.bytes_max = settings_.bytes_max;
  stats.used_bytes = Total(stats);
  return stats;
}

absl::Status MemoryGuard::Admit(uint64_t bytes, uint64_t pending_bytes) {
  if (settings_.bytes_max == 0) return absl::OkStatus();
  const uint64_t wanted = bytes + kCommitBytes;
  // A small ceiling is met by few bytes.
  const uint64_t measure_bytes =
      std::min(kMeasureBytesMax, settings_.bytes_max / 64);
  const absl::MutexLock lock(&mu_);
  if (!measured_ || full_ || admitted_bytes_ + wanted > measure_bytes) {
    used_bytes_ = stats(pending_bytes).used_bytes;
    admitted_bytes_ = 0;
    measured_ = true;
  }
  const uint64_t spare = full_ ? settings_.bytes_max / 16 : 0;
  full_ = used_bytes_ + admitted_bytes_ + wanted + spare > settings_.bytes_max;
  if (!full_) {
    admitted_bytes_ += wanted;
    return absl::OkStatus();
  }
  return Refused(
      Refusal::kMemoryFull,
      absl::ResourceExhaustedError(absl::StrCat(
          "the store takes ", used_bytes_ + admitted_bytes_,
          " bytes of memory, memory_bytes_max is ", settings_.bytes_max,
          "; deletes are accepted, and writes when there is memory again")));
}

}  // namespace rundlet

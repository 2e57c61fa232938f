#include "storage/engine/compaction/compaction_pacer.h"

#include <algorithm>

namespace rundlet {
namespace {

// How much of a new measure goes into a smoothed one.
constexpr double kNewShare = 0.3;
constexpr double kGrowth = 1.25;
constexpr double kRateMax = 1e12;

}  // namespace

CompactionPacer::CompactionPacer(const Settings& settings)
    : settings_(settings),
      bytes_per_second_(settings.bytes_per_second_min),
      pace_(settings.bytes_per_second_min) {}

bool CompactionPacer::TooMuch(const Sample& sample, bool compacting) {
  const uint64_t syncs = sample.syncs - last_.syncs;
  if (syncs == 0) return false;
  const absl::Duration sync_time =
      (sample.sync_time - last_.sync_time) / static_cast<int64_t>(syncs);
  if (usual_sync_time_ == absl::InfiniteDuration()) {
    usual_sync_time_ = sync_time;
  } else if (!compacting) {
    usual_sync_time_ += kNewShare * (sync_time - usual_sync_time_);
  } else {
    // Faster than usual in spite of a compaction: the usual was too slow.
    usual_sync_time_ = std::min(usual_sync_time_, sync_time);
  }
  return compacting && sync_time >= settings_.sync_time_min &&
         sync_time > settings_.sync_time_factor * usual_sync_time_;
}

void CompactionPacer::Observe(const Sample& sample, absl::Duration now,
                              bool compacting) {
  const absl::Duration elapsed = now - last_at_;
  if (elapsed < settings_.interval) return;
  const bool is_first = elapsed == absl::InfiniteDuration();
  if (!is_first) {
    const double rate =
        static_cast<double>(sample.written_bytes - last_.written_bytes) /
        absl::ToDoubleSeconds(elapsed);
    written_per_second_ += kNewShare * (rate - written_per_second_);
  }
  const bool too_much = !is_first && TooMuch(sample, compacting);
  last_ = sample;
  last_at_ = now;
  const double floor =
      std::max(static_cast<double>(settings_.bytes_per_second_min),
               settings_.bytes_a_written_byte * written_per_second_);
  const double ceiling =
      settings_.bytes_per_second_max == 0
          ? kRateMax
          : static_cast<double>(settings_.bytes_per_second_max);
  auto rate = static_cast<double>(bytes_per_second_);
  if (too_much) {
    rate /= 2;
  } else if (compacting) {
    rate *= kGrowth;
  }
  rate = std::min(std::max(rate, floor), ceiling);
  bytes_per_second_ = static_cast<uint64_t>(rate);
  pace_.set_bytes_per_second(std::max<uint64_t>(bytes_per_second_, 1));
}

}  // namespace rundlet

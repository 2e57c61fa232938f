#include "service/admission/delay_control.h"

#include <algorithm>

namespace rundlet {
namespace {

// A few writes, and how often they go alone while groups are slow.
constexpr uint64_t kProbeWrites = 8;
constexpr absl::Duration kProbeInterval = absl::Seconds(5);

}  // namespace

void DelayControl::OldestWaits(absl::Duration delay, absl::Duration now) {
  if (delay <= wanted_) return;
  if (long_since_ == absl::ZeroDuration()) {
    long_since_ = now - (delay - wanted_);
  }
  if (now - long_since_ >= settings_.patience) overloaded_ = true;
}

uint64_t DelayControl::GroupBegins(absl::Duration delay, absl::Duration now) {
  if (delay > wanted_) {
    OldestWaits(delay, now);
  } else {
    long_since_ = absl::ZeroDuration();
    // While others are refused, that is why waits are short: no end of it.
    if (now - refused_ > settings_.patience) overloaded_ = false;
  }
  const bool is_probe = slow_ && now - base_noted_ >= kProbeInterval;
  return is_probe ? kProbeWrites : fitting_writes_;
}

void DelayControl::NoteBase(absl::Duration duration, absl::Duration now) {
  base_ = base_ == absl::ZeroDuration() ? duration
                                        : std::min(duration, base_ * 1.5);
  base_noted_ = now;
  wanted_ = std::max(settings_.delay_max, 2 * base_);
}

void DelayControl::GroupLasts(uint64_t writes, absl::Duration duration) {
  if (duration <= wanted_) return;
  const auto fitting = static_cast<uint64_t>(
      static_cast<double>(writes) * absl::FDivDuration(wanted_, duration));
  fitting_writes_ = std::clamp(std::min(fitting, fitting_writes_),
                               settings_.writes_min, settings_.writes_max);
}

void DelayControl::GroupEnds(uint64_t writes, absl::Duration duration,
                             absl::Duration now) {
  pace_ = pace_ == absl::ZeroDuration() ? duration : (3 * pace_ + duration) / 4;
  // A larger group that took less says so, too.
  if (writes <= kProbeWrites || duration < base_) NoteBase(duration, now);
  slow_ = duration > settings_.delay_max;
  if (duration > wanted_) {
    GroupLasts(writes, duration);
  } else if (duration <= 0.75 * wanted_ && writes > kProbeWrites) {
    fitting_writes_ =
        std::min(fitting_writes_ + fitting_writes_ / 2, settings_.writes_max);
  }
}

absl::Duration DelayControl::ExpectedWait(absl::Duration elapsed) const {
  const absl::Duration group = std::max(pace_, elapsed);
  return group - elapsed + group;
}

}  // namespace rundlet

#include "storage/engine/integrity/scrubber.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

// Damaged records that get a line of their own.
constexpr size_t kDamageLinesMax = 20;
// A scrub is not stretched thinner than this.
constexpr uint64_t kScrubBytesPerSecondMin = 1 << 20;

}  // namespace

Scrubber::Scrubber(Settings settings,
                   const Verification::Environment& environment)
    : settings_(std::move(settings)),
      environment_(environment),
      next_scrub_(settings_.clock->Monotonic() + settings_.scrub_interval),
      thread_([this] { Run(); }) {}

Scrubber::~Scrubber() {
  {
    const absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

void Scrubber::Request(Store::VerifyCallback done) {
  {
    const absl::MutexLock lock(&mu_);
    if (!stopping_) {
      waiting_.push_back(std::move(done));
      return;
    }
  }
  done(absl::UnavailableError("the store is closing"));
}

bool Scrubber::Rest(absl::Duration rest, bool gives_way) {
  const absl::MutexLock lock(&mu_);
  const absl::Condition wanted =
      gives_way ? absl::Condition(this, &Scrubber::HasWork)
                : absl::Condition(this, &Scrubber::IsStopping);
  return !mu_.AwaitWithTimeout(wanted, rest);
}

absl::StatusOr<VerifyReport> Scrubber::Verify(uint64_t bytes_per_second,
                                              bool gives_way) {
  const Clock& clock = *settings_.clock;
  const absl::Duration start = clock.Monotonic();
  BytePace pace(bytes_per_second);
  absl::StatusOr<VerifyReport> report =
      Verification(environment_).Run([&](uint64_t bytes) {
        return Rest(pace.Spend(bytes, clock.Monotonic()), gives_way);
      });
  if (!report.ok()) {
    return absl::UnavailableError("the store is closing");
  }
  report->duration = clock.Monotonic() - start;
  Say(*report);
  const absl::MutexLock lock(&mu_);
  ++counts_.verifications;
  counts_.damaged = report->damage_count;
  counts_.last_time = clock.Now();
  return report;
}

void Scrubber::Say(const VerifyReport& report) {
  const size_t lines = std::min(report.damage.size(), kDamageLinesMax);
  for (size_t i = 0; i < lines; ++i) {
    const DamagedRecord& damaged = report.damage[i];
    settings_.on_event(
        absl::StrCat(damaged.path, ": at offset ", damaged.offset, ": ",
                     damaged.bytes, " bytes are damaged: ", damaged.what, "; ",
                     damaged.keys_at_risk.size(), " keys at risk"));
  }
  if (report.damage_count > lines) {
    settings_.on_event(absl::StrCat("and ", report.damage_count - lines,
                                    " damaged records more"));
  }
}

void Scrubber::Scrub() {
  const absl::Duration start = settings_.clock->Monotonic();
  uint64_t bytes = 0;
  for (const auto& segment : environment_.segments->All()) {
    bytes += segment->bytes();
  }
  auto rate =
      static_cast<uint64_t>(static_cast<double>(bytes) /
                            absl::ToDoubleSeconds(settings_.scrub_interval));
  rate = std::max(rate, kScrubBytesPerSecondMin);
  if (settings_.bytes_per_second != 0) {
    rate = std::min(rate, settings_.bytes_per_second);
  }
  // One that gave way begins anew at once, when there is nothing else to do.
  if (Verify(rate, /*gives_way=*/true).ok()) {
    next_scrub_ = start + settings_.scrub_interval;
  }
}

absl::Duration Scrubber::Patience() const {
  if (settings_.scrub_interval == absl::ZeroDuration()) {
    return absl::InfiniteDuration();
  }
  return std::max(next_scrub_ - settings_.clock->Monotonic(),
                  absl::ZeroDuration());
}

void Scrubber::Run() {
  while (true) {
    const absl::Duration patience = Patience();
    std::vector<Store::VerifyCallback> served;
    bool stop = false;
    bool asked = false;
    {
      const absl::MutexLock lock(&mu_);
      asked = mu_.AwaitWithTimeout(absl::Condition(this, &Scrubber::HasWork),
                                   patience);
      served = std::move(waiting_);
      waiting_.clear();
      stop = stopping_;
    }
    if (!asked) Scrub();
    if (!served.empty()) {
      absl::StatusOr<VerifyReport> report =
          absl::UnavailableError("the store is closing");
      if (!stop) {
        report = Verify(settings_.bytes_per_second, /*gives_way=*/false);
      }
      for (Store::VerifyCallback& done : served) done(report);
    }
    if (stop) return;
  }
}

Scrubber::Counts Scrubber::counts() const {
  const absl::MutexLock lock(&mu_);
  return counts_;
}

}  // namespace rundlet

#include "storage/engine/compaction/compactor.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "storage/engine/compaction/compaction_explanation.h"
#include "storage/engine/recovery/segment_hint.h"
#include "storage/engine/sync_point.h"

namespace rundlet {
namespace {

// How long the policy is not asked after a compaction of its own has failed, or
// has freed less than this part of what it took.
constexpr absl::Duration kFailureInterval = absl::Minutes(1);
constexpr uint64_t kWorthwhilePart = 64;
// A look at every key that has found nothing to do is not repeated for so many
// times as long as it took.
constexpr int64_t kRestsALook = 16;
// Censuses taken at a time while nothing is due.
constexpr int kCensusesAtOnce = 4;

}  // namespace

Compactor::Compactor(Compaction::Environment environment,
                     CommitPipeline* pipeline, const EngineTime* time,
                     const Clock* clock, CompactionPolicy policy,
                     const CompactionPacer::Settings& pacing,
                     absl::Duration interval)
    : environment_(std::move(environment)),
      pipeline_(pipeline),
      time_(time),
      clock_(clock),
      policy_(policy),
      interval_(interval),
      notes_(clock),
      pacer_(pacing) {
  environment_.sync_log = [this] { return SyncLog(); };
  environment_.notes = &notes_;
  thread_ = std::thread([this] { Run(); });
}

Compactor::~Compactor() {
  {
    const absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

void Compactor::Request(Store::CompactCallback done) {
  {
    const absl::MutexLock lock(&mu_);
    if (!stopping_) {
      waiting_.push_back(std::move(done));
      return;
    }
  }
  done(absl::UnavailableError("the store is closing"));
}

bool Compactor::stopping() const {
  const absl::MutexLock lock(&mu_);
  return stopping_;
}

absl::Status Compactor::SyncLog() {
  absl::Notification synced;
  absl::Status status;
  pipeline_->Sync(Durability::kDisk,
                  [&](const absl::StatusOr<Receipt>& receipt) {
                    status = receipt.status();
                    synced.Notify();
                  });
  synced.WaitForNotification();
  return status;
}

void Compactor::ObserveLoad(bool compacting) {
  const CommitPipeline::Counts counts = pipeline_->counts();
  pacer_.Observe({counts.written_bytes, counts.syncs, counts.sync_time},
                 clock_->Monotonic(), compacting);
}

void Compactor::Rest(uint64_t bytes) {
  ObserveLoad(/*compacting=*/true);
  const absl::Duration rest = pacer_.Spend(bytes, clock_->Monotonic());
  const absl::MutexLock lock(&mu_);
  // Whoever asks for a compaction now waits for this one first.
  mu_.AwaitWithTimeout(absl::Condition(this, &Compactor::HasWork), rest);
}

absl::StatusOr<CompactionReport> Compactor::Finish(
    const Compaction& compaction, absl::StatusOr<CompactionReport> report,
    absl::Duration start) {
  if (environment_.disk != nullptr) environment_.disk->Reclaim();
  RUNDLET_SYNC_POINT("compaction: done");
  if (compaction.must_stop()) pipeline_->Fail(report.status());
  if (absl::IsCancelled(report.status())) {
    return absl::UnavailableError(report.status().message());
  }
  if (!report.ok()) {
    environment_.on_event(
        absl::StrCat("compaction failed: ", report.status().message()));
    return report;
  }
  report->duration = clock_->Monotonic() - start;
  environment_.on_event(absl::StrCat(
      "compacted ", report->segments_before, " segments of ",
      report->bytes_before, " bytes to ", report->segments_after, " of ",
      report->bytes_after, " bytes in ", absl::FormatDuration(report->duration),
      "; ", report->records_dropped, " records dropped"));
  const absl::MutexLock lock(&mu_);
  if (report->duration > absl::ZeroDuration() && report->bytes_after > 0) {
    bytes_per_second_ = static_cast<double>(report->bytes_after) /
                        absl::ToDoubleSeconds(report->duration);
  }
  ++counts_.compactions;
  counts_.last_time = absl::FromUnixMicros(time_->now_us());
  return report;
}

absl::StatusOr<CompactionReport> Compactor::CompactAll() {
  const absl::Duration start = clock_->Monotonic();
  RUNDLET_SYNC_POINT("compaction: begins");
  const absl::Status sealed = pipeline_->Seal();
  if (!sealed.ok()) return sealed;
  RUNDLET_SYNC_POINT("compaction: log sealed");
  Compaction::Environment environment = environment_;
  // What an input holds besides live records is dropped, whatever it is.
  environment.notes = nullptr;
  Compaction compaction(std::move(environment));
  return Finish(compaction,
                compaction.Run(time_->now_us(), [this] { return stopping(); }),
                start);
}

absl::StatusOr<CompactionPolicy::Totals> Compactor::Measure() const {
  CompactionPolicy::Totals totals;
  HistoryWindow::Kept kept;
  if (environment_.history != nullptr) {
    absl::StatusOr<HistoryWindow::Kept> now = environment_.history->At(
        time_->now_us(), environment_.manifest->state());
    if (!now.ok()) return now.status();
    kept = *std::move(now);
  }
  for (const auto& segment : environment_.segments->All()) {
    if (kept.segment_ids.count(segment->id()) > 0) {
      totals.kept_bytes += segment->bytes();
      continue;
    }
    totals.file_bytes += segment->bytes();
    ++totals.segment_count;
  }
  totals.live_bytes = environment_.index->usage().live_bytes;
  totals.expired_bytes = notes_.ExpiredBytes(time_->now_us());
  totals.oldest_age = notes_.OldestAge();
  totals.disk_is_low =
      environment_.disk != nullptr && environment_.disk->is_low();
  return totals;
}

CompactionPolicy::Choice Compactor::Choose(
    const CompactionSurvey& survey) const {
  CompactionPolicy::Figures figures;
  figures.segments = survey.segments();
  const absl::StatusOr<uint64_t> available =
      environment_.file_system->AvailableBytes(environment_.folder);
  if (available.ok()) figures.room_bytes = *available;
  if (environment_.disk != nullptr) {
    figures.disk_is_low = environment_.disk->is_low();
    if (available.ok()) {
      figures.room_bytes += environment_.disk->stats().compaction_reserve_bytes;
    }
  }
  return policy_.Choose(figures);
}

absl::StatusOr<CompactionPlan> Compactor::Explain() const {
  const absl::StatusOr<CompactionSurvey> survey = CompactionSurvey::Take(
      environment_, time_->now_us(), [this] { return stopping(); });
  if (!survey.ok()) return survey.status();
  absl::StatusOr<CompactionPlan> plan =
      PlanOf(environment_, *survey, Choose(*survey));
  if (!plan.ok()) return plan;
  const absl::MutexLock lock(&mu_);
  if (bytes_per_second_ > 0) {
    plan->estimated_duration = absl::Seconds(
        static_cast<double>(plan->bytes_after) / bytes_per_second_);
  }
  return plan;
}

// What expires is seen in censuses alone, so they are taken before anything is
// due; a few at a time, as there may be many to read after a start, and from
// hints, as reading the segments would not be worth it.
absl::Status Compactor::TakeSomeCensuses() {
  if (policy_.settings().expired_bytes_min == 0) return absl::OkStatus();
  const ManifestState state = environment_.manifest->state();
  notes_.Follow(state);
  int taken = 0;
  for (const auto& [id, segment] : state.segments) {
    if (!segment.seal.has_value() || notes_.CensusOf(id) != nullptr ||
        !OpenHint(environment_.file_system, environment_.folder, state.store_id,
                  *segment.seal)
             .ok()) {
      continue;
    }
    const auto census =
        TakeCensus(environment_, state, id, [this] { return stopping(); });
    if (!census.ok() && !absl::IsDataLoss(census.status())) {
      return census.status();
    }
    if (++taken == kCensusesAtOnce) break;
  }
  return absl::OkStatus();
}

absl::Status Compactor::CompactStep() {
  const absl::Duration start = clock_->Monotonic();
  const auto cancelled = [this] { return stopping(); };
  absl::StatusOr<CompactionSurvey> survey =
      CompactionSurvey::Take(environment_, time_->now_us(), cancelled);
  if (!survey.ok()) return survey.status();
  CompactionPolicy::Choice choice = Choose(*survey);
  if (choice.takes_active && pipeline_->Seal().ok()) {
    survey = CompactionSurvey::Take(environment_, time_->now_us(), cancelled);
    if (!survey.ok()) return survey.status();
    choice = Choose(*survey);
  }
  if (choice.takes_active) {
    // What was written since, or could not be sealed for want of room.
    const uint64_t active_id = survey->active_id();
    choice.segment_ids.erase(std::remove(choice.segment_ids.begin(),
                                         choice.segment_ids.end(), active_id),
                             choice.segment_ids.end());
  }
  if (choice.segment_ids.empty()) {
    not_before_ =
        clock_->Monotonic() + kRestsALook * (clock_->Monotonic() - start);
    return absl::OkStatus();
  }
  environment_.on_event(absl::StrCat("compaction is due: ", choice.reason));
  const bool low = environment_.disk != nullptr && environment_.disk->is_low();
  Compaction::Environment environment = environment_;
  // On a low disk everybody waits for it.
  if (!low) environment.pace = [this](uint64_t bytes) { Rest(bytes); };
  CompactionInputs inputs = choice.takes_everything
                                ? survey->Everything()
                                : survey->Select(choice.segment_ids);
  Compaction compaction(std::move(environment));
  const absl::StatusOr<CompactionReport> report = Finish(
      compaction,
      compaction.RunOn(*survey, std::move(inputs), time_->now_us(), cancelled),
      start);
  if (!report.ok()) return report.status();
  has_compacted_ = true;
  const uint64_t gain = report->bytes_before -
                        std::min(report->bytes_before, report->bytes_after);
  if (gain < report->bytes_before / kWorthwhilePart &&
      report->segments_after >= report->segments_before) {
    not_before_ = clock_->Monotonic() + kFailureInterval;
  }
  return absl::OkStatus();
}

bool Compactor::CompactIfDue() {
  ObserveLoad(/*compacting=*/false);
  if (clock_->Monotonic() < not_before_) return false;
  has_compacted_ = false;
  absl::Status status = TakeSomeCensuses();
  const absl::StatusOr<CompactionPolicy::Totals> totals = Measure();
  if (status.ok()) status = totals.status();
  if (status.ok() && !policy_.MayBeDue(*totals)) return false;
  if (status.ok()) status = CompactStep();
  if (status.ok()) return has_compacted_;
  // Deletes may soon have made so much dead that the rest fits. A compaction
  // that is asked for says why.
  not_before_ = clock_->Monotonic() +
                (environment_.disk != nullptr && environment_.disk->is_low()
                     ? interval_
                     : kFailureInterval);
  return false;
}

void Compactor::Run() {
  const absl::Duration patience =
      policy_.is_on() ? interval_ : absl::InfiniteDuration();
  bool goes_on = false;
  const absl::MutexLock lock(&mu_);
  while (true) {
    // A step that has done something may not have been the last one.
    const bool asked =
        mu_.AwaitWithTimeout(absl::Condition(this, &Compactor::HasWork),
                             goes_on ? absl::ZeroDuration() : patience);
    std::vector<Store::CompactCallback> served = std::move(waiting_);
    waiting_.clear();
    const bool stop = stopping_;
    mu_.Unlock();
    goes_on = !asked && CompactIfDue();
    if (!served.empty()) {
      absl::StatusOr<CompactionReport> report =
          absl::UnavailableError("the store is closing");
      if (!stop) report = CompactAll();
      for (Store::CompactCallback& done : served) done(report);
    }
    mu_.Lock();
    if (stop) return;
  }
}

Compactor::Counts Compactor::counts() const {
  const absl::MutexLock lock(&mu_);
  return counts_;
}

}  // namespace rundlet

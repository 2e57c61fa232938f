#include "storage/engine/compaction/compactor.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "storage/engine/sync_point.h"

namespace rundlet {
namespace {

// How often the policy is asked, and how long it is not asked after a
// compaction of its own has failed.
constexpr absl::Duration kPolicyInterval = absl::Seconds(1);
constexpr absl::Duration kFailureInterval = absl::Minutes(1);

}  // namespace

Compactor::Compactor(Compaction::Environment environment,
                     CommitPipeline* pipeline, const EngineTime* time,
                     const Clock* clock, CompactionPolicy policy,
                     const CompactionPacer::Settings& pacing)
    : environment_(std::move(environment)),
      pipeline_(pipeline),
      time_(time),
      clock_(clock),
      policy_(policy),
      pacer_(pacing),
      last_end_(clock->Monotonic()) {
  environment_.sync_log = [this] { return SyncLog(); };
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

absl::StatusOr<CompactionReport> Compactor::Compact(bool paced) {
  const absl::Duration start = clock_->Monotonic();
  const absl::Status sealed = pipeline_->Seal();
  if (!sealed.ok()) return sealed;
  RUNDLET_SYNC_POINT("compaction: log sealed");
  Compaction::Environment environment = environment_;
  if (paced) environment.pace = [this](uint64_t bytes) { Rest(bytes); };
  Compaction compaction(std::move(environment));
  absl::StatusOr<CompactionReport> report =
      compaction.Run(time_->now_us(), [this] { return stopping(); });
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
  segments_needed_ = report->segments_after + 1;  // and the active one
  if (report->duration > absl::ZeroDuration() && report->bytes_after > 0) {
    bytes_per_second_ = static_cast<double>(report->bytes_after) /
                        absl::ToDoubleSeconds(report->duration);
  }
  last_end_ = clock_->Monotonic();
  ++counts_.compactions;
  counts_.last_time = absl::FromUnixMicros(time_->now_us());
  return report;
}

absl::StatusOr<CompactionPolicy::Figures> Compactor::Measure() const {
  CompactionPolicy::Figures figures;
  HistoryWindow::Kept kept;
  if (environment_.history != nullptr) {
    absl::StatusOr<HistoryWindow::Kept> now = environment_.history->At(
        time_->now_us(), environment_.manifest->state());
    if (!now.ok()) return now.status();
    kept = *std::move(now);
  }
  for (const auto& segment : environment_.segments->All()) {
    if (kept.segment_ids.count(segment->id()) > 0) continue;
    figures.file_bytes += segment->bytes();
    ++figures.segment_count;
  }
  figures.live_bytes = environment_.index->usage().live_bytes;
  const absl::MutexLock lock(&mu_);
  figures.segments_needed = segments_needed_;
  figures.age = clock_->Monotonic() - last_end_;
  figures.disk_is_low =
      environment_.disk != nullptr && environment_.disk->is_low();
  return figures;
}

absl::StatusOr<CompactionPlan> Compactor::Explain() const {
  const absl::StatusOr<CompactionPolicy::Figures> figures = Measure();
  if (!figures.ok()) return figures.status();
  absl::StatusOr<CompactionPlan> plan =
      Compaction(environment_).Explain(time_->now_us());
  if (!plan.ok()) return plan;
  plan->reason = policy_.Reason(*figures);
  const absl::MutexLock lock(&mu_);
  if (bytes_per_second_ > 0) {
    plan->estimated_duration = absl::Seconds(
        static_cast<double>(plan->bytes_after) / bytes_per_second_);
  }
  return plan;
}

void Compactor::CompactIfDue() {
  ObserveLoad(/*compacting=*/false);
  if (clock_->Monotonic() < not_before_) return;
  const absl::StatusOr<CompactionPolicy::Figures> figures = Measure();
  if (!figures.ok()) return;  // a compaction that is asked for says why
  const std::string reason = policy_.Reason(*figures);
  if (reason.empty()) return;
  environment_.on_event(absl::StrCat("compaction is due: ", reason));
  if (Compact(/*paced=*/!figures->disk_is_low).ok()) return;
  // Deletes may soon have made so much dead that the rest fits.
  not_before_ = clock_->Monotonic() +
                (figures->disk_is_low ? kPolicyInterval : kFailureInterval);
}

void Compactor::Run() {
  const absl::Duration patience =
      policy_.is_on() ? kPolicyInterval : absl::InfiniteDuration();
  const absl::MutexLock lock(&mu_);
  while (true) {
    const bool asked = mu_.AwaitWithTimeout(
        absl::Condition(this, &Compactor::HasWork), patience);
    std::vector<Store::CompactCallback> served = std::move(waiting_);
    waiting_.clear();
    const bool stop = stopping_;
    mu_.Unlock();
    if (!asked) CompactIfDue();
    if (!served.empty()) {
      absl::StatusOr<CompactionReport> report =
          absl::UnavailableError("the store is closing");
      if (!stop) report = Compact(/*paced=*/false);
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

// LogStore: what reads at a revision, and the log.

#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/engine/log_store.h"

namespace rundlet {

void LogStore::StartViews() {
  snapshots_ =
      std::make_unique<Snapshots>(&index_, time_.get(), &options_.limits);
  reader_ = std::make_unique<StoreReader>(&index_, &records_, &leases_,
                                          time_.get(), &options_.limits);
  present_reader_ = std::make_unique<StoreReader>(
      &index_, &records_, &no_leases_, time_.get(), &options_.limits);
  log_history_ = std::make_unique<LogHistory>(recovered_.manifest.get(),
                                              &segments_, chain_.get());
  watches_ = std::make_unique<WatchHub>(WatchHub::Environment{
      &index_, present_reader_.get(), snapshots_.get(), log_history_.get(),
      options_.clock, &options_.limits,
      [this] { return pipeline_->durable_revision(); }});
  chain_->set_on_extend([this] { watches_->OnSync(); });
}

void LogStore::OpenSnapshot(SnapshotRequest request, SnapshotCallback done) {
  done(snapshots_->Open(request));
}

void LogStore::RenewSnapshot(uint64_t id, absl::Duration lease,
                             SnapshotCallback done) {
  done(snapshots_->Renew(id, lease));
}

void LogStore::ReleaseSnapshot(uint64_t id, SyncCallback done) {
  done(snapshots_->Release(id));
}

absl::StatusOr<std::unique_ptr<Watch>> LogStore::OpenWatch(
    WatchRequest request) {
  return watches_->Open(std::move(request));
}

void LogStore::EndWatches(const IngestReport& report) {
  if (report.entry_count == 0) return;
  const Revision oldest = report.last_revision + 1;
  watches_->EndAll(HistoryGone(
      absl::OutOfRangeError(absl::StrCat(
          "an ingest is no history, the oldest revision is ", oldest)),
      oldest));
}

}  // namespace rundlet

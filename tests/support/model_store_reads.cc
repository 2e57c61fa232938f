#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/limit_checks.h"
#include "storage/snapshot.h"
#include "tests/support/model_store.h"

namespace rundlet {

absl::StatusOr<ModelStore::Moment> ModelStore::MomentOf(Revision at,
                                                        absl::Time at_time,
                                                        Revision not_before) {
  DropOldLeases();
  if (not_before > newest_) {
    return absl::OutOfRangeError(absl::StrCat(
        "revision ", not_before, " is not reached yet; ", newest_, " is"));
  }
  if (!NamesRevision(at, at_time)) return Moment{newest_, EngineTime()};
  if (at > newest_) {
    return absl::OutOfRangeError(
        absl::StrCat("revision ", at, " is not reached yet; ", newest_, " is"));
  }
  if (at < not_before) {
    return absl::OutOfRangeError(
        absl::StrCat("revision ", at, " is before revision ", not_before));
  }
  const bool is_snapshot = std::any_of(
      snapshots_.begin(), snapshots_.end(),
      [at](const auto& snapshot) { return snapshot.second.revision == at; });
  if (at != newest_ && leases_.count(at) == 0 && !is_snapshot) {
    return absl::OutOfRangeError(
        absl::StrCat("revision ", at, " is no longer kept"));
  }
  return Moment{at, at_time};
}

void ModelStore::DropOldLeases() {
  const absl::Duration now = clock_->Monotonic();
  for (auto lease = leases_.begin(); lease != leases_.end();) {
    lease = lease->second <= now ? leases_.erase(lease) : std::next(lease);
  }
  for (auto snapshot = snapshots_.begin(); snapshot != snapshots_.end();) {
    snapshot = snapshot->second.lease_end <= EngineTime()
                   ? snapshots_.erase(snapshot)
                   : std::next(snapshot);
  }
}

void ModelStore::Lease(Revision revision) {
  leases_[revision] = clock_->Monotonic() + limits_.page_lease;
  if (leases_.size() > limits_.page_leases_max) leases_.erase(leases_.begin());
}

void ModelStore::Read(ReadRequest request, ReadCallback done) {
  absl::StatusOr<ReadResult> result = [&] {
    absl::MutexLock lock(&mutex_);
    return ReadNow(request);
  }();
  done(std::move(result));
}

absl::StatusOr<ReadResult> ModelStore::ReadNow(const ReadRequest& request) {
  if (absl::Status status = CheckRead(request, limits_); !status.ok()) {
    return status;
  }
  absl::StatusOr<Moment> moment =
      MomentOf(request.at, request.at_time, request.not_before);
  if (!moment.ok()) return moment.status();
  ReadResult result;
  result.read_revision = moment->revision;
  uint64_t bytes = 0;
  for (const std::string& key : request.keys) {
    std::optional<Entry> entry = Find(key, *moment);
    if (entry && request.metadata_only) LeaveValueOut(&*entry);
    if (entry) bytes += key.size() + entry->value.bytes.size();
    result.entries.push_back(std::move(entry));
  }
  if (absl::Status status = CheckAtMost(
          "entries bytes", bytes, "read_bytes_max", limits_.read_bytes_max);
      !status.ok()) {
    return status;
  }
  ++counters_.read_count;
  return result;
}

void ModelStore::Scan(ScanRequest request, ScanCallback done) {
  absl::StatusOr<ScanPage> page = [&] {
    absl::MutexLock lock(&mutex_);
    return ScanNow(request);
  }();
  done(std::move(page));
}

absl::StatusOr<ScanPage> ModelStore::ScanNow(const ScanRequest& request) {
  if (absl::Status status = CheckScan(request); !status.ok()) return status;
  absl::StatusOr<Moment> moment =
      MomentOf(request.at, request.at_time, request.not_before);
  if (!moment.ok()) return moment.status();

  std::vector<Entry> found;
  for (const auto& [key, versions] : keys_) {
    if (!request.range.Contains(key)) continue;
    const bool behind =
        request.after.empty() ||
        (request.reverse ? key < request.after : key > request.after);
    if (!behind) continue;
    if (std::optional<Entry> entry = Find(key, *moment)) {
      found.push_back(*std::move(entry));
    }
  }
  if (request.reverse) std::reverse(found.begin(), found.end());

  ScanPage page;
  page.read_revision = moment->revision;
  page.read_time = moment->time;
  page.count = found.size();
  if (request.projection == ScanRequest::Projection::kCount) return page;

  uint64_t bytes = 0;
  for (Entry& entry : found) {
    if (request.projection == ScanRequest::Projection::kMetadata) {
      LeaveValueOut(&entry);
    }
    bytes += entry.key.size() + entry.value.bytes.size();
    const bool fits = page.entries.size() < request.entries_max &&
                      (page.entries.empty() || bytes <= request.bytes_max);
    if (!fits) {
      page.more = true;
      break;
    }
    page.entries.push_back(std::move(entry));
  }
  page.count = page.entries.size();
  if (page.more) Lease(moment->revision);
  return page;
}

Revision ModelStore::newest() const {
  absl::MutexLock lock(&mutex_);
  return newest_;
}

std::map<std::string, Entry> ModelStore::EntriesAt(Revision revision) const {
  absl::MutexLock lock(&mutex_);
  const Moment now = {revision, EngineTime()};
  std::map<std::string, Entry> entries;
  for (const auto& [key, versions] : keys_) {
    if (std::optional<Entry> entry = Find(key, now)) {
      entries[key] = *std::move(entry);
    }
  }
  return entries;
}

std::map<std::string, std::optional<Entry>> ModelStore::ChangesOf(
    Revision revision) const {
  absl::MutexLock lock(&mutex_);
  std::map<std::string, std::optional<Entry>> changes;
  for (const auto& [key, versions] : keys_) {
    const auto version = versions.find(revision);
    if (version != versions.end()) changes.insert({key, version->second});
  }
  return changes;
}

void ModelStore::Rewind(Revision revision) {
  absl::MutexLock lock(&mutex_);
  newest_ = revision;
  for (auto& [key, versions] : keys_) {
    versions.erase(versions.upper_bound(revision), versions.end());
  }
  log_.erase(log_.upper_bound(revision), log_.end());
  for (auto each = requests_.begin(); each != requests_.end();) {
    const bool is_lost = each->second.revision > revision;
    each = is_lost ? requests_.erase(each) : std::next(each);
  }
  for (auto label = ingested_.begin(); label != ingested_.end();) {
    label =
        label->second > revision ? ingested_.erase(label) : std::next(label);
  }
}

StoreStats ModelStore::Stats() const {
  const std::map<std::string, Entry> entries = Entries();
  absl::MutexLock lock(&mutex_);
  StoreStats stats = counters_;
  stats.store_id = "00000000000000000000000000000001";
  stats.visible_revision = newest_;
  stats.durable_revision = newest_;
  stats.keys_in_index = entries.size();
  stats.page_lease_count = leases_.size();
  stats.floor_revision = floor_;
  stats.snapshot_count = snapshots_.size();
  stats.watch_count = watches_.size();
  for (const auto& [key, entry] : entries) {
    stats.live_bytes += key.size() + entry.value.bytes.size();
  }
  stats.file_size_bytes = stats.live_bytes;
  return stats;
}

void ModelStore::Backup(std::string folder, BackupCallback done) {
  mutex_.Lock();
  Complete([done = std::move(done), folder = std::move(folder)]() mutable {
    done(absl::UnimplementedError(folder + ": a model has no files"));
  });
}

absl::StatusOr<CompactionPlan> ModelStore::ExplainCompaction() const {
  return CompactionPlan();
}

void ModelStore::Verify(VerifyCallback done) {
  mutex_.Lock();
  ++counters_.verify_count;
  counters_.last_verify_time = EngineTime();
  Complete([done = std::move(done)]() mutable { done(VerifyReport()); });
}

}  // namespace rundlet

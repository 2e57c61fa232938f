#include "storage/engine/recovery/segment_loader.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "storage/engine/recovery/restore_batch.h"
#include "storage/engine/recovery/segment_hint.h"
#include "storage/format/file_header.h"

namespace rundlet {
namespace {

constexpr absl::Duration kProgressInterval = absl::Seconds(2);

bool SameEntries(const HintEnd& a, const HintEnd& b) {
  return a.entry_count == b.entry_count && a.digest == b.digest;
}

}  // namespace

absl::StatusOr<SegmentSeal> LoadRecords(const Segment& segment, uint64_t to,
                                        Index* index, int64_t* time_us,
                                        RecordVisitor visit) {
  SegmentSeal seal;
  seal.segment_id = segment.id();
  seal.bytes = to;
  RestoreBatch batch(index);
  const absl::Status replayed = ReplaySegment(
      segment, kFileHeaderBytes, to,
      [&](const Record& record, const Location& location) {
        batch.Add(record, location);
        *time_us = std::max(*time_us, record.modified_us);
        seal.revision_min = seal.record_count == 0
                                ? record.revision
                                : std::min(seal.revision_min, record.revision);
        seal.revision_max = std::max(seal.revision_max, record.revision);
        ++seal.record_count;
        return visit(record, location);
      });
  if (!replayed.ok()) return replayed;
  batch.Flush();
  return seal;
}

SegmentLoader::SegmentLoader(Settings settings, Index* index)
    : settings_(std::move(settings)), index_(index) {}

absl::StatusOr<SegmentLoader::Loaded> SegmentLoader::LoadHint(
    const Job& job) const {
  const absl::StatusOr<std::unique_ptr<HintReader>> hint = OpenHint(
      settings_.file_system, settings_.folder, settings_.store_id, job.seal);
  if (!hint.ok()) return hint.status();
  Loaded loaded;
  loaded.by_hint = true;
  loaded.record_count = job.seal.record_count;
  RestoreBatch batch(index_);
  const absl::Status visited =
      (*hint)->Visit([&](const Record& record, const Location& location) {
        batch.Add(record, location);
        loaded.time_us = std::max(loaded.time_us, record.modified_us);
        NoteRequest(record, &loaded.requests);
        return absl::OkStatus();
      });
  if (!visited.ok()) return visited;
  batch.Flush();
  return loaded;
}

absl::Status SegmentLoader::LoadSegment(const Job& job, Loaded* loaded) const {
  HintDigest digest;
  const absl::StatusOr<SegmentSeal> seal =
      LoadRecords(*job.segment, job.seal.bytes, index_, &loaded->time_us,
                  [&](const Record& record, const Location& location) {
                    if (settings_.verify) digest.Add(record, location);
                    NoteRequest(record, &loaded->requests);
                    return absl::OkStatus();
                  });
  if (!seal.ok()) {
    return absl::Status(
        seal.status().code(),
        absl::StrCat(seal.status().message(), "; the keys of up to ",
                     job.seal.record_count, " records are at risk"));
  }
  if (seal->record_count != job.seal.record_count) {
    return absl::DataLossError(
        absl::StrCat(job.segment->path(), ": holds ", seal->record_count,
                     " records, but was sealed with ", job.seal.record_count));
  }
  loaded->record_count = seal->record_count;
  if (settings_.verify) CompareHint(job, digest.end(), loaded);
  return absl::OkStatus();
}

void SegmentLoader::CompareHint(const Job& job, const HintEnd& read,
                                Loaded* loaded) const {
  const absl::StatusOr<std::unique_ptr<HintReader>> hint = OpenHint(
      settings_.file_system, settings_.folder, settings_.store_id, job.seal);
  if (hint.ok() && SameEntries((*hint)->end(), read)) return;
  Reject(job,
         hint.ok()
             ? absl::DataLossError("it does not say what its segment says")
             : hint.status(),
         loaded);
}

void SegmentLoader::Reject(const Job& job, const absl::Status& reason,
                           Loaded* loaded) const {
  if (absl::IsNotFound(reason)) return;  // there is none
  loaded->rejected =
      HintNameOf(settings_.folder, settings_.store_id, job.seal.segment_id)
          .path;
  loaded->reason = std::string(reason.message());
}

absl::StatusOr<SegmentLoader::Loaded> SegmentLoader::LoadOne(
    const Job& job) const {
  absl::StatusOr<Loaded> hinted = absl::NotFoundError("not asked");
  if (!settings_.verify) hinted = LoadHint(job);
  if (hinted.ok()) return hinted;
  Loaded loaded;
  Reject(job, hinted.status(), &loaded);
  const absl::Status read = LoadSegment(job, &loaded);
  if (!read.ok()) return read;
  return loaded;
}

void SegmentLoader::Count(const Loaded& loaded) {
  result_.requests.insert(result_.requests.end(), loaded.requests.begin(),
                          loaded.requests.end());
  result_.record_count += loaded.record_count;
  result_.time_us = std::max(result_.time_us, loaded.time_us);
  ++(loaded.by_hint ? result_.hints_used : result_.segments_read);
  if (loaded.rejected.empty()) return;
  result_.hints_rejected.push_back(loaded.rejected);
  events_.push_back(absl::StrCat(
      "a hint is not believed, its segment is read: ", loaded.rejected, ": ",
      loaded.reason));
}

void SegmentLoader::Work() {
  const absl::MutexLock lock(&mu_);
  // Behind a damaged segment nothing is needed any more; what is before it has
  // been begun, so that the first error is always the same.
  while (next_job_ < jobs_.size() && errors_.empty()) {
    const size_t number = next_job_++;
    const Job& job = jobs_[number];
    mu_.Unlock();
    const absl::StatusOr<Loaded> loaded = LoadOne(job);
    mu_.Lock();
    if (!loaded.ok()) {
      errors_[number] = loaded.status();
      continue;
    }
    Count(*loaded);
    result_.revision_max =
        std::max(result_.revision_max, job.seal.revision_max);
    ++done_;
    done_bytes_ += job.seal.bytes;
  }
  --running_;
}

std::string SegmentLoader::Progress() const {
  return absl::StrCat("opening: ", done_, " of ", jobs_.size(),
                      " segments loaded, ", done_bytes_, " of ", all_bytes_,
                      " bytes");
}

void SegmentLoader::AwaitAll() {
  const absl::MutexLock lock(&mu_);
  while (true) {
    const bool done = mu_.AwaitWithTimeout(
        absl::Condition(this, &SegmentLoader::IsDone), kProgressInterval);
    std::vector<std::string> events = std::move(events_);
    events_.clear();
    if (!done) events.push_back(Progress());
    mu_.Unlock();
    for (const std::string& event : events) settings_.on_event(event);
    mu_.Lock();
    if (done) return;
  }
}

absl::StatusOr<SegmentLoader::Result> SegmentLoader::Load(
    std::vector<Job> jobs) {
  jobs_ = std::move(jobs);
  std::vector<std::thread> threads;
  {
    const absl::MutexLock lock(&mu_);
    for (const Job& job : jobs_) all_bytes_ += job.seal.bytes;
    running_ = std::min<size_t>(settings_.threads, jobs_.size());
    for (size_t i = 0; i < running_; ++i) {
      threads.emplace_back([this] { Work(); });
    }
  }
  AwaitAll();
  for (std::thread& thread : threads) thread.join();
  const absl::MutexLock lock(&mu_);
  if (!errors_.empty()) return errors_.begin()->second;
  return std::move(result_);
}

}  // namespace rundlet

#include "storage/engine/integrity/backup_thread.h"

#include "absl/strings/str_cat.h"
#include "storage/engine/recovery/store_id.h"

namespace rundlet {

BackupThread::BackupThread(Settings settings, Backup::Environment environment)
    : settings_(std::move(settings)),
      environment_(std::move(environment)),
      thread_([this] { Run(); }) {}

BackupThread::~BackupThread() {
  {
    const absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

void BackupThread::Request(std::string folder, Store::BackupCallback done) {
  {
    const absl::MutexLock lock(&mu_);
    if (!stopping_) {
      waiting_.emplace_back(std::move(folder), std::move(done));
      return;
    }
  }
  done(absl::UnavailableError("the store is closing"));
}

bool BackupThread::stopping() const {
  const absl::MutexLock lock(&mu_);
  return stopping_;
}

absl::StatusOr<BackupReport> BackupThread::Make(const std::string& folder) {
  const absl::Duration start = settings_.clock->Monotonic();
  const std::string store_id = NewStoreId(settings_.random);
  absl::StatusOr<BackupReport> report =
      Backup(environment_).Run(folder, store_id, [this](uint64_t) {
        return !stopping();
      });
  if (absl::IsCancelled(report.status())) {
    return absl::UnavailableError(report.status().message());
  }
  if (!report.ok()) {
    settings_.on_event(absl::StrCat("backup to ", folder,
                                    " failed: ", report.status().message()));
    return report;
  }
  report->duration = settings_.clock->Monotonic() - start;
  settings_.on_event(absl::StrCat("backed up revision ", report->revision,
                                  " to ", folder, ": ", report->key_count,
                                  " keys, ", report->bytes, " bytes in ",
                                  absl::FormatDuration(report->duration)));
  return report;
}

void BackupThread::Run() {
  while (true) {
    Waiting next;
    bool stop = false;
    {
      const absl::MutexLock lock(&mu_);
      mu_.Await(absl::Condition(this, &BackupThread::HasWork));
      stop = stopping_;
      if (!waiting_.empty()) {
        next = std::move(waiting_.front());
        waiting_.pop_front();
      }
    }
    if (next.second) {
      absl::StatusOr<BackupReport> report =
          absl::UnavailableError("the store is closing");
      if (!stop) report = Make(next.first);
      next.second(std::move(report));
    } else if (stop) {
      return;
    }
  }
}

}  // namespace rundlet

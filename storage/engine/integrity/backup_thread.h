// BackupThread: makes backups, one after the other.

#ifndef RUNDLET_STORAGE_ENGINE_INTEGRITY_BACKUP_THREAD_H_
#define RUNDLET_STORAGE_ENGINE_INTEGRITY_BACKUP_THREAD_H_

#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "storage/engine/integrity/backup.h"
#include "storage/file/clock.h"
#include "storage/store.h"

namespace rundlet {

// Thread-safe.
class BackupThread {
 public:
  struct Settings {
    const Clock* clock = nullptr;
    // Of which store ids are made; empty: from the system.
    absl::AnyInvocable<uint64_t()> random;
    std::function<void(absl::string_view)> on_event;  // never empty
  };

  BackupThread(Settings settings, Backup::Environment environment);

  // Ends the backup under way; those that wait are answered UNAVAILABLE.
  ~BackupThread();

  BackupThread(const BackupThread&) = delete;
  BackupThread& operator=(const BackupThread&) = delete;

  void Request(std::string folder, Store::BackupCallback done)
      ABSL_LOCKS_EXCLUDED(mu_);

 private:
  using Waiting = std::pair<std::string, Store::BackupCallback>;

  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopping_ || !waiting_.empty();
  }
  bool stopping() const ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<BackupReport> Make(const std::string& folder)
      ABSL_LOCKS_EXCLUDED(mu_);

  Settings settings_;  // the thread's own
  const Backup::Environment environment_;

  mutable absl::Mutex mu_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_INTEGRITY_BACKUP_THREAD_H_

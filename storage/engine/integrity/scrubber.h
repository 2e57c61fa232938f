// Scrubber: the thread that reads all that the store has, again and again, so
// that damage is found while there is still a backup without it.

#ifndef RUNDLET_STORAGE_ENGINE_INTEGRITY_SCRUBBER_H_
#define RUNDLET_STORAGE_ENGINE_INTEGRITY_SCRUBBER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/engine/byte_pace.h"
#include "storage/engine/integrity/verification.h"
#include "storage/file/clock.h"
#include "storage/store.h"

namespace rundlet {

// Thread-safe.
class Scrubber {
 public:
  struct Settings {
    uint64_t bytes_per_second = 0;  // at most; 0: as fast as it goes
    // All is read once in this time; zero: only when it is asked for.
    absl::Duration scrub_interval;
    const Clock* clock = nullptr;
    // Told of damage; never empty.
    std::function<void(absl::string_view)> on_event;
  };

  struct Counts {
    uint64_t verifications = 0;           // that were finished
    uint64_t damaged = 0;                 // that the last one has found
    std::optional<absl::Time> last_time;  // when it ended
  };

  Scrubber(Settings settings, const Verification::Environment& environment);

  // Ends the verification under way; those that wait are answered UNAVAILABLE.
  ~Scrubber();

  Scrubber(const Scrubber&) = delete;
  Scrubber& operator=(const Scrubber&) = delete;

  // A scrub under way is given up for it, and begins anew later.
  void Request(Store::VerifyCallback done) ABSL_LOCKS_EXCLUDED(mu_);

  Counts counts() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopping_ || !waiting_.empty();
  }
  bool IsStopping() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopping_;
  }
  // How long the next scrub is away.
  absl::Duration Patience() const;
  void Scrub() ABSL_LOCKS_EXCLUDED(mu_);
  absl::StatusOr<VerifyReport> Verify(uint64_t bytes_per_second, bool gives_way)
      ABSL_LOCKS_EXCLUDED(mu_);
  // Rests; false: there is something better to do.
  bool Rest(absl::Duration rest, bool gives_way) ABSL_LOCKS_EXCLUDED(mu_);
  void Say(const VerifyReport& report);

  const Settings settings_;
  const Verification::Environment environment_;
  absl::Duration next_scrub_;  // the thread's own

  mutable absl::Mutex mu_;
  std::vector<Store::VerifyCallback> waiting_ ABSL_GUARDED_BY(mu_);
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  Counts counts_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_INTEGRITY_SCRUBBER_H_

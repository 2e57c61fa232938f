// LogChain: the end of the log as far as it is synced, for those who read the
// log as it grows.

#ifndef RUNDLET_STORAGE_ENGINE_WATCH_LOG_CHAIN_H_
#define RUNDLET_STORAGE_ENGINE_WATCH_LOG_CHAIN_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "storage/entry.h"
#include "storage/log/segment.h"

namespace rundlet {

// A segment of the log, as far as it is synced, and the link behind it. Whoever
// holds a link can read from there to the end of the log, also what compaction
// has taken out of the store meanwhile. Thread-safe.
class LogLink {
 public:
  LogLink(std::shared_ptr<const Segment> segment, uint64_t synced_bytes)
      : segment_(std::move(segment)), synced_bytes_(synced_bytes) {}
  ~LogLink();

  LogLink(const LogLink&) = delete;
  LogLink& operator=(const LogLink&) = delete;

  const std::shared_ptr<const Segment>& segment() const { return segment_; }
  // The end of a group. It grows until there is a next link.
  uint64_t synced_bytes() const { return synced_bytes_.load(); }
  // Null: this is the last one yet.
  std::shared_ptr<LogLink> next() const ABSL_LOCKS_EXCLUDED(mu_);

  void set_synced_bytes(uint64_t bytes) { synced_bytes_.store(bytes); }
  void set_next(std::shared_ptr<LogLink> next) ABSL_LOCKS_EXCLUDED(mu_);

 private:
  const std::shared_ptr<const Segment> segment_;
  std::atomic<uint64_t> synced_bytes_;
  mutable absl::Mutex mu_;
  std::shared_ptr<LogLink> next_ ABSL_GUARDED_BY(mu_);
};

// Where a group starts, or will, once it is there.
struct LogPlace {
  std::shared_ptr<LogLink> link;
  uint64_t offset = 0;
};

// Thread-safe. Its lock is a leaf.
class LogChain {
 public:
  // All of the active segment is synced; `newest` is the newest revision there
  // or anywhere before.
  LogChain(std::shared_ptr<const Segment> active, Revision newest);

  // The last segment is synced up to `bytes`; no revision above `newest` is
  // before that.
  void Extend(uint64_t bytes, Revision newest) ABSL_LOCKS_EXCLUDED(mu_);
  // The last segment is sealed like that, and the log goes on in `next`.
  void Roll(uint64_t bytes, Revision newest,
            std::shared_ptr<const Segment> next) ABSL_LOCKS_EXCLUDED(mu_);

  std::shared_ptr<LogLink> last() const ABSL_LOCKS_EXCLUDED(mu_);

  // A place in the last segment before which there is no revision of `from` or
  // above, and not in an older segment either. No link: it knows of none.
  LogPlace PlaceOf(Revision from) const ABSL_LOCKS_EXCLUDED(mu_);

  // Called, under a lock of the pipeline, after Extend and Roll. To be set
  // before anything is written.
  void set_on_extend(std::function<void()> on_extend) {
    on_extend_ = std::move(on_extend);
  }

 private:
  // What was synced at some time.
  struct Mark {
    uint64_t bytes = 0;
    Revision newest = 0;
  };

  void AddMark(const Mark& mark) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  std::function<void()> on_extend_;  // constant once something is written
  mutable absl::Mutex mu_;
  std::shared_ptr<LogLink> last_ ABSL_GUARDED_BY(mu_);
  std::deque<Mark> marks_ ABSL_GUARDED_BY(mu_);  // of the last link
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_WATCH_LOG_CHAIN_H_

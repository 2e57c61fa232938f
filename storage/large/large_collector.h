// LargeCollector: deletes the chunks that no value names any more.
//
// It walks the heads, a page at a time. An upload whose key holds no
// description with its id is garbage: its value was replaced, deleted, has
// expired, or was never finished. One that is under way in this process is left
// alone; and because it stays listed until its last commit can be read, a key
// that is read behind the look at the list shows what it has done. So nothing
// needs to be old to be collected, and no clock is asked.

#ifndef RUNDLET_STORAGE_LARGE_LARGE_COLLECTOR_H_
#define RUNDLET_STORAGE_LARGE_LARGE_COLLECTOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/large/large_chunks.h"

namespace rundlet {

// Thread-safe.
class LargeCollector {
 public:
  using EventCallback = absl::AnyInvocable<void(absl::string_view line)>;

  // With an interval above zero a thread collects that often; `on_event` may be
  // empty.
  LargeCollector(std::shared_ptr<LargeChunks> chunks, absl::Duration interval,
                 EventCallback on_event);
  // Waits for what is being collected.
  ~LargeCollector();

  LargeCollector(const LargeCollector&) = delete;
  LargeCollector& operator=(const LargeCollector&) = delete;

  // Collects now, and tells how many uploads it has removed. Blocks: not to be
  // called on a thread of the store. An error of the store ends it early; the
  // next call goes on.
  absl::StatusOr<uint64_t> Collect() ABSL_LOCKS_EXCLUDED(collecting_);

 private:
  struct Head {
    std::string upload_id;
    std::string owner;  // the key whose value it is
  };

  // Those that no value names, of some that are not under way.
  absl::StatusOr<std::vector<Head>> Unnamed(std::vector<Head> heads);
  absl::Status Delete(const std::string& upload_id);
  void Run();

  const std::shared_ptr<LargeChunks> chunks_;
  const absl::Duration interval_;
  EventCallback on_event_;

  absl::Mutex collecting_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LARGE_LARGE_COLLECTOR_H_

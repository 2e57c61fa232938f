// HintMaker: the thread that gives each sealed segment its hint, and takes away
// the hints of segments that are gone.

#ifndef RUNDLET_STORAGE_ENGINE_RECOVERY_HINT_MAKER_H_
#define RUNDLET_STORAGE_ENGINE_RECOVERY_HINT_MAKER_H_

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "storage/engine/recovery/segment_hint.h"
#include "storage/file/file_system.h"
#include "storage/log/manifest.h"

namespace rundlet {

// Thread-safe. No commit waits for it, and nothing relies on what it does: a
// hint that cannot be written is said and tried again when segments change.
class HintMaker {
 public:
  struct Counts {
    uint64_t hints = 0;          // of segments that are listed
    uint64_t written_bytes = 0;  // of hints, since it was made
  };

  struct Settings {
    FileSystem* file_system = nullptr;
    std::string folder;
    // Whether the disk has room for so many bytes that nobody needs; if not,
    // the hint waits until segments change.
    std::function<bool(uint64_t bytes)> has_room;
    // Told what an operator should know.
    std::function<void(absl::string_view)> on_event;
  };

  // Everything must outlive it; the functions are never empty.
  HintMaker(Settings settings, Manifest* manifest);

  // Leaves the hint that is being written unmade.
  ~HintMaker();

  HintMaker(const HintMaker&) = delete;
  HintMaker& operator=(const HintMaker&) = delete;

  Counts counts() const ABSL_LOCKS_EXCLUDED(mu_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mu_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopping_ || changed_;
  }
  bool stopping() const ABSL_LOCKS_EXCLUDED(mu_);
  void FindHints();
  void RemoveStale(const ManifestState& state);
  void WriteMissing(const ManifestState& state);
  void WriteOne(const ManifestState& state, FileKind kind,
                const SegmentSeal& seal);
  void CountHints() ABSL_LOCKS_EXCLUDED(mu_);

  const Settings settings_;
  Manifest* const manifest_;
  std::set<uint64_t> hinted_;   // the thread's own
  std::set<uint64_t> damaged_;  // the thread's own: they get no hint

  mutable absl::Mutex mu_;
  bool changed_ ABSL_GUARDED_BY(mu_) = true;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  Counts counts_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_RECOVERY_HINT_MAKER_H_

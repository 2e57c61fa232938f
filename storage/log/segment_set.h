// SegmentSet: the segments that readers may need, by id.

#ifndef RUNDLET_STORAGE_LOG_SEGMENT_SET_H_
#define RUNDLET_STORAGE_LOG_SEGMENT_SET_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "storage/compression/dictionaries.h"
#include "storage/epochs.h"
#include "storage/log/segment.h"

namespace rundlet {

// Thread-safe. A segment lives until it was removed here and the last reader
// has let it go.
//
// So that readers share neither a lock nor a count of references, the map is
// replaced as a whole when it changes, and they look at it under a guard.
class SegmentSet {
 public:
  SegmentSet();
  ~SegmentSet();
  SegmentSet(const SegmentSet&) = delete;
  SegmentSet& operator=(const SegmentSet&) = delete;

  void Add(const std::shared_ptr<Segment>& segment) ABSL_LOCKS_EXCLUDED(mu_);
  // Waits for guards, so that what was removed is closed when it returns unless
  // somebody has a reference of it.
  void Remove(absl::Span<const uint64_t> ids) ABSL_LOCKS_EXCLUDED(mu_);

  // What the values in the segments are compressed with. Never null.
  const std::shared_ptr<Dictionaries>& dictionaries() const {
    return dictionaries_;
  }

  // Adds those of a MANIFEST. DATA_LOSS: one of them is damaged, and values
  // that need it cannot be read.
  absl::Status KnowDictionaries(const std::map<uint8_t, std::string>& by_id);

  // Null if it is not there: a compaction has moved its records elsewhere.
  std::shared_ptr<const Segment> Find(uint64_t id) const;

  // The same for as long as the caller's guard of epochs() lasts, which should
  // be short: Remove waits for it.
  const Segment* FindGuarded(uint64_t id) const;
  const Epochs* epochs() const { return &epochs_; }

  // All, by ascending id.
  std::vector<std::shared_ptr<Segment>> All() const;

 private:
  using Map = absl::flat_hash_map<uint64_t, std::shared_ptr<Segment>>;

  void Replace(std::unique_ptr<const Map> map)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  // The segments', which may outlive their set.
  const std::shared_ptr<Dictionaries> dictionaries_ =
      std::make_shared<Dictionaries>();

  absl::Mutex mu_;  // of those that change the map
  Epochs epochs_;
  std::atomic<const Map*> map_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_SEGMENT_SET_H_

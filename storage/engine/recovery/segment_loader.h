// SegmentLoader: fills the index from the sealed segments, several at a time:
// from their hints, and from the segments themselves where a hint is missing or
// bad.

#ifndef RUNDLET_STORAGE_ENGINE_RECOVERY_SEGMENT_LOADER_H_
#define RUNDLET_STORAGE_ENGINE_RECOVERY_SEGMENT_LOADER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "storage/engine/requests/request_table.h"
#include "storage/file/file_system.h"
#include "storage/format/hint.h"
#include "storage/format/manifest_edit.h"
#include "storage/index/index.h"
#include "storage/log/segment.h"
#include "storage/log/segment_replay.h"

namespace rundlet {

// Visits every record of a segment up to `to`, puts it into the index and
// returns what the MANIFEST would say of them; *time_us is raised to the
// highest time in them. DATA_LOSS names the place.
absl::StatusOr<SegmentSeal> LoadRecords(const Segment& segment, uint64_t to,
                                        Index* index, int64_t* time_us,
                                        RecordVisitor visit);

// One owner; Load is called once.
class SegmentLoader {
 public:
  struct Settings {
    FileSystem* file_system = nullptr;
    std::string folder;
    std::string store_id;
    // Reads every segment, its hint or not, and compares the two.
    bool verify = false;
    uint32_t threads = 1;
    // Told how far it is, now and then, by the thread that called Load.
    std::function<void(absl::string_view)> on_event;
  };

  struct Job {
    std::shared_ptr<const Segment> segment;
    SegmentSeal seal;
  };

  struct Result {
    uint64_t record_count = 0;
    Revision revision_max = 0;
    int64_t time_us = 0;
    uint64_t hints_used = 0;
    uint64_t segments_read = 0;               // whole
    std::vector<std::string> hints_rejected;  // paths of what is no use
    std::vector<CommittedRequest> requests;   // of all that records carry
  };

  SegmentLoader(Settings settings, Index* index);

  // `jobs` by ascending id. DATA_LOSS: of the first segment that is damaged.
  absl::StatusOr<Result> Load(std::vector<Job> jobs);

 private:
  // What one segment has brought.
  struct Loaded {
    uint64_t record_count = 0;
    int64_t time_us = 0;
    bool by_hint = false;
    std::vector<CommittedRequest> requests;
    std::string rejected;  // the path of a hint that is of no use
    std::string reason;
  };

  absl::StatusOr<Loaded> LoadOne(const Job& job) const;
  absl::StatusOr<Loaded> LoadHint(const Job& job) const;
  absl::Status LoadSegment(const Job& job, Loaded* loaded) const;
  void CompareHint(const Job& job, const HintEnd& read, Loaded* loaded) const;
  void Reject(const Job& job, const absl::Status& reason, Loaded* loaded) const;
  void Work() ABSL_LOCKS_EXCLUDED(mu_);
  void AwaitAll() ABSL_LOCKS_EXCLUDED(mu_);
  std::string Progress() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Count(const Loaded& loaded) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool IsDone() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return running_ == 0;
  }

  const Settings settings_;
  Index* const index_;
  std::vector<Job> jobs_;  // constant while threads run

  absl::Mutex mu_;
  size_t next_job_ ABSL_GUARDED_BY(mu_) = 0;
  size_t running_ ABSL_GUARDED_BY(mu_) = 0;  // threads
  size_t done_ ABSL_GUARDED_BY(mu_) = 0;     // jobs
  uint64_t done_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  uint64_t all_bytes_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::string> events_ ABSL_GUARDED_BY(mu_);        // not said yet
  std::map<size_t, absl::Status> errors_ ABSL_GUARDED_BY(mu_);  // by job
  Result result_ ABSL_GUARDED_BY(mu_);
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_RECOVERY_SEGMENT_LOADER_H_

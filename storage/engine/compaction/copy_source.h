// CopySource: what a compaction has to copy, in the order of the keys: what the
// index leads to, and the deletes that still hide something (L6).

#ifndef RUNDLET_STORAGE_ENGINE_COMPACTION_COPY_SOURCE_H_
#define RUNDLET_STORAGE_ENGINE_COMPACTION_COPY_SOURCE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/engine/compaction/compaction_environment.h"
#include "storage/engine/compaction/compaction_survey.h"
#include "storage/index/version.h"

namespace rundlet {

// One owner. In memory are the deletes of CompactionEnvironment at a time; the
// inputs' hints are read once for each time that there are more.
class CopySource {
 public:
  // A record of an input.
  struct Item {
    std::string key;
    Revision revision = 0;
    Location location;
  };

  // Both must outlive it.
  CopySource(const CompactionEnvironment* environment,
             const CompactionInputs* inputs, const ManifestState& state);

  // Some items, all above those before by key and revision. Each record that
  // the index leads to when its key is passed is among them, and each delete
  // above `hidden_from` that is then the newest of its key as far as the index
  // and the inputs can tell.
  absl::StatusOr<std::vector<Item>> Next();

  // Whether there is no more.
  bool done() const { return done_; }

 private:
  struct Delete {
    Revision revision = 0;
    Location location;
  };

  // A key of the index that may be of interest, with all its versions.
  struct Walked {
    std::string key;
    std::vector<Version> versions;
  };

  // Reads the next deletes behind after_ into deletes_.
  absl::Status GatherDeletes();
  void AddDelete(absl::string_view key, const Delete& found);
  // Walks on through the index, and returns what it leads to.
  std::vector<Walked> Walk();
  // Adds what there is of a key; `versions` are none if it is not in the index.
  void AddKey(const std::string& key, absl::Span<const Version> versions,
              std::vector<Item>* items);
  // Adds the deletes up to `key` of keys that are not in the index.
  void AddDeletesBelow(const std::string& key, std::vector<Item>* items);
  bool IsInput(uint64_t segment_id) const;

  const CompactionEnvironment* const environment_;
  const CompactionInputs* const inputs_;
  const std::string store_id_;
  // Those that may have deletes that stay.
  std::vector<SegmentSeal> delete_inputs_;
  std::string after_;  // all keys up to it have been passed
  absl::btree_map<std::string, Delete> deletes_;  // behind after_
  bool has_all_deletes_ = false;  // else deletes_ ends at horizon_
  std::string horizon_;
  bool has_ended_ = false;  // the walk has, at horizon_ or at the last key
  bool done_ = false;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_COMPACTION_COPY_SOURCE_H_

// RestoreBatch: records on their way into the index, many at a time.

#ifndef RUNDLET_STORAGE_ENGINE_RECOVERY_RESTORE_BATCH_H_
#define RUNDLET_STORAGE_ENGINE_RECOVERY_RESTORE_BATCH_H_

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "storage/engine/record_version.h"
#include "storage/format/location.h"
#include "storage/format/record.h"
#include "storage/index/index.h"

namespace rundlet {

// One owner. What was added is in the index after Flush.
class RestoreBatch {
 public:
  explicit RestoreBatch(Index* index) : index_(index), changes_(kRecords) {}

  // Receipts have no key and are not in the index.
  void Add(const Record& record, const Location& location) {
    if (record.type == RecordType::kReceipt) return;
    Index::Change& change = changes_[count_];
    change.key.assign(record.key.data(), record.key.size());
    change.version = VersionOf(record, location);
    if (++count_ == kRecords) Flush();
  }

  void Flush() {
    index_->RestoreAll(absl::MakeConstSpan(changes_).subspan(0, count_));
    count_ = 0;
  }

 private:
  static constexpr size_t kRecords = 256;

  Index* const index_;
  std::vector<Index::Change> changes_;  // kept, with the room of their keys
  size_t count_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_RECOVERY_RESTORE_BATCH_H_

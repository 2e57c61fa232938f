// VectorSource: entries of a vector, for Store::Ingest.

#ifndef RUNDLET_TESTS_SUPPORT_VECTOR_SOURCE_H_
#define RUNDLET_TESTS_SUPPORT_VECTOR_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/store.h"

namespace rundlet {

class VectorSource : public EntrySource {
 public:
  VectorSource(std::string label, std::vector<Entry> entries)
      : label_(std::move(label)), entries_(std::move(entries)) {}

  absl::string_view label() const override { return label_; }
  uint64_t entry_count() const override { return entries_.size(); }

  absl::StatusOr<bool> Next(Entry* entry) override {
    if (next_ == fail_at_) return absl::DataLossError("the source broke");
    if (next_ == entries_.size()) return false;
    *entry = entries_[next_++];
    return true;
  }

  // Fails as DATA_LOSS behind so many entries.
  void FailAt(size_t entries) { fail_at_ = entries; }

 private:
  const std::string label_;
  const std::vector<Entry> entries_;
  size_t next_ = 0;
  size_t fail_at_ = std::numeric_limits<size_t>::max();
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_VECTOR_SOURCE_H_

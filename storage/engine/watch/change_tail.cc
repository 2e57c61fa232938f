#include "storage/engine/watch/change_tail.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace rundlet {
namespace {

// Read at a time, so that watches are served in between.
constexpr uint64_t kFillBytes = 4 << 20;

}  // namespace

void ChangeTail::Start(LogPlace place, Revision from) {
  Stop();
  floor_ = end_ = from - 1;
  cursor_.emplace(std::move(place), from);
}

void ChangeTail::Stop() {
  cursor_.reset();
  items_.clear();
  bytes_ = 0;
}

absl::StatusOr<bool> ChangeTail::Fill() {
  uint64_t read_bytes = 0;
  while (read_bytes < kFillBytes) {
    std::vector<LoggedTransaction> read;
    const absl::StatusOr<bool> more =
        cursor_->Next([](const Record&) { return true; }, &read);
    if (!more.ok()) return more.status();
    if (!*more) return false;
    for (LoggedTransaction& transaction : read) {
      end_ = transaction.revision;
      totals_.changes += transaction.change_count;
      totals_.bytes += transaction.record_bytes;
      bytes_ += transaction.held_bytes;
      read_bytes += transaction.held_bytes;
      items_.push_back({std::move(transaction), cursor_->place()});
    }
    while (bytes_ > bytes_max_ && items_.size() > 1) {
      floor_ = items_.front().transaction.revision;
      bytes_ -= items_.front().transaction.held_bytes;
      items_.pop_front();
    }
  }
  return true;
}

size_t ChangeTail::IndexBehind(Revision revision) const {
  const auto behind =
      std::upper_bound(items_.begin(), items_.end(), revision,
                       [](Revision wanted, const Item& item) {
                         return wanted < item.transaction.revision;
                       });
  return static_cast<size_t>(behind - items_.begin());
}

}  // namespace rundlet

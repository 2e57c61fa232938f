#include "storage/engine/watch/log_chain.h"

#include <utility>

namespace rundlet {
namespace {

// A commit is published soon after its sync; whoever looks for an older place
// than these marks know starts at the segment's beginning.
constexpr size_t kMarksMax = 64;

}  // namespace

LogLink::~LogLink() {
  // Link by link: a chain may be longer than the stack is deep.
  std::shared_ptr<LogLink> next;
  {
    const absl::MutexLock lock(&mu_);
    next = std::move(next_);
  }
  while (next != nullptr && next.use_count() == 1) {
    std::shared_ptr<LogLink> after;
    {
      const absl::MutexLock lock(&next->mu_);
      after = std::move(next->next_);
    }
    next = std::move(after);
  }
}

std::shared_ptr<LogLink> LogLink::next() const {
  const absl::MutexLock lock(&mu_);
  return next_;
}

void LogLink::set_next(std::shared_ptr<LogLink> next) {
  const absl::MutexLock lock(&mu_);
  next_ = std::move(next);
}

LogChain::LogChain(std::shared_ptr<const Segment> active, Revision newest) {
  const uint64_t bytes = active->bytes();
  last_ = std::make_shared<LogLink>(std::move(active), bytes);
  marks_.push_back({bytes, newest});
}

void LogChain::AddMark(const Mark& mark) {
  if (marks_.size() == kMarksMax) marks_.pop_front();
  marks_.push_back(mark);
}

void LogChain::Extend(uint64_t bytes, Revision newest) {
  {
    const absl::MutexLock lock(&mu_);
    last_->set_synced_bytes(bytes);
    AddMark({bytes, newest});
  }
  if (on_extend_) on_extend_();
}

void LogChain::Roll(uint64_t bytes, Revision newest,
                    std::shared_ptr<const Segment> next) {
  {
    const absl::MutexLock lock(&mu_);
    last_->set_synced_bytes(bytes);
    const uint64_t next_bytes = next->bytes();
    auto link = std::make_shared<LogLink>(std::move(next), next_bytes);
    last_->set_next(link);
    last_ = std::move(link);
    marks_.clear();
    AddMark({next_bytes, newest});
  }
  if (on_extend_) on_extend_();
}

std::shared_ptr<LogLink> LogChain::last() const {
  const absl::MutexLock lock(&mu_);
  return last_;
}

LogPlace LogChain::PlaceOf(Revision from) const {
  const absl::MutexLock lock(&mu_);
  for (auto mark = marks_.rbegin(); mark != marks_.rend(); ++mark) {
    if (mark->newest < from) return {last_, mark->bytes};
  }
  return {};
}

}  // namespace rundlet

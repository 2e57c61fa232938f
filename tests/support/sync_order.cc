#include "tests/support/sync_order.h"

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "storage/engine/sync_point.h"

#ifndef RUNDLET_SYNC_POINTS
#error "the engine has no sync points in this configuration: use --config=tsan"
#endif

namespace rundlet {
namespace {

std::atomic<SyncOrder*> present{nullptr};

absl::Mutex names_mutex(absl::kConstInit);

std::set<std::string>& Names() ABSL_EXCLUSIVE_LOCKS_REQUIRED(names_mutex) {
  static auto* const kNames = new std::set<std::string>();
  return *kNames;
}

void NoteName(const char* name) {
  const absl::MutexLock lock(&names_mutex);
  Names().insert(name);
}

}  // namespace

SyncOrder::SyncOrder(std::string first, std::string second,
                     absl::Duration patience)
    : first_(std::move(first)),
      second_(std::move(second)),
      patience_(patience) {}

SyncOrder* SyncOrder::Begin(const std::string& first, const std::string& second,
                            absl::Duration patience) {
  // A thread may still be on its way out of an old one.
  static auto* const kAll = new std::vector<std::unique_ptr<SyncOrder>>();
  kAll->emplace_back(new SyncOrder(first, second, patience));
  present.store(kAll->back().get());
  sync_point_hook.store(&SyncOrder::Hook);
  return kAll->back().get();
}

bool SyncOrder::End() {
  sync_point_hook.store(nullptr);
  present.store(nullptr);
  const absl::MutexLock lock(&mutex_);
  over_ = true;
  return met_;
}

void SyncOrder::Hook(const char* name) {
  SyncOrder* const order = present.load();
  // A lock taken at every point would hide races from ThreadSanitizer.
  if (order != nullptr && (order->first_ == name || order->second_ == name)) {
    order->Reach(name);
  }
}

void SyncOrder::Reach(const char* name) {
  const absl::MutexLock lock(&mutex_);
  if (first_ == name) first_reached_ = true;
  if (second_ != name || second_reached_) return;
  second_reached_ = true;
  const auto may_go = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return first_reached_ || over_;
  };
  mutex_.AwaitWithTimeout(absl::Condition(&may_go), patience_);
  met_ = first_reached_;
}

SyncPointNames::SyncPointNames() {
  {
    const absl::MutexLock lock(&names_mutex);
    Names().clear();
  }
  sync_point_hook.store(&NoteName);
}

SyncPointNames::~SyncPointNames() { sync_point_hook.store(nullptr); }

std::set<std::string> SyncPointNames::seen() const {
  const absl::MutexLock lock(&names_mutex);
  return Names();
}

}  // namespace rundlet

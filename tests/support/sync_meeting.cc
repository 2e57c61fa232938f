#include "tests/support/sync_meeting.h"

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

std::atomic<SyncMeeting*> present{nullptr};

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

SyncMeeting* SyncMeeting::Begin(Plan plan) {
  // A thread may still be on its way out of an old one.
  static auto* const kAll = new std::vector<std::unique_ptr<SyncMeeting>>();
  kAll->emplace_back(new SyncMeeting(std::move(plan)));
  present.store(kAll->back().get());
  sync_point_hook.store(&SyncMeeting::Hook);
  return kAll->back().get();
}

bool SyncMeeting::AwaitFirst(absl::Duration patience) {
  const absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(this, &SyncMeeting::HasCome),
                                 patience);
}

SyncMeeting::Outcome SyncMeeting::End() {
  sync_point_hook.store(nullptr);
  present.store(nullptr);
  const absl::MutexLock lock(&mutex_);
  over_ = true;
  return outcome_;
}

void SyncMeeting::Hook(const char* name) {
  SyncMeeting* const meeting = present.load();
  if (meeting == nullptr) return;
  const Plan& plan = meeting->plan_;
  // A lock taken at every point would hide races from ThreadSanitizer.
  if (plan.here == name || plan.other == name || plan.next == name) {
    meeting->Reach(name);
  }
}

void SyncMeeting::Reach(const char* name) {
  const absl::MutexLock lock(&mutex_);
  if (plan_.next == name && other_stays_) outcome_.next_came = true;
  if (plan_.here == name && !has_come_) {
    has_come_ = is_here_ = true;
    mutex_.AwaitWithTimeout(absl::Condition(this, &SyncMeeting::FirstMayGo),
                            plan_.other_patience);
    is_here_ = false;
  } else if (plan_.other == name && is_here_ && !outcome_.other_came) {
    outcome_.other_came = true;
    if (plan_.next.empty()) return;
    other_stays_ = true;
    mutex_.AwaitWithTimeout(absl::Condition(this, &SyncMeeting::OtherMayGo),
                            plan_.next_patience);
    other_stays_ = false;
  }
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

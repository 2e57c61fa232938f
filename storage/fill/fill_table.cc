#include "storage/fill/fill_table.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "storage/refusal.h"

namespace rundlet {
namespace {

absl::Status Lost() {
  return Refused(Refusal::kFillLost,
                 absl::AbortedError("the fill lease is lost: its time is over, "
                                    "or the key was written or filled since"));
}

absl::Status Full(Refusal why, absl::string_view what, uint64_t count,
                  absl::string_view limit_name) {
  return Refused(why, absl::ResourceExhaustedError(
                          absl::StrCat("there are ", count, " ", what, ", ",
                                       limit_name, " is ", count)));
}

}  // namespace

absl::StatusOr<FillSteps> FillTable::Join(FillGetPtr get, absl::Duration now) {
  FillSteps steps;
  const absl::MutexLock lock(&mutex_);
  const auto found = places_.find(get->key());
  if (found == places_.end()) {
    if (places_.size() >= limits_.leases_max) {
      return Full(Refusal::kFillsFull, "fill leases", places_.size(),
                  "fill_leases_max");
    }
    places_[get->key()].probing = true;
    size_.store(places_.size(), std::memory_order_release);
    steps.probes.push_back(std::move(get));
  } else if (waiter_count_ >= limits_.waiters_max && get->wait_end() > now) {
    return Full(Refusal::kFillWaitsFull, "requests that wait for a fill",
                waiter_count_, "fill_waiters_max");
  } else {
    Wait(found->second, get, now, &steps);
  }
  return steps;
}

std::optional<FillToken> FillTable::Probed(const FillGetPtr& get, Probe found,
                                           absl::Duration now,
                                           FillSteps* steps) {
  const absl::MutexLock lock(&mutex_);
  const auto at = places_.find(get->key());
  Place& place = at->second;
  place.probing = false;
  if (found == Probe::kOther) {
    Close(at, steps);
    return std::nullopt;
  }
  const bool probe_again = std::exchange(place.probe_again, false);
  if (get->answered()) {
    if (probe_again) BeginProbe(place, steps);
    PassOn(at, steps);
    return std::nullopt;
  }
  if (probe_again) {
    place.probing = true;
    steps->probes.push_back(get);
    return std::nullopt;
  }
  if (place.holder.has_value()) {
    Wait(place, get, now, steps);
    return std::nullopt;
  }
  const FillToken token = {life_, NewNumber()};
  place.holder = Holder{token.number, now + get->hold()};
  ends_[{place.holder->end, token.number}] = at->first;
  return token;
}

std::vector<std::string> FillTable::Write(const Transaction& transaction) {
  std::vector<std::string> waited_for;
  const absl::MutexLock lock(&mutex_);
  const auto take = [&](Places::iterator at) {
    mutex_.AssertHeld();
    const std::string key = at->first;
    if (TakeLease(at)) waited_for.push_back(key);
  };
  for (const auto* branch : {&transaction.operations, &transaction.otherwise}) {
    for (const Operation& operation : *branch) {
      if (std::holds_alternative<GetOperation>(operation)) continue;
      if (const std::string* key = KeyOf(operation)) {
        const auto at = places_.find(*key);
        if (at != places_.end()) take(at);
        continue;
      }
      const KeyRange& range = std::get<DeleteRangeOperation>(operation).range;
      auto at = places_.lower_bound(range.start);
      while (at != places_.end() && range.Contains(at->first)) {
        const std::string key = at->first;
        take(at);
        at = places_.upper_bound(key);
      }
    }
  }
  return waited_for;
}

FillSteps FillTable::Written(const std::vector<std::string>& keys) {
  FillSteps steps;
  const absl::MutexLock lock(&mutex_);
  for (const std::string& key : keys) {
    const auto at = places_.find(key);
    if (at == places_.end()) continue;
    if (at->second.probing) {
      at->second.probe_again = true;
    } else if (at->second.holder.has_value()) {
      BeginProbe(at->second, &steps);
    } else {
      PassOn(at, &steps);
    }
  }
  return steps;
}

FillSteps FillTable::WriteAll() {
  FillSteps steps;
  const absl::MutexLock lock(&mutex_);
  for (auto at = places_.begin(); at != places_.end();) {
    const std::string key = at->first;
    if (TakeLease(at)) PassOn(places_.find(key), &steps);
    at = places_.upper_bound(key);
  }
  return steps;
}

absl::Status FillTable::Use(const std::string& key, FillToken token,
                            absl::Duration now) {
  const absl::MutexLock lock(&mutex_);
  const auto at = FindHeld(key, token);
  if (at == places_.end() || at->second.holder->end <= now) return Lost();
  at->second.holder->in_use = true;
  return absl::OkStatus();
}

FillSteps FillTable::Filled(const std::string& key, FillToken token) {
  FillSteps steps;
  const absl::MutexLock lock(&mutex_);
  const auto at = FindHeld(key, token);
  if (at == places_.end()) return steps;
  DropHolder(at->second);
  if (at->second.probing) {
    at->second.probe_again = true;
  } else {
    Close(at, &steps);
  }
  return steps;
}

FillSteps FillTable::NotFilled(const std::string& key, FillToken token,
                               bool give_up) {
  FillSteps steps;
  const absl::MutexLock lock(&mutex_);
  const auto at = FindHeld(key, token);
  if (at == places_.end()) return steps;
  at->second.holder->in_use = false;
  if (give_up || at->second.holder->ended) {
    DropHolder(at->second);
    PassOn(at, &steps);
  }
  return steps;
}

void FillTable::Leave(const FillGetPtr& get) {
  const absl::MutexLock lock(&mutex_);
  const auto at = places_.find(get->key());
  if (at == places_.end()) return;
  TakeWaiter(at->second, get->number());
}

FillSteps FillTable::EndDue(absl::Duration now) {
  FillSteps steps;
  const absl::MutexLock lock(&mutex_);
  while (!ends_.empty() && ends_.begin()->first.first <= now) {
    const uint64_t number = ends_.begin()->first.second;
    const auto at = places_.find(ends_.begin()->second);
    Place& place = at->second;
    const bool is_holder =
        place.holder.has_value() && place.holder->number == number;
    if (!is_holder) {
      steps.in_vain.push_back(TakeWaiter(place, number));
    } else if (place.holder->in_use) {
      place.holder->ended = true;
      ends_.erase(ends_.begin());
    } else {
      DropHolder(place);
      PassOn(at, &steps);
    }
  }
  return steps;
}

absl::Duration FillTable::NextEnd() const {
  const absl::MutexLock lock(&mutex_);
  return ends_.empty() ? absl::InfiniteDuration() : ends_.begin()->first.first;
}

FillSteps FillTable::StopWaiting() {
  FillSteps steps;
  const absl::MutexLock lock(&mutex_);
  nobody_waits_ = true;
  for (auto& [key, place] : places_) {
    while (!place.waiters.empty()) {
      steps.in_vain.push_back(TakeWaiter(place, place.waiters.begin()->first));
    }
  }
  return steps;
}

void FillTable::Wait(Place& place, const FillGetPtr& get, absl::Duration now,
                     FillSteps* steps) {
  if (nobody_waits_ || get->wait_end() <= now) {
    steps->in_vain.push_back(get);
    return;
  }
  place.waiters[get->number()] = get;
  ends_[{get->wait_end(), get->number()}] = get->key();
  ++waiter_count_;
}

FillGetPtr FillTable::TakeWaiter(Place& place, uint64_t number) {
  const auto found = place.waiters.find(number);
  if (found == place.waiters.end()) return nullptr;
  FillGetPtr get = std::move(found->second);
  place.waiters.erase(found);
  ends_.erase({get->wait_end(), number});
  --waiter_count_;
  return get;
}

void FillTable::DropHolder(Place& place) {
  if (!place.holder.has_value()) return;
  ends_.erase({place.holder->end, place.holder->number});
  place.holder.reset();
}

FillTable::Places::iterator FillTable::FindHeld(const std::string& key,
                                                FillToken token) {
  const auto at = places_.find(key);
  const bool holds = token.life == life_ && at != places_.end() &&
                     at->second.holder.has_value() &&
                     at->second.holder->number == token.number;
  return holds ? at : places_.end();
}

void FillTable::BeginProbe(Place& place, FillSteps* steps) {
  if (place.probing || place.waiters.empty()) return;
  place.probing = true;
  place.probe_again = false;
  steps->probes.push_back(TakeWaiter(place, place.waiters.begin()->first));
}

void FillTable::PassOn(Places::iterator at, FillSteps* steps) {
  Place& place = at->second;
  if (place.probing || place.holder.has_value()) return;
  BeginProbe(place, steps);
  if (!place.probing) Erase(at);
}

void FillTable::Close(Places::iterator at, FillSteps* steps) {
  Place& place = at->second;
  while (!place.waiters.empty()) {
    steps->rereads.push_back(TakeWaiter(place, place.waiters.begin()->first));
  }
  DropHolder(place);
  Erase(at);
}

void FillTable::Erase(Places::iterator at) {
  places_.erase(at);
  size_.store(places_.size(), std::memory_order_release);
}

bool FillTable::TakeLease(Places::iterator at) {
  DropHolder(at->second);
  if (at->second.probing || !at->second.waiters.empty()) return true;
  Erase(at);
  return false;
}

}  // namespace rundlet

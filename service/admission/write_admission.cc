#include "service/admission/write_admission.h"

#include <algorithm>

#include "absl/memory/memory.h"
#include "service/admission/refused_write.h"

namespace rundlet {
namespace {

// Of what a client is told to wait.
constexpr absl::Duration kRetryDelayMin = absl::Milliseconds(10);
constexpr absl::Duration kRetryDelayMax = absl::Seconds(10);

// Of one stream, so that a few of them find room while it is scarce.
constexpr uint64_t kStreamShares = 4;

constexpr uint64_t StreamWritesMax(uint64_t fitting_writes) {
  return std::max<uint64_t>(fitting_writes / kStreamShares, 1);
}

}  // namespace

std::shared_ptr<WriteAdmission> WriteAdmission::Create(
    Store* store, const Settings& settings) {
  return absl::WrapUnique(new WriteAdmission(store, settings));
}

WriteAdmission::WriteAdmission(Store* store, const Settings& settings)
    : settings_(settings),
      store_(store),
      stream_writes_max_(StreamWritesMax(settings.delay.writes_max)),
      queue_(settings.waiting_bytes_max),
      control_(settings.delay),
      random_(settings.seed) {}

bool WriteAdmission::WantsDisk(const Transaction& transaction) const {
  const Durability durability = transaction.durability == Durability::kDefault
                                    ? settings_.default_durability
                                    : transaction.durability;
  return durability == Durability::kDisk;
}

bool WriteAdmission::IsBusy() const { return under_way_ > 0 && complete_; }

bool WriteAdmission::CommitAtOnce(Transaction* transaction,
                                  Store::CommitCallback* done) {
  // What its caller has handed over before is counted as waiting, or in the
  // store.
  if (WantsDisk(*transaction) || waiting_.load(std::memory_order_acquire) > 0) {
    return false;
  }
  store_->Commit(std::move(*transaction), std::move(*done));
  return true;
}

void WriteAdmission::Commit(Transaction transaction, Caller caller,
                            Store::CommitCallback done) {
  if (CommitAtOnce(&transaction, &done)) return;
  bool passes = false;
  absl::Status refused;
  {
    const absl::MutexLock lock(&mutex_);
    passes = !handing_over_ && !closed_ && queue_.empty() && !IsBusy();
    if (passes) {
      handing_over_ = true;
      delays_.Add(absl::ZeroDuration());
      // The disk had nothing to do: whatever was, it is over.
      if (under_way_ == 0) {
        control_.GroupBegins({}, settings_.clock->Monotonic());
      }
      Begin(1, transaction.more);
    } else {
      refused = Enqueue(&transaction, &caller, &done);
    }
  }
  if (passes) {
    Pass(std::move(transaction), std::move(done));
    return HandOver();
  }
  if (!refused.ok()) done(std::move(refused));
}

absl::Status WriteAdmission::Enqueue(Transaction* transaction, Caller* caller,
                                     Store::CommitCallback* done) {
  if (closed_) return absl::UnavailableError("the server is closing");
  const absl::Duration now = settings_.clock->Monotonic();
  if (!queue_.empty()) control_.OldestWaits(now - queue_.oldest().since, now);
  if (IsBusy()) control_.GroupLasts(group_writes_, now - begun_);
  const uint64_t connection = caller->connection ? caller->connection() : 0;
  const uint64_t bytes = BytesOf(*transaction);
  const WriteQueue::Room room =
      queue_.RoomFor(connection, bytes, control_.places());
  if (room != WriteQueue::Room::kYes) {
    control_.Refused(now);
    return Refuse(room);
  }
  queue_.Push({std::move(*transaction), std::move(*done), std::move(*caller),
               connection, bytes, now});
  waiting_.fetch_add(1, std::memory_order_release);
  return absl::OkStatus();
}

absl::Status WriteAdmission::Refuse(WriteQueue::Room why) {
  const absl::Duration elapsed =
      IsBusy() ? settings_.clock->Monotonic() - begun_ : absl::ZeroDuration();
  // Jittered, so that those who are refused together do not return together.
  const double jitter = std::uniform_real_distribution<>(1, 2)(random_);
  const absl::Duration delay = std::clamp(
      jitter * control_.ExpectedWait(elapsed), kRetryDelayMin, kRetryDelayMax);
  switch (why) {
    case WriteQueue::Room::kNoShare:
      ++counts_.refused_for_share_count;
      return RefusedWrite(
          "too many writes of this connection wait for the disk", delay);
    case WriteQueue::Room::kNoBytes:
      ++counts_.refused_for_bytes_count;
      return RefusedWrite("the writes that wait for the disk hold too much",
                          delay);
    default:
      ++counts_.refused_for_delay_count;
      return RefusedWrite("too many writes wait for the disk", delay);
  }
}

void WriteAdmission::Begin(uint64_t writes, bool more) {
  if (under_way_ == 0) begun_ = settings_.clock->Monotonic();
  under_way_ += writes;
  group_writes_ += writes;
  counts_.admitted_count += writes;
  complete_ = !more;
}

void WriteAdmission::Pass(Transaction transaction, Store::CommitCallback done) {
  store_->Commit(std::move(transaction),
                 [self = shared_from_this(), done = std::move(done)](
                     absl::StatusOr<Receipt> receipt) mutable {
                   const bool on_disk =
                       receipt.ok() && receipt->revision > 0 &&
                       receipt->durability == Durability::kDisk;
                   done(std::move(receipt));
                   self->Arrived(on_disk);
                 });
}

void WriteAdmission::Arrived(bool on_disk) {
  {
    const absl::MutexLock lock(&mutex_);
    on_disk_ = on_disk_ || on_disk;
    if (--under_way_ > 0) return;
    // What changed nothing says nothing about the disk.
    if (on_disk_) {
      const absl::Duration now = settings_.clock->Monotonic();
      control_.GroupEnds(group_writes_, now - begun_, now);
      stream_writes_max_.store(StreamWritesMax(control_.fitting_writes()),
                               std::memory_order_relaxed);
    }
    group_writes_ = 0;
    complete_ = on_disk_ = false;
    if (queue_.empty() || handing_over_) return;
    handing_over_ = true;
  }
  HandOver();
}

void WriteAdmission::HandOver() {
  std::vector<WaitingWrite> group;
  std::vector<Refused> refused;
  while (true) {
    {
      const absl::MutexLock lock(&mutex_);
      waiting_.fetch_sub(group.size(), std::memory_order_release);
      group.clear();
      if (queue_.empty() || IsBusy()) {
        handing_over_ = false;
        return;
      }
      TakeGroup(&group, &refused);
    }
    for (auto& [write, why] : refused) write.done(std::move(why));
    refused.clear();
    DropUnwanted(&group);
    if (group.empty()) continue;
    {
      const absl::MutexLock lock(&mutex_);
      Begin(group.size(), /*more=*/false);
    }
    for (WaitingWrite& write : group) {
      write.transaction.more = &write != &group.back();
      Pass(std::move(write.transaction), std::move(write.done));
    }
  }
}

void WriteAdmission::TakeGroup(std::vector<WaitingWrite>* group,
                               std::vector<Refused>* refused) {
  const absl::Duration now = settings_.clock->Monotonic();
  const uint64_t writes_max =
      control_.GroupBegins(now - queue_.oldest().since, now);
  // Those that wait from the time before it was overload: the oldest would be
  // answered too late anyway.
  while (control_.overloaded() && queue_.size() > control_.places() &&
         !queue_.oldest().caller.paced) {
    absl::Status why = Refuse(WriteQueue::Room::kNoPlace);
    refused->emplace_back(queue_.Pop(), std::move(why));
  }
  waiting_.fetch_sub(refused->size(), std::memory_order_release);
  const uint64_t writes = std::min<uint64_t>(
      queue_.size(), writes_max - std::min(group_writes_, writes_max - 1));
  while (group->size() < writes) {
    delays_.Add(now - queue_.oldest().since);
    group->push_back(queue_.Pop());
  }
}

void WriteAdmission::DropUnwanted(std::vector<WaitingWrite>* group) {
  const absl::Time now = settings_.clock->Now();
  const auto why = [now](const Caller& caller) {
    if (caller.deadline && caller.deadline() <= now) {
      return absl::DeadlineExceededError(
          "the deadline passed while the write waited; nothing was done");
    }
    if (caller.has_left && caller.has_left()) {
      return absl::CancelledError(
          "the caller left while the write waited; nothing was done");
    }
    return absl::OkStatus();
  };
  std::vector<WaitingWrite> wanted;
  std::vector<Refused> unwanted;
  wanted.reserve(group->size());
  for (WaitingWrite& write : *group) {
    absl::Status status = why(write.caller);
    if (status.ok()) {
      wanted.push_back(std::move(write));
    } else {
      unwanted.emplace_back(std::move(write), std::move(status));
    }
  }
  *group = std::move(wanted);
  if (unwanted.empty()) return;
  waiting_.fetch_sub(unwanted.size(), std::memory_order_release);
  {
    const absl::MutexLock lock(&mutex_);
    for (const auto& [write, status] : unwanted) {
      ++(absl::IsCancelled(status) ? counts_.cancelled_count
                                   : counts_.expired_count);
    }
  }
  for (auto& [write, status] : unwanted) write.done(std::move(status));
}

void WriteAdmission::EndRun() {
  {
    const absl::MutexLock lock(&mutex_);
    // The end of the group that takes them ends the run, too.
    if (closed_ || !queue_.empty()) return;
    complete_ = under_way_ > 0;
  }
  // What becomes of each write its own callback says.
  store_->Sync(Durability::kDefault, [](const absl::Status&) {});
}

void WriteAdmission::Close() {
  std::vector<WaitingWrite> waiting;
  {
    const absl::MutexLock lock(&mutex_);
    closed_ = true;
    while (!queue_.empty()) waiting.push_back(queue_.Pop());
    waiting_.fetch_sub(waiting.size(), std::memory_order_release);
    const auto is_idle = [this] {
      mutex_.AssertHeld();
      return !handing_over_;
    };
    mutex_.Await(absl::Condition(&is_idle));
  }
  for (WaitingWrite& write : waiting) {
    write.done(absl::UnavailableError("the server is closing"));
  }
}

AdmissionStats WriteAdmission::stats() const {
  const absl::MutexLock lock(&mutex_);
  AdmissionStats stats = counts_;
  stats.waiting_count = queue_.size();
  stats.waiting_bytes = queue_.bytes();
  stats.group_writes_max = control_.fitting_writes();
  stats.overloaded = control_.overloaded();
  stats.delay_p50 = delays_.Quantile(0.5);
  stats.delay_p99 = delays_.Quantile(0.99);
  stats.delay_p999 = delays_.Quantile(0.999);
  return stats;
}

}  // namespace rundlet

#include "storage/engine/watch/watch_hub.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "storage/engine/sync_point.h"
#include "storage/limit_checks.h"

namespace rundlet {
namespace {

// Of records kept in memory for watches that are up to date.
constexpr uint64_t kTailBytesMax = 16 << 20;
// How often bookmarks and slow readers are looked for when nothing happens.
constexpr absl::Duration kPatience = absl::Milliseconds(50);

// The reader's end of a watch.
class DeskWatch final : public Watch {
 public:
  DeskWatch(std::shared_ptr<WatchDesk> desk, uint64_t id)
      : desk_(std::move(desk)), id_(id) {}
  ~DeskWatch() override { desk_->Leave(id_); }

  void Next(Callback done) override { desk_->Ask(id_, std::move(done)); }
  void RequestBookmark() override { desk_->WantBookmark(id_); }

 private:
  const std::shared_ptr<WatchDesk> desk_;
  const uint64_t id_;
};

}  // namespace

WatchHub::WatchHub(const Environment& environment)
    : environment_(environment),
      desk_(std::make_shared<WatchDesk>()),
      tail_(kTailBytesMax),
      thread_([this] { Run(); }) {}

void WatchHub::Close() {
  if (!thread_.joinable()) return;
  desk_->Close();
  thread_.join();
}

absl::StatusOr<std::unique_ptr<Watch>> WatchHub::Open(WatchRequest request) {
  absl::Status status = CheckWatch(request, *environment_.limits);
  if (!status.ok()) return status;
  const Revision visible = environment_.index->visible();
  if (request.from > visible + 1) {
    return absl::OutOfRangeError(
        absl::StrCat("from is ", request.from, ", but the newest revision is ",
                     visible, ": it is not reached yet"));
  }
  Revision through = request.from == 0 ? visible : request.from - 1;
  std::optional<Snapshot> present;
  if (request.present_state) {
    const absl::StatusOr<Snapshot> opened = environment_.snapshots->Open({});
    if (!opened.ok()) return opened.status();
    present = *opened;
    through = present->revision;
    RUNDLET_SYNC_POINT("watch: present pinned");
  }
  absl::StatusOr<LogPlace> place = environment_.history->Find(through + 1);
  if (!place.ok()) {
    if (present.has_value()) {
      environment_.snapshots->Release(present->id).IgnoreError();
    }
    return place.status();
  }
  RUNDLET_SYNC_POINT("watch: place found");
  auto watch = std::make_unique<LogWatch>(
      LogWatch::Environment{environment_.reader, environment_.snapshots,
                            environment_.clock},
      std::move(request), present, *std::move(place), through);
  const absl::StatusOr<uint64_t> id =
      desk_->Enter(std::move(watch), environment_.limits->watches_max);
  if (!id.ok()) return id.status();
  return std::make_unique<DeskWatch>(desk_, *id);
}

void WatchHub::Seat(WatchDesk::Work& work) {
  for (auto& [id, watch] : work.entered) watches_[id] = std::move(watch);
  for (const uint64_t id : work.left) watches_.erase(id);
  for (const WatchDesk::Seated& seated : work.seated) {
    if (seated.has_ended) watches_[seated.id] = nullptr;
  }
}

absl::Status WatchHub::StartTail() {
  const Revision from = environment_.index->visible() + 1;
  absl::StatusOr<LogPlace> place = environment_.history->Find(from);
  if (!place.ok()) return place.status();
  tail_.Start(*std::move(place), from);
  return absl::OkStatus();
}

absl::StatusOr<bool> WatchHub::IsDurable(const LogWatch& watch) const {
  const std::optional<Revision> present = watch.present_revision();
  if (!present.has_value()) return true;
  const absl::StatusOr<Revision> durable = environment_.durable();
  if (!durable.ok()) return durable.status();
  return *present <= *durable;
}

bool WatchHub::Serve(const WatchDesk::Seated& seated, Revision visible,
                     ChangeTail::Totals* lag) {
  if (seated.has_ended) {
    desk_->Answer(seated.id, absl::UnavailableError("the watch has ended"));
    return false;
  }
  LogWatch& watch = *watches_[seated.id];
  const ChangeTail::Totals behind = watch.Lag(tail_);
  lag->changes = std::max(lag->changes, behind.changes);
  lag->bytes = std::max(lag->bytes, behind.bytes);
  absl::StatusOr<LogWatch::Found> found = LogWatch::Found();
  if (seated.asks) {
    const absl::StatusOr<bool> is_durable = IsDurable(watch);
    if (!is_durable.ok()) {
      found = is_durable.status();
    } else if (*is_durable) {
      found = watch.Next(tail_, visible, seated.bookmark_wanted);
    }
  } else if (behind.changes > environment_.limits->watch_lag_changes_max ||
             behind.bytes > environment_.limits->watch_lag_bytes_max) {
    found = watch.CutOffStatus(behind);
  }
  if (!found.ok()) {
    watches_[seated.id] = nullptr;
    desk_->Answer(seated.id, found.status());
    return false;
  }
  if (!found->batch.has_value()) return found->look_again;
  RUNDLET_SYNC_POINT("watch: batch found");
  desk_->Answer(seated.id, *std::move(found->batch));
  return false;
}

bool WatchHub::ServeAll(const WatchDesk::Work& work) {
  absl::Status status;
  absl::StatusOr<bool> more = false;
  const bool is_needed =
      std::any_of(work.seated.begin(), work.seated.end(),
                  [](const auto& seated) { return !seated.has_ended; });
  if (!is_needed) {
    tail_.Stop();
  } else if (!tail_.is_started()) {
    status = StartTail();
  }
  if (is_needed && status.ok()) {
    more = tail_.Fill();
    status = more.status();
  }
  if (!status.ok()) {
    tail_.Stop();
    desk_->EndAll(status);
    return true;
  }
  // Read behind the log: what is synced and not visible yet is awaited.
  const Revision visible = environment_.index->visible();
  bool again = *more;
  ChangeTail::Totals lag;
  for (const WatchDesk::Seated& seated : work.seated) {
    again = Serve(seated, visible, &lag) || again;
  }
  desk_->SetLag(lag);
  awaits_visible_.store(tail_.end() > visible);
  // It may have come before anybody awaited it.
  return again ||
         (tail_.end() > visible && environment_.index->visible() > visible);
}

void WatchHub::Run() {
  absl::Duration patience = absl::InfiniteDuration();
  while (true) {
    WatchDesk::Work work = desk_->Await(patience);
    Seat(work);
    if (watches_.empty()) {
      tail_.Stop();
      awaits_visible_.store(false);
      desk_->SetLag({});
      if (work.closed) return;
      patience = absl::InfiniteDuration();
      continue;
    }
    if (work.closed) {
      // All have ended.
      for (const WatchDesk::Seated& seated : work.seated) {
        ChangeTail::Totals none;
        Serve(seated, 0, &none);
      }
      watches_.clear();
      return;
    }
    patience = ServeAll(work) ? absl::ZeroDuration() : kPatience;
  }
}

}  // namespace rundlet

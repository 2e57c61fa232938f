#include "storage/engine/guards/disk_guard.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "storage/format/file_names.h"

namespace rundlet {
namespace {

// More is free than any store will write before the next look.
constexpr uint64_t kRoomMax = std::numeric_limits<int64_t>::max() / 2;
constexpr uint64_t kFullMarkMax = 8 << 20;

uint64_t Minus(uint64_t a, uint64_t b) { return a - std::min(a, b); }

// Without a look at the disk nothing is known to be small.
uint64_t RoomOf(const DiskGuard::Settings& settings) {
  const absl::StatusOr<uint64_t> free =
      settings.file_system->AvailableBytes(settings.folder);
  if (!free.ok() || *free > kRoomMax) return kRoomMax;
  return *free + settings.used_bytes;
}

std::string PathOf(const DiskGuard::Settings& settings,
                   absl::string_view name) {
  return absl::StrCat(settings.folder, "/", name);
}

}  // namespace

DiskGuard::Sizes DiskGuard::SizesFor(const Settings& settings, uint64_t room) {
  Sizes sizes;
  sizes.mark = std::min(settings.free_bytes_min, room / 16);
  sizes.full_mark = std::min(sizes.mark / 4, kFullMarkMax);
  sizes.delete_reserve = std::min(settings.delete_reserve_bytes, room / 32);
  sizes.compaction_reserve =
      std::min(settings.compaction_reserve_bytes, room / 8);
  return sizes;
}

absl::Status DiskGuard::EmptyReserves(FileSystem* file_system,
                                      const std::string& folder) {
  for (const char* name : {kDeleteReserveName, kCompactionReserveName}) {
    const absl::StatusOr<std::unique_ptr<File>> file =
        file_system->OpenFile(absl::StrCat(folder, "/", name));
    if (absl::IsNotFound(file.status())) continue;
    if (!file.ok()) return file.status();
    absl::Status emptied = (*file)->Truncate(0);
    if (!emptied.ok()) return emptied;
  }
  return absl::OkStatus();
}

DiskGuard::DiskGuard(Settings settings)
    : settings_(std::move(settings)),
      sizes_(SizesFor(settings_, RoomOf(settings_))),
      delete_reserve_(settings_.file_system,
                      PathOf(settings_, kDeleteReserveName),
                      sizes_.delete_reserve),
      compaction_reserve_(settings_.file_system,
                          PathOf(settings_, kCompactionReserveName),
                          sizes_.compaction_reserve) {
  Check();
  thread_ = std::thread([this] { Run(); });
}

DiskGuard::~DiskGuard() {
  {
    const absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

void DiskGuard::Run() {
  while (true) {
    {
      const absl::MutexLock lock(&mu_);
      if (mu_.AwaitWithTimeout(absl::Condition(&stopping_),
                               settings_.interval)) {
        return;
      }
    }
    Check();
  }
}

absl::Status DiskGuard::Admit(uint64_t bytes) {
  if (!is_low()) {
    const int64_t room = room_.load(std::memory_order_relaxed);
    if (room > 0 && bytes <= static_cast<uint64_t>(room)) {
      return absl::OkStatus();
    }
    if (sizes_.mark == 0) return absl::OkStatus();
    // The next look says so, or finds that there is room again.
    DiskState ok = DiskState::kOk;
    state_.compare_exchange_strong(ok, DiskState::kLow);
  }
  return absl::ResourceExhaustedError(absl::StrCat(
      "the disk is ", state_.load() == DiskState::kFull ? "full" : "low", ": ",
      free_bytes_.load(), " bytes are free for ", settings_.folder,
      ", disk_free_bytes_min is ", sizes_.mark,
      "; deletes are accepted, and writes when there is room again"));
}

void DiskGuard::NoteOnce(absl::string_view what, const absl::Status& status) {
  std::string line = absl::StrCat(what, ": ", status.message());
  if (line == noted_error_) return;
  noted_error_ = line;
  unsaid_.push_back(std::move(line));
}

void DiskGuard::SayNoted() {
  std::vector<std::string> lines;
  {
    const absl::MutexLock lock(&mu_);
    lines.swap(unsaid_);
  }
  for (const std::string& line : lines) settings_.on_event(line);
}

void DiskGuard::Take(DiskReserve& reserve, uint64_t* free) {
  if (reserve.held() || *free < reserve.bytes() + 2 * sizes_.full_mark) return;
  const absl::Status taken = reserve.Take();
  if (taken.ok()) {
    *free = Minus(*free, reserve.bytes());
    return;
  }
  unreservable_ = unreservable_ || !absl::IsResourceExhausted(taken);
  NoteOnce("room on the disk could not be reserved", taken);
}

void DiskGuard::Release(DiskReserve& reserve) {
  const absl::Status released = reserve.Release();
  if (!released.ok()) {
    NoteOnce("a reserve could not be given back", released);
  }
}

void DiskGuard::GiveDeleteReserve() {
  if (!delete_reserve_.held()) return;
  Release(delete_reserve_);
  given_ = !delete_reserve_.held() && delete_reserve_.bytes() > 0;
}

uint64_t DiskGuard::TakeReserves(uint64_t free) {
  unreservable_ = false;
  // More than twice the mark below which it is given up: it does not flap.
  Take(delete_reserve_, &free);
  if (delete_reserve_.held()) given_ = false;
  if (!lent_) Take(compaction_reserve_, &free);
  return free;
}

void DiskGuard::MoveTo(DiskState state, uint64_t free) {
  state_ = state;
  if (noted_state_ == state) return;
  noted_state_ = state;
  if (state == DiskState::kOk) {
    unsaid_.push_back(absl::StrCat("the disk has room again, ", free,
                                   " bytes: writes are accepted"));
    return;
  }
  unsaid_.push_back(absl::StrCat(
      "the disk is ", state == DiskState::kFull ? "full" : "low", ": ", free,
      " bytes are free, disk_free_bytes_min is ", sizes_.mark,
      ": writes are refused; deletes and compaction go on"));
}

void DiskGuard::CheckLocked() {
  const absl::StatusOr<uint64_t> available =
      settings_.file_system->AvailableBytes(settings_.folder);
  if (!available.ok()) {
    NoteOnce("the disk does not tell how much is free", available.status());
    return;
  }
  const uint64_t free = TakeReserves(*available);
  free_bytes_ = free;
  const bool reserved =
      unreservable_ ||
      (delete_reserve_.held() && (compaction_reserve_.held() || lent_));
  // What is lent is not free for writes.
  const uint64_t mine = Minus(free, lent_ ? compaction_reserve_.bytes() : 0);
  room_ = static_cast<int64_t>(std::min(Minus(mine, sizes_.mark), kRoomMax));
  const uint64_t mark = sizes_.mark + (is_low() ? sizes_.mark / 4 : 0);
  if (free < sizes_.full_mark) GiveDeleteReserve();
  if (mine >= mark && reserved) {
    MoveTo(DiskState::kOk, free);
  } else {
    MoveTo(delete_reserve_.held() ? DiskState::kLow : DiskState::kFull, free);
  }
}

void DiskGuard::Check() {
  {
    const absl::MutexLock lock(&mu_);
    CheckLocked();
  }
  SayNoted();
}

bool DiskGuard::GiveRoom() {
  bool given = false;
  {
    const absl::MutexLock lock(&mu_);
    GiveDeleteReserve();
    // A look at the disk may have given it between the write and this.
    given = std::exchange(given_, false);
    MoveTo(DiskState::kFull, free_bytes_);
  }
  SayNoted();
  return given;
}

bool DiskGuard::LendToCompaction() {
  const absl::MutexLock lock(&mu_);
  if (lent_ || !compaction_reserve_.held() ||
      compaction_reserve_.bytes() == 0) {
    return false;
  }
  Release(compaction_reserve_);
  lent_ = !compaction_reserve_.held();
  return lent_;
}

void DiskGuard::Reclaim() {
  {
    const absl::MutexLock lock(&mu_);
    lent_ = false;
  }
  Check();
}

DiskStats DiskGuard::stats() const {
  const absl::MutexLock lock(&mu_);
  DiskStats stats;
  stats.state = state_.load();
  stats.free_bytes = free_bytes_.load();
  stats.free_bytes_min = sizes_.mark;
  stats.delete_reserve_bytes =
      delete_reserve_.held() ? delete_reserve_.bytes() : 0;
  stats.compaction_reserve_bytes =
      compaction_reserve_.held() ? compaction_reserve_.bytes() : 0;
  return stats;
}

}  // namespace rundlet

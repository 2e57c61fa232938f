#include "storage/engine/guards/disk_reserve.h"

#include <utility>

#include "absl/status/statusor.h"

namespace rundlet {

DiskReserve::DiskReserve(FileSystem* file_system, std::string path,
                         uint64_t bytes)
    : file_system_(file_system),
      path_(std::move(path)),
      bytes_(bytes),
      held_(bytes == 0) {}

absl::Status DiskReserve::Open() {
  if (file_ != nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<File>> file = file_system_->OpenFile(path_);
  if (absl::IsNotFound(file.status())) file = file_system_->CreateFile(path_);
  if (!file.ok()) return file.status();
  file_ = *std::move(file);
  return absl::OkStatus();
}

absl::Status DiskReserve::Take() {
  if (held_) return absl::OkStatus();
  absl::Status taken = Open();
  if (!taken.ok()) return taken;
  taken = file_->Allocate(bytes_);
  held_ = taken.ok();
  if (held_) return taken;
  // A part may have been taken: the disk needs it more than we do.
  const absl::Status cut = file_->Truncate(0);
  return cut.ok() ? taken : cut;
}

absl::Status DiskReserve::Release() {
  if (!held_ || bytes_ == 0) return absl::OkStatus();
  absl::Status cut = file_->Truncate(0);
  held_ = !cut.ok();
  return cut;
}

}  // namespace rundlet

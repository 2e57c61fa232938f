#include "tests/support/slow_file_system.h"

#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"

namespace rundlet {

class SlowFileSystem::SlowFile : public File {
 public:
  SlowFile(const SlowFileSystem* owner, std::unique_ptr<File> base)
      : owner_(owner), base_(std::move(base)) {}

  absl::Status ReadAt(uint64_t offset, size_t bytes, char* out) const override {
    return base_->ReadAt(offset, bytes, out);
  }
  absl::Status WriteAt(uint64_t offset, absl::string_view data) override {
    const bool is_blank = data.find_first_not_of('\0') == data.npos;
    if (!is_blank) unsynced_bytes_ += data.size();
    return base_->WriteAt(offset, data);
  }
  absl::Status Sync() override {
    absl::SleepFor(
        owner_->sync_time_ +
        absl::Seconds(static_cast<double>(unsynced_bytes_) /
                      static_cast<double>(owner_->bytes_per_second_)));
    unsynced_bytes_ = 0;
    return absl::OkStatus();
  }
  absl::Status Truncate(uint64_t bytes) override {
    return base_->Truncate(bytes);
  }
  absl::Status Allocate(uint64_t bytes) override {
    return base_->Allocate(bytes);
  }
  absl::StatusOr<uint64_t> SizeBytes() const override {
    return base_->SizeBytes();
  }
  absl::StatusOr<std::unique_ptr<FileMapping>> Map(
      uint64_t bytes) const override {
    return base_->Map(bytes);
  }

 private:
  const SlowFileSystem* const owner_;
  const std::unique_ptr<File> base_;
  uint64_t unsynced_bytes_ = 0;  // of the one who writes and syncs
};

absl::StatusOr<std::unique_ptr<File>> SlowFileSystem::CreateFile(
    const std::string& path) {
  absl::StatusOr<std::unique_ptr<File>> file = base_->CreateFile(path);
  if (!file.ok()) return file.status();
  return std::make_unique<SlowFile>(this, *std::move(file));
}

absl::StatusOr<std::unique_ptr<File>> SlowFileSystem::OpenFile(
    const std::string& path) {
  absl::StatusOr<std::unique_ptr<File>> file = base_->OpenFile(path);
  if (!file.ok()) return file.status();
  return std::make_unique<SlowFile>(this, *std::move(file));
}

absl::StatusOr<std::vector<std::string>> SlowFileSystem::ListDirectory(
    const std::string& path) {
  return base_->ListDirectory(path);
}

absl::Status SlowFileSystem::MakeDirectory(const std::string& path) {
  return base_->MakeDirectory(path);
}

absl::Status SlowFileSystem::SyncDirectory(const std::string& path) {
  return base_->SyncDirectory(path);
}

absl::Status SlowFileSystem::RenameFile(const std::string& from,
                                        const std::string& to) {
  return base_->RenameFile(from, to);
}

absl::Status SlowFileSystem::RemoveFile(const std::string& path) {
  return base_->RemoveFile(path);
}

absl::StatusOr<std::unique_ptr<FileLock>> SlowFileSystem::LockFile(
    const std::string& path) {
  return base_->LockFile(path);
}

absl::StatusOr<uint64_t> SlowFileSystem::AvailableBytes(
    const std::string& path) {
  return base_->AvailableBytes(path);
}

}  // namespace rundlet

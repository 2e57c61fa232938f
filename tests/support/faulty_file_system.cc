#include "tests/support/faulty_file_system.h"

#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rundlet {

class FaultyFileSystem::FaultyFile : public File {
 public:
  FaultyFile(FaultyFileSystem* owner, std::string path,
             std::unique_ptr<File> base)
      : owner_(owner), path_(std::move(path)), base_(std::move(base)) {}

  absl::Status ReadAt(uint64_t offset, size_t bytes, char* out) const override {
    if (absl::Status status = owner_->Begin(Call::kRead, path_); !status.ok()) {
      return status;
    }
    return base_->ReadAt(offset, bytes, out);
  }

  absl::Status WriteAt(uint64_t offset, absl::string_view data) override {
    if (absl::Status status = owner_->Begin(Call::kWrite, path_);
        !status.ok()) {
      const size_t bytes = data.size() * owner_->written_share() / 256;
      if (bytes == 0) return status;
      const absl::Status written =
          base_->WriteAt(offset, data.substr(0, bytes));
      return written.ok() ? status : written;
    }
    return base_->WriteAt(offset, data);
  }

  absl::Status Sync() override {
    if (absl::Status status = owner_->Begin(Call::kSync, path_); !status.ok()) {
      if (owner_->on_failed_sync_) owner_->on_failed_sync_(path_);
      return status;
    }
    return base_->Sync();
  }

  absl::Status Truncate(uint64_t bytes) override {
    if (absl::Status status = owner_->Begin(Call::kTruncate, path_);
        !status.ok()) {
      return status;
    }
    return base_->Truncate(bytes);
  }

  absl::Status Allocate(uint64_t bytes) override {
    if (absl::Status status = owner_->Begin(Call::kAllocate, path_);
        !status.ok()) {
      return status;
    }
    return base_->Allocate(bytes);
  }

  absl::StatusOr<uint64_t> SizeBytes() const override {
    if (absl::Status status = owner_->Begin(Call::kSize, path_); !status.ok()) {
      return status;
    }
    return base_->SizeBytes();
  }

 private:
  FaultyFileSystem* const owner_;
  const std::string path_;
  const std::unique_ptr<File> base_;
};

absl::StatusOr<std::unique_ptr<File>> FaultyFileSystem::CreateFile(
    const std::string& path) {
  if (absl::Status status = Begin(Call::kCreate, path); !status.ok()) {
    return status;
  }
  absl::StatusOr<std::unique_ptr<File>> file = base_->CreateFile(path);
  if (!file.ok()) return file.status();
  return std::make_unique<FaultyFile>(this, path, *std::move(file));
}

absl::StatusOr<std::unique_ptr<File>> FaultyFileSystem::OpenFile(
    const std::string& path) {
  if (absl::Status status = Begin(Call::kOpen, path); !status.ok()) {
    return status;
  }
  absl::StatusOr<std::unique_ptr<File>> file = base_->OpenFile(path);
  if (!file.ok()) return file.status();
  return std::make_unique<FaultyFile>(this, path, *std::move(file));
}

absl::StatusOr<std::vector<std::string>> FaultyFileSystem::ListDirectory(
    const std::string& path) {
  if (absl::Status status = Begin(Call::kList, path); !status.ok()) {
    return status;
  }
  return base_->ListDirectory(path);
}

absl::Status FaultyFileSystem::MakeDirectory(const std::string& path) {
  if (absl::Status status = Begin(Call::kMakeDirectory, path); !status.ok()) {
    return status;
  }
  return base_->MakeDirectory(path);
}

absl::Status FaultyFileSystem::SyncDirectory(const std::string& path) {
  if (absl::Status status = Begin(Call::kSyncDirectory, path); !status.ok()) {
    return status;
  }
  return base_->SyncDirectory(path);
}

absl::Status FaultyFileSystem::RenameFile(const std::string& from,
                                          const std::string& to) {
  if (absl::Status status = Begin(Call::kRename, from); !status.ok()) {
    return status;
  }
  return base_->RenameFile(from, to);
}

absl::Status FaultyFileSystem::RemoveFile(const std::string& path) {
  if (absl::Status status = Begin(Call::kRemove, path); !status.ok()) {
    return status;
  }
  return base_->RemoveFile(path);
}

absl::StatusOr<std::unique_ptr<FileLock>> FaultyFileSystem::LockFile(
    const std::string& path) {
  if (absl::Status status = Begin(Call::kLock, path); !status.ok()) {
    return status;
  }
  return base_->LockFile(path);
}

absl::StatusOr<uint64_t> FaultyFileSystem::AvailableBytes(
    const std::string& path) {
  if (absl::Status status = Begin(Call::kAvailable, path); !status.ok()) {
    return status;
  }
  return base_->AvailableBytes(path);
}

absl::Status FaultyFileSystem::Begin(Call call, const std::string& path) {
  absl::MutexLock lock(&mutex_);
  ++counts_[static_cast<size_t>(call)];
  if (!fault_ || (fault_->call && *fault_->call != call)) {
    return absl::OkStatus();
  }
  if (fault_->nth > 1) {
    --fault_->nth;
    return absl::OkStatus();
  }
  if (fault_->nth == 0) return absl::OkStatus();
  if (!fault_->for_good) fault_->nth = 0;
  ++fault_count_;
  return absl::Status(fault_->error.code(),
                      absl::StrCat(fault_->error.message(), ": ", path));
}

uint8_t FaultyFileSystem::written_share() const {
  absl::MutexLock lock(&mutex_);
  return fault_ ? fault_->written_share : 0;
}

void FaultyFileSystem::FailCall(Fault fault) {
  absl::MutexLock lock(&mutex_);
  fault_ = std::move(fault);
}

void FaultyFileSystem::Heal() {
  absl::MutexLock lock(&mutex_);
  fault_.reset();
}

void FaultyFileSystem::OnFailedSync(
    absl::AnyInvocable<void(const std::string& path)> hook) {
  on_failed_sync_ = std::move(hook);
}

uint64_t FaultyFileSystem::call_count(Call call) const {
  absl::MutexLock lock(&mutex_);
  return counts_[static_cast<size_t>(call)];
}

uint64_t FaultyFileSystem::call_count() const {
  absl::MutexLock lock(&mutex_);
  return std::accumulate(counts_.begin(), counts_.end(), uint64_t{0});
}

uint64_t FaultyFileSystem::fault_count() const {
  absl::MutexLock lock(&mutex_);
  return fault_count_;
}

}  // namespace rundlet

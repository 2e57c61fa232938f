#include "tests/support/gated_file_system.h"

#include <utility>

#include "absl/strings/match.h"

namespace rundlet {

class GatedFileSystem::GatedFile : public File {
 public:
  GatedFile(GatedFileSystem* owner, std::string path,
            std::unique_ptr<File> base)
      : owner_(owner), path_(std::move(path)), base_(std::move(base)) {}

  absl::Status ReadAt(uint64_t offset, size_t bytes, char* out) const override {
    owner_->Pass(Call::kRead, path_);
    return base_->ReadAt(offset, bytes, out);
  }

  absl::Status WriteAt(uint64_t offset, absl::string_view data) override {
    owner_->Pass(Call::kWrite, path_);
    return base_->WriteAt(offset, data);
  }

  absl::Status Sync() override {
    owner_->Pass(Call::kSync, path_);
    return base_->Sync();
  }

  absl::Status Truncate(uint64_t bytes) override {
    owner_->Pass(Call::kTruncate, path_);
    return base_->Truncate(bytes);
  }

  absl::Status Allocate(uint64_t bytes) override {
    owner_->Pass(Call::kAllocate, path_);
    return base_->Allocate(bytes);
  }

  absl::StatusOr<uint64_t> SizeBytes() const override {
    return base_->SizeBytes();
  }

 private:
  GatedFileSystem* const owner_;
  const std::string path_;
  const std::unique_ptr<File> base_;
};

absl::StatusOr<std::unique_ptr<File>> GatedFileSystem::CreateFile(
    const std::string& path) {
  Pass(Call::kCreate, path);
  absl::StatusOr<std::unique_ptr<File>> file = base_->CreateFile(path);
  if (!file.ok()) return file.status();
  return std::make_unique<GatedFile>(this, path, *std::move(file));
}

absl::StatusOr<std::unique_ptr<File>> GatedFileSystem::OpenFile(
    const std::string& path) {
  absl::StatusOr<std::unique_ptr<File>> file = base_->OpenFile(path);
  if (!file.ok()) return file.status();
  return std::make_unique<GatedFile>(this, path, *std::move(file));
}

absl::StatusOr<std::vector<std::string>> GatedFileSystem::ListDirectory(
    const std::string& path) {
  return base_->ListDirectory(path);
}

absl::Status GatedFileSystem::MakeDirectory(const std::string& path) {
  return base_->MakeDirectory(path);
}

absl::Status GatedFileSystem::SyncDirectory(const std::string& path) {
  return base_->SyncDirectory(path);
}

absl::Status GatedFileSystem::RenameFile(const std::string& from,
                                         const std::string& to) {
  return base_->RenameFile(from, to);
}

absl::Status GatedFileSystem::RemoveFile(const std::string& path) {
  Pass(Call::kRemove, path);
  return base_->RemoveFile(path);
}

absl::StatusOr<std::unique_ptr<FileLock>> GatedFileSystem::LockFile(
    const std::string& path) {
  return base_->LockFile(path);
}

absl::StatusOr<uint64_t> GatedFileSystem::AvailableBytes(
    const std::string& path) {
  return base_->AvailableBytes(path);
}

void GatedFileSystem::Pass(Call call, const std::string& path) {
  const absl::MutexLock lock(&mutex_);
  if (call_ != call || !absl::EndsWith(path, path_end_)) return;
  ++held_;
  mutex_.Await(absl::Condition(
      +[](std::optional<Call>* held) { return !held->has_value(); }, &call_));
  --held_;
}

void GatedFileSystem::Hold(Call call, std::string path_end) {
  const absl::MutexLock lock(&mutex_);
  call_ = call;
  path_end_ = std::move(path_end);
}

void GatedFileSystem::AwaitHeld(int calls) {
  const absl::MutexLock lock(&mutex_);
  const auto are_held = [this, calls] {
    mutex_.AssertReaderHeld();
    return held_ >= calls;
  };
  mutex_.Await(absl::Condition(&are_held));
}

void GatedFileSystem::LetGo() {
  const absl::MutexLock lock(&mutex_);
  call_.reset();
}

}  // namespace rundlet

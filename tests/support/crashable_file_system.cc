#include "tests/support/crashable_file_system.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace rundlet {
namespace {

absl::Status NoPower(absl::string_view call, const std::string& path) {
  return absl::UnavailableError(
      absl::StrCat(call, " ", path, ": the power is off"));
}

absl::Status NotFound(absl::string_view call, const std::string& path) {
  return absl::NotFoundError(
      absl::StrCat(call, " ", path, ": no such file or folder"));
}

uint64_t SizeOf(const DiskNode& node) {
  return std::max<uint64_t>(node.bytes.live().size(), node.allocated_bytes);
}

std::vector<std::string> NamesOf(const std::string& path) {
  return absl::StrSplit(path, '/', absl::SkipEmpty());
}

}  // namespace

class CrashableFileSystem::OpenedFile : public File {
 public:
  OpenedFile(CrashableFileSystem* disk, uint64_t boot, std::string path,
             std::shared_ptr<DiskNode> node)
      : disk_(disk),
        boot_(boot),
        path_(std::move(path)),
        node_(std::move(node)) {}

  absl::Status ReadAt(uint64_t offset, size_t bytes, char* out) const override {
    absl::MutexLock lock(&disk_->mutex_);
    if (!alive()) return NoPower("read", path_);
    const uint64_t size = SizeOf(*node_);
    if (offset > size || bytes > size - offset) {
      return absl::OutOfRangeError(
          absl::StrCat("read ", path_, ": the file ends at offset ", size));
    }
    std::memset(out, 0, bytes);
    node_->bytes.live().copy(out, bytes,
                             std::min(offset, node_->bytes.live().size()));
    return absl::OkStatus();
  }

  absl::Status WriteAt(uint64_t offset, absl::string_view data) override {
    absl::MutexLock lock(&disk_->mutex_);
    if (!alive()) return NoPower("write", path_);
    const bool power_stays = disk_->CountChange();
    const uint64_t size = SizeOf(*node_);
    const uint64_t end = offset + data.size();
    const uint64_t room = disk_->Room();
    if (end > size && end - size > room) {
      const uint64_t fits = std::max(size + room, offset) - offset;
      node_->bytes.Write(offset, data.substr(0, fits));
      return absl::ResourceExhaustedError(
          absl::StrCat("write ", path_, ": no room"));
    }
    node_->bytes.Write(offset, data);
    return power_stays ? absl::OkStatus() : NoPower("write", path_);
  }

  absl::Status Sync() override {
    absl::MutexLock lock(&disk_->mutex_);
    if (!alive() || !disk_->CountChange()) return NoPower("sync", path_);
    node_->bytes.Sync();
    return absl::OkStatus();
  }

  absl::Status Truncate(uint64_t bytes) override {
    absl::MutexLock lock(&disk_->mutex_);
    if (!alive()) return NoPower("truncate", path_);
    const bool power_stays = disk_->CountChange();
    node_->bytes.Truncate(bytes);
    node_->allocated_bytes = std::min(node_->allocated_bytes, bytes);
    return power_stays ? absl::OkStatus() : NoPower("truncate", path_);
  }

  absl::Status Allocate(uint64_t bytes) override {
    absl::MutexLock lock(&disk_->mutex_);
    if (!alive()) return NoPower("fallocate", path_);
    const bool power_stays = disk_->CountChange();
    const uint64_t size = SizeOf(*node_);
    if (bytes > size && bytes - size > disk_->Room()) {
      return absl::ResourceExhaustedError(
          absl::StrCat("fallocate ", path_, ": no room"));
    }
    node_->allocated_bytes = std::max(node_->allocated_bytes, bytes);
    return power_stays ? absl::OkStatus() : NoPower("fallocate", path_);
  }

  absl::StatusOr<uint64_t> SizeBytes() const override {
    absl::MutexLock lock(&disk_->mutex_);
    if (!alive()) return NoPower("stat", path_);
    return SizeOf(*node_);
  }

 private:
  bool alive() const ABSL_SHARED_LOCKS_REQUIRED(disk_->mutex_) {
    return disk_->power_ && disk_->boot_ == boot_;
  }

  CrashableFileSystem* const disk_;
  const uint64_t boot_;
  const std::string path_;
  const std::shared_ptr<DiskNode> node_;
};

class CrashableFileSystem::HeldLock : public FileLock {
 public:
  HeldLock(CrashableFileSystem* disk, uint64_t boot, std::string path)
      : disk_(disk), boot_(boot), path_(std::move(path)) {}

  ~HeldLock() override {
    absl::MutexLock lock(&disk_->mutex_);
    if (disk_->boot_ == boot_) disk_->locked_.erase(path_);
  }

 private:
  CrashableFileSystem* const disk_;
  const uint64_t boot_;
  const std::string path_;
};

CrashableFileSystem::CrashableFileSystem()
    : root_(std::make_shared<DiskNode>()) {
  root_->folder = true;
}

std::pair<std::string, std::string> CrashableFileSystem::Split(
    const std::string& path) {
  std::vector<std::string> names = NamesOf(path);
  if (names.empty()) return {"", ""};
  std::string last = std::move(names.back());
  names.pop_back();
  return {absl::StrJoin(names, "/"), std::move(last)};
}

absl::Status CrashableFileSystem::Begin(absl::string_view call,
                                        const std::string& path) const {
  return power_ ? absl::OkStatus() : NoPower(call, path);
}

bool CrashableFileSystem::CountChange() {
  ++calls_;
  if (power_off_at_ == 0 || calls_ < power_off_at_) return true;
  power_ = false;
  return false;
}

std::shared_ptr<DiskNode> CrashableFileSystem::Find(
    const std::string& path) const {
  std::shared_ptr<DiskNode> node = root_;
  for (const std::string& name : NamesOf(path)) {
    const auto& names = node->names.live();
    const auto found = names.find(name);
    if (found == names.end()) return nullptr;
    node = found->second;
  }
  return node;
}

std::shared_ptr<DiskNode> CrashableFileSystem::FindFolder(
    const std::string& path) const {
  std::shared_ptr<DiskNode> node = Find(path);
  return node != nullptr && node->folder ? node : nullptr;
}

void CrashableFileSystem::MakeFolders(const std::string& path) {
  std::shared_ptr<DiskNode> node = root_;
  for (const std::string& name : NamesOf(path)) {
    if (node->names.live().count(name) == 0) {
      auto folder = std::make_shared<DiskNode>();
      folder->folder = true;
      node->names.Set(name, std::move(folder));
    }
    node->names.Sync();
    node = node->names.live().at(name);
  }
}

uint64_t CrashableFileSystem::UsedBytes(const DiskNode& folder) const {
  uint64_t bytes = SizeOf(folder);
  for (const auto& [name, node] : folder.names.live()) {
    bytes += UsedBytes(*node);
  }
  return bytes;
}

uint64_t CrashableFileSystem::Room() const {
  const uint64_t used = UsedBytes(*root_);
  return used < capacity_bytes_ ? capacity_bytes_ - used : 0;
}

absl::StatusOr<std::unique_ptr<File>> CrashableFileSystem::CreateFile(
    const std::string& path) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status status = Begin("create", path); !status.ok()) return status;
  const auto [folder_path, name] = Split(path);
  const std::shared_ptr<DiskNode> folder = FindFolder(folder_path);
  if (folder == nullptr) return NotFound("create", path);
  if (folder->names.live().count(name) != 0) {
    return absl::AlreadyExistsError(absl::StrCat("create ", path));
  }
  const bool power_stays = CountChange();
  auto node = std::make_shared<DiskNode>();
  folder->names.Set(name, node);
  if (!power_stays) return NoPower("create", path);
  return std::make_unique<OpenedFile>(this, boot_, path, std::move(node));
}

absl::StatusOr<std::unique_ptr<File>> CrashableFileSystem::OpenFile(
    const std::string& path) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status status = Begin("open", path); !status.ok()) return status;
  std::shared_ptr<DiskNode> node = Find(path);
  if (node == nullptr) return NotFound("open", path);
  if (node->folder) {
    return absl::FailedPreconditionError(
        absl::StrCat("open ", path, ": it is a folder"));
  }
  return std::make_unique<OpenedFile>(this, boot_, path, std::move(node));
}

absl::StatusOr<std::vector<std::string>> CrashableFileSystem::ListDirectory(
    const std::string& path) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status status = Begin("list", path); !status.ok()) return status;
  const std::shared_ptr<DiskNode> folder = FindFolder(path);
  if (folder == nullptr) return NotFound("list", path);
  std::vector<std::string> names;
  for (const auto& [name, node] : folder->names.live()) names.push_back(name);
  return names;
}

absl::Status CrashableFileSystem::MakeDirectory(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status status = Begin("mkdir", path); !status.ok()) return status;
  if (!CountChange()) return NoPower("mkdir", path);
  MakeFolders(path);
  return absl::OkStatus();
}

absl::Status CrashableFileSystem::SyncDirectory(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status status = Begin("sync", path); !status.ok()) return status;
  const std::shared_ptr<DiskNode> folder = FindFolder(path);
  if (folder == nullptr) return NotFound("sync", path);
  if (!CountChange()) return NoPower("sync", path);
  folder->names.Sync();
  return absl::OkStatus();
}

absl::Status CrashableFileSystem::RenameFile(const std::string& from,
                                             const std::string& to) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status status = Begin("rename", from); !status.ok()) return status;
  const auto [from_folder, from_name] = Split(from);
  const auto [to_folder, to_name] = Split(to);
  if (from_folder != to_folder) {
    return absl::UnimplementedError(
        absl::StrCat("rename ", from, " to ", to, ": not within one folder"));
  }
  if (Find(from) == nullptr) return NotFound("rename", from);
  const bool power_stays = CountChange();
  FindFolder(from_folder)->names.Rename(from_name, to_name);
  return power_stays ? absl::OkStatus() : NoPower("rename", from);
}

absl::Status CrashableFileSystem::RemoveFile(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status status = Begin("remove", path); !status.ok()) return status;
  if (Find(path) == nullptr) return NotFound("remove", path);
  const auto [folder, name] = Split(path);
  const bool power_stays = CountChange();
  FindFolder(folder)->names.Erase(name);
  return power_stays ? absl::OkStatus() : NoPower("remove", path);
}

absl::StatusOr<std::unique_ptr<FileLock>> CrashableFileSystem::LockFile(
    const std::string& path) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status status = Begin("lock", path); !status.ok()) return status;
  const auto [folder_path, name] = Split(path);
  const std::shared_ptr<DiskNode> folder = FindFolder(folder_path);
  if (folder == nullptr) return NotFound("lock", path);
  if (folder->names.live().count(name) == 0) {
    folder->names.Set(name, std::make_shared<DiskNode>());
  }
  if (!locked_.insert(path).second) {
    return absl::FailedPreconditionError(
        absl::StrCat("lock ", path, ": somebody holds it"));
  }
  return std::make_unique<HeldLock>(this, boot_, path);
}

absl::StatusOr<uint64_t> CrashableFileSystem::AvailableBytes(
    const std::string& path) {
  absl::MutexLock lock(&mutex_);
  if (absl::Status status = Begin("statvfs", path); !status.ok()) return status;
  return Room();
}

}  // namespace rundlet

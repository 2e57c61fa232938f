#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/crashable_file_system.h"

namespace rundlet {
namespace {

void AddFiles(const std::string& path, const DiskNode& node,
              std::map<std::string, std::string>* image) {
  if (!node.folder) (*image)[path] = node.bytes.live();
  for (const auto& [name, child] : node.names.live()) {
    AddFiles(absl::StrCat(path, "/", name), *child, image);
  }
}

}  // namespace

void CrashableFileSystem::PowerOff() {
  absl::MutexLock lock(&mutex_);
  power_ = false;
}

void CrashableFileSystem::PowerOffAtCall(uint64_t n) {
  absl::MutexLock lock(&mutex_);
  power_off_at_ = n == 0 ? 0 : calls_ + n;
}

bool CrashableFileSystem::has_power() const {
  absl::MutexLock lock(&mutex_);
  return power_;
}

uint64_t CrashableFileSystem::call_count() const {
  absl::MutexLock lock(&mutex_);
  return calls_;
}

void CrashableFileSystem::PowerOn(PowerLoss loss, SeededRandom& random) {
  absl::MutexLock lock(&mutex_);
  root_->names.LosePower(loss, random);
  locked_.clear();
  power_ = true;
  power_off_at_ = 0;
  ++boot_;
}

std::map<std::string, std::string> CrashableFileSystem::Image() const {
  absl::MutexLock lock(&mutex_);
  std::map<std::string, std::string> image;
  AddFiles("", *root_, &image);
  return image;
}

void CrashableFileSystem::SetImage(
    const std::map<std::string, std::string>& image) {
  absl::MutexLock lock(&mutex_);
  root_->names = DiskNames();
  locked_.clear();
  for (const auto& [path, content] : image) {
    const auto [folder_path, name] = Split(path);
    MakeFolders(folder_path);
    auto node = std::make_shared<DiskNode>();
    node->bytes.Write(0, content);
    node->bytes.Sync();
    const std::shared_ptr<DiskNode> folder = FindFolder(folder_path);
    folder->names.Set(name, std::move(node));
    folder->names.Sync();
  }
}

void CrashableFileSystem::SetCapacityBytes(uint64_t bytes) {
  absl::MutexLock lock(&mutex_);
  capacity_bytes_ = bytes;
}

void CrashableFileSystem::ForgetUnsynced(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  if (const std::shared_ptr<DiskNode> node = Find(path)) {
    node->bytes.ForgetUnsynced();
  }
}

}  // namespace rundlet

#include "storage/file/posix_file_system.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstddef>
#include <optional>

#include "absl/strings/str_cat.h"
#include "storage/file/posix_mapping.h"

namespace rundlet {
namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirectoryMode = 0750;
constexpr size_t kZerosAtOnce = 64 << 10;

absl::Status ErrnoStatus(absl::string_view call, const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(call, " ", path));
}

// Calls again for as long as a signal interrupts the call.
template <typename Call>
auto Retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

// Owns a file descriptor. What close(2) says is not asked for: the descriptor
// is gone either way, and only Sync promises that bytes are on the disk.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

Descriptor Open(const std::string& path, int flags) {
  return Descriptor(
      Retry([&] { return open(path.c_str(), flags | O_CLOEXEC, kFileMode); }));
}

// For reading and writing, or for reading alone where writing is not allowed.
Descriptor OpenExisting(const std::string& path) {
  Descriptor descriptor = Open(path, O_RDWR);
  if (descriptor.ok() || (errno != EACCES && errno != EROFS)) return descriptor;
  return Open(path, O_RDONLY);
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

class PosixFile : public File {
 public:
  PosixFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  absl::Status ReadAt(uint64_t offset, size_t bytes, char* out) const override {
    while (bytes > 0) {
      const ssize_t read =
          Retry([&] { return pread(descriptor_.get(), out, bytes, offset); });
      if (read < 0) return ErrnoStatus("pread", path_);
      if (read == 0) {
        return absl::OutOfRangeError(absl::StrCat(
            "pread ", path_, ": the file ends at offset ", offset));
      }
      out += read;
      bytes -= read;
      offset += read;
    }
    return absl::OkStatus();
  }

  absl::Status WriteAt(uint64_t offset, absl::string_view data) override {
    while (!data.empty()) {
      const ssize_t written = Retry([&] {
        return pwrite(descriptor_.get(), data.data(), data.size(), offset);
      });
      if (written < 0) return ErrnoStatus("pwrite", path_);
      data.remove_prefix(written);
      offset += written;
    }
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    if (Retry([&] { return fdatasync(descriptor_.get()); }) == 0) {
      return absl::OkStatus();
    }
    return ErrnoStatus("fdatasync", path_);
  }

  absl::Status Truncate(uint64_t bytes) override {
    if (Retry([&] { return ftruncate(descriptor_.get(), bytes); }) == 0) {
      return absl::OkStatus();
    }
    return ErrnoStatus("ftruncate", path_);
  }

  absl::Status Allocate(uint64_t bytes) override {
    if (Retry([&] { return fallocate(descriptor_.get(), 0, 0, bytes); }) == 0) {
      return absl::OkStatus();
    }
    if (errno != EOPNOTSUPP) return ErrnoStatus("fallocate", path_);
    return WriteZeros(bytes);
  }

  absl::StatusOr<uint64_t> SizeBytes() const override {
    struct stat status;
    if (fstat(descriptor_.get(), &status) != 0) {
      return ErrnoStatus("fstat", path_);
    }
    return status.st_size;
  }

  absl::StatusOr<std::unique_ptr<FileMapping>> Map(
      uint64_t bytes) const override {
    return MapDescriptor(descriptor_.get(), bytes, path_);
  }

 private:
  // Where a file system cannot take room in one call.
  absl::Status WriteZeros(uint64_t end) {
    const absl::StatusOr<uint64_t> size = SizeBytes();
    if (!size.ok()) return size.status();
    const std::string zeros(kZerosAtOnce, '\0');
    for (uint64_t at = *size; at < end; at += zeros.size()) {
      absl::Status written =
          WriteAt(at, absl::string_view(zeros).substr(0, end - at));
      if (!written.ok()) return written;
    }
    return absl::OkStatus();
  }

  const Descriptor descriptor_;
  const std::string path_;
};

}  // namespace

// flock(2) keeps other processes out, and on local file systems a second open
// of this one. Where it is emulated by fcntl locks (NFS) it does not, hence the
// set of what this process holds.
class PosixFileSystem::Lock : public FileLock {
 public:
  Lock(PosixFileSystem* owner, FileId id, Descriptor descriptor)
      : owner_(owner), id_(id), descriptor_(std::move(descriptor)) {}

  ~Lock() override {
    absl::MutexLock lock(&owner_->mutex_);
    descriptor_.reset();
    owner_->locked_.erase(id_);
  }

 private:
  PosixFileSystem* const owner_;
  const FileId id_;
  std::optional<Descriptor> descriptor_;
};

absl::StatusOr<std::unique_ptr<File>> PosixFileSystem::CreateFile(
    const std::string& path) {
  Descriptor descriptor = Open(path, O_RDWR | O_CREAT | O_EXCL);
  if (!descriptor.ok()) return ErrnoStatus("create", path);
  return std::make_unique<PosixFile>(std::move(descriptor), path);
}

absl::StatusOr<std::unique_ptr<File>> PosixFileSystem::OpenFile(
    const std::string& path) {
  Descriptor descriptor = OpenExisting(path);
  if (!descriptor.ok()) return ErrnoStatus("open", path);
  return std::make_unique<PosixFile>(std::move(descriptor), path);
}

absl::StatusOr<std::vector<std::string>> PosixFileSystem::ListDirectory(
    const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()),
                                                   closedir);
  if (folder == nullptr) return ErrnoStatus("opendir", path);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(folder.get());
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  if (errno != 0) return ErrnoStatus("readdir", path);
  return names;
}

absl::Status PosixFileSystem::MakeDirectory(const std::string& path) {
  if (path.empty()) {
    return absl::InvalidArgumentError("mkdir: the path is empty");
  }
  if (path.size() > 1 && path.back() == '/') {
    return MakeDirectory(path.substr(0, path.size() - 1));
  }
  if (mkdir(path.c_str(), kDirectoryMode) == 0) {
    return SyncDirectory(ParentOf(path));
  }
  if (errno == ENOENT && path != ParentOf(path)) {
    if (absl::Status status = MakeDirectory(ParentOf(path)); !status.ok()) {
      return status;
    }
    return MakeDirectory(path);
  }
  if (errno != EEXIST) return ErrnoStatus("mkdir", path);

  const Descriptor folder = Open(path, O_RDONLY | O_DIRECTORY);
  if (!folder.ok()) return ErrnoStatus("open", path);
  // An earlier run may have made it and ended before the sync. A parent that
  // we may not open is not ours, nor is then the name in it.
  const Descriptor parent = Open(ParentOf(path), O_RDONLY | O_DIRECTORY);
  if (!parent.ok() && errno == EACCES) return absl::OkStatus();
  return SyncDirectory(ParentOf(path));
}

absl::Status PosixFileSystem::SyncDirectory(const std::string& path) {
  const Descriptor folder = Open(path, O_RDONLY | O_DIRECTORY);
  if (!folder.ok()) return ErrnoStatus("open", path);
  if (Retry([&] { return fsync(folder.get()); }) == 0) return absl::OkStatus();
  return ErrnoStatus("fsync", path);
}

absl::Status PosixFileSystem::RenameFile(const std::string& from,
                                         const std::string& to) {
  if (rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  return ErrnoStatus("rename", absl::StrCat(from, " to ", to));
}

absl::Status PosixFileSystem::RemoveFile(const std::string& path) {
  if (unlink(path.c_str()) == 0) return absl::OkStatus();
  return ErrnoStatus("unlink", path);
}

absl::StatusOr<std::unique_ptr<FileLock>> PosixFileSystem::LockFile(
    const std::string& path) {
  Descriptor descriptor = Open(path, O_RDWR | O_CREAT);
  if (!descriptor.ok()) return ErrnoStatus("open", path);
  struct stat status;
  if (fstat(descriptor.get(), &status) != 0) return ErrnoStatus("fstat", path);
  const FileId id(status.st_dev, status.st_ino);

  absl::MutexLock lock(&mutex_);
  if (locked_.count(id) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("lock ", path, ": this process holds it already"));
  }
  if (Retry([&] { return flock(descriptor.get(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno != EWOULDBLOCK) return ErrnoStatus("flock", path);
    return absl::FailedPreconditionError(
        absl::StrCat("lock ", path, ": another process holds it"));
  }
  locked_.insert(id);
  return std::make_unique<Lock>(this, id, std::move(descriptor));
}

absl::StatusOr<uint64_t> PosixFileSystem::AvailableBytes(
    const std::string& path) {
  struct statvfs status;
  if (Retry([&] { return statvfs(path.c_str(), &status); }) != 0) {
    return ErrnoStatus("statvfs", path);
  }
  return uint64_t{status.f_bavail} * status.f_frsize;
}

FileSystem* FileSystem::Posix() {
  static PosixFileSystem* const kFileSystem = new PosixFileSystem();
  return kFileSystem;
}

}  // namespace rundlet

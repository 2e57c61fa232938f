#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "tests/bench/engine/engine.h"

namespace rundlet {
namespace {

constexpr size_t kBlockBytes = 64 << 10;
constexpr off_t kPreallocatedBytes = off_t{2} << 30;

absl::Status SystemError(absl::string_view call) {
  return absl::ErrnoToStatus(errno, call);
}

// One file of rows: the lengths of key and value, then both.
struct RowHeader {
  uint32_t key_bytes;
  uint32_t value_bytes;
};

struct Slot {
  uint64_t hash = 0;
  uint64_t offset = 0;  // of a row; one more than it, so that 0 is empty
};

void Append(std::string* bytes, absl::string_view key,
            absl::string_view value) {
  const RowHeader header = {static_cast<uint32_t>(key.size()),
                            static_cast<uint32_t>(value.size())};
  bytes->append(reinterpret_cast<const char*>(&header), sizeof(header));
  absl::StrAppend(bytes, key, value);
}

class LimitEngine final : public Engine {
 public:
  ~LimitEngine() override {
    if (rows_ != nullptr) munmap(const_cast<char*>(rows_), mapped_bytes_);
    if (fd_ >= 0) close(fd_);
  }

  absl::Status Open(const std::string& folder) {
    std::filesystem::create_directories(folder);
    fd_ = open(absl::StrCat(folder, "/rows").c_str(), O_RDWR | O_CREAT, 0644);
    if (fd_ < 0) return SystemError("open");
    // So that a sync has no size to write.
    if (posix_fallocate(fd_, 0, kPreallocatedBytes) != 0) {
      return SystemError("posix_fallocate");
    }
    return absl::OkStatus();
  }

  absl::Status Put(absl::string_view key, absl::string_view value) override {
    const absl::MutexLock lock(&mu_);
    buffer_.clear();
    Append(&buffer_, key, value);
    return Write(buffer_);
  }

  absl::Status PutTransaction(absl::Span<const Row> rows) override {
    const absl::MutexLock lock(&mu_);
    buffer_.clear();
    for (const Row& row : rows) {
      Append(&buffer_, row.key, row.value);
      if (buffer_.size() < kBlockBytes) continue;
      absl::Status written = Write(buffer_);
      if (!written.ok()) return written;
      buffer_.clear();
    }
    return Write(buffer_);
  }

  absl::Status PutDurably(absl::string_view key,
                          absl::string_view value) override {
    absl::Status put = Put(key, value);
    if (!put.ok()) return put;
    return fdatasync(fd_) == 0 ? absl::OkStatus() : SystemError("fdatasync");
  }

  absl::Status PutAllDurably(absl::Span<const Row> rows) override {
    absl::Status put = PutTransaction(rows);
    if (!put.ok()) return put;
    return fdatasync(fd_) == 0 ? absl::OkStatus() : SystemError("fdatasync");
  }

  absl::StatusOr<bool> Get(absl::string_view key, std::string* value) override {
    const uint64_t hash = absl::HashOf(key);
    for (size_t at = hash & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.offset == 0) return false;
      if (slot.hash != hash) continue;
      const absl::string_view found = ValueAt(slot.offset - 1);
      value->assign(found.data(), found.size());
      return true;
    }
  }

  absl::Status Scan(absl::string_view prefix, Visit visit) override {
    auto at =
        std::lower_bound(ordered_.begin(), ordered_.end(), prefix,
                         [this](uint64_t offset, absl::string_view wanted) {
                           return KeyAt(offset) < wanted;
                         });
    for (; at != ordered_.end(); ++at) {
      const absl::string_view key = KeyAt(*at);
      if (key.substr(0, prefix.size()) != prefix) break;
      visit(key, ValueAt(*at));
    }
    return absl::OkStatus();
  }

  // Makes what Get and Scan look into.
  absl::Status Settle() override {
    const absl::MutexLock lock(&mu_);
    mapped_bytes_ = end_;
    void* mapped = mmap(nullptr, mapped_bytes_, PROT_READ,
                        MAP_SHARED | MAP_POPULATE, fd_, 0);
    if (mapped == MAP_FAILED) return SystemError("mmap");
    rows_ = static_cast<const char*>(mapped);
    ordered_.clear();
    for (uint64_t offset = 0; offset < mapped_bytes_;) {
      const RowHeader header = HeaderAt(offset);
      ordered_.push_back(offset);
      offset += sizeof(header) + header.key_bytes + header.value_bytes;
    }
    size_t slots = 2;
    while (slots < ordered_.size() * 3 / 2) slots *= 2;
    slots_.assign(slots, Slot());
    mask_ = slots - 1;
    for (const uint64_t offset : ordered_) {
      const uint64_t hash = absl::HashOf(KeyAt(offset));
      size_t at = hash & mask_;
      while (slots_[at].offset != 0) at = (at + 1) & mask_;
      slots_[at] = {hash, offset + 1};
    }
    std::sort(ordered_.begin(), ordered_.end(),
              [this](uint64_t a, uint64_t b) { return KeyAt(a) < KeyAt(b); });
    return absl::OkStatus();
  }

 private:
  absl::Status Write(absl::string_view bytes)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    const ssize_t written =
        pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(end_));
    if (written != static_cast<ssize_t>(bytes.size())) {
      return SystemError("pwrite");
    }
    end_ += bytes.size();
    return absl::OkStatus();
  }

  RowHeader HeaderAt(uint64_t offset) const {
    RowHeader header;
    std::memcpy(&header, rows_ + offset, sizeof(header));
    return header;
  }
  absl::string_view KeyAt(uint64_t offset) const {
    return {rows_ + offset + sizeof(RowHeader), HeaderAt(offset).key_bytes};
  }
  absl::string_view ValueAt(uint64_t offset) const {
    const RowHeader header = HeaderAt(offset);
    return {rows_ + offset + sizeof(header) + header.key_bytes,
            header.value_bytes};
  }

  int fd_ = -1;
  absl::Mutex mu_;
  std::string buffer_ ABSL_GUARDED_BY(mu_);
  uint64_t end_ ABSL_GUARDED_BY(mu_) = 0;

  // Since Settle, and constant from then on.
  const char* rows_ = nullptr;
  uint64_t mapped_bytes_ = 0;
  std::vector<Slot> slots_;
  size_t mask_ = 0;
  std::vector<uint64_t> ordered_;
};

absl::StatusOr<std::unique_ptr<Engine>> OpenLimit(
    const EngineSettings& settings) {
  auto engine = std::make_unique<LimitEngine>();
  absl::Status opened = engine->Open(settings.path);
  if (!opened.ok()) return opened;
  return engine;
}

}  // namespace

EngineKind LimitKind() {
  return {"limit",
          "a preallocated file, pwrite and fdatasync; a hash probe and a copy "
          "from the mapping",
          &OpenLimit};
}

}  // namespace rundlet

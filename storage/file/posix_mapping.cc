#include "storage/file/posix_mapping.h"

#include <errno.h>
#include <sys/mman.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

class PosixMapping : public FileMapping {
 public:
  PosixMapping(void* start, uint64_t bytes) : start_(start), bytes_(bytes) {}
  PosixMapping(const PosixMapping&) = delete;
  PosixMapping& operator=(const PosixMapping&) = delete;
  ~PosixMapping() override { munmap(start_, bytes_); }

  absl::string_view bytes() const override {
    return {static_cast<const char*>(start_), bytes_};
  }

 private:
  void* const start_;
  const uint64_t bytes_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<FileMapping>> MapDescriptor(
    int fd, uint64_t bytes, const std::string& path) {
  // Shared, so that it shows what is written later; read-only, so that no stray
  // pointer of this process can reach the file.
  void* const start =
      mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, /*offset=*/0);
  if (start == MAP_FAILED) {
    return absl::ErrnoToStatus(errno, absl::StrCat("mmap ", path));
  }
  return std::make_unique<PosixMapping>(start, bytes);
}

}  // namespace rundlet

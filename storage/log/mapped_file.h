// MappedFile: the written part of a file, as memory.
//
// The mapping is longer than the file when it is made and grows by doubling, so
// that a file that is appended to is mapped a few times in its life. What lies
// behind the written part must not be touched.

#ifndef RUNDLET_STORAGE_LOG_MAPPED_FILE_H_
#define RUNDLET_STORAGE_LOG_MAPPED_FILE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "storage/file/file_system.h"

namespace rundlet {

// Thread-safe.
class MappedFile {
 public:
  // Does not own the file, which must outlive it. Maps nothing yet.
  explicit MappedFile(const File* file) : file_(file) {}

  // Bytes that have been written, for as long as this object lives; empty if
  // they cannot be mapped: read them instead. A disk that cannot give them ends
  // the process by SIGBUS when they are touched.
  absl::string_view At(uint64_t offset, uint64_t bytes) const {
    const FileMapping* const mapping = newest_.load(std::memory_order_acquire);
    if (mapping != nullptr && offset + bytes <= mapping->bytes().size()) {
      return mapping->bytes().substr(offset, bytes);
    }
    return Grow(offset, bytes);
  }

 private:
  absl::string_view Grow(uint64_t offset, uint64_t bytes) const
      ABSL_LOCKS_EXCLUDED(mu_);

  const File* const file_;
  mutable std::atomic<const FileMapping*> newest_{nullptr};
  mutable absl::Mutex mu_;
  // All of them: somebody may still look at an older one.
  mutable std::vector<std::unique_ptr<FileMapping>> mappings_
      ABSL_GUARDED_BY(mu_);
  mutable bool refused_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_LOG_MAPPED_FILE_H_

#include "storage/log/mapped_file.h"

#include <utility>

#include "absl/status/statusor.h"

namespace rundlet {
namespace {

constexpr uint64_t kMappingBytesMin = uint64_t{1} << 20;

}  // namespace

absl::string_view MappedFile::Grow(uint64_t offset, uint64_t bytes) const {
  const absl::MutexLock lock(&mu_);
  if (refused_) return {};
  const FileMapping* newest = newest_.load(std::memory_order_relaxed);
  if (newest == nullptr || offset + bytes > newest->bytes().size()) {
    uint64_t mapping_bytes = kMappingBytesMin;
    while (mapping_bytes < offset + bytes) mapping_bytes *= 2;
    absl::StatusOr<std::unique_ptr<FileMapping>> mapping =
        file_->Map(mapping_bytes);
    // Not asked again: what reads instead says what is wrong, if anything is.
    refused_ = !mapping.ok();
    if (refused_) return {};
    newest = mappings_.emplace_back(*std::move(mapping)).get();
    newest_.store(newest, std::memory_order_release);
  }
  return newest->bytes().substr(offset, bytes);
}

}  // namespace rundlet

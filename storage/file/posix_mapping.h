// Mapping a descriptor's file.

#ifndef RUNDLET_STORAGE_FILE_POSIX_MAPPING_H_
#define RUNDLET_STORAGE_FILE_POSIX_MAPPING_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "storage/file/file_system.h"

namespace rundlet {

// File::Map for an open descriptor, which is not kept; `path` is for messages.
absl::StatusOr<std::unique_ptr<FileMapping>> MapDescriptor(
    int fd, uint64_t bytes, const std::string& path);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FILE_POSIX_MAPPING_H_

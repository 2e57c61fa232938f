// DiskReserve: a file whose only content is the room that it takes, to be given
// to something that must not fail for lack of it.

#ifndef RUNDLET_STORAGE_ENGINE_GUARDS_DISK_RESERVE_H_
#define RUNDLET_STORAGE_ENGINE_GUARDS_DISK_RESERVE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "storage/file/file_system.h"

namespace rundlet {

// One thread at a time.
class DiskReserve {
 public:
  // 0 bytes: it is always held and no file is made.
  DiskReserve(FileSystem* file_system, std::string path, uint64_t bytes);

  // Takes the room; nothing, if it is held. After an error none of it is held.
  absl::Status Take();

  // Gives the room back; nothing, if none is held. After an error it is held.
  absl::Status Release();

  bool held() const { return held_; }
  uint64_t bytes() const { return bytes_; }
  uint64_t missing_bytes() const { return held_ ? 0 : bytes_; }

 private:
  absl::Status Open();

  FileSystem* const file_system_;
  const std::string path_;
  const uint64_t bytes_;
  // Stays open: to give room back must not need any.
  std::unique_ptr<File> file_;
  bool held_;
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_GUARDS_DISK_RESERVE_H_

// FileSystem: the only door to the disk. Faults are another FileSystem.
//
// Errors are those of absl::ErrnoToStatus (no room is RESOURCE_EXHAUSTED) with
// the call and the path in the message; EINTR is never seen outside.

#ifndef RUNDLET_STORAGE_FILE_FILE_SYSTEM_H_
#define RUNDLET_STORAGE_FILE_FILE_SYSTEM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rundlet {

// A file's bytes as memory, from its start on, until destroyed. What is behind
// the end of the file must not be touched; what is written there later shows.
class FileMapping {
 public:
  virtual ~FileMapping() = default;
  virtual absl::string_view bytes() const = 0;
};

// An open file; closed by its destructor. ReadAt and Map are thread-safe, also
// beside one writer; the others have one caller at a time.
class File {
 public:
  virtual ~File() = default;

  // Reads exactly `bytes` bytes into `out`. OUT_OF_RANGE: the file ends before.
  virtual absl::Status ReadAt(uint64_t offset, size_t bytes,
                              char* out) const = 0;

  // Writes all of `data`. After an error any part of it may be in the file.
  virtual absl::Status WriteAt(uint64_t offset, absl::string_view data) = 0;

  // Makes every finished WriteAt and Truncate survive power loss (fdatasync).
  // After an error nothing is known about any of them, and a later success
  // says nothing about the earlier writes (P7).
  virtual absl::Status Sync() = 0;

  virtual absl::Status Truncate(uint64_t bytes) = 0;

  // Takes room on the disk for a file of `bytes` bytes and makes it that large,
  // if it is smaller; what it adds reads as zeros. RESOURCE_EXHAUSTED: there is
  // no room; the file may have grown by a part. Truncate gives the room back.
  virtual absl::Status Allocate(uint64_t bytes) = 0;

  virtual absl::StatusOr<uint64_t> SizeBytes() const = 0;

  // Maps the file's first `bytes` bytes, or those that it may come to have.
  // UNIMPLEMENTED: files of this file system are read by ReadAt alone.
  virtual absl::StatusOr<std::unique_ptr<FileMapping>> Map(
      uint64_t /*bytes*/) const {
    return absl::UnimplementedError("no mapping in this file system");
  }
};

// Held until destroyed, or until the process ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// Thread-safe. Paths are as the operating system takes them.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Makes a new file for reading and writing. ALREADY_EXISTS: it is there. The
  // name survives power loss only after SyncDirectory of its folder.
  virtual absl::StatusOr<std::unique_ptr<File>> CreateFile(
      const std::string& path) = 0;

  // Opens an existing file for reading and writing; where writing is not
  // allowed, for reading alone: then it is WriteAt that fails. NOT_FOUND: there
  // is none.
  virtual absl::StatusOr<std::unique_ptr<File>> OpenFile(
      const std::string& path) = 0;

  // The names, not paths, of what the folder holds, in no order.
  virtual absl::StatusOr<std::vector<std::string>> ListDirectory(
      const std::string& path) = 0;

  // Makes the folder and the missing ones above it. It is no error if it is
  // there. Each new name is made to survive power loss.
  virtual absl::Status MakeDirectory(const std::string& path) = 0;

  // Makes names made, renamed and removed in the folder survive power loss.
  virtual absl::Status SyncDirectory(const std::string& path) = 0;

  // Replaces `to`, if it is there, in one step.
  virtual absl::Status RenameFile(const std::string& from,
                                  const std::string& to) = 0;
  virtual absl::Status RemoveFile(const std::string& path) = 0;

  // Takes the lock named by the file, which is made if it is missing, without
  // waiting. FAILED_PRECONDITION: somebody holds it, this process included.
  virtual absl::StatusOr<std::unique_ptr<FileLock>> LockFile(
      const std::string& path) = 0;

  // Bytes that files in the folder's file system can still take.
  virtual absl::StatusOr<uint64_t> AvailableBytes(const std::string& path) = 0;

  // The machine's file system. Lives for ever.
  static FileSystem* Posix();
};

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_FILE_FILE_SYSTEM_H_

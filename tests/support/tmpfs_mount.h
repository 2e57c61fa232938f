// TmpfsMount: a file system of a given size, in a mount namespace of this
// process's own, so that nobody else sees it and nothing is left behind.

#ifndef RUNDLET_TESTS_SUPPORT_TMPFS_MOUNT_H_
#define RUNDLET_TESTS_SUPPORT_TMPFS_MOUNT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "tests/support/temp_folder.h"

namespace rundlet {

class TmpfsMount {
 public:
  // REQUIRES: the process has one thread. An error: it may not mount.
  static absl::StatusOr<std::unique_ptr<TmpfsMount>> Make(uint64_t bytes);

  // Whatever uses it has to be closed.
  ~TmpfsMount();

  TmpfsMount(const TmpfsMount&) = delete;
  TmpfsMount& operator=(const TmpfsMount&) = delete;

  const std::string& path() const { return folder_.path(); }

 private:
  TmpfsMount() = default;

  TempFolder folder_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_TMPFS_MOUNT_H_

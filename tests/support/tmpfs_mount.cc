#include "tests/support/tmpfs_mount.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

absl::Status Failed(absl::string_view call) {
  return absl::ErrnoToStatus(errno, call);
}

// Without the right to mount, a user namespace gives it, where those are
// allowed.
absl::Status Unshare() {
  if (unshare(CLONE_NEWNS) == 0) return absl::OkStatus();
  const uid_t user = getuid();
  const gid_t group = getgid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return Failed("unshare");
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/uid_map") << absl::StrCat("0 ", user, " 1");
  std::ofstream("/proc/self/gid_map") << absl::StrCat("0 ", group, " 1");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TmpfsMount>> TmpfsMount::Make(uint64_t bytes) {
  absl::Status unshared = Unshare();
  if (!unshared.ok()) return unshared;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return Failed("mount --make-rprivate /");
  }
  auto tmpfs = absl::WrapUnique(new TmpfsMount());
  if (mount("tmpfs", tmpfs->path().c_str(), "tmpfs", 0,
            absl::StrCat("size=", bytes).c_str()) != 0) {
    return Failed(absl::StrCat("mount tmpfs ", tmpfs->path()));
  }
  return tmpfs;
}

TmpfsMount::~TmpfsMount() { umount2(folder_.path().c_str(), MNT_DETACH); }

}  // namespace rundlet

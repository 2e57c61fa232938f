#include "tests/e2e/loop_volume.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

// FS_IOC_SHUTDOWN and its flags, which no installed header has.
constexpr unsigned long kShutDown = _IOR('X', 125, uint32_t);
constexpr uint32_t kLogFlush = 1;
constexpr uint32_t kNoLogFlush = 2;

void Require(bool done, const std::string& what) {
  if (done) return;
  std::perror(what.c_str());
  std::abort();
}

void Run(const std::string& command) {
  Require(std::system(command.c_str()) == 0, command);
}

}  // namespace

LoopVolume::LoopVolume(const std::string& folder, uint64_t bytes)
    : image_(absl::StrCat(folder, "/volume.ext4")),
      mount_point_(absl::StrCat(folder, "/volume")) {
  // A sandbox that somebody starts meanwhile would hold the mount otherwise,
  // and it could not be made anew.
  Require(unshare(CLONE_NEWNS) == 0, "unshare");
  Require(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0,
          "mount --make-rprivate /");
  Run(absl::StrCat("truncate -s ", bytes, " '", image_, "'"));
  Run(absl::StrCat("/usr/sbin/mkfs.ext4 -q -F '", image_, "'"));
  Require(mkdir(mount_point_.c_str(), 0700) == 0, mount_point_);
  Mount();
}

LoopVolume::~LoopVolume() {
  if (is_mounted_) Unmount();
}

void LoopVolume::Mount() {
  Run(absl::StrCat("mount -t ext4 -o loop '", image_, "' '", mount_point_,
                   "'"));
  is_mounted_ = true;
}

void LoopVolume::Unmount() {
  Run(absl::StrCat("umount '", mount_point_, "'"));
  is_mounted_ = false;
}

void LoopVolume::CutPower(Journal journal) {
  const int folder = open(mount_point_.c_str(), O_RDONLY | O_DIRECTORY);
  Require(folder >= 0, mount_point_);
  uint32_t flag = journal == Journal::kFlushed ? kLogFlush : kNoLogFlush;
  Require(ioctl(folder, kShutDown, &flag) == 0, "FS_IOC_SHUTDOWN");
  close(folder);
}

void LoopVolume::Restart() {
  Unmount();
  Mount();
}

}  // namespace rundlet

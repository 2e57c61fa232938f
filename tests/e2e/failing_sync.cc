// Loaded into a server by LD_PRELOAD: from the moment on at which the file that
// RUNDLET_FAIL_SYNC names exists, every fdatasync fails as a broken disk does.

#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>

#include <cstdlib>

extern "C" int fdatasync(int descriptor) {
  using Function = int (*)(int);
  static const auto real =
      reinterpret_cast<Function>(dlsym(RTLD_NEXT, "fdatasync"));
  const char* const trigger = std::getenv("RUNDLET_FAIL_SYNC");
  if (trigger != nullptr && access(trigger, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  return real(descriptor);
}

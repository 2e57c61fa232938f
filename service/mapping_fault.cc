#include "service/mapping_fault.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace rundlet {
namespace {

std::atomic<int> exit_status_when_faulty{1};

// Everything below runs in a signal handler: no memory from the heap, no lock,
// nothing but system calls.

void Say(const char* text, size_t bytes) {
  const ssize_t ignored = write(STDERR_FILENO, text, bytes);
  static_cast<void>(ignored);  // there is nobody left to tell
}

void Say(const char* text) { Say(text, std::strlen(text)); }

void SayHex(uintptr_t number) {
  char digits[2 * sizeof(number)];
  size_t at = sizeof(digits);
  do {
    digits[--at] = "0123456789abcdef"[number % 16];
    number /= 16;
  } while (number != 0);
  Say("0x");
  Say(digits + at, sizeof(digits) - at);
}

// Reads a hexadecimal number at *text and steps over it.
uintptr_t TakeHex(const char** text) {
  uintptr_t number = 0;
  for (;; ++*text) {
    const char c = **text;
    if (c >= '0' && c <= '9') {
      number = number * 16 + static_cast<uintptr_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      number = number * 16 + static_cast<uintptr_t>(c - 'a' + 10);
    } else {
      return number;
    }
  }
}

// A line of /proc/self/maps: start-end permissions offset device inode path.
// Returns whether it is about `address`, and has said so then.
bool SayIfAbout(const char* line, uintptr_t address) {
  const uintptr_t start = TakeHex(&line);
  if (*line != '-') return false;
  const uintptr_t end = TakeHex(&++line);
  if (address < start || address >= end) return false;
  line += std::strcspn(line + 1, " ") + 2;  // behind the permissions
  const uintptr_t file_offset = TakeHex(&line);
  const char* const path = std::strchr(line, '/');
  if (path == nullptr) return false;
  Say(" at offset ");
  SayHex(file_offset + (address - start));
  Say(" of ");
  Say(path);
  return true;
}

void SayWhere(uintptr_t address) {
  const int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  char line[4352];  // a path of the longest kind fits
  size_t filled = 0;
  char c = 0;
  while (maps >= 0 && read(maps, &c, 1) == 1) {
    if (c != '\n') {
      if (filled + 1 < sizeof(line)) line[filled++] = c;
      continue;
    }
    line[filled] = '\0';
    if (SayIfAbout(line, address)) return;
    filled = 0;
  }
}

void OnBusError(int /*signal*/, siginfo_t* info, void* /*context*/) {
  Say("error a mapped file could not be read");
  SayWhere(reinterpret_cast<uintptr_t>(info->si_addr));
  Say("\n");
  _exit(exit_status_when_faulty.load());
}

}  // namespace

void ReportMappingFaults(int exit_status) {
  exit_status_when_faulty = exit_status;
  struct sigaction action = {};
  action.sa_sigaction = OnBusError;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  sigaction(SIGBUS, &action, nullptr);
}

}  // namespace rundlet

#include "service/memory_limit.h"

#include <malloc.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <limits>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

// jemalloc's, where the program is linked to it.
extern "C" {
int mallctl(const char* name, void* old_value, size_t* old_bytes,
            void* new_value, size_t new_bytes) __attribute__((weak));

// That of the sanitizers, where the program is built with one: their allocator
// stands in for the library's, whose figures are then zero. The name is theirs.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
size_t __sanitizer_get_current_allocated_bytes() __attribute__((weak));

// What jemalloc keeps of freed memory counts for the kernel, and grows with the
// threads: large pieces go back at once, others after a second.
extern const char* malloc_conf;
const char* malloc_conf =
    "oversize_threshold:262144,dirty_decay_ms:1000,muzzy_decay_ms:0,"
    "background_thread:true";
}

namespace rundlet {
namespace {

constexpr uint64_t kNone = std::numeric_limits<uint64_t>::max();

// The number in a file; none if there is no file, or the word max.
uint64_t ReadNumber(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  uint64_t number = kNone;
  if (!(file >> word) || !absl::SimpleAtoi(word, &number)) return kNone;
  return number;
}

// The lowest number in files of that name, from the group up to the root.
uint64_t LowestLimit(const std::string& mount, absl::string_view group,
                     absl::string_view name) {
  uint64_t lowest = ReadNumber(absl::StrCat(mount, "/", name));
  std::string path = mount;
  for (absl::string_view part : absl::StrSplit(group, '/', absl::SkipEmpty())) {
    absl::StrAppend(&path, "/", part);
    lowest = std::min(lowest, ReadNumber(absl::StrCat(path, "/", name)));
  }
  return lowest;
}

uint64_t PhysicalBytes() {
  struct sysinfo machine;
  if (sysinfo(&machine) != 0) return kNone;
  return uint64_t{machine.totalram} * machine.mem_unit;
}

}  // namespace

uint64_t MemoryLimitBytes(const std::string& root) {
  uint64_t lowest = PhysicalBytes();
  std::ifstream groups(absl::StrCat(root, "/proc/self/cgroup"));
  std::string line;
  while (std::getline(groups, line)) {
    // hierarchy:controllers:group; version 2 names no controllers.
    const std::vector<std::string> fields =
        absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() != 3) continue;
    const std::vector<std::string> controllers = absl::StrSplit(fields[1], ',');
    if (fields[1].empty()) {
      for (const char* mount : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
        lowest = std::min(lowest, LowestLimit(absl::StrCat(root, mount),
                                              fields[2], "memory.max"));
      }
    } else if (std::count(controllers.begin(), controllers.end(), "memory")) {
      lowest = std::min(lowest,
                        LowestLimit(absl::StrCat(root, "/sys/fs/cgroup/memory"),
                                    fields[2], "memory.limit_in_bytes"));
    }
  }
  return lowest;
}

uint64_t AllocatedBytes() {
  if (__sanitizer_get_current_allocated_bytes != nullptr) {
    return __sanitizer_get_current_allocated_bytes();
  }
  if (mallctl == nullptr) {
    const struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
  }
  // Figures are those of the last epoch.
  uint64_t epoch = 1;
  size_t bytes = sizeof(epoch);
  mallctl("epoch", &epoch, &bytes, &epoch, sizeof(epoch));
  uint64_t total = 0;
  for (const char* name : {"stats.active", "stats.metadata"}) {
    size_t part = 0;
    bytes = sizeof(part);
    if (mallctl(name, &part, &bytes, nullptr, 0) == 0) total += part;
  }
  return total;
}

}  // namespace rundlet

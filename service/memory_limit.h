// How much memory this process may take, and takes.

#ifndef RUNDLET_SERVICE_MEMORY_LIMIT_H_
#define RUNDLET_SERVICE_MEMORY_LIMIT_H_

#include <cstdint>
#include <string>

namespace rundlet {

// The lowest limit of this process's control groups (version 1 or 2) and of the
// machine's memory. `root` is put before the paths of the system; tests set it.
uint64_t MemoryLimitBytes(const std::string& root = "");

// Memory of this process that the kernel cannot drop: without files' pages.
uint64_t ResidentBytes();

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_MEMORY_LIMIT_H_

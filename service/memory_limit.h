// How much memory this process may take, and takes.

#ifndef RUNDLET_SERVICE_MEMORY_LIMIT_H_
#define RUNDLET_SERVICE_MEMORY_LIMIT_H_

#include <cstdint>
#include <string>

namespace rundlet {

// The lowest limit of this process's control groups (version 1 or 2) and of the
// machine's memory. `root` is put before the paths of the system; tests set it.
uint64_t MemoryLimitBytes(const std::string& root = "");

// What the allocator has given out, and needs to know of it. What it keeps to
// give out again does not count: it would seem taken long after it was freed.
uint64_t AllocatedBytes();

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_MEMORY_LIMIT_H_

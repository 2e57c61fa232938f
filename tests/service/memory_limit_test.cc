// Goal: the limit is the lowest of all control groups that this process is in,
// of both versions, and of the machine.
// Method: a folder that looks like /proc and /sys/fs/cgroup.

#include "service/memory_limit.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

class MemoryLimitTest : public ::testing::Test {
 protected:
  MemoryLimitTest() { Write("/proc/self/cgroup", ""); }

  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root_.path() + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  uint64_t Limit() const { return MemoryLimitBytes(root_.path()); }

  TempFolder root_;
};

TEST_F(MemoryLimitTest, WithoutGroupsItIsTheMachine) {
  EXPECT_GT(Limit(), uint64_t{64} << 20);
}

TEST_F(MemoryLimitTest, OfVersionTwo) {
  Write("/proc/self/cgroup", "0::/a/b\n");
  Write("/sys/fs/cgroup/a/b/memory.max", "max\n");
  const uint64_t machine = Limit();
  Write("/sys/fs/cgroup/a/memory.max", "1000000\n");
  EXPECT_EQ(Limit(), 1'000'000u);
  Write("/sys/fs/cgroup/a/b/memory.max", "500000\n");
  EXPECT_EQ(Limit(), 500'000u);
  Write("/proc/self/cgroup", "0::/\n");
  EXPECT_EQ(Limit(), machine);
}

TEST_F(MemoryLimitTest, OfVersionOne) {
  Write("/proc/self/cgroup", "9:cpu,memory:/a\n3:blkio:/b\n0::/\n");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
  Write("/sys/fs/cgroup/memory/b/memory.limit_in_bytes", "1000");
  const uint64_t machine = Limit();
  EXPECT_GT(machine, 1000u);
  Write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "700000\n");
  EXPECT_EQ(Limit(), 700'000u);
}

TEST_F(MemoryLimitTest, WhatIsFreedIsNoLongerTaken) {
  const uint64_t before = AllocatedBytes();
  {
    const std::vector<std::string> taken(1000, std::string(10'000, 't'));
    EXPECT_GT(AllocatedBytes(), before + 9'000'000);
  }
  EXPECT_LT(AllocatedBytes(), before + 5'000'000);
}

}  // namespace
}  // namespace rundlet

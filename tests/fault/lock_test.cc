// Goal: one store at a time on a data folder, over processes and their deaths.
// Method: a second store in this process, and a store held by a child process
// that is then killed.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>

#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

class LockTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Store>> OpenStore() {
    Options options;
    options.path = folder_.Path("data");
    return Open(std::move(options));
  }

  TempFolder folder_;
};

// Runs first: a process that has threads should not fork.
TEST_F(LockTest, AKilledProcessHoldsNothing) {
  int opened[2];
  ASSERT_EQ(pipe(opened), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto store = OpenStore();
    if (!store.ok()) _exit(1);
    if (!BlockingStore(store->get()).Put("k", Value::Text("v")).ok()) _exit(1);
    if (write(opened[1], "y", 1) != 1) _exit(1);
    for (;;) pause();
  }
  char byte = 0;
  close(opened[1]);
  EXPECT_EQ(read(opened[0], &byte, 1), 1);
  close(opened[0]);
  const absl::Status refused = OpenStore().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;

  ASSERT_EQ(kill(child, SIGKILL), 0);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const auto store = OpenStore();
  ASSERT_TRUE(store.ok()) << store.status();
  const auto entry = BlockingStore(store->get()).Get("k");
  ASSERT_TRUE(entry.ok() && entry->has_value());
  EXPECT_EQ((*entry)->value.bytes, "v");
}

TEST_F(LockTest, ASecondStoreIsRefusedUntilTheFirstIsGone) {
  auto first = OpenStore();
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(OpenStore().status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(BlockingStore(first->get()).Put("k", Value::Text("v")).ok());
  first->reset();
  EXPECT_TRUE(OpenStore().ok());
}

}  // namespace
}  // namespace rundlet

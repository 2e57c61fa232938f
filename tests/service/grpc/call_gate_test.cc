// Goal: the gate counts calls and bytes exactly, refuses beyond its bound and
// once closed, and a waiter learns of the last call that leaves.
// Method: single steps; then many threads that enter and leave while another
// one closes the gate and waits.

#include "service/grpc/call_gate.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace rundlet {
namespace {

TEST(CallGateTest, BoundsTheBytesOfRequests) {
  CallGate gate(100);
  absl::StatusOr<CallGate::Pass> first = gate.Enter(60);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(gate.Enter(41).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(gate.Enter(40).ok());
  EXPECT_EQ(gate.call_count(), 1);
  first->Leave();
  EXPECT_EQ(gate.call_count(), 0);
  // A call alone enters whatever it holds.
  EXPECT_TRUE(gate.Enter(1000).ok());
}

TEST(CallGateTest, MovedPassesLeaveOnce) {
  CallGate gate(100);
  {
    CallGate::Pass pass = *gate.Enter(10);
    CallGate::Pass moved = std::move(pass);
    pass = *gate.Enter(10);
    EXPECT_EQ(gate.call_count(), 2);
    pass = std::move(moved);
    EXPECT_EQ(gate.call_count(), 1);
  }
  EXPECT_EQ(gate.call_count(), 0);
}

TEST(CallGateTest, ClosedItTurnsAwayAndTellsWhenItIsEmpty) {
  CallGate gate(100);
  CallGate::Pass pass = *gate.Enter(10);
  gate.Close();
  EXPECT_EQ(gate.Enter(1).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(gate.WaitUntilEmpty(absl::ZeroDuration()));
  std::thread leaver([&pass] { pass.Leave(); });
  EXPECT_TRUE(gate.WaitUntilEmpty(absl::InfiniteDuration()));
  leaver.join();
}

// A callback of the store may be the last to let go of a stream that is over.
TEST(CallGateTest, APassMayOutliveTheGate) {
  auto gate = std::make_unique<CallGate>(100);
  absl::StatusOr<CallGate::Pass> pass = gate->Enter(10);
  ASSERT_TRUE(pass.ok());
  gate->Close();
  gate.reset();
  pass->Leave();
}

TEST(CallGateTest, NobodyIsInsideOnceTheWaitEnds) {
  for (int round = 0; round < 200; ++round) {
    CallGate gate(1 << 20);
    std::atomic<int> inside{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&gate, &inside] {
        while (true) {
          absl::StatusOr<CallGate::Pass> pass = gate.Enter(1);
          if (!pass.ok()) return;
          inside.fetch_add(1);
          inside.fetch_sub(1);
        }
      });
    }
    gate.Close();
    EXPECT_TRUE(gate.WaitUntilEmpty(absl::InfiniteDuration()));
    EXPECT_EQ(inside.load(), 0);
    for (std::thread& caller : callers) caller.join();
  }
}

}  // namespace
}  // namespace rundlet

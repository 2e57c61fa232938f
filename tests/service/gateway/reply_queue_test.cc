// Goal: replies come out in the order of their numbers, each once.
// Method: examples, and random orders from a printed seed.

#include "service/gateway/reply_queue.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

void Write(ReplyQueue* queue, ReplyQueue::Number number,
           absl::string_view reply) {
  absl::StrAppend(queue->Begin(number), reply);
  queue->Finish(number);
}

TEST(ReplyQueueTest, AReplyWaitsForThoseBeforeIt) {
  ReplyQueue queue;
  const ReplyQueue::Number first = queue.Reserve();
  const ReplyQueue::Number second = queue.Reserve();
  Write(&queue, second, "two\n");
  EXPECT_EQ(queue.output(), "");
  EXPECT_EQ(queue.pending_count(), 2u);
  Write(&queue, first, "one\n");
  EXPECT_EQ(queue.output(), "one\ntwo\n");
  EXPECT_EQ(queue.pending_count(), 0u);
  queue.ClearOutput();
  Write(&queue, queue.Reserve(), "three\n");
  EXPECT_EQ(queue.output(), "three\n");
}

TEST(ReplyQueueTest, AnyOrder) {
  SeededRandom random(TestSeed());
  for (int round = 0; round < 500; ++round) {
    ReplyQueue queue;
    std::vector<ReplyQueue::Number> open;
    std::string expected, output;
    uint64_t count = 0;
    while (count < 30 || !open.empty()) {
      if (count < 30 && random.OneIn(2)) {
        open.push_back(queue.Reserve());
        absl::StrAppend(&expected, count++, ";");
      } else if (!open.empty()) {
        const size_t pick = random.Below(open.size());
        Write(&queue, open[pick], absl::StrCat(open[pick], ";"));
        open.erase(open.begin() + pick);
      }
      if (random.OneIn(5)) {
        output += queue.output();
        queue.ClearOutput();
      }
    }
    ASSERT_EQ(output + queue.output(), expected);
    ASSERT_EQ(queue.pending_count(), 0u);
  }
}

}  // namespace
}  // namespace rundlet

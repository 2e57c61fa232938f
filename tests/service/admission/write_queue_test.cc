// Goal: places and bytes are bounded, and no connection takes what the others
// need. Method: connections that take all they get, one, two and many.

#include "service/admission/write_queue.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace rundlet {
namespace {

using Room = WriteQueue::Room;

void Push(uint64_t connection, uint64_t bytes, WriteQueue* queue) {
  WaitingWrite write;
  write.connection = connection;
  write.bytes = bytes;
  queue->Push(std::move(write));
}

// Takes all the places that a connection gets; returns how many.
uint64_t Flood(uint64_t connection, uint64_t places, WriteQueue* queue) {
  uint64_t taken = 0;
  while (queue->RoomFor(connection, 1, places) == Room::kYes) {
    Push(connection, 1, queue);
    ++taken;
  }
  return taken;
}

TEST(WriteQueueTest, OneThatFloodsGetsHalf) {
  WriteQueue queue(1000);
  EXPECT_EQ(Flood(1, 128, &queue), 64u);
  EXPECT_EQ(queue.RoomFor(1, 1, 128), Room::kNoShare);
  EXPECT_EQ(queue.RoomFor(2, 1, 128), Room::kYes);
}

TEST(WriteQueueTest, SixtyFourClientsFindRoomHoweverTheyConnect) {
  WriteQueue apart(1000);
  for (uint64_t connection = 0; connection < 64; ++connection) {
    ASSERT_EQ(apart.RoomFor(connection, 1, 128), Room::kYes);
    Push(connection, 1, &apart);
  }
  WriteQueue together(1000);
  for (int i = 0; i < 64; ++i) {
    ASSERT_EQ(together.RoomFor(1, 1, 128), Room::kYes);
    Push(1, 1, &together);
  }
}

TEST(WriteQueueTest, WhoComesLaterFindsRoomBesideAFlood) {
  WriteQueue queue(1000);
  Flood(1, 128, &queue);
  EXPECT_EQ(Flood(2, 128, &queue), 32u);
  EXPECT_EQ(queue.RoomFor(3, 1, 128), Room::kYes);
  // As places come free, both get the same.
  for (int i = 0; i < 1000; ++i) {
    queue.Pop();
    Flood(2, 128, &queue);
    Flood(1, 128, &queue);
  }
  uint64_t of_first = 0;
  uint64_t all = 0;
  for (; !queue.empty(); ++all) of_first += queue.Pop().connection == 1 ? 1 : 0;
  EXPECT_NEAR(of_first, all / 2.0, 2);
}

TEST(WriteQueueTest, BoundsBytes) {
  WriteQueue queue(100);
  EXPECT_EQ(queue.RoomFor(1, 500, 10), Room::kYes);  // alone
  Push(1, 40, &queue);
  EXPECT_EQ(queue.RoomFor(1, 21, 10), Room::kNoBytes);  // its share
  EXPECT_EQ(queue.RoomFor(2, 60, 10), Room::kYes);
  EXPECT_EQ(queue.RoomFor(2, 61, 10), Room::kNoBytes);
  queue.Pop();
  EXPECT_EQ(queue.bytes(), 0u);
  EXPECT_EQ(queue.RoomFor(2, 61, 10), Room::kYes);
}

TEST(WriteQueueTest, PlacesAreBounded) {
  WriteQueue queue(1000);
  for (uint64_t connection = 0; connection < 8; ++connection) {
    Push(connection, 1, &queue);
  }
  EXPECT_EQ(queue.RoomFor(9, 1, 8), Room::kNoPlace);
}

TEST(WriteQueueTest, CountsKeysValuesAndConditions) {
  Transaction transaction;
  const uint64_t empty = BytesOf(transaction);
  EXPECT_EQ(empty, 0u);
  transaction.operations.push_back(
      PutOperation{"key", Value::Text(std::string(100, 'v'))});
  transaction.otherwise.push_back(DeleteOperation{"other"});
  transaction.conditions.push_back(Condition::Exists("condition"));
  EXPECT_GE(BytesOf(transaction), 3u + 100u + 5u + 9u);
}

}  // namespace
}  // namespace rundlet

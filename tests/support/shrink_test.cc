// Goal: what is left of a failing list fails, and has nothing in it that could
// be left out.
// Method: lists of numbers that fail if they hold certain ones.

#include "tests/support/shrink.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<int> Numbers(int count) {
  std::vector<int> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

// The place of `number` in the list; its size if it is not there.
size_t PlaceOf(int number, const std::vector<int>& list) {
  return std::find(list.begin(), list.end(), number) - list.begin();
}

TEST(ShrinkTest, KeepsWhatItTakes) {
  const auto shrunk =
      Shrink<int>(Numbers(1000), 10'000, [](const std::vector<int>& list) {
        return PlaceOf(17, list) < list.size() &&
               PlaceOf(18, list) < list.size() &&
               PlaceOf(900, list) < list.size();
      });
  EXPECT_THAT(shrunk, ElementsAre(17, 18, 900));
}

TEST(ShrinkTest, KeepsTheOrder) {
  const auto shrunk =
      Shrink<int>({5, 1, 3, 2, 4}, 100, [](const std::vector<int>& list) {
        return PlaceOf(3, list) < PlaceOf(2, list) &&
               PlaceOf(2, list) < list.size();
      });
  EXPECT_THAT(shrunk, ElementsAre(3, 2));
}

TEST(ShrinkTest, TakesAwayAllThatFailsWithoutIt) {
  EXPECT_THAT(Shrink<int>(Numbers(9), 100,
                          [](const std::vector<int>&) { return true; }),
              IsEmpty());
  EXPECT_THAT(Shrink<int>({}, 100, [](const auto&) { return true; }),
              IsEmpty());
}

TEST(ShrinkTest, ReturnsWhatFailedLastWhenTriesRunOut) {
  size_t tries = 0;
  const auto shrunk =
      Shrink<int>(Numbers(1000), 3, [&tries](const std::vector<int>& list) {
        ++tries;
        return PlaceOf(0, list) < list.size();
      });
  EXPECT_EQ(tries, 3u);
  EXPECT_THAT(shrunk, SizeIs(500));
}

}  // namespace
}  // namespace rundlet

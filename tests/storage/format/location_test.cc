// Goal: two locations are equal only if all of their fields are.
// Method: change one field at a time.

#include "storage/format/location.h"

#include "gtest/gtest.h"

namespace rundlet {
namespace {

TEST(LocationTest, EveryFieldCounts) {
  const Location location{1, 2, 3};
  EXPECT_TRUE(location == (Location{1, 2, 3}));
  EXPECT_FALSE(location == (Location{9, 2, 3}));
  EXPECT_FALSE(location == (Location{1, 9, 3}));
  EXPECT_FALSE(location == (Location{1, 2, 9}));
}

}  // namespace
}  // namespace rundlet

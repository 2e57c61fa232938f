// Goal: neither limit is ever passed, and what is released can be had again.
// Method: examples with two addresses.

#include "service/gateway/admission.h"

#include "gtest/gtest.h"

namespace rundlet {
namespace {

TEST(AdmissionTest, LimitInAll) {
  Admission admission(2, 2);
  EXPECT_TRUE(admission.Admit("a"));
  EXPECT_TRUE(admission.Admit("b"));
  EXPECT_FALSE(admission.Admit("c"));
  EXPECT_EQ(admission.connection_count(), 2u);
  admission.Release("a");
  EXPECT_TRUE(admission.Admit("c"));
}

TEST(AdmissionTest, LimitForOneAddress) {
  Admission admission(10, 2);
  EXPECT_TRUE(admission.Admit("a"));
  EXPECT_TRUE(admission.Admit("a"));
  EXPECT_FALSE(admission.Admit("a"));
  EXPECT_TRUE(admission.Admit("b"));
  EXPECT_EQ(admission.connection_count(), 3u);
  admission.Release("a");
  EXPECT_TRUE(admission.Admit("a"));
  EXPECT_FALSE(admission.Admit("a"));
}

}  // namespace
}  // namespace rundlet

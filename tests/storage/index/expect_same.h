// ExpectSame: every field of a version.

#ifndef RUNDLET_TESTS_STORAGE_INDEX_EXPECT_SAME_H_
#define RUNDLET_TESTS_STORAGE_INDEX_EXPECT_SAME_H_

#include "gtest/gtest.h"
#include "storage/index/version.h"

namespace rundlet {

inline void ExpectSame(const Version& have, const Version& want) {
  EXPECT_EQ(have.revision, want.revision);
  EXPECT_EQ(have.create_revision, want.create_revision);
  EXPECT_EQ(have.version, want.version);
  EXPECT_EQ(have.created_us, want.created_us);
  EXPECT_EQ(have.modified_us, want.modified_us);
  EXPECT_EQ(have.expiry_us, want.expiry_us);
  EXPECT_EQ(have.kind, want.kind);
  EXPECT_EQ(have.deleted, want.deleted);
  EXPECT_TRUE(have.location == want.location);
  EXPECT_EQ(have.value, want.value);
}

}  // namespace rundlet

#endif  // RUNDLET_TESTS_STORAGE_INDEX_EXPECT_SAME_H_

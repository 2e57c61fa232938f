// Goal: chunks go when no value names them any more, all of them, and never
// before: not while an upload runs, not while a value can be read.
// Method: values that were replaced, deleted, have expired or were not finished
// when the process died; more of them than a page; uploads under way.

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "storage/open.h"
#include "tests/storage/large/large_fixture.h"

namespace rundlet {
namespace {

class LargeCollectorTest : public LargeFixture {};

TEST_F(LargeCollectorTest, TakesWhatNoValueNames) {
  for (const char* key : {"kept", "replaced", "shrunk", "deleted", "expired"}) {
    ASSERT_TRUE(Put(key, LargeBytes(100)).ok());
  }
  EXPECT_EQ(Collect(), 0u);
  ASSERT_TRUE(Put("replaced", LargeBytes(100, 2)).ok());
  ASSERT_TRUE(large().Put("shrunk", Value::Text("short")).ok());
  ASSERT_TRUE(large().Delete("deleted").ok());
  ASSERT_TRUE(
      large().SetExpiry("expired", Expiry::After(absl::Seconds(1))).ok());
  ASSERT_TRUE(large().SetExpiry("kept", Expiry::After(absl::Hours(1))).ok());
  clock_.Advance(absl::Seconds(2));
  EXPECT_EQ(Collect(), 4u);
  EXPECT_EQ(LargeKeyCount(), 10u);
  EXPECT_EQ(large().Scan({})->entries.size(), 3u);
  EXPECT_EQ(*Get("kept"), LargeBytes(100));
  EXPECT_EQ(*Get("replaced"), LargeBytes(100, 2));
  EXPECT_EQ(Collect(), 0u);
}

TEST_F(LargeCollectorTest, TakesWhatAnEndedProcessLeft) {
  ASSERT_TRUE(Put("k", LargeBytes(300, 1)).ok());
  const uint64_t keys = LargeKeyCount();
  const auto upload = StartUpload("k");
  ASSERT_TRUE(Append(*upload, LargeBytes(300, 2)).ok());
  const auto image = disk_.Image();
  upload->Abandon();
  StartFrom(image);
  EXPECT_GT(LargeKeyCount(), keys);
  EXPECT_EQ(large_->Stats().keys_in_index, 1u);
  EXPECT_EQ(Collect(), 1u);
  EXPECT_EQ(LargeKeyCount(), keys);
  EXPECT_EQ(*Get("k"), LargeBytes(300, 1));
}

TEST_F(LargeCollectorTest, LeavesAnUploadAlone) {
  const auto upload = StartUpload("k");
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(Append(*upload, LargeBytes(100, i)).ok());
    EXPECT_EQ(Collect(), 0u);
  }
  ASSERT_TRUE(Finish(*upload, PutOf("k")).ok());
  EXPECT_EQ(Collect(), 0u);
  std::string bytes;
  for (int i = 0; i < 10; ++i) bytes += LargeBytes(100, i);
  EXPECT_EQ(*Get("k"), bytes);
}

TEST_F(LargeCollectorTest, LooksAtEveryHead) {
  constexpr int kCount = 600;
  for (int i = 0; i < kCount; ++i) {
    ASSERT_TRUE(Put(absl::StrCat("key", i), LargeBytes(65, i)).ok());
  }
  ASSERT_TRUE(large().DeleteRange(KeyRange::Prefix("key5")).ok());
  EXPECT_EQ(Collect(), 111u);  // 5, 50 to 59, 500 to 599
  ASSERT_TRUE(large().DeleteRange(KeyRange::All()).ok());
  EXPECT_EQ(Collect(), kCount - 111u);
  EXPECT_EQ(LargeKeyCount(), 0u);
}

TEST_F(LargeCollectorTest, TakesMoreChunksThanATransactionMayDelete) {
  Stop();
  Options options;
  options.path = "/more";
  options.file_system = &disk_;
  options.clock = &clock_;
  options.limits.value_bytes_max = kValueBytesMax;
  options.limits.transaction_operations_max = 8;
  store_ = *Open(std::move(options));
  LargeOptions large_options;
  large_options.chunk_bytes = kChunkBytes;
  large_options.collect_interval = absl::ZeroDuration();
  large_ = std::make_unique<LargeStore>(store_.get(), std::move(large_options));
  for (const size_t chunks : {7, 8, 9, 16, 40}) {
    ASSERT_TRUE(Put("k", LargeBytes(chunks * kChunkBytes)).ok());
    ASSERT_TRUE(large().Delete("k").ok());
    EXPECT_EQ(Collect(), 1u);
    EXPECT_EQ(LargeKeyCount(), 0u) << chunks;
  }
}

TEST_F(LargeCollectorTest, CollectsByItself) {
  ASSERT_TRUE(Put("k", LargeBytes(100)).ok());
  ASSERT_TRUE(large().Delete("k").ok());
  large_.reset();
  LargeOptions options;
  options.chunk_bytes = kChunkBytes;
  options.collect_interval = absl::Milliseconds(1);
  absl::Notification said;
  options.on_event = [&said](absl::string_view line) {
    EXPECT_EQ(line, "large values: collected the chunks of 1 that are gone");
    said.Notify();
  };
  large_ = std::make_unique<LargeStore>(store_.get(), std::move(options));
  said.WaitForNotification();
  EXPECT_EQ(LargeKeyCount(), 0u);
}

}  // namespace
}  // namespace rundlet

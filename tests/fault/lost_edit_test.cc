// Goal: a MANIFEST that has lost its last edit, both copies of it, is not taken
// for one of an earlier moment when the rest of the folder shows that it is
// not: no commit is dropped, no revision is given again (L2, P5).
// Method: a store is written and copied as it stands; the MANIFEST's last edit
// is cut off or damaged; opening has to refuse and to change nothing.

#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/crashable_file_system.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

const char kManifest[] = "/data/MANIFEST";
using Image = std::map<std::string, std::string>;

class LostEditTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Store>> OpenStore() {
    Options options;
    options.path = "/data";
    options.file_system = &disk_;
    options.revision_block = 8;
    return Open(std::move(options));
  }

  void Put(Store* store, int number) {
    const auto put = BlockingStore(store).Put(absl::StrCat("key ", number),
                                              Value::Text("v"));
    ASSERT_TRUE(put.ok()) << put.status();
  }

  void ExpectRefused(const Image& image) {
    disk_.SetImage(image);
    const absl::Status status = OpenStore().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(status.message(), HasSubstr("an edit is lost"));
    Image after = disk_.Image();
    EXPECT_EQ(after.erase("/data/LOCK"), 1u);
    after.erase(kManifest);
    Image before = image;
    before.erase("/data/LOCK");
    before.erase(kManifest);
    EXPECT_EQ(after, before);
  }

  CrashableFileSystem disk_;
};

TEST_F(LostEditTest, AfterACleanStopAndCommits) {
  { ASSERT_TRUE(OpenStore().ok()); }
  const uint64_t stopped = disk_.Image().at(kManifest).size();
  Image running;
  {
    const auto store = OpenStore();
    ASSERT_TRUE(store.ok()) << store.status();
    Put(store->get(), 1);
    running = disk_.Image();
  }
  ASSERT_GT(running.at(kManifest).size(), stopped);
  running.at(kManifest).resize(stopped);
  ExpectRefused(running);
}

TEST_F(LostEditTest, AfterRevisionsWereReservedAndGiven) {
  Image image;
  std::string manifest;
  {
    const auto store = OpenStore();
    ASSERT_TRUE(store.ok()) << store.status();
    // The edit before the last one that reserved revisions.
    for (int number = 0; number < 40; ++number) {
      const std::string now = disk_.Image().at(kManifest);
      if (number < 20) manifest = now;
      Put(store->get(), number);
    }
    image = disk_.Image();
  }
  ASSERT_GT(image.at(kManifest).size(), manifest.size());
  image.at(kManifest) = manifest;
  ExpectRefused(image);
}

TEST_F(LostEditTest, WhatIsNotLostOpens) {
  Image image;
  {
    const auto store = OpenStore();
    ASSERT_TRUE(store.ok()) << store.status();
    for (int number = 0; number < 40; ++number) Put(store->get(), number);
    image = disk_.Image();
  }
  disk_.SetImage(image);
  const auto store = OpenStore();
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_TRUE(BlockingStore(store->get()).Get("key 39")->has_value());
}

}  // namespace
}  // namespace rundlet

// Goal: what is pinned before the first commit has nothing in it, whatever is
// committed afterwards: a snapshot, its reads and scans, and the present state
// of a watch.
// Method: a store in memory whose first commits come behind the pin.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/model_store.h"
#include "tests/support/watch_reader.h"

namespace rundlet {
namespace {

ReadRequest ReadAt(const Snapshot& snapshot) {
  ReadRequest request;
  request.keys = {"key"};
  request.at = snapshot.revision;
  request.at_time = snapshot.read_time;
  return request;
}

void ExpectEmptySnapshot(Store* store) {
  BlockingStore db(store);
  const auto snapshot = db.OpenSnapshot();
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  ASSERT_TRUE(db.Put("key", Value::Text("later")).ok());
  const auto read = db.Read(ReadAt(*snapshot));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->read_revision, snapshot->revision);
  ASSERT_EQ(read->entries.size(), 1u);
  EXPECT_FALSE(read->entries[0].has_value());
  ScanRequest scan;
  scan.at = snapshot->revision;
  scan.at_time = snapshot->read_time;
  const auto page = db.Scan(scan);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_TRUE(page->entries.empty());
  ASSERT_TRUE(db.ReleaseSnapshot(snapshot->id).ok());
  // As with every other revision: nobody keeps it any more.
  EXPECT_TRUE(absl::IsOutOfRange(db.Read(ReadAt(*snapshot)).status()));
  EXPECT_TRUE(absl::IsOutOfRange(db.Scan(scan).status()));
}

class EmptySnapshotTest : public ::testing::Test {
 protected:
  EmptySnapshotTest() {
    Options options;
    options.path = "/data";
    options.file_system = &disk_;
    options.clock = &clock_;
    auto opened = Open(std::move(options));
    EXPECT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  FakeClock clock_;
  CrashableFileSystem disk_;
  std::unique_ptr<Store> store_;
};

TEST_F(EmptySnapshotTest, HasNothingInIt) { ExpectEmptySnapshot(store_.get()); }

TEST_F(EmptySnapshotTest, HasNothingInItInTheModel) {
  ModelStore model(&clock_);
  ExpectEmptySnapshot(&model);
}

TEST_F(EmptySnapshotTest, NeitherHasThePresentStateOfAWatch) {
  WatchRequest request = WatchAll();
  request.present_state = true;
  WatchReader reader(store_.get(), request);
  ASSERT_TRUE(reader.status().ok()) << reader.status();
  ASSERT_TRUE(
      BlockingStore(store_.get()).Put("key", Value::Text("later")).ok());
  EXPECT_EQ(reader.Lines(2), (std::vector<std::string>{"|", "+ key=later"}));
}

}  // namespace
}  // namespace rundlet

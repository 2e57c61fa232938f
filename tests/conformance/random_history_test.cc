// Goal: over any history, with restarts, crashes and compactions in it, the
// store answers as the model does.
// Method: random operations on store and model side by side, with pages that
// stay open over them; the whole content is compared every now and then.
//
// RUNDLET_RUNS says how many histories; each has 300 steps.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "tests/support/checked_store.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/random_transaction.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr uint64_t kRuns = 40;
constexpr uint64_t kSteps = 300;

std::vector<std::string> Texts(const ScanPage& page) {
  std::vector<std::string> texts;
  for (const Entry& entry : page.entries) {
    texts.push_back(absl::StrCat(entry.key, "=", entry.value.bytes, " version ",
                                 entry.version));
  }
  return texts;
}

class History {
 public:
  explicit History(uint64_t seed) : random_(seed), checked_(&clock_) {
    segment_bytes_ = random_.Between(400, 8192);
    shape_.keys = random_.Between(5, 60);
  }

  void Run() {
    Reopen();
    for (uint64_t i = 0; i < kSteps; ++i) {
      Step();
      if (::testing::Test::HasFailure()) {
        ADD_FAILURE() << "at step " << i;
        return;
      }
    }
    checked_.Compare();
  }

 private:
  // A scan in the middle, on both sides.
  struct Pages {
    ScanRequest store;
    ScanRequest model;
  };

  void Reopen() {
    pages_.clear();  // leases end with the process
    checked_.Close();
    Options options;
    options.path = "/data";
    options.durability = static_cast<Durability>(random_.Between(1, 3));
    options.segment_bytes = segment_bytes_;
    options.cache_entries = random_.Below(20);
    options.revision_block = random_.Between(1, 50);
    options.sweep_interval = absl::Milliseconds(1);
    options.manifest_bytes = random_.Between(200, 5000);
    options.compaction_dead_bytes = random_.Between(1, 8000);
    options.file_system = &disk_;
    options.clock = &clock_;
    const absl::Status opened = checked_.Open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened;
    checked_.Compare();
  }

  void Crash() {
    checked_.ExpectErrors();
    disk_.PowerOff();
    checked_.Close();
    disk_.PowerOn(PowerLoss::kAnySubset, random_);
    checked_.Crash(Durability::kDisk);
    Reopen();
  }

  void Step() {
    switch (random_.Below(60)) {
      case 0:
        return Reopen();
      case 1:
        return Crash();
      case 2:
      case 3:
        return checked_.Compact();
      case 4:
      case 5:
        return checked_.Compare();
      case 6:
      case 7:
        return clock_.Advance(absl::Milliseconds(random_.Below(8000)));
      case 8:
      case 9:
      case 10:
        return StartPages();
      case 11:
      case 12:
      case 13:
      case 14:
        return GoOnWithPages();
      default:
        return checked_.Commit(RandomTransaction(shape_, random_));
    }
  }

  void StartPages() {
    if (pages_.size() >= 3) return;
    ScanRequest request;
    request.entries_max = random_.Between(1, 5);
    request.bytes_max = random_.Between(1, 2000);
    request.reverse = random_.OneIn(2);
    if (random_.OneIn(2)) {
      request.range = KeyRange::Prefix(absl::StrCat("key", random_.Below(7)));
    } else if (random_.OneIn(2)) {
      request.range = {RandomKey(shape_, random_), RandomKey(shape_, random_)};
    }
    if (random_.OneIn(4)) {
      request.projection = ScanRequest::Projection::kMetadata;
    }
    pages_.push_back({request, request});
    GoOn(pages_.size() - 1);
  }

  void GoOnWithPages() {
    if (!pages_.empty()) GoOn(random_.Below(pages_.size()));
  }

  void GoOn(size_t at) {
    checked_.Wait();
    Pages& pages = pages_[at];
    const auto store = BlockingStore(checked_.store()).Scan(pages.store);
    const auto model = BlockingStore(&checked_.model()).Scan(pages.model);
    ASSERT_EQ(store.status().code(), model.status().code()) << store.status();
    if (!store.ok()) {  // the lease is over, for both
      pages_.erase(pages_.begin() + at);
      return;
    }
    EXPECT_EQ(Texts(*store), Texts(*model));
    EXPECT_EQ(store->more, model->more);
    EXPECT_EQ(store->count, model->count);
    if (!model->more || ::testing::Test::HasFailure()) {
      pages_.erase(pages_.begin() + at);
      return;
    }
    Continue(*store, &pages.store);
    Continue(*model, &pages.model);
  }

  static void Continue(const ScanPage& page, ScanRequest* request) {
    request->at = page.read_revision;
    request->at_time = page.read_time;
    request->after = page.entries.back().key;
  }

  SeededRandom random_;
  FakeClock clock_;
  CrashableFileSystem disk_;
  CheckedStore checked_;
  TransactionShape shape_;
  uint64_t segment_bytes_ = 0;
  std::vector<Pages> pages_;
};

TEST(RandomHistoryTest, StoreAndModelAgree) {
  const uint64_t seed = TestSeed();
  const uint64_t runs = TestRuns(kRuns);
  for (uint64_t run = 0; run < runs; ++run) {
    SCOPED_TRACE(absl::StrCat("RUNDLET_SEED=", seed + run, " RUNDLET_RUNS=1"));
    History(seed + run).Run();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace rundlet

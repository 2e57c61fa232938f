// Goal: the statuses of a watch carry revisions, and ranges merge without
// losing or doubling a key.
// Method: by example, and every small set of ranges against each key.

#include "storage/watch.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

TEST(WatchTest, StatusesCarryRevisions) {
  const absl::Status cut = CutOff(absl::ResourceExhaustedError("slow"), 17);
  EXPECT_EQ(ResumeRevisionOf(cut), 17u);
  EXPECT_EQ(OldestRevisionOf(cut), std::nullopt);
  EXPECT_EQ(cut.code(), absl::StatusCode::kResourceExhausted);
  const absl::Status gone = HistoryGone(absl::OutOfRangeError("old"), 99);
  EXPECT_EQ(OldestRevisionOf(gone), 99u);
  EXPECT_EQ(ResumeRevisionOf(gone), std::nullopt);
  EXPECT_EQ(ResumeRevisionOf(absl::OkStatus()), std::nullopt);
}

TEST(WatchTest, MergedRangesHoldTheSameKeysOnce) {
  SeededRandom random(TestSeed());
  for (int run = 0; run < 2000; ++run) {
    std::vector<KeyRange> ranges(random.Between(1, 5));
    for (KeyRange& range : ranges) {
      range.start = std::string(1, static_cast<char>('a' + random.Below(8)));
      range.end = std::string(1, static_cast<char>('a' + random.Below(8)));
      if (random.OneIn(8)) range.start.clear();
      if (random.OneIn(8)) range.end.clear();
    }
    const std::vector<KeyRange> merged = MergedRanges(ranges);
    for (char c = 'a'; c < 'j'; ++c) {
      for (const std::string& key : {std::string(1, c), std::string(2, c)}) {
        const auto holds = [&key](const KeyRange& range) {
          return range.Contains(key);
        };
        const bool wanted = std::any_of(ranges.begin(), ranges.end(), holds);
        EXPECT_EQ(std::count_if(merged.begin(), merged.end(), holds),
                  wanted ? 1 : 0);
      }
    }
    EXPECT_TRUE(std::is_sorted(merged.begin(), merged.end(),
                               [](const KeyRange& a, const KeyRange& b) {
                                 return a.start < b.start;
                               }));
  }
}

}  // namespace
}  // namespace rundlet

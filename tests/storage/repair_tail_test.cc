// Goal: what stands behind the last sync is repaired as recovery would cut it,
// and what was written ahead of the log is no loss.
// Method: images of a store that was not stopped cleanly, cut and extended.

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/storage/repair_fixture.h"

namespace rundlet {
namespace {

class RepairTailTest : public RepairFixture {};

TEST_F(RepairTailTest, ATornTailIsCutAsRecoveryWouldCutIt) {
  Image image = Stop(/*cleanly=*/false);
  std::string active;
  for (const auto& [path, bytes] : image) {
    if (absl::EndsWith(path, ".log")) active = path;
  }
  image[active].resize(image[active].size() - 1);
  RepairReport report;
  const Texts saved = RepairAndRead(image, &report);
  EXPECT_TRUE(report.lost_nothing());
  EXPECT_GT(report.cut_bytes, 0u);
  Texts without = expected_;
  without.erase("k6");
  without.erase("k7");
  EXPECT_EQ(saved, without);
}

TEST_F(RepairTailTest, ZerosAheadOfTheLogAreNoLoss) {
  Image image = Stop(/*cleanly=*/false);
  std::string active;
  for (const auto& [path, bytes] : image) {
    if (absl::EndsWith(path, ".log")) active = path;
  }
  image[active].append(5000, '\0');
  RepairReport report;
  EXPECT_EQ(RepairAndRead(image, &report), expected_);
  EXPECT_TRUE(report.lost_nothing());
  EXPECT_EQ(report.cut_bytes, 0u);

  // With damage before them they are walked over.
  image[active][52] ^= 1;
  RepairAndRead(image, &report);
  for (const LostBytes& lost : report.losses) {
    EXPECT_LE(lost.offset + lost.bytes, image[active].size() - 5000);
  }
}

}  // namespace
}  // namespace rundlet

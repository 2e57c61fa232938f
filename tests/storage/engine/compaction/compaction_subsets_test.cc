// Goal: whatever segments compactions take, in whatever order, nothing that is
// deleted or expired comes back, nothing that is live is lost, and what pins
// see stays (L6, P6, I10); also when the process dies in between.
// Method: random histories on small segments with few keys, and compactions of
// random sets of sealed segments, with and without hints and notes; after each
// the bytes on the disk are opened as a store of their own and compared with a
// map. A failure prints its seed.
//
// More of them:
//   RUNDLET_RUNS=20000 bazel test --test_timeout=3600
//       //tests/storage/engine/compaction:compaction_subsets_test

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/engine/integrity/verification.h"
#include "tests/storage/engine/compaction/compaction_steps.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr uint64_t kRuns = 30;
constexpr uint64_t kSteps = 120;

class CompactionSubsetsTest : public CompactionSteps {
 protected:
  struct Value {
    std::string text;
    absl::Time end = absl::InfiniteFuture();
  };
  using Model = std::map<std::string, Value>;

  void Run(uint64_t seed) {
    random_ = SeededRandom(seed);
    options_.segment_bytes = random_.Between(256, 3000);
    StartAnew();
    Reopen();
    model_.clear();
    pins_.clear();
    keys_ = random_.Between(2, 12);
    for (uint64_t i = 0; i < kSteps && !HasFailure(); ++i) Take();
  }

 private:
  void Take() {
    const uint64_t choice = random_.Below(20);
    if (choice < 8) return Put();
    if (choice < 12) return Remove();
    if (choice == 12) return Pin();
    if (choice == 13) return Unpin();
    if (choice == 14) return Advance();
    if (choice == 15) return Restart();
    if (choice == 16) return MakeHint();
    if (choice < 19) static_cast<void>(Seal());
    CompactSome();
  }

  std::string Key() { return absl::StrCat("k", random_.Below(keys_)); }

  void Put() {
    const std::string key = Key();
    Value value{absl::StrCat(++number_, std::string(random_.Below(120), 'v'))};
    Expiry expiry = Expiry::Never();
    if (random_.OneIn(3)) {
      const absl::Duration life = absl::Seconds(random_.Between(1, 20));
      value.end = absl::FromUnixMicros(engine_->time->now_us()) + life;
      expiry = Expiry::After(life);
    }
    PutOs(key, value.text, expiry);
    model_[key] = std::move(value);
  }

  void Remove() {
    const std::string key = Key();
    Delete(key);
    model_.erase(key);
  }

  void Advance() {
    clock_.Advance(absl::Seconds(random_.Below(10)));
    Sweep();
    const absl::Time now = absl::FromUnixMicros(engine_->time->now_us());
    for (auto it = model_.begin(); it != model_.end();) {
      it = it->second.end <= now ? model_.erase(it) : std::next(it);
    }
  }

  void Pin() {
    if (pins_.size() < 4) {
      pins_.emplace_back(engine_->index.PinNewest(), model_);
    }
  }

  void Unpin() {
    if (pins_.empty()) return;
    const size_t at = random_.Below(pins_.size());
    engine_->index.Unpin(pins_[at].first);
    pins_.erase(pins_.begin() + static_cast<ptrdiff_t>(at));
  }

  void Restart() {
    pins_.clear();
    Reopen();
    Compare(*engine_, "after a restart");
  }

  std::vector<uint64_t> Sealed() {
    std::vector<uint64_t> ids;
    for (const SegmentFigures& segment : Figures()) {
      if (!segment.is_active) ids.push_back(segment.segment_id);
    }
    return ids;
  }

  void MakeHint() {
    const std::vector<uint64_t> ids = Sealed();
    if (!ids.empty()) WriteHintOf(random_.Pick(ids));
  }

  void CompactSome() {
    uses_notes_ = !random_.OneIn(4);
    deletes_at_once_ = random_.Between(1, 5);
    std::vector<uint64_t> ids;
    const uint64_t share = random_.Between(1, 3);
    for (const uint64_t id : Sealed()) {
      if (random_.OneIn(share)) ids.push_back(id);
    }
    Step(std::move(ids));
    Compare(*engine_, "while it runs");
    for (const auto& [revision, model] : pins_) {
      for (uint64_t i = 0; i < keys_; ++i) {
        const std::string key = absl::StrCat("k", i);
        const auto found = model.find(key);
        EXPECT_EQ(engine_->ReadAt(key, revision),
                  found == model.end() ? "-" : found->second.text)
            << key << " as of " << revision;
      }
    }
    CrashableFileSystem copy;
    copy.SetImage(disk_.Image());
    Options options = QuietOptions(&copy);
    options.verify_on_open = true;
    options.segment_bytes = options_.segment_bytes;
    EngineParts reopened(std::move(options), &clock_);
    Compare(reopened, "on the disk");
    Verify(reopened);
  }

  void Compare(const EngineParts& engine, const char* when) {
    for (uint64_t i = 0; i < keys_; ++i) {
      const std::string key = absl::StrCat("k", i);
      const auto found = model_.find(key);
      EXPECT_EQ(engine.Read(key),
                found == model_.end() ? "-" : found->second.text)
          << key << " " << when;
    }
    EXPECT_EQ(engine.index.usage().keys, model_.size()) << when;
  }

  // The order of each segment, and what the MANIFEST says of it.
  static void Verify(EngineParts& engine) {
    Verification verification(
        {engine.recovered.manifest.get(), &engine.segments, &engine.index});
    const auto report = verification.Run([](uint64_t) { return true; });
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(report->ok()) << report->damage[0].what;
  }

  SeededRandom random_{0};
  uint64_t keys_ = 0;
  uint64_t number_ = 0;
  Model model_;
  std::vector<std::pair<Revision, Model>> pins_;
};

TEST_F(CompactionSubsetsTest, AnySetOfSegmentsMayBeCompacted) {
  const uint64_t seed = TestSeed();
  const uint64_t runs = TestRuns(kRuns);
  for (uint64_t run = 0; run < runs; ++run) {
    SCOPED_TRACE(absl::StrCat("RUNDLET_SEED=", seed + run, " RUNDLET_RUNS=1"));
    Run(seed + run);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace rundlet

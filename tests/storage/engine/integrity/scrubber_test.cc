// Goal: Verify tells exactly which records are damaged and which keys that puts
// at risk, beside reads and writes and compactions; the scrub finds damage by
// itself; a store that closes ends both.
// Method: stores on a disk in memory, bytes of which are changed behind the
// store's back.

#include "storage/engine/integrity/scrubber.h"

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "storage/format/record.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {
namespace {

class ScrubberTest : public PipelineFixture {
 protected:
  ScrubberTest() { options_.segment_bytes = 600; }

  Verification::Environment ForVerification() {
    return {engine_->recovered.manifest.get(), &engine_->segments,
            &engine_->index, /*records_at_once=*/4};
  }
  VerifyReport Verify() {
    auto report =
        Verification(ForVerification()).Run([](uint64_t) { return true; });
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : VerifyReport();
  }
  void PutOs(const std::string& key, const std::string& value) {
    EXPECT_TRUE(Put(key, value, Durability::kOs).Get().ok());
  }
  void Fill(int records) {
    for (int i = 0; i < records; ++i) {
      PutOs(absl::StrCat("k", i % 10), absl::StrCat("value ", i));
    }
  }
  // Changes one byte of the newest record of a key, and returns where it is.
  Location Damage(const std::string& key, uint64_t byte) {
    const Location location = engine_->index.Find(key)->location;
    for (const auto& segment : engine_->segments.All()) {
      if (segment->id() != location.segment_id) continue;
      std::string bytes(1, '\0');
      EXPECT_TRUE(
          segment->file().ReadAt(location.offset + byte, 1, &bytes[0]).ok());
      bytes[0] = static_cast<char>(bytes[0] ^ 0x10);
      EXPECT_TRUE(segment->file().WriteAt(location.offset + byte, bytes).ok());
    }
    return location;
  }
  Scrubber::Settings SettingsWith(absl::Duration interval,
                                  uint64_t bytes_per_second = 0) {
    return {bytes_per_second, interval, &clock_,
            [this](absl::string_view line) {
              const absl::MutexLock lock(&mutex_);
              absl::StrAppend(&said_, line, "\n");
            }};
  }
  std::string said() {
    const absl::MutexLock lock(&mutex_);
    return said_;
  }

  absl::Mutex mutex_;
  std::string said_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(ScrubberTest, AGoodStoreIsGood) {
  Start();
  EXPECT_TRUE(Verify().ok());
  Fill(40);
  ASSERT_TRUE(pipeline().Seal().ok());
  Fill(3);
  const VerifyReport report = Verify();
  EXPECT_TRUE(report.ok()) << report.damage[0].what;
  EXPECT_EQ(report.record_count, 43u);
  EXPECT_EQ(report.segment_count, engine_->segments.All().size());
  uint64_t bytes = 0;
  for (const auto& segment : engine_->segments.All()) {
    bytes += segment->bytes();
  }
  EXPECT_EQ(report.read_bytes, bytes);
  ASSERT_TRUE(engine_->Compact().ok());
  EXPECT_EQ(Verify().record_count, 10u);
}

TEST_F(ScrubberTest, EachByteOfARecordIsNeededAndItsKeyAtRisk) {
  const uint64_t record_bytes = kRecordHeaderBytes + 2 + 8;
  for (uint64_t byte = 0; byte < record_bytes; ++byte) {
    SCOPED_TRACE(byte);
    StartAnew();
    Fill(30);
    const Location location = Damage("k3", byte);
    ASSERT_EQ(location.bytes, record_bytes);
    const VerifyReport report = Verify();
    ASSERT_EQ(report.damage_count, 1u);
    ASSERT_EQ(report.damage.size(), 1u);
    const DamagedRecord& damaged = report.damage[0];
    EXPECT_EQ(damaged.segment_id, location.segment_id);
    EXPECT_EQ(damaged.offset, location.offset);
    EXPECT_EQ(damaged.bytes, location.bytes);
    EXPECT_EQ(damaged.keys_at_risk, std::vector<std::string>{"k3"});
    EXPECT_EQ(report.key_at_risk_count, 1u);
    EXPECT_EQ(report.record_count, 29u);
  }
}

TEST_F(ScrubberTest, SeveralDamagedRecordsAreAllFound) {
  Start();
  Fill(30);
  std::set<std::pair<uint64_t, uint64_t>> places;
  for (const char* key : {"k1", "k4", "k8"}) {
    const Location location = Damage(key, 70);
    places.emplace(location.segment_id, location.offset);
  }
  const VerifyReport report = Verify();
  EXPECT_EQ(report.damage_count, 3u);
  EXPECT_EQ(report.key_at_risk_count, 3u);
  for (const DamagedRecord& damaged : report.damage) {
    EXPECT_EQ(places.count({damaged.segment_id, damaged.offset}), 1u);
  }
}

TEST_F(ScrubberTest, AnOldVersionPutsNoKeyAtRisk) {
  Start();
  PutOs("k", "old");
  const Location old = Damage("k", 66);
  PutOs("k", "new");
  const VerifyReport report = Verify();
  ASSERT_EQ(report.damage_count, 1u);
  EXPECT_EQ(report.damage[0].offset, old.offset);
  EXPECT_TRUE(report.damage[0].keys_at_risk.empty());
}

TEST_F(ScrubberTest, AnIndexThatLeadsAstrayIsFound) {
  Start();
  PutOs("a", "1");
  PutOs("b", "1");
  const Location a = engine_->index.Find("a")->location;
  engine_->index.Relocate("b", 2, a);
  const VerifyReport report = Verify();
  ASSERT_EQ(report.damage_count, 1u);
  EXPECT_EQ(report.damage[0].offset, a.offset);
  EXPECT_EQ(report.damage[0].keys_at_risk, std::vector<std::string>{"b"});
}

TEST_F(ScrubberTest, TheManifestsFiguresAndBytesAreChecked) {
  Start();
  Fill(30);
  const uint64_t sealed = engine_->segments.All().front()->id();
  ManifestState state = engine_->recovered.manifest->state();
  ++state.segments.at(sealed).seal->record_count;
  disk_.MakeDirectory("/other").IgnoreError();
  auto wrong = Manifest::Write(&disk_, "/other", state);
  ASSERT_TRUE(wrong.ok()) << wrong.status();
  Verification::Environment environment = ForVerification();
  environment.manifest = wrong->get();
  auto report = Verification(environment).Run([](uint64_t) { return true; });
  ASSERT_EQ(report->damage_count, 1u);
  EXPECT_EQ(report->damage[0].segment_id, sealed);
  EXPECT_TRUE(absl::StrContains(report->damage[0].what, "MANIFEST says"));

  auto file = disk_.OpenFile("/data/MANIFEST");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->WriteAt(100, "X").ok());
  const VerifyReport own = Verify();
  ASSERT_EQ(own.damage_count, 1u);
  EXPECT_EQ(own.damage[0].path, "/data/MANIFEST");
}

TEST_F(ScrubberTest, AReadErrorIsDamage) {
  Start();
  Fill(30);
  faulty_.FailCall({Call::kRead, 1, absl::UnknownError("EIO"), true});
  const VerifyReport report = Verify();
  faulty_.Heal();
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(report.key_at_risk_count, 10u);
  EXPECT_TRUE(absl::StrContains(report.damage[0].what, "EIO"));
  EXPECT_TRUE(Verify().ok());
}

TEST_F(ScrubberTest, WritesAndCompactionsGoOnBeside) {
  Start();
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    while (!stop) Fill(20);
  });
  std::thread compactor([&] {
    while (!stop) EXPECT_TRUE(engine_->Compact().ok());
  });
  for (int round = 0; round < 50; ++round) {
    const VerifyReport report = Verify();
    EXPECT_TRUE(report.ok())
        << report.damage[0].path << " at " << report.damage[0].offset << ": "
        << report.damage[0].what;
  }
  stop = true;
  writer.join();
  compactor.join();
}

TEST_F(ScrubberTest, ScrubsByItselfAndSaysWhatIsDamaged) {
  Start();
  Fill(30);
  Damage("k3", 70);
  Scrubber scrubber(SettingsWith(absl::Milliseconds(1)), ForVerification());
  while (scrubber.counts().verifications < 2) {
    clock_.Advance(absl::Milliseconds(1));
    std::this_thread::yield();
  }
  EXPECT_EQ(scrubber.counts().damaged, 1u);
  EXPECT_TRUE(scrubber.counts().last_time.has_value());
  EXPECT_TRUE(absl::StrContains(said(), "are damaged")) << said();
}

TEST_F(ScrubberTest, ARequestIsServedBeforeASlowScrub) {
  Start();
  Fill(30);
  // The scrub would take for ever: its clock stands still.
  Scrubber scrubber(SettingsWith(absl::Hours(1)), ForVerification());
  clock_.Advance(absl::Hours(2));
  absl::Notification done;
  scrubber.Request([&](absl::StatusOr<VerifyReport> report) {
    EXPECT_TRUE(report.ok() && report->ok());
    done.Notify();
  });
  done.WaitForNotification();
}

TEST_F(ScrubberTest, ClosingEndsAPacedVerification) {
  Start();
  PutOs("large", std::string(1 << 20, 'x'));
  PutOs("larger", std::string(1 << 20, 'x'));
  absl::Status answer;
  {
    Scrubber scrubber(SettingsWith(absl::ZeroDuration(), 1), ForVerification());
    scrubber.Request([&](const absl::StatusOr<VerifyReport>& report) {
      answer = report.status();
    });
  }
  EXPECT_EQ(answer.code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace rundlet

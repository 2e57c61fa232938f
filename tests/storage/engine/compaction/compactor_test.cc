// Goal: requests are answered once, by a compaction that began after them; a
// compactor that goes away answers those that wait.
// Method: a disk that holds a compaction in the middle.

#include "storage/engine/compaction/compactor.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {
namespace {

// A report, when it comes.
struct Reported {
  Store::CompactCallback Callback() {
    return [this](absl::StatusOr<CompactionReport> given) {
      report = std::move(given);
      come.Notify();
    };
  }
  const absl::StatusOr<CompactionReport>& Get() {
    come.WaitForNotification();
    return report;
  }

  absl::Notification come;
  absl::StatusOr<CompactionReport> report = absl::UnknownError("none");
};

class CompactorTest : public PipelineFixture {
 protected:
  CompactorTest() {
    Start();
    compactor_ = std::make_unique<Compactor>(
        engine_->ForCompaction(), &pipeline(), engine_->time.get(), &clock_);
    Put("a", "1", Durability::kOs);
    Put("a", "2", Durability::kOs);
  }

  std::unique_ptr<Compactor> compactor_;
};

TEST_F(CompactorTest, CompactsAllThatWasCommitted) {
  Reported reported;
  compactor_->Request(reported.Callback());
  ASSERT_TRUE(reported.Get().ok()) << reported.Get().status();
  EXPECT_EQ(reported.Get()->records_kept, 1u);
  EXPECT_EQ(engine_->Read("a"), "2");
  EXPECT_EQ(compactor_->counts().compactions, 1u);
  EXPECT_EQ(compactor_->counts().last_time, clock_.Now());
}

TEST_F(CompactorTest, RequestsDuringOneAreServedByTheNext) {
  files_.Hold(Call::kCreate, ".base");
  Reported first;
  compactor_->Request(first.Callback());
  files_.AwaitHeld(1);
  Put("b", "1", Durability::kOs);
  Reported second;
  Reported third;
  compactor_->Request(second.Callback());
  compactor_->Request(third.Callback());
  files_.LetGo();
  ASSERT_TRUE(first.Get().ok());
  ASSERT_TRUE(second.Get().ok());
  ASSERT_TRUE(third.Get().ok());
  EXPECT_EQ(second.Get()->records_kept, 2u);
  EXPECT_EQ(compactor_->counts().compactions, 2u);
}

TEST_F(CompactorTest, TheDestructorAnswersThoseThatWait) {
  files_.Hold(Call::kCreate, ".base");
  Reported running;
  Reported waiting;
  compactor_->Request(running.Callback());
  files_.AwaitHeld(1);
  compactor_->Request(waiting.Callback());
  std::thread destroyer([this] { compactor_.reset(); });
  files_.LetGo();
  destroyer.join();
  EXPECT_TRUE(running.come.HasBeenNotified());
  EXPECT_TRUE(waiting.come.HasBeenNotified());
  if (!waiting.report.ok()) {
    EXPECT_EQ(waiting.report.status().code(), absl::StatusCode::kUnavailable);
  }
  EXPECT_EQ(engine_->Read("a"), "2");
}

TEST_F(CompactorTest, AnErrorIsReportedAndTheNextTriesAgain) {
  faulty_.FailCall({Call::kWrite, 3, absl::ResourceExhaustedError("no room"),
                    /*for_good=*/true});
  Reported failed;
  compactor_->Request(failed.Callback());
  EXPECT_EQ(failed.Get().status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(compactor_->counts().compactions, 0u);
  faulty_.Heal();
  Reported next;
  compactor_->Request(next.Callback());
  EXPECT_TRUE(next.Get().ok()) << next.Get().status();
  EXPECT_EQ(fatal_count_, 0);
}

TEST_F(CompactorTest, ExplainsWhatItWouldDo) {
  auto plan = compactor_->Explain();
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_TRUE(plan->inputs.empty()) << "nothing is sealed yet";
  EXPECT_EQ(plan->reason, "");
  ASSERT_TRUE(pipeline().Seal().ok());
  const auto before = disk_.Image();
  plan = compactor_->Explain();
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(disk_.Image(), before);
  ASSERT_EQ(plan->inputs.size(), 1u);
  EXPECT_EQ(plan->inputs[0].record_count, 2u);
  EXPECT_EQ(plan->inputs[0].live_record_count, 1u);
  EXPECT_EQ(plan->inputs[0].bytes, before.at(plan->inputs[0].path).size());
  EXPECT_FALSE(plan->estimated_duration.has_value());

  files_.Hold(Call::kCreate, ".base");
  Reported reported;
  compactor_->Request(reported.Callback());
  files_.AwaitHeld(1);
  clock_.Advance(absl::Seconds(2));
  files_.LetGo();
  ASSERT_TRUE(reported.Get().ok());
  EXPECT_EQ(reported.Get()->bytes_before, plan->bytes_before);
  EXPECT_EQ(reported.Get()->bytes_after, plan->bytes_after);
  EXPECT_EQ(plan->bytes_to_gain, plan->bytes_before - plan->bytes_after);
  plan = compactor_->Explain();
  ASSERT_TRUE(plan.ok() && plan->estimated_duration.has_value());
  // Seconds by way of a rate.
  EXPECT_NEAR(absl::ToDoubleSeconds(*plan->estimated_duration), 2, 1e-6);
  EXPECT_EQ(plan->bytes_to_gain, 0u);
}

TEST_F(CompactorTest, AReasonIsExplained) {
  compactor_ = std::make_unique<Compactor>(
      engine_->ForCompaction(), &pipeline(), engine_->time.get(), &clock_,
      CompactionPolicy({/*live_ratio_min=*/0.9, /*dead_bytes_min=*/1,
                        /*spare_segments_max=*/10, 1 << 20}));
  const auto plan = compactor_->Explain();
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_NE(plan->reason.find("bytes are dead"), std::string::npos);
}

class PacedCompactorTest : public CompactorTest {
 protected:
  // One that is due at once, and rests for an hour between two batches of keys.
  PacedCompactorTest() {
    for (int i = 0; i < 400; ++i) {
      Put("k" + std::to_string(i), "value", Durability::kMemory);
    }
    Compaction::Environment environment = engine_->ForCompaction();
    environment.on_event = [this](absl::string_view line) {
      if (line.find("is due") != line.npos && !due_.HasBeenNotified()) {
        due_.Notify();
      }
    };
    CompactionPacer::Settings pacing;
    pacing.bytes_per_second_min = 1;
    pacing.bytes_per_second_max = 1;
    compactor_ = std::make_unique<Compactor>(
        std::move(environment), &pipeline(), engine_->time.get(), &clock_,
        CompactionPolicy({/*live_ratio_min=*/1, /*dead_bytes_min=*/0,
                          /*spare_segments_max=*/1000, 1 << 20}),
        pacing);
    due_.WaitForNotification();
  }

  absl::Notification due_;
};

TEST_F(PacedCompactorTest, SomebodyWhoAsksEndsItsRest) {
  Reported reported;
  compactor_->Request(reported.Callback());
  ASSERT_TRUE(reported.Get().ok()) << reported.Get().status();
  EXPECT_EQ(reported.Get()->records_kept, 401u);
  EXPECT_GE(compactor_->counts().compactions, 1u);
}

TEST_F(PacedCompactorTest, TheDestructorEndsItsRest) {
  compactor_.reset();
  EXPECT_EQ(engine_->Read("k399"), "value");
}

TEST_F(CompactorTest, ABrokenManifestStopsTheStore) {
  ASSERT_TRUE(pipeline().Seal().ok());
  // The output's header, the output, the MANIFEST.
  faulty_.FailCall({Call::kSync, 3, absl::UnknownError("EIO")});
  Reported failed;
  compactor_->Request(failed.Callback());
  EXPECT_EQ(failed.Get().status().code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(fatal_count_, 1);
  EXPECT_EQ(Put("b", "1", Durability::kOs).Get().status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_EQ(engine_->Read("a"), "2");
}

}  // namespace
}  // namespace rundlet

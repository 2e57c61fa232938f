// Goal: requests are answered once, by a compaction that began after them; a
// compactor that goes away answers those that wait.
// Method: a disk that holds a compaction in the middle.

#include "storage/engine/compactor.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/pipeline_fixture.h"

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

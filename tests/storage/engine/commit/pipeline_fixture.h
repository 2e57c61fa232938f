// PipelineFixture: a commit pipeline on a disk in memory that can be full, can
// fail, and can be held in the middle of a call.

#ifndef RUNDLET_TESTS_STORAGE_ENGINE_COMMIT_PIPELINE_FIXTURE_H_
#define RUNDLET_TESTS_STORAGE_ENGINE_COMMIT_PIPELINE_FIXTURE_H_

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "tests/storage/engine/engine_parts.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/gated_file_system.h"

namespace rundlet {

// A commit whose callback does not return before it is let go. It has been
// entered, on a thread of its own, when this has been made.
class SlowCommit {
 public:
  SlowCommit(CommitPipeline* pipeline, Transaction transaction)
      : thread_([this, pipeline, transaction]() mutable {
          CommitPipeline::Callback done = [this](absl::StatusOr<Receipt>) {
            entered_.Notify();
            leave_.WaitForNotification();
          };
          EXPECT_TRUE(pipeline->Commit(&transaction, {}, &done).empty());
        }) {
    entered_.WaitForNotification();
  }
  ~SlowCommit() {
    if (!leave_.HasBeenNotified()) LetGo();
    thread_.join();
  }

  void LetGo() { leave_.Notify(); }

 private:
  absl::Notification entered_;
  absl::Notification leave_;
  std::thread thread_;
};

class PipelineFixture : public ::testing::Test {
 protected:
  PipelineFixture() : options_(QuietOptions(&files_)) {}

  // Opens, or opens again, what options_ says, as after kill -9.
  void Start() {
    engine_.reset();
    Options options = QuietOptions(&files_);
    options.segment_bytes = options_.segment_bytes;
    options.sync_interval = options_.sync_interval;
    options.revision_block = options_.revision_block;
    options.limits = options_.limits;
    options.disk_free_bytes_min = options_.disk_free_bytes_min;
    options.delete_reserve_bytes = options_.delete_reserve_bytes;
    options.on_fatal = [this](absl::Status status) {
      ++fatal_count_;
      fatal_ = std::move(status);
    };
    engine_ = std::make_unique<EngineParts>(std::move(options), &clock_);
  }

  // Starts with an empty disk.
  void StartAnew() {
    engine_.reset();
    disk_.SetImage({});
    Start();
  }

  CommitPipeline& pipeline() { return *engine_->pipeline; }
  Answer Put(const std::string& key, const std::string& value,
             Durability durability) {
    return engine_->Commit(PutTransaction(key, value, durability));
  }
  Answer PutMore(const std::string& key, const std::string& value,
                 Durability durability) {
    Transaction transaction = PutTransaction(key, value, durability);
    transaction.more = true;
    return engine_->Commit(transaction);
  }

  void HoldSync() { files_.Hold(Call::kSync, ".log"); }
  void FailLog(Call call, bool for_good = false, uint8_t written_share = 0) {
    faulty_.FailCall({call, 1, absl::ResourceExhaustedError("no room"),
                      for_good, written_share});
  }
  // Waits until the pipeline has synced up to a revision.
  void AwaitDurable(Revision revision) {
    while (pipeline().counts().durable_revision < revision) {
      std::this_thread::yield();
    }
  }

  CrashableFileSystem disk_;
  FaultyFileSystem faulty_{&disk_};
  GatedFileSystem files_{&faulty_};
  FakeClock clock_;
  Options options_;
  int fatal_count_ = 0;
  absl::Status fatal_;
  std::unique_ptr<EngineParts> engine_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_STORAGE_ENGINE_COMMIT_PIPELINE_FIXTURE_H_

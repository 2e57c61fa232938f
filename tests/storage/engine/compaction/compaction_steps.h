// CompactionSteps: a fixture that compacts the segments which a test names, as
// the steps of the background do.

#ifndef RUNDLET_TESTS_STORAGE_ENGINE_COMPACTION_COMPACTION_STEPS_H_
#define RUNDLET_TESTS_STORAGE_ENGINE_COMPACTION_COMPACTION_STEPS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "storage/engine/compaction/compaction.h"
#include "storage/engine/recovery/segment_hint.h"
#include "tests/storage/engine/commit/pipeline_fixture.h"

namespace rundlet {

class CompactionSteps : public PipelineFixture {
 protected:
  CompactionSteps() { Reopen(); }

  // As after kill -9; what was noted of segments is forgotten, too.
  void Reopen() {
    Start();
    for (const CommittedRequest& request : engine_->recovered.requests) {
      EXPECT_TRUE(engine_->requests->Remember(request).ok());
    }
    notes_ = std::make_unique<SegmentNotes>(&clock_);
  }

  void PutOs(const std::string& key, const std::string& value,
             Expiry expiry = Expiry::Never()) {
    Transaction put;
    put.operations.push_back(PutOperation{key, Value::Text(value), expiry});
    put.durability = Durability::kOs;
    EXPECT_TRUE(engine_->Commit(std::move(put)).Get().ok());
  }
  void Delete(const std::string& key) {
    EXPECT_TRUE(
        engine_->Commit(DeleteTransaction(key, Durability::kOs)).Get().ok());
  }
  // As the sweeper does.
  void Sweep() {
    pipeline().DeleteExpired(
        engine_->index.Expired(engine_->time->now_us(), 1000));
    EXPECT_TRUE(engine_->Sync(Durability::kOs).Get().ok());
  }
  // Returns the id of the segment that is sealed by that.
  uint64_t Seal() {
    const uint64_t active = Survey().active_id();
    EXPECT_TRUE(pipeline().Seal().ok());
    return active;
  }

  ManifestState State() { return engine_->recovered.manifest->state(); }

  void WriteHintOf(uint64_t id) {
    const ManifestState::SegmentState segment = State().segments.at(id);
    EXPECT_TRUE(WriteHint(&disk_, kEngineFolder, State().store_id, segment.kind,
                          *segment.seal, [] { return false; })
                    .ok());
  }

  CompactionEnvironment Environment() {
    CompactionEnvironment environment = engine_->ForCompaction();
    environment.notes = uses_notes_ ? notes_.get() : nullptr;
    environment.deletes_at_once = deletes_at_once_;
    return environment;
  }

  CompactionSurvey Survey() {
    auto survey = CompactionSurvey::Take(Environment(), engine_->time->now_us(),
                                         [] { return false; });
    EXPECT_TRUE(survey.ok()) << survey.status();
    return *std::move(survey);
  }

  std::vector<SegmentFigures> Figures() { return Survey().segments(); }

  // Compacts the segments with these ids, which are sealed.
  CompactionReport Step(std::vector<uint64_t> ids) {
    const CompactionSurvey survey = Survey();
    Compaction compaction(Environment());
    const auto report =
        compaction.RunOn(survey, survey.Select(std::move(ids)),
                         engine_->time->now_us(), [] { return false; });
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : CompactionReport();
  }

  bool uses_notes_ = true;
  uint64_t deletes_at_once_ = 1000;
  std::unique_ptr<SegmentNotes> notes_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_STORAGE_ENGINE_COMPACTION_COMPACTION_STEPS_H_

// HintsFixture: folders that an engine has left, with their hints and
// checkpoint as the store would write them.

#ifndef RUNDLET_TESTS_STORAGE_ENGINE_RECOVERY_HINTS_FIXTURE_H_
#define RUNDLET_TESTS_STORAGE_ENGINE_RECOVERY_HINTS_FIXTURE_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/engine/recovery/index_checkpoint.h"
#include "storage/engine/recovery/recovery.h"
#include "storage/engine/recovery/segment_hint.h"
#include "tests/storage/engine/recovery/recovery_fixture.h"

namespace rundlet {

class HintsFixture : public RecoveryFixture {
 protected:
  HintsFixture() { segment_bytes_ = 400; }

  static std::string HintPath(uint64_t id) {
    return absl::StrCat(kEngineFolder, "/", FormatHintName(id));
  }
  ManifestState State() { return engine_->recovered.manifest->state(); }

  // Keys in base and log segments, one of them deleted, and a synced tail.
  void Fill() {
    Open();
    for (int i = 0; i < 4; ++i) Put(absl::StrCat("k", i), "base");
    ASSERT_TRUE(engine_->Compact().ok());
    for (int i = 2; i < 8; ++i) {
      Put(absl::StrCat("k", i), std::string(120, 'l'), Durability::kDisk);
    }
    ASSERT_TRUE(engine_->Commit(DeleteTransaction("k1")).Get().ok());
    Put("tail", "t", Durability::kDisk);
  }
  void WriteHints() {
    for (const auto& [id, segment] : State().segments) {
      if (!segment.seal.has_value()) continue;
      const auto written =
          WriteHint(&disk_, kEngineFolder, State().store_id, segment.kind,
                    *segment.seal, [] { return false; });
      ASSERT_TRUE(written.ok()) << written.status();
      ++hints_;
    }
  }
  // What a crash leaves.
  Image Killed() {
    Fill();
    WriteHints();
    return Kill();
  }
  // What a clean stop leaves.
  Image Stopped() {
    Fill();
    engine_->StopCleanly();
    const absl::Status written =
        WriteCheckpoint(&disk_, kEngineFolder, State(),
                        engine_->log->ActiveSeal(), engine_->index, requests_);
    EXPECT_TRUE(written.ok()) << written;
    return Kill();
  }

  static std::string FirstHint(const Image& image) {
    const auto found = std::find_if(
        image.begin(), image.end(),
        [](const auto& file) { return absl::EndsWith(file.first, ".hint"); });
    return found->first;
  }

  // The keys with their values, of a store that has just been opened.
  std::string Content() {
    std::string content;
    for (int i = 0; i < 8; ++i) {
      const std::string value = engine_->Read(absl::StrCat("k", i));
      absl::StrAppend(&content, value.substr(0, 4), ",");
    }
    return content + engine_->Read("tail");
  }
  void ExpectContent() {
    ASSERT_TRUE(engine_->pipeline != nullptr);
    EXPECT_EQ(Content(), "base,-,llll,llll,llll,llll,llll,llll,t");
  }

  uint64_t hints_ = 0;
  std::vector<CommittedRequest> requests_;  // of the checkpoint
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_STORAGE_ENGINE_RECOVERY_HINTS_FIXTURE_H_

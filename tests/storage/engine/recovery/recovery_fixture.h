// RecoveryFixture: data folders made by an engine, changed by hand, and opened
// again.

#ifndef RUNDLET_TESTS_STORAGE_ENGINE_RECOVERY_RECOVERY_FIXTURE_H_
#define RUNDLET_TESTS_STORAGE_ENGINE_RECOVERY_RECOVERY_FIXTURE_H_

#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/format/file_names.h"
#include "tests/storage/engine/engine_parts.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"

namespace rundlet {

class RecoveryFixture : public ::testing::Test {
 protected:
  using Image = std::map<std::string, std::string>;

  static std::string LogPath(uint64_t id) {
    return absl::StrCat(kEngineFolder, "/",
                        FormatSegmentName({id, FileKind::kLog}));
  }
  static std::string ManifestPath() {
    return absl::StrCat(kEngineFolder, "/", kManifestName);
  }

  void Open() {
    engine_.reset();
    Options options = QuietOptions(&disk_);
    options.revision_block = 100;
    options.segment_bytes = segment_bytes_;
    options.log_ahead_bytes = 0;  // the file ends where the log does
    engine_ = std::make_unique<EngineParts>(std::move(options), &clock_);
  }
  // The disk as it is now, and no engine on it.
  Image Kill() {
    engine_.reset();
    return disk_.Image();
  }
  Image Stop() {
    engine_->StopCleanly();
    return Kill();
  }

  Revision Put(const std::string& key, const std::string& value,
               Durability durability = Durability::kOs) {
    const Answer answer =
        engine_->Commit(PutTransaction(key, value, durability));
    EXPECT_TRUE(answer.Get().ok()) << answer.Get().status();
    return answer.Get().ok() ? answer.Get()->revision : 0;
  }
  uint64_t LogBytes(uint64_t id) {
    return disk_.Image().at(LogPath(id)).size();
  }

  // Opens an image; why it did not open.
  absl::Status Try(const Image& image) {
    engine_.reset();
    disk_.SetImage(image);
    Options options = QuietOptions(&disk_);
    options.clock = &clock_;
    SegmentSet segments;
    Index index;
    return Recover(options, &segments, &index).status();
  }
  // Opens an image that has lost something; nothing may change then.
  void ExpectDataLoss(const Image& image, const std::string& path) {
    const absl::Status status = Try(image);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_NE(status.message().find(path), std::string::npos) << status;
    EXPECT_EQ(disk_.Image(), image);
  }
  void OpenImage(const Image& image) {
    engine_.reset();
    disk_.SetImage(image);
    Open();
  }
  static Image Flipped(Image image, const std::string& path, uint64_t offset) {
    image.at(path).at(offset) ^= 1;
    return image;
  }
  static Image Cut(Image image, const std::string& path, uint64_t bytes) {
    image.at(path).resize(bytes);
    return image;
  }

  CrashableFileSystem disk_;
  FakeClock clock_;
  uint64_t segment_bytes_ = 1 << 20;
  std::unique_ptr<EngineParts> engine_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_STORAGE_ENGINE_RECOVERY_RECOVERY_FIXTURE_H_

// RecordedStore: a small store whose every state and every byte is known, for
// tests that damage it.

#ifndef RUNDLET_TESTS_FAULT_RECORDED_STORE_H_
#define RUNDLET_TESTS_FAULT_RECORDED_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/options.h"
#include "storage/stats.h"
#include "storage/store.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"

namespace rundlet {

// What a store holds, as comparable text: every key with value and version.
using StoreText = std::vector<std::string>;

// Files by path.
using Image = std::map<std::string, std::string>;

class RecordedStore {
 public:
  enum class Stop {
    kKill,   // unclean: the last commits were written, not synced
    kClean,  // closed as it should be
  };

  // How many keys each commit puts: files of about a KiB, or of about 16.
  enum class Size : uint64_t { kSmall = 1, kLarge = 32 };

  // How a copy is opened, and what is told of it.
  struct Opening {
    Image* after = nullptr;  // becomes the image that the store leaves behind
    bool verify = false;     // Options::verify_on_open
    StoreStats* stats = nullptr;
  };

  // A commit, and where the active segment ended behind it.
  struct Commit {
    StoreText state;
    std::string segment;  // the path of the active segment
    uint64_t end = 0;     // in it
    bool synced = false;
  };

  // Makes the store: a base segment, sealed log segments and an active one with
  // three synced commits and, if killed, three that are not synced. Each sealed
  // segment has its hint.
  explicit RecordedStore(Stop stop, Size size = Size::kSmall);

  const Image& image() const { return image_; }
  const std::vector<Commit>& commits() const { return commits_; }
  const std::string& active() const { return commits_.back().segment; }
  const std::string& manifest() const { return manifest_; }
  // The paths of the segments that are not active, logs and bases.
  std::vector<std::string> Sealed() const;

  // The paths of their hints.
  std::vector<std::string> Hints() const;
  // There after a clean stop.
  const std::string& checkpoint() const { return checkpoint_; }

  // What a store on `image` holds, or why it did not open or could not be read.
  static absl::StatusOr<StoreText> Read(const Image& image, Opening opening);
  static absl::StatusOr<StoreText> Read(const Image& image) {
    return Read(image, Opening());
  }

  // The commit whose state has to be found if byte `at` of the active segment
  // is the first one that is damaged; empty if the damage must be refused,
  // because a later group tells that the byte was synced.
  std::optional<size_t> Survivor(uint64_t at) const;

 private:
  void GrowManifest(Store* store);
  void Put(Store* store, const std::string& key, uint64_t value_bytes,
           Durability durability);

  FakeClock clock_;
  CrashableFileSystem disk_;
  const Size size_;
  Image image_;
  std::string manifest_;
  std::string checkpoint_;
  std::vector<Commit> commits_;
};

// Every byte of an image but the lock's.
Image WithoutLock(Image image);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_FAULT_RECORDED_STORE_H_

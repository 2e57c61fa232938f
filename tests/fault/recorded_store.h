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

  // A commit, and where the active segment ended behind it.
  struct Commit {
    StoreText state;
    std::string segment;  // the path of the active segment
    uint64_t end = 0;     // in it
    bool synced = false;
  };

  // Makes the store: a base segment, sealed log segments and an active one with
  // three synced commits and, if killed, three that are not synced.
  explicit RecordedStore(Stop stop);

  const Image& image() const { return image_; }
  const std::vector<Commit>& commits() const { return commits_; }
  const std::string& active() const { return commits_.back().segment; }
  const std::string& manifest() const { return manifest_; }
  // The paths of the segments that are not active, logs and bases.
  std::vector<std::string> Sealed() const;

  // What a store on `image` holds, or why it did not open. `after`, if not
  // null, becomes the image that the store leaves behind.
  static absl::StatusOr<StoreText> Read(const Image& image, Image* after);

  // The commit whose state has to be found if byte `at` of the active segment
  // is the first one that is damaged; empty if the damage must be refused,
  // because a later group tells that the byte was synced.
  std::optional<size_t> Survivor(uint64_t at) const;

 private:
  void Put(Store* store, const std::string& key, uint64_t value_bytes,
           Durability durability);

  FakeClock clock_;
  CrashableFileSystem disk_;
  Image image_;
  std::string manifest_;
  std::vector<Commit> commits_;
};

// Every byte of an image but the lock's.
Image WithoutLock(Image image);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_FAULT_RECORDED_STORE_H_

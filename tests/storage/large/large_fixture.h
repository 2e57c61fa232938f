// LargeFixture: a store in memory that takes large values, with small limits:
// values of 64 bytes, chunks of 32, large values of 4,096.

#ifndef RUNDLET_TESTS_STORAGE_LARGE_LARGE_FIXTURE_H_
#define RUNDLET_TESTS_STORAGE_LARGE_LARGE_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/large/large_store.h"
#include "storage/options.h"
#include "storage/store.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/fake_clock.h"

namespace rundlet {

inline constexpr uint64_t kValueBytesMax = 64;
inline constexpr uint64_t kChunkBytes = 32;
inline constexpr uint64_t kLargeBytesMax = 4096;

// Bytes that differ from chunk to chunk, and by seed.
std::string LargeBytes(size_t count, int seed = 0);

// A transaction that puts the key; its value is the upload's.
Transaction PutOf(absl::string_view key, Expiry expiry = Expiry::Never());

// All of a value, the newest.
LargeReadRequest ReadOf(absl::string_view key);

// Waits for each call of an upload or a reader.
absl::Status Append(LargeUpload& upload, std::string bytes);
absl::StatusOr<Receipt> Finish(LargeUpload& upload, Transaction transaction);
absl::StatusOr<LargeReadResult> OpenReader(LargeReader& reader);
absl::StatusOr<std::string> NextPart(LargeReader& reader);

class LargeFixture : public ::testing::Test {
 protected:
  LargeFixture() { Start(); }

  void Start(LargeOptions options = {});
  void Stop();
  // As if the process had died when the disk had this image: no byte of it is
  // newer. REQUIRES that no upload is under way.
  void StartFrom(const std::map<std::string, std::string>& image);

  // Puts a value in parts of so many bytes.
  absl::StatusOr<Receipt> Put(absl::string_view key, const std::string& bytes,
                              Transaction transaction, size_t part_bytes = 50);
  absl::StatusOr<Receipt> Put(absl::string_view key, const std::string& bytes) {
    return Put(key, bytes, PutOf(key));
  }
  std::shared_ptr<LargeUpload> StartUpload(absl::string_view key);

  // All of a value, or of what a request asks for.
  absl::StatusOr<std::string> Get(absl::string_view key);
  absl::StatusOr<std::string> Get(LargeReadRequest request);
  static absl::StatusOr<std::string> Rest(LargeReader& reader);

  BlockingStore large() { return BlockingStore(large_.get()); }
  BlockingStore raw() { return BlockingStore(store_.get()); }
  // Of chunks and heads that are in the store.
  uint64_t LargeKeyCount();
  // Waits for what an upload that failed still deletes.
  void ExpectLargeKeys(uint64_t count);
  uint64_t Collect();

  FakeClock clock_;
  CrashableFileSystem disk_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<LargeStore> large_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_STORAGE_LARGE_LARGE_FIXTURE_H_

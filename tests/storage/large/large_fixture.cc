#include "tests/storage/large/large_fixture.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "storage/large/large_keys.h"
#include "storage/open.h"

namespace rundlet {
namespace {

template <typename Answer, typename Start>
Answer Wait(Start start) {
  absl::Notification answered;
  Answer kept = absl::UnknownError("there was no answer");
  start([&](Answer answer) {
    kept = std::move(answer);
    answered.Notify();
  });
  answered.WaitForNotification();
  return kept;
}

}  // namespace

std::string LargeBytes(size_t count, int seed) {
  std::string bytes;
  for (int i = 0; bytes.size() < count; ++i) {
    absl::StrAppend(&bytes, seed, "/", i, " ");
  }
  bytes.resize(count);
  return bytes;
}

Transaction PutOf(absl::string_view key, Expiry expiry) {
  Transaction transaction;
  transaction.operations.push_back(
      PutOperation{std::string(key), Value(), expiry});
  return transaction;
}

LargeReadRequest ReadOf(absl::string_view key) {
  LargeReadRequest request;
  request.key = std::string(key);
  return request;
}

absl::Status Append(LargeUpload& upload, std::string bytes) {
  return Wait<absl::Status>(
      [&](auto done) { upload.Append(std::move(bytes), std::move(done)); });
}

absl::StatusOr<Receipt> Finish(LargeUpload& upload, Transaction transaction) {
  return Wait<absl::StatusOr<Receipt>>([&](auto done) {
    upload.Finish(std::move(transaction), std::move(done));
  });
}

absl::StatusOr<LargeReadResult> OpenReader(LargeReader& reader) {
  return Wait<absl::StatusOr<LargeReadResult>>(
      [&](auto done) { reader.Open(std::move(done)); });
}

absl::StatusOr<std::string> NextPart(LargeReader& reader) {
  return Wait<absl::StatusOr<std::string>>(
      [&](auto done) { reader.Next(std::move(done)); });
}

void LargeFixture::Start(LargeOptions given) {
  Stop();
  Options options;
  options.path = "/data";
  options.file_system = &disk_;
  options.clock = &clock_;
  options.limits.value_bytes_max = kValueBytesMax;
  auto opened = Open(std::move(options));
  ASSERT_TRUE(opened.ok()) << opened.status();
  store_ = *std::move(opened);
  given.clock = &clock_;
  given.chunk_bytes = kChunkBytes;
  if (given.value_bytes_max > kLargeBytesMax) {
    given.value_bytes_max = kLargeBytesMax;
  }
  given.collect_interval = absl::ZeroDuration();
  large_ = std::make_unique<LargeStore>(store_.get(), std::move(given));
}

void LargeFixture::Stop() {
  large_.reset();
  store_.reset();
}

void LargeFixture::StartFrom(const std::map<std::string, std::string>& image) {
  Stop();
  disk_.SetImage(image);
  Start();
}

std::shared_ptr<LargeUpload> LargeFixture::StartUpload(absl::string_view key) {
  auto upload = large_->StartUpload(std::string(key), ValueKind::kData);
  EXPECT_TRUE(upload.ok()) << upload.status();
  return *std::move(upload);
}

absl::StatusOr<Receipt> LargeFixture::Put(absl::string_view key,
                                          const std::string& bytes,
                                          Transaction transaction,
                                          size_t part_bytes) {
  const std::shared_ptr<LargeUpload> upload = StartUpload(key);
  for (size_t at = 0; at < bytes.size(); at += part_bytes) {
    // What fails is told by the end, too.
    Append(*upload, bytes.substr(at, part_bytes)).IgnoreError();
  }
  return Finish(*upload, std::move(transaction));
}

absl::StatusOr<std::string> LargeFixture::Get(absl::string_view key) {
  return Get(ReadOf(key));
}

absl::StatusOr<std::string> LargeFixture::Get(LargeReadRequest request) {
  const auto reader = large_->StartRead(std::move(request));
  const auto found = OpenReader(*reader);
  if (!found.ok()) return found.status();
  if (!found->entry.has_value()) return absl::NotFoundError("absent");
  return Rest(*reader);
}

absl::StatusOr<std::string> LargeFixture::Rest(LargeReader& reader) {
  std::string bytes;
  while (true) {
    const auto part = NextPart(reader);
    if (!part.ok()) return part.status();
    if (part->empty()) return bytes;
    bytes += *part;
  }
}

uint64_t LargeFixture::LargeKeyCount() {
  ScanRequest scan;
  scan.range = AllLargeKeys();
  scan.projection = ScanRequest::Projection::kCount;
  const auto page = raw().Scan(scan);
  EXPECT_TRUE(page.ok()) << page.status();
  return page->count;
}

void LargeFixture::ExpectLargeKeys(uint64_t count) {
  for (int tries = 0; LargeKeyCount() != count && tries < 5000; ++tries) {
    absl::SleepFor(absl::Milliseconds(2));
  }
  EXPECT_EQ(LargeKeyCount(), count);
}

uint64_t LargeFixture::Collect() {
  const auto collected = large_->Collect();
  EXPECT_TRUE(collected.ok()) << collected.status();
  return *collected;
}

}  // namespace rundlet

#include "tests/fault/recorded_store.h"

#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/format/file_header.h"
#include "storage/format/file_names.h"
#include "storage/open.h"
#include "tests/support/vector_source.h"

namespace rundlet {
namespace {

constexpr char kFolder[] = "/data";

Options MakeOptions(CrashableFileSystem* disk, const FakeClock* clock,
                    uint64_t segment_bytes) {
  Options options;
  options.path = kFolder;
  options.segment_bytes = segment_bytes;
  options.log_ahead_bytes = 0;  // the file ends where the log does
  options.open_threads = 2;
  options.revision_block = 16;
  // Nothing happens unasked.
  options.sync_interval = absl::Hours(1);
  options.compaction_live_ratio = 0;
  options.file_system = disk;
  options.clock = clock;
  return options;
}

absl::StatusOr<StoreText> TextOf(Store* store) {
  ScanRequest request;
  request.entries_max = 1000;
  const absl::StatusOr<ScanPage> page = BlockingStore(store).Scan(request);
  if (!page.ok()) return page.status();
  StoreText text;
  for (const Entry& entry : page->entries) {
    text.push_back(absl::StrCat(entry.key, "=", entry.value.bytes, "#",
                                entry.version, "#", entry.revision));
  }
  return text;
}

// Hints are made in the background.
void AwaitHints(const Store* store) {
  while (true) {
    const StoreStats stats = store->Stats();
    const uint64_t segments =
        stats.log_segment_count + stats.base_segment_count;
    if (stats.hint_count == segments - 1) return;
    absl::SleepFor(absl::Milliseconds(1));
  }
}

// The log segment with the highest id: the active one.
std::string ActiveSegment(const Image& image) {
  std::string active;
  for (const auto& [path, content] : image) {
    if (absl::EndsWith(path, ".log")) active = path;
  }
  return active;
}

}  // namespace

Image WithoutLock(Image image) {
  image.erase(absl::StrCat(kFolder, "/", kLockName));
  return image;
}

RecordedStore::RecordedStore(Stop stop, Size size)
    : size_(size),
      manifest_(absl::StrCat(kFolder, "/", kManifestName)),
      checkpoint_(absl::StrCat(kFolder, "/", kCheckpointName)) {
  auto opened =
      Open(MakeOptions(&disk_, &clock_, 1000 * static_cast<uint64_t>(size)));
  EXPECT_TRUE(opened.ok()) << opened.status();
  std::unique_ptr<Store> store = *std::move(opened);
  for (int i = 0; i < 6; ++i) {
    Put(store.get(), absl::StrCat("base", i % 4), 60, Durability::kDisk);
  }
  EXPECT_TRUE(BlockingStore(store.get()).Delete("base1").ok());
  if (size == Size::kLarge) GrowManifest(store.get());
  EXPECT_TRUE(BlockingStore(store.get()).Compact().ok());
  for (int i = 0; i < 8; ++i) {
    Put(store.get(), absl::StrCat("log", i % 5), 80, Durability::kDisk);
  }
  // A large value makes the log roll, so that the active segment begins here.
  Put(store.get(), "large", 850, Durability::kDisk);
  for (int i = 0; i < 3; ++i) {
    Put(store.get(), absl::StrCat("active", i), 20, Durability::kDisk);
  }
  AwaitHints(store.get());
  if (stop == Stop::kKill) {
    for (int i = 0; i < 3; ++i) {
      Put(store.get(), absl::StrCat("tail", i), 10, Durability::kOs);
    }
    disk_.PowerOff();
  }
  store = nullptr;
  image_ = disk_.Image();
}

// Each label stands in the MANIFEST, twice.
void RecordedStore::GrowManifest(Store* store) {
  for (int i = 0; i < 28; ++i) {
    VectorSource nothing(absl::StrCat(i, std::string(240, 'l')), {});
    const auto report = store->Ingest(nothing);
    EXPECT_TRUE(report.ok()) << report.status();
  }
}

void RecordedStore::Put(Store* store, const std::string& key,
                        uint64_t value_bytes, Durability durability) {
  Transaction put;
  std::string value = absl::StrCat(commits_.size(), "-");
  value.resize(value_bytes, 'v');
  put.operations.push_back(PutOperation{key, Value::Text(value)});
  for (uint64_t i = 1; i < static_cast<uint64_t>(size_); ++i) {
    put.operations.push_back(
        PutOperation{absl::StrCat(key, "/", i), Value::Text(value)});
  }
  put.durability = durability;
  const auto receipt = BlockingStore(store).Commit(std::move(put));
  EXPECT_TRUE(receipt.ok()) << receipt.status();
  Commit commit;
  commit.state = *TextOf(store);
  commit.segment = ActiveSegment(disk_.Image());
  commit.end = disk_.Image().at(commit.segment).size();
  commit.synced = durability == Durability::kDisk;
  commits_.push_back(std::move(commit));
}

std::vector<std::string> RecordedStore::Sealed() const {
  std::vector<std::string> sealed;
  for (const auto& [path, content] : image_) {
    if (path == active()) continue;
    if (absl::EndsWith(path, ".log") || absl::EndsWith(path, ".base")) {
      sealed.push_back(path);
    }
  }
  return sealed;
}

std::vector<std::string> RecordedStore::Hints() const {
  std::vector<std::string> hints;
  for (const auto& [path, content] : image_) {
    if (absl::EndsWith(path, ".hint")) hints.push_back(path);
  }
  return hints;
}

absl::StatusOr<StoreText> RecordedStore::Read(const Image& image,
                                              Opening opening) {
  CrashableFileSystem disk;
  FakeClock clock;
  disk.SetImage(image);
  Options options = MakeOptions(&disk, &clock, 1000);
  options.verify_on_open = opening.verify;
  absl::StatusOr<StoreText> text;
  {
    auto store = Open(std::move(options));
    if (store.ok() && opening.stats != nullptr) {
      *opening.stats = (*store)->Stats();
    }
    text = store.ok() ? TextOf(store->get())
                      : absl::StatusOr<StoreText>(store.status());
  }
  if (opening.after != nullptr) *opening.after = disk.Image();
  return text;
}

std::optional<size_t> RecordedStore::Survivor(uint64_t at) const {
  if (at < kFileHeaderBytes) return std::nullopt;
  size_t hit = commits_.size();  // the first commit that is not whole
  while (hit > 0 && commits_[hit - 1].segment == active() &&
         commits_[hit - 1].end > at) {
    --hit;
  }
  // A group says what was synced before it was written.
  for (size_t i = hit; i + 1 < commits_.size(); ++i) {
    if (commits_[i].synced) return std::nullopt;
  }
  return hit - 1;
}

}  // namespace rundlet

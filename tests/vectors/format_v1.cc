#include "tests/vectors/format_v1.h"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/seeded_random.h"
#include "tests/support/session_value.h"
#include "tests/support/vector_source.h"

namespace rundlet {
namespace {

constexpr uint64_t kSeed = 1;

// There are no vectors without this.
void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << "\n";
  std::abort();
}

void Commit(Store* store, std::vector<Operation> operations,
            Durability durability = Durability::kDisk) {
  Transaction transaction;
  transaction.operations = std::move(operations);
  transaction.durability = durability;
  Require(BlockingStore(store).Commit(std::move(transaction)).status());
}

void Ingest(Store* store) {
  Entry entry;
  entry.key = "ingested";
  entry.value = Value::Json("{\"from\":\"elsewhere\"}");
  VectorSource source("source of 2026", {entry});
  Require(store->Ingest(source).status());
}

void FillBase(Store* store) {
  Commit(store, {PutOperation{"greeting", Value::Text("hello")},
                 PutOperation{"deleted", Value::Text("gone")}});
  Commit(store, {PutOperation{"binary", Value::Data(std::string("\0\xff", 2))},
                 PutOperation{"json", Value::Json("9007199254740993")}});
  for (int i = 0; i < 4; ++i) {
    Commit(store, {PutOperation{"counter", Value::Text(absl::StrCat(i))},
                   PutOperation{absl::StrCat("row:", i),
                                Value::Text(std::string(100, 'r'))}});
  }
  Ingest(store);
  Require(BlockingStore(store).Compact().status());
}

void FillLogs(Store* store, FakeClock* clock) {
  Commit(store, {DeleteOperation{"deleted"},
                 PutOperation{"expiring", Value::Text("in a year"),
                              Expiry::After(absl::Hours(24 * 365))},
                 PutOperation{"expired", Value::Text("after a second"),
                              Expiry::After(absl::Seconds(1))}});
  clock->Advance(absl::Minutes(1));
  for (int i = 2; i < 8; ++i) {
    Commit(store, {PutOperation{absl::StrCat("row:", i),
                                Value::Text(std::string(300, 's'))},
                   DeleteOperation{absl::StrCat("row:", i - 2)}});
  }
  Commit(store,
         {PutOperation{"empty", Value::Text("")},
          SetExpiryOperation{"greeting", Expiry::After(absl::Hours(24 * 365))},
          PutOperation{"\xc3\xa4", Value::Text("a key in UTF-8")}});
  // Begins a segment, which the last writes will stay in.
  Commit(store, {PutOperation{"large", Value::Data(std::string(900, 'l'))}});
}

// Hints are made in the background.
void AwaitHints(const Store* store) {
  while (true) {
    const StoreStats stats = store->Stats();
    if (stats.hint_count + 1 ==
        stats.log_segment_count + stats.base_segment_count) {
      return;
    }
    absl::SleepFor(absl::Milliseconds(1));
  }
}

// What says something.
FolderImage Kept(FolderImage image) {
  for (const char* name : {"LOCK", "RESERVE.delete", "RESERVE.compaction"}) {
    image.erase(absl::StrCat(kVectorFolder, "/", name));
  }
  return image;
}

// The log segment with the highest id: the active one.
std::string& ActiveSegment(FolderImage* image) {
  std::string* active = nullptr;
  for (auto& [path, content] : *image) {
    if (absl::EndsWith(path, ".log")) active = &content;
  }
  return *active;
}

// Overwrites a few keys until the store has a dictionary of their values.
void TeachSessions(Store* store) {
  SeededRandom random(kSeed);
  for (uint64_t i = 0; store->Stats().compression.dictionary_count == 0; ++i) {
    Commit(store, {PutOperation{absl::StrCat("session:", i % 4),
                                Value::Json(SessionValue(random))}});
  }
  Commit(store, {PutOperation{"session:0", Value::Json(SessionValue(random))}});
}

// What kill -9 leaves of a store that compresses.
FolderImage MakeCompressed(Compression compression) {
  CrashableFileSystem disk;
  FakeClock clock(VectorTime() - absl::Minutes(1));
  SeededRandom random(kSeed);
  Options options = VectorOptions(&disk, &clock);
  options.compression = compression;
  options.dictionary_sample_bytes = 30'000;
  options.random = [&random] { return random.Next(); };
  auto store = Open(std::move(options));
  Require(store.status());
  if (compression == Compression::kZstd) TeachSessions(store->get());
  FillBase(store->get());
  FillLogs(store->get(), &clock);
  SeededRandom sessions(kSeed + 1);
  Commit(store->get(),
         {PutOperation{"session:1", Value::Json(SessionValue(sessions))}});
  AwaitHints(store->get());
  for (const char* key : {"tail:1", "tail:2"}) {
    Commit(store->get(), {PutOperation{key, Value::Text("written")}},
           Durability::kOs);
  }
  return Kept(disk.Image());
}

}  // namespace

absl::Time VectorTime() { return absl::FromUnixSeconds(1'770'000'000); }

Options VectorOptions(CrashableFileSystem* disk, const FakeClock* clock) {
  Options options;
  options.path = kVectorFolder;
  options.segment_bytes = 1500;
  options.revision_block = 64;
  // Nothing happens unasked: what has expired stays in the log.
  options.sync_interval = absl::Hours(1);
  options.sweep_interval = absl::Hours(1);
  options.compaction_live_ratio = 0;
  options.file_system = disk;
  options.clock = clock;
  return options;
}

std::map<std::string, FolderImage> MakeVectors() {
  std::map<std::string, FolderImage> vectors;
  CrashableFileSystem disk;
  FakeClock clock(VectorTime() - absl::Minutes(1));
  SeededRandom random(kSeed);
  Options options = VectorOptions(&disk, &clock);
  options.random = [&random] { return random.Next(); };
  auto store = Open(std::move(options));
  Require(store.status());
  FillBase(store->get());
  FillLogs(store->get(), &clock);
  AwaitHints(store->get());
  // Not synced: a recovery copies the first.
  for (const char* key : {"tail:1", "tail:2"}) {
    Commit(store->get(), {PutOperation{key, Value::Text("written")}},
           Durability::kOs);
  }
  FolderImage& killed = vectors["killed"] = Kept(disk.Image());
  FolderImage& torn = vectors["torn"] = killed;
  store->reset();
  vectors["clean"] = Kept(disk.Image());
  // The last record is not whole.
  std::string& tail = ActiveSegment(&torn);
  tail.resize(tail.size() - 10);
  tail += std::string(20, '\0');
  disk.SetImage(torn);
  store = Open(VectorOptions(&disk, &clock));
  Require(store.status());
  Commit(store->get(), {PutOperation{"after", Value::Text("a crash")}});
  AwaitHints(store->get());
  vectors["recovered"] = Kept(disk.Image());
  vectors["snappy"] = MakeCompressed(Compression::kSnappy);
  vectors["zstd"] = MakeCompressed(Compression::kZstd);
  return vectors;
}

absl::StatusOr<std::string> TextOf(Store* store) {
  ScanRequest request;
  request.entries_max = 1000;
  const absl::StatusOr<ScanPage> page = BlockingStore(store).Scan(request);
  if (!page.ok()) return page.status();
  std::string text;
  for (const Entry& entry : page->entries) {
    const std::string expiry =
        entry.expiry == absl::InfiniteFuture()
            ? "never"
            : absl::StrCat(absl::ToUnixMicros(entry.expiry));
    absl::StrAppend(
        &text,
        absl::StrJoin(
            {absl::CHexEscape(entry.key),
             absl::StrCat(static_cast<int>(entry.value.kind)),
             absl::CHexEscape(entry.value.bytes), absl::StrCat(entry.revision),
             absl::StrCat(entry.create_revision), absl::StrCat(entry.version),
             absl::StrCat(absl::ToUnixMicros(entry.created)),
             absl::StrCat(absl::ToUnixMicros(entry.modified)), expiry},
            " "),
        "\n");
  }
  return text;
}

}  // namespace rundlet

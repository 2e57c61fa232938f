// Goal: the engine keeps the laws of Store: on a disk in memory, also when it
// is compacted or restarted between any two steps of a law, without a cache,
// with compressed values, and on the machine's own files. Method: the suites of
// laws over stores that are opened in these ways.

#include <functional>
#include <memory>
#include <utility>

#include "gtest/gtest.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/conformance/store_laws.h"
#include "tests/support/crashable_file_system.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

class EngineWorld : public StoreWorld {
 public:
  enum class Disturbance { kNone, kCompaction, kRestart };

  EngineWorld(const Limits& limits, Disturbance disturbance,
              uint64_t cache_entries, Compression compression)
      : limits_(limits),
        disturbance_(disturbance),
        cache_entries_(cache_entries),
        compression_(compression) {
    OpenStore();
  }

  Store* store() override { return store_.get(); }
  FakeClock* clock() override { return &clock_; }

  void Disturb() override {
    switch (disturbance_) {
      case Disturbance::kNone:
        return;
      case Disturbance::kCompaction: {
        const auto report = BlockingStore(store_.get()).Compact();
        EXPECT_TRUE(report.ok()) << report.status();
        return;
      }
      case Disturbance::kRestart:
        store_ = nullptr;
        return OpenStore();
    }
  }

 private:
  void OpenStore() {
    Options options;
    options.path = "/data";
    options.segment_bytes = 1024;
    options.cache_entries = cache_entries_;
    options.compression = compression_;
    options.limits = limits_;
    options.file_system = &disk_;
    options.clock = &clock_;
    auto opened = Open(std::move(options));
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  const Limits limits_;
  const Disturbance disturbance_;
  const uint64_t cache_entries_;
  const Compression compression_;
  FakeClock clock_;
  CrashableFileSystem disk_;
  std::unique_ptr<Store> store_;
};

// With the default options, on real files.
class RealFilesWorld : public StoreWorld {
 public:
  explicit RealFilesWorld(const Limits& limits) {
    Options options;
    options.path = folder_.Path("data");
    options.limits = limits;
    options.clock = &clock_;
    auto opened = Open(std::move(options));
    EXPECT_TRUE(opened.ok()) << opened.status();
    if (opened.ok()) store_ = *std::move(opened);
  }

  Store* store() override { return store_.get(); }
  FakeClock* clock() override { return &clock_; }

 private:
  TempFolder folder_;
  FakeClock clock_;
  std::unique_ptr<Store> store_;
};

StoreFactory Engine(const char* name, EngineWorld::Disturbance disturbance,
                    uint64_t cache_entries,
                    Compression compression = Compression::kNone) {
  return {name, [=](const Limits& limits) {
            return std::make_unique<EngineWorld>(limits, disturbance,
                                                 cache_entries, compression);
          }};
}

const StoreFactory kSteady =
    Engine("Steady", EngineWorld::Disturbance::kNone, 100);
const StoreFactory kUncached =
    Engine("Uncached", EngineWorld::Disturbance::kNone, 0);
const StoreFactory kCompacted =
    Engine("Compacted", EngineWorld::Disturbance::kCompaction, 4);
const StoreFactory kRestarted =
    Engine("Restarted", EngineWorld::Disturbance::kRestart, 4);
const StoreFactory kSnappy = Engine(
    "Snappy", EngineWorld::Disturbance::kRestart, 4, Compression::kSnappy);
const StoreFactory kZstd = Engine("Zstd", EngineWorld::Disturbance::kCompaction,
                                  4, Compression::kZstd);
const StoreFactory kRealFiles = {
    "RealFiles", [](const Limits& limits) {
      return std::make_unique<RealFilesWorld>(limits);
    }};

#define RUNDLET_HOLD_ALL(laws)                                               \
  INSTANTIATE_TEST_SUITE_P(                                                  \
      Engine, laws,                                                          \
      ::testing::Values(kSteady, kUncached, kCompacted, kRestarted, kSnappy, \
                        kZstd, kRealFiles),                                  \
      StoreFactoryName)

RUNDLET_HOLD_ALL(PlainLaws);
RUNDLET_HOLD_ALL(EntryLaws);
RUNDLET_HOLD_ALL(ConditionLaws);
RUNDLET_HOLD_ALL(TransactionLaws);
RUNDLET_HOLD_ALL(ExpiryLaws);
RUNDLET_HOLD_ALL(ScanLaws);
RUNDLET_HOLD_ALL(PageLaws);
RUNDLET_HOLD_ALL(LimitLaws);
RUNDLET_HOLD_ALL(EmbeddedLaws);
RUNDLET_HOLD_ALL(CallbackLaws);
RUNDLET_HOLD_ALL(IngestLaws);
RUNDLET_HOLD_ALL(MaintenanceLaws);
RUNDLET_HOLD_ALL(RequestLaws);
RUNDLET_HOLD_ALL(RequestNameLaws);
RUNDLET_HOLD_ALL(SnapshotLaws);
RUNDLET_HOLD_ALL(AddLaws);
RUNDLET_HOLD_ALL(RangeDeleteLaws);
RUNDLET_HOLD_ALL(WatchLaws);
RUNDLET_HOLD_ALL(WatchLifetimeLaws);

}  // namespace
}  // namespace rundlet

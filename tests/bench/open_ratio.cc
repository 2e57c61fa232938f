// Goal: what hints and the checkpoint spare at open, as ratios measured side by
// side in one run. README.md says how to read the output.
// Method: one store is made with many keys; copies of its folder are opened in
// turns: as a clean stop left it, and as a crash left it, with and without
// hints, with one thread and with as many as there are processors; the median
// of the rounds' ratios counts.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

struct Settings {
  uint64_t keys = 1'000'000;
  uint64_t value_bytes = 100;
  uint64_t segment_mib = 16;
  int rounds = 3;
};

// A way of opening, and what it is compared with.
struct Way {
  std::string name;
  bool clean = false;  // after a clean stop, else after a crash
  bool hints = false;  // hints and checkpoint are there
  uint32_t threads = 0;
  std::vector<double> seconds;
};

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << "\n";
  std::exit(1);
}

Options MakeOptions(const std::string& path, const Settings& settings) {
  Options options;
  options.path = path;
  options.durability = Durability::kMemory;
  options.segment_bytes = settings.segment_mib << 20;
  options.compaction_live_ratio = 0;
  return options;
}

void Fill(Store* store, const Settings& settings) {
  const std::string value(settings.value_bytes, 'v');
  // In no order, as users come.
  constexpr uint64_t kStride = 7'919'999;
  for (uint64_t i = 0; i < settings.keys;) {
    Transaction transaction;
    for (int n = 0; n < 100 && i < settings.keys; ++n, ++i) {
      const uint64_t number = i * kStride % settings.keys;
      transaction.operations.push_back(PutOperation{
          absl::StrFormat("user:%011d", number), Value::Data(value)});
    }
    Check(BlockingStore(store).Commit(std::move(transaction)).status());
  }
}

void AwaitHints(Store* store) {
  while (true) {
    const StoreStats stats = store->Stats();
    const uint64_t sealed =
        stats.log_segment_count + stats.base_segment_count - 1;
    if (stats.hint_count == sealed) return;
    absl::SleepFor(absl::Milliseconds(10));
  }
}

void Copy(const std::string& from, const std::string& to) {
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

// Makes the two folders: what a crash and what a clean stop leave.
void MakeFolders(const TempFolder& folder, const Settings& settings) {
  const std::string clean = folder.Path("clean");
  auto store = Open(MakeOptions(clean, settings));
  Check(store.status());
  Fill(store->get(), settings);
  Check(BlockingStore(store->get()).Sync(Durability::kDisk));
  AwaitHints(store->get());
  Copy(clean, folder.Path("crash"));
  store->reset();
}

double MeasureOnce(const TempFolder& folder, const Way& way,
                   const Settings& settings) {
  const std::string path = folder.Path("open");
  std::filesystem::remove_all(path);
  Copy(folder.Path(way.clean ? "clean" : "crash"), path);
  if (!way.hints) {
    std::vector<std::filesystem::path> hints = {path + "/CHECKPOINT"};
    for (const auto& file : std::filesystem::directory_iterator(path)) {
      if (file.path().extension() == ".hint") hints.push_back(file.path());
    }
    for (const auto& hint : hints) std::filesystem::remove(hint);
  }
  Options options = MakeOptions(path, settings);
  options.open_threads = way.threads;
  options.write_hints = false;
  const absl::Time begin = absl::Now();
  auto store = Open(std::move(options));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  Check(store.status());
  const StoreStats stats = (*store)->Stats();
  if (stats.keys_in_index != settings.keys ||
      stats.recovery_used_checkpoint != (way.clean && way.hints) ||
      (!way.hints && stats.recovery_hints_used > 0)) {
    std::cerr << way.name << ": not opened as it should be\n";
    std::exit(1);
  }
  return seconds;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Report(const std::vector<Way>& ways) {
  const Way* baseline = nullptr;
  for (const Way& way : ways) {
    if (!way.hints && way.threads == 1) baseline = &way;
    std::vector<double> ratios;
    for (size_t i = 0; i < way.seconds.size(); ++i) {
      ratios.push_back(baseline->seconds[i] / way.seconds[i]);
    }
    absl::PrintF("%-44s %7.3f s  RATIO %5.2f\n", way.name, Median(way.seconds),
                 Median(ratios));
  }
}

void Run(const Settings& settings) {
  const TempFolder folder;
  MakeFolders(folder, settings);
  std::vector<Way> ways = {
      {"crash, segments read, 1 thread", false, false, 1, {}},
      {"crash, segments read, all threads", false, false, 0, {}},
      {"crash, hints, 1 thread", false, true, 1, {}},
      {"crash, hints, all threads", false, true, 0, {}},
      {"clean stop, segments read, 1 thread", true, false, 1, {}},
      {"clean stop, segments read, all threads", true, false, 0, {}},
      {"clean stop, checkpoint", true, true, 0, {}},
  };
  for (int round = 0; round < settings.rounds; ++round) {
    for (Way& way : ways) {
      way.seconds.push_back(MeasureOnce(folder, way, settings));
    }
  }
  Report(ways);
}

}  // namespace
}  // namespace rundlet

int main(int argc, char** argv) {
  rundlet::Settings settings;
  CLI::App app("Measures how long a store takes to open, by ratio.");
  app.add_option("--keys", settings.keys, "keys in the store");
  app.add_option("--value-bytes", settings.value_bytes, "bytes of a value");
  app.add_option("--segment-mib", settings.segment_mib, "MiB of a segment");
  app.add_option("--rounds", settings.rounds, "rounds");
  CLI11_PARSE(app, argc, argv);
  rundlet::Run(settings);
  return 0;
}

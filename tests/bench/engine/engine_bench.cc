// Goal: how fast the engine is beside those that a program could embed instead,
// and beside what the machine allows; as ratios measured side by side in one
// run. README.md says how to read the output.
// Method: the same loops over each engine; in each round every engine does a
// work right after the other; every value that is read is compared.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/bench/engine/report.h"
#include "tests/bench/engine/subject.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

constexpr double kZipfTheta = 0.99;
constexpr uint64_t kLargeValueBytes = 4096;
constexpr uint64_t kSeed = 1;

struct Choices {
  std::vector<std::string> works;
  std::vector<std::string> engines;
  int rounds = 3;
  uint64_t keys = 1'000'000;
  uint64_t value_bytes = 100;
  uint64_t large_keys = 200'000;
  uint64_t open_keys = 5'000'000;
  double seconds = 2;
  std::string folder;
  std::string format = "table";
  std::string child;
};

std::vector<EngineKind> AllKinds() {
  return {RundletKind(), LmdbKind(), RocksdbKind(), LeveldbKind(), LimitKind()};
}

std::vector<Work> AllWorks() {
  std::vector<Work> works = ReadWorks();
  for (std::vector<Work> more : {WriteWorks(), ValueWorks(), LifeWorks()}) {
    std::move(more.begin(), more.end(), std::back_inserter(works));
  }
  return works;
}

template <typename T>
std::vector<std::string> NamesOf(const std::vector<T>& all) {
  std::vector<std::string> names;
  for (const T& one : all) names.push_back(one.name);
  return names;
}

bool IsChosen(const std::string& name, const std::vector<std::string>& chosen) {
  return chosen.empty() ||
         std::find(chosen.begin(), chosen.end(), name) != chosen.end();
}

void Run(const Choices& choices, const Trial& trial) {
  std::vector<Subject> subjects;
  for (EngineKind& kind : AllKinds()) {
    if (!IsChosen(kind.name, choices.engines)) continue;
    std::cerr << kind.name << ": " << kind.options << "\n";
    subjects.emplace_back(std::move(kind), &trial);
  }
  std::vector<Measurement> all;
  for (const Work& work : AllWorks()) {
    if (!IsChosen(work.name, choices.works)) continue;
    std::cerr << work.name << ": " << work.about << "\n";
    for (int round = 1; round <= choices.rounds; ++round) {
      for (Subject& subject : subjects) {
        if (subject.kind().name == "limit" && !work.has_limit) continue;
        for (Measurement& measurement : work.run(&subject)) {
          measurement.round = round;
          if (choices.format == "jsonl") {
            std::cout << measurement.Json() << std::endl;
          }
          all.push_back(std::move(measurement));
        }
      }
    }
  }
  for (Subject& subject : subjects) subject.Drop();
  if (choices.format == "table") {
    std::cout << ReportTable(all) << "\n" << ReportMore(all);
  }
}

int Main(int argc, char** argv) {
  Choices choices;
  CLI::App app("Measures storage engines side by side.");
  app.add_option("--work", choices.works, "Only these works")
      ->delimiter(',')
      ->check(CLI::IsMember(NamesOf(AllWorks())));
  app.add_option("--engine", choices.engines, "Only these engines")
      ->delimiter(',')
      ->check(CLI::IsMember(NamesOf(AllKinds())));
  app.add_option("--rounds", choices.rounds, "Rounds of each work")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--keys", choices.keys, "Keys of a store")
      ->check(CLI::Range(uint64_t{1000}, uint64_t{1'000'000'000}))
      ->capture_default_str();
  app.add_option("--value_bytes", choices.value_bytes, "Bytes of a value")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 20))
      ->capture_default_str();
  app.add_option("--large_keys", choices.large_keys,
                 "Keys of the store with values of 4 KiB")
      ->check(CLI::Range(uint64_t{100}, uint64_t{100'000'000}))
      ->capture_default_str();
  app.add_option("--open_keys", choices.open_keys,
                 "Keys of the works open_clean, open_crash and memory")
      ->check(CLI::Range(uint64_t{1000}, uint64_t{1'000'000'000}))
      ->capture_default_str();
  app.add_option("--seconds", choices.seconds, "Of each measurement")
      ->check(CLI::Range(0.01, 3600.0))
      ->capture_default_str();
  app.add_option("--folder", choices.folder,
                 "Where the stores are made (default: a temporary folder)");
  app.add_option("--format", choices.format, "What is printed")
      ->check(CLI::IsMember({"table", "jsonl"}))
      ->capture_default_str();
  app.add_option("--child", choices.child)->group("");  // for itself
  CLI11_PARSE(app, argc, argv);

  if (!choices.child.empty()) {
    for (const EngineKind& kind : AllKinds()) {
      if (kind.name != choices.engines.at(0)) continue;
      return RunChild(kind, choices.child, choices.folder, choices.open_keys);
    }
  }
  // scan_prefix counts on whole hundreds.
  choices.keys -= choices.keys % 100;
  const TempFolder temporary;
  Trial trial;
  trial.folder = choices.folder.empty() ? temporary.path() : choices.folder;
  trial.duration = absl::Seconds(choices.seconds);
  trial.open_keys = choices.open_keys;
  trial.rows = Rows(choices.keys, choices.value_bytes, kSeed);
  trial.large_rows = Rows(choices.large_keys, kLargeValueBytes, kSeed);
  trial.zipf = Zipf(choices.keys, kZipfTheta);
  Run(choices, trial);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace rundlet

int main(int argc, char** argv) {
  // As rundletd does: Debian's Abseil looks for deadlocks at each lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return rundlet::Main(argc, argv);
}

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "tests/bench/engine/subject.h"
#include "tests/support/seeded_random.h"
#include "tests/support/session_value.h"

namespace rundlet {
namespace {

// Different values; more keys than that share them, which no engine sees.
constexpr uint64_t kSessions = 100'000;

const std::string& SessionOf(uint64_t number) {
  static const auto* const kAll = [] {
    SeededRandom random(1);
    auto* const all = new std::vector<std::string>();
    for (uint64_t i = 0; i < kSessions; ++i) {
      all->push_back(SessionValue(random));
    }
    return all;
  }();
  return (*kAll)[number % kSessions];
}

// Of a store's files, but for room that is only kept back.
double StoredBytes(const std::string& folder) {
  double bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    const std::string name = file.path().filename().string();
    if (absl::StartsWith(name, "RESERVE")) continue;
    bytes += static_cast<double>(file.file_size());
  }
  return bytes;
}

struct Outcome {
  Measurement put;
  Measurement get;
  double disk_bytes = 0;
};

Outcome RunSessions(Subject* subject, const std::string& compression) {
  const Trial& trial = subject->trial();
  const Rows& rows = trial.rows;
  const std::unique_ptr<Engine> engine =
      subject->OpenFresh(/*segment_bytes=*/0, compression);
  Outcome outcome;
  const std::string name = "json_sessions_" + compression;
  outcome.put = subject->Begin(name + "_put", rows);
  Measure(
      {1, absl::InfiniteDuration(), rows.count()},
      [&](int) -> Call {
        return [&, next = uint64_t{0}]() mutable {
          const uint64_t number = rows.Shuffled(next++);
          Check(engine->Put(Rows::Key(number), SessionOf(number)));
          return 1;
        };
      },
      &outcome.put);
  Check(engine->Settle());
  outcome.disk_bytes = StoredBytes(subject->fresh_folder());
  outcome.get = subject->Begin(name + "_get", rows);
  Measurement warm_up;
  const auto get = [&](int thread) -> Call {
    return [&, dice = Dice(7 + thread), value = std::string()]() mutable {
      const uint64_t number = dice.Below(rows.count());
      const auto found = engine->Get(Rows::Key(number), &value);
      Check(found.status());
      Require(*found && value == SessionOf(number), "a session");
      return 1;
    };
  };
  Measure({1, trial.duration / 4, 0}, get, &warm_up);
  Measure({1, trial.duration, 0}, get, &outcome.get);
  for (Measurement* measurement : {&outcome.put, &outcome.get}) {
    measurement->value_bytes = SessionOf(0).size();
    measurement->more = {
        {"disk_bytes_per_key",
         outcome.disk_bytes / static_cast<double>(rows.count())}};
  }
  return outcome;
}

std::vector<Measurement> JsonSessions(Subject* subject) {
  std::vector<Measurement> measurements;
  if (subject->kind().name != "rundlet") return measurements;
  const Outcome plain = RunSessions(subject, "none");
  measurements = {plain.put, plain.get};
  for (const char* compression : {"snappy", "zstd"}) {
    Outcome outcome = RunSessions(subject, compression);
    outcome.put.more.emplace_back("rate_by_none",
                                  outcome.put.rate / plain.put.rate);
    outcome.get.more.emplace_back("rate_by_none",
                                  outcome.get.rate / plain.get.rate);
    outcome.get.more.emplace_back("none_by_disk_bytes",
                                  plain.disk_bytes / outcome.disk_bytes);
    measurements.push_back(outcome.put);
    measurements.push_back(outcome.get);
  }
  return measurements;
}

}  // namespace

std::vector<Work> ValueWorks() {
  return {{"json_sessions",
           "JSON of some 300 bytes, plain and compressed: put in the system's "
           "hands, room on the disk when settled, get; hints count, reserves "
           "do not",
           false, &JsonSessions}};
}

}  // namespace rundlet

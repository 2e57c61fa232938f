#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/engine/subject.h"

namespace rundlet {
namespace {

constexpr uint64_t kManyKeys = 100;

// What a thread of a reading work needs.
struct Reader {
  Engine* engine;
  const Rows* rows;
  Dice dice;
  std::string value;
};

std::shared_ptr<Reader> MakeReader(Engine* engine, const Rows& rows,
                                   int thread) {
  return std::make_shared<Reader>(
      Reader{engine, &rows, Dice(1000 + thread), {}});
}

Call GetCall(Engine* engine, const Rows& rows, int thread) {
  return [reader = MakeReader(engine, rows, thread)] {
    const uint64_t number = reader->dice.Below(reader->rows->count());
    const auto found = reader->engine->Get(Rows::Key(number), &reader->value);
    Check(found.status());
    Require(*found && reader->value == reader->rows->Value(number), "a value");
    return 1;
  };
}

Call GetMissingCall(Engine* engine, const Rows& rows, int thread) {
  return [reader = MakeReader(engine, rows, thread)] {
    const uint64_t number = reader->dice.Below(reader->rows->count());
    const auto found =
        reader->engine->Get(Rows::MissingKey(number), &reader->value);
    Check(found.status());
    Require(!*found, "a key that is not there");
    return 1;
  };
}

Call GetManyCall(Engine* engine, const Rows& rows, int thread) {
  return [reader = MakeReader(engine, rows, thread),
          keys = std::vector<std::string>(kManyKeys),
          numbers = std::vector<uint64_t>(kManyKeys),
          values = std::vector<std::string>()]() mutable {
    for (size_t i = 0; i < keys.size(); ++i) {
      numbers[i] = reader->dice.Below(reader->rows->count());
      keys[i] = Rows::Key(numbers[i]);
    }
    Check(reader->engine->GetMany(keys, &values));
    for (size_t i = 0; i < keys.size(); ++i) {
      Require(values[i] == reader->rows->Value(numbers[i]), "a value");
    }
    return kManyKeys;
  };
}

// Counts, and looks at each byte no more than a reader has to.
Call ScanCall(Engine* engine, const Rows& rows, int thread, bool everything) {
  return [reader = MakeReader(engine, rows, thread), everything] {
    const uint64_t number = reader->dice.Below(reader->rows->count());
    const std::string prefix =
        everything ? std::string() : Rows::HundredPrefix(number);
    uint64_t count = 0;
    uint64_t bytes = 0;
    Check(reader->engine->Scan(
        prefix, [&](absl::string_view key, absl::string_view value) {
          ++count;
          bytes += key.size() + value.size();
          reader->value.assign(value.data(), value.size());
        }));
    const uint64_t wanted = everything ? reader->rows->count() : 100;
    Require(count == wanted, "the number of entries");
    Require(bytes == count * (16 + reader->rows->value_bytes()), "the entries");
    return count;
  };
}

using MakeCall = Call (*)(Engine*, const Rows&, int thread);

Work Reading(std::string name, std::string about, bool is_large,
             std::vector<int> thread_counts, MakeCall make) {
  auto run = [name, is_large, thread_counts, make](Subject* subject) {
    const Trial& trial = subject->trial();
    const Rows& rows = is_large ? trial.large_rows : trial.rows;
    Engine* engine = is_large ? subject->LargeLoaded() : subject->Loaded();
    const auto each = [&](int thread) { return make(engine, rows, thread); };
    Measurement warm_up;
    Measure({1, trial.duration / 4, 0}, each, &warm_up);
    std::vector<Measurement> measurements;
    for (const int threads : thread_counts) {
      measurements.push_back(subject->Begin(name, rows));
      Measure({threads, trial.duration, 0}, each, &measurements.back());
    }
    return measurements;
  };
  return {std::move(name), std::move(about), true, std::move(run)};
}

}  // namespace

std::vector<Work> ReadWorks() {
  return {
      Reading("get", "one key at random", false, {1, 2}, &GetCall),
      Reading("get_many", "100 keys at random in one call, per key", false, {1},
              &GetManyCall),
      Reading("get_4k", "one key at random, values of 4 KiB", true, {1, 2},
              &GetCall),
      Reading("get_missing", "one key that is not there", false, {1, 2},
              &GetMissingCall),
      Reading("scan_prefix", "100 entries that follow each other, per entry",
              false, {1},
              [](Engine* engine, const Rows& rows, int thread) {
                return ScanCall(engine, rows, thread, false);
              }),
      Reading("scan_all", "all entries in order, per entry", false, {1},
              [](Engine* engine, const Rows& rows, int thread) {
                return ScanCall(engine, rows, thread, true);
              }),
  };
}

}  // namespace rundlet

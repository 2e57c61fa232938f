// Measurement: how fast something was, and how the times of its calls spread.

#ifndef RUNDLET_TESTS_BENCH_ENGINE_MEASUREMENT_H_
#define RUNDLET_TESTS_BENCH_ENGINE_MEASUREMENT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace rundlet {

struct Measurement {
  std::string engine;
  std::string work;
  int round = 0;
  int threads = 1;
  uint64_t keys = 0;
  uint64_t value_bytes = 0;
  // Entries per second, unless `unit` says otherwise.
  double rate = 0;
  std::string unit = "1/s";
  // Of single calls, sampled; 0: not measured.
  double p50_us = 0;
  double p99_us = 0;
  double p999_us = 0;
  // What else the work has found, by name.
  std::vector<std::pair<std::string, double>> more;

  std::string Json() const;
};

// One call on one thread; returns how many entries it dealt with.
using Call = std::function<uint64_t()>;

struct Calls {
  int threads = 1;
  // Until the time is over or, if not 0, until each thread has made so many
  // calls; whichever comes first.
  absl::Duration duration = absl::InfiniteDuration();
  uint64_t count = 0;
};

// Runs it on threads of its own, which start together. `make(thread)` runs on
// each of them, before the time starts. Fills rate and percentiles.
void Measure(const Calls& calls, const std::function<Call(int thread)>& make,
             Measurement* measurement);

// Ends the program with a message if it is not OK.
void Check(const absl::Status& status);
void Require(bool holds, const char* what);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_ENGINE_MEASUREMENT_H_

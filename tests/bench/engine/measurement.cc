#include "tests/bench/engine/measurement.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/barrier.h"

namespace rundlet {
namespace {

using Clock = std::chrono::steady_clock;

// Of fast calls one in so many is timed: reading the clock costs 25 ns.
constexpr uint64_t kTimedCalls = 8;
constexpr uint64_t kSamplesMax = 4'000'000;

struct ThreadResult {
  uint64_t entries = 0;
  Clock::time_point begin;
  Clock::time_point end;
  std::vector<float> samples_us;
};

float MicrosSince(Clock::time_point begin) {
  return std::chrono::duration<float, std::micro>(Clock::now() - begin).count();
}

void RunThread(const Calls& calls, const Call& call, ThreadResult* result) {
  result->begin = Clock::now();
  const bool ends = calls.duration != absl::InfiniteDuration();
  const Clock::time_point deadline =
      ends ? result->begin + absl::ToChronoNanoseconds(calls.duration)
           : Clock::time_point::max();
  for (uint64_t i = 0; calls.count == 0 || i < calls.count; ++i) {
    if (i % kTimedCalls != 0) {
      result->entries += call();
      continue;
    }
    const Clock::time_point begin = Clock::now();
    if (begin >= deadline) break;
    result->entries += call();
    if (result->samples_us.size() < kSamplesMax) {
      result->samples_us.push_back(MicrosSince(begin));
    }
  }
  result->end = Clock::now();
}

double Quantile(const std::vector<float>& sorted, double part) {
  const size_t at =
      static_cast<size_t>(static_cast<double>(sorted.size()) * part);
  return sorted[std::min(at, sorted.size() - 1)];
}

}  // namespace

void Measure(const Calls& calls, const std::function<Call(int thread)>& make,
             Measurement* measurement) {
  std::vector<ThreadResult> results(calls.threads);
  std::vector<std::thread> threads;
  threads.reserve(calls.threads);
  // The last to leave destroys it.
  auto* start = new absl::Barrier(calls.threads);
  for (int i = 0; i < calls.threads; ++i) {
    threads.emplace_back([&, i] {
      const Call call = make(i);
      if (start->Block()) delete start;
      RunThread(calls, call, &results[i]);
    });
  }
  for (std::thread& thread : threads) thread.join();

  uint64_t entries = 0;
  Clock::time_point begin = Clock::time_point::max();
  Clock::time_point end = Clock::time_point::min();
  std::vector<float> samples_us;
  for (const ThreadResult& result : results) {
    entries += result.entries;
    begin = std::min(begin, result.begin);
    end = std::max(end, result.end);
    samples_us.insert(samples_us.end(), result.samples_us.begin(),
                      result.samples_us.end());
  }
  measurement->threads = calls.threads;
  measurement->rate = static_cast<double>(entries) /
                      std::chrono::duration<double>(end - begin).count();
  if (samples_us.empty()) return;
  std::sort(samples_us.begin(), samples_us.end());
  measurement->p50_us = Quantile(samples_us, 0.5);
  measurement->p99_us = Quantile(samples_us, 0.99);
  measurement->p999_us = Quantile(samples_us, 0.999);
}

std::string Measurement::Json() const {
  std::string json = absl::StrFormat(
      R"({"engine":"%s","work":"%s","threads":%d,"keys":%d,"value_bytes":%d,)"
      R"("rate":%.6g,"unit":"%s","p50_us":%.3f,"p99_us":%.3f,"p999_us":%.3f,)"
      R"("round":%d)",
      engine, work, threads, keys, value_bytes, rate, unit, p50_us, p99_us,
      p999_us, round);
  for (const auto& [name, value] : more) {
    absl::StrAppendFormat(&json, R"(,"%s":%.6g)", name, value);
  }
  return absl::StrCat(json, "}");
}

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::cerr << status << "\n";
  std::exit(1);
}

void Require(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "wrong: " << what << "\n";
  std::exit(1);
}

}  // namespace rundlet

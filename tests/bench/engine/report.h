// Report: many measurements as one table of medians and ratios.

#ifndef RUNDLET_TESTS_BENCH_ENGINE_REPORT_H_
#define RUNDLET_TESTS_BENCH_ENGINE_REPORT_H_

#include <string>
#include <vector>

#include "tests/bench/engine/measurement.h"

namespace rundlet {

// In Markdown. A line for each work and number of threads: the median rate of
// each engine, and for each engine but rundlet the median of the rounds' ratios
// of rundlet to it, with the least and the greatest. Where less is better
// (bytes a key) a ratio is the other engine's by ours, so that above 1 is
// always better for us.
std::string ReportTable(const std::vector<Measurement>& measurements);

// A line for each work that found more than a rate, by engine and round.
std::string ReportMore(const std::vector<Measurement>& measurements);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_ENGINE_REPORT_H_

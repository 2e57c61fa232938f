#include "tests/bench/engine/report.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace rundlet {
namespace {

constexpr char kOurs[] = "rundlet";

struct Line {
  std::string name;
  bool less_is_better = false;
  // By engine, then by round.
  std::map<std::string, std::map<int, double>> rates;
};

std::string LineName(const Measurement& measurement) {
  return measurement.threads == 1
             ? measurement.work
             : absl::StrCat(measurement.work, ", ", measurement.threads,
                            " threads");
}

// In the order in which they came first.
std::vector<Line> LinesOf(const std::vector<Measurement>& measurements) {
  std::vector<Line> lines;
  for (const Measurement& measurement : measurements) {
    const std::string name = LineName(measurement);
    auto line = std::find_if(lines.begin(), lines.end(),
                             [&](const Line& l) { return l.name == name; });
    if (line == lines.end()) {
      lines.push_back({name, measurement.unit != "1/s", {}});
      line = lines.end() - 1;
    }
    line->rates[measurement.engine][measurement.round] = measurement.rate;
  }
  return lines;
}

std::vector<std::string> EnginesOf(
    const std::vector<Measurement>& measurements) {
  std::vector<std::string> engines;
  for (const Measurement& measurement : measurements) {
    if (std::find(engines.begin(), engines.end(), measurement.engine) ==
        engines.end()) {
      engines.push_back(measurement.engine);
    }
  }
  return engines;
}

std::string Rate(double rate) {
  if (rate >= 1e6) return absl::StrFormat("%.2f M", rate / 1e6);
  if (rate >= 1e4) return absl::StrFormat("%.0f k", rate / 1e3);
  if (rate >= 1e3) return absl::StrFormat("%.1f k", rate / 1e3);
  return absl::StrFormat("%.3g", rate);
}

std::string RatesCell(const std::map<int, double>& by_round) {
  std::vector<double> rates;
  for (const auto& [round, rate] : by_round) rates.push_back(rate);
  std::sort(rates.begin(), rates.end());
  return Rate(rates[rates.size() / 2]);
}

std::string RatioCell(const Line& line, const std::string& engine) {
  const auto ours = line.rates.find(kOurs);
  const auto theirs = line.rates.find(engine);
  if (ours == line.rates.end() || theirs == line.rates.end()) return "";
  std::vector<double> ratios;
  for (const auto& [round, rate] : ours->second) {
    const auto other = theirs->second.find(round);
    if (other == theirs->second.end()) continue;
    ratios.push_back(line.less_is_better ? other->second / rate
                                         : rate / other->second);
  }
  if (ratios.empty()) return "";
  std::sort(ratios.begin(), ratios.end());
  return absl::StrFormat("**%.2f** (%.2f to %.2f)", ratios[ratios.size() / 2],
                         ratios.front(), ratios.back());
}

}  // namespace

std::string ReportTable(const std::vector<Measurement>& measurements) {
  const std::vector<std::string> engines = EnginesOf(measurements);
  std::string head = "| work |";
  std::string rule = "|---|";
  for (const std::string& engine : engines) {
    absl::StrAppend(&head, " ", engine, " |");
    absl::StrAppend(&rule, "---|");
  }
  for (const std::string& engine : engines) {
    if (engine == kOurs) continue;
    absl::StrAppend(&head, " by ", engine, " |");
    absl::StrAppend(&rule, "---|");
  }
  std::string table = absl::StrCat(head, "\n", rule, "\n");
  for (const Line& line : LinesOf(measurements)) {
    absl::StrAppend(&table, "| ", line.name, " |");
    for (const std::string& engine : engines) {
      const auto rates = line.rates.find(engine);
      absl::StrAppend(&table, " ",
                      rates == line.rates.end() ? "" : RatesCell(rates->second),
                      " |");
    }
    for (const std::string& engine : engines) {
      if (engine == kOurs) continue;
      absl::StrAppend(&table, " ", RatioCell(line, engine), " |");
    }
    absl::StrAppend(&table, "\n");
  }
  return table;
}

std::string ReportMore(const std::vector<Measurement>& measurements) {
  std::string text;
  for (const Measurement& measurement : measurements) {
    if (measurement.more.empty()) continue;
    absl::StrAppendFormat(&text, "- %s, %s, round %d:", measurement.work,
                          measurement.engine, measurement.round);
    if (measurement.p999_us > 0) {
      absl::StrAppendFormat(&text, " p999_us %.1f", measurement.p999_us);
    }
    for (const auto& [name, value] : measurement.more) {
      absl::StrAppendFormat(&text, " %s %.4g", name, value);
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace rundlet

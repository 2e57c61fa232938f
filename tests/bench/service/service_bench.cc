// Goal: a call costs little beside what gRPC costs by itself: a unary Get or
// Put (os) at least 0.93 of an empty echo, Pipeline at least 0.35 of a
// bidirectional echo of as many entries.
// Method: one server process with both, one client process, closed loop on one
// connection, in turns of a fraction of a second; the median of the rounds'
// ratios counts. ../README.md says how to read the output.

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "tests/bench/service/bench_server.h"
#include "tests/bench/service/stream_load.h"
#include "tests/bench/service/unary_load.h"

namespace rundlet {
namespace {

struct Settings {
  double seconds = 0.3;  // of a turn
  int rounds = 11;
  int streams = 1;
  int messages_in_flight = 8;
  std::string format = "table";
};

// A method beside the echo that it is measured by.
struct Comparison {
  std::string work;
  int in_flight = 1;
  std::function<double()> echo;
  std::function<double()> method;
  double ratio_wanted = 0;
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Print(const Comparison& comparison, int round, double echo, double method,
           const Settings& settings) {
  if (settings.format != "jsonl") return;
  for (const auto& [subject, rate] :
       {std::make_pair("echo", echo), std::make_pair("rundlet", method)}) {
    std::printf(
        "{\"engine\":\"%s\",\"work\":\"%s\",\"round\":%d,\"in_flight\":%d,"
        "\"value_bytes\":%d,\"rate\":%.1f,\"unit\":\"1/s\"}\n",
        subject, comparison.work.c_str(), round, comparison.in_flight,
        kBenchValueBytes, rate);
  }
}

void Run(const Comparison& comparison, const Settings& settings) {
  comparison.echo();  // the first turns warm up
  comparison.method();
  std::vector<double> echo_rates;
  std::vector<double> method_rates;
  std::vector<double> ratios;
  for (int round = 0; round < settings.rounds; ++round) {
    echo_rates.push_back(comparison.echo());
    method_rates.push_back(comparison.method());
    ratios.push_back(method_rates.back() / echo_rates.back());
    Print(comparison, round, echo_rates.back(), method_rates.back(), settings);
  }
  if (settings.format == "jsonl") return;
  std::sort(ratios.begin(), ratios.end());
  std::printf(
      "%-10s %3d in flight  echo %8.0f/s  rundlet %8.0f/s  %.3f  (%.3f to "
      "%.3f, wanted %.2f)\n",
      comparison.work.c_str(), comparison.in_flight, Median(echo_rates),
      Median(method_rates), Median(ratios), ratios.front(), ratios.back(),
      comparison.ratio_wanted);
  std::fflush(stdout);
}

void RunAll(int port, const Settings& settings) {
  const auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", port),
                                           grpc::InsecureChannelCredentials());
  UnaryLoad unary(channel);
  const absl::Duration turn = absl::Seconds(settings.seconds);
  for (const int in_flight : {1, 32}) {
    const auto rate = [turn, in_flight](const UnaryLoad::Call& call) {
      return [call, turn, in_flight] {
        return UnaryLoad::Rate(call, in_flight, turn);
      };
    };
    Run({"get", in_flight, rate(unary.echo()), rate(unary.get()), 0.93},
        settings);
    Run({"put", in_flight, rate(unary.echo()), rate(unary.put()), 0.93},
        settings);
  }
  const StreamLoad load{channel, settings.streams, settings.messages_in_flight,
                        turn};
  Run({"pipeline", settings.messages_in_flight * kEntriesAMessage,
       [load] { return EchoRate(load); }, [load] { return PipelineRate(load); },
       0.35},
      settings);
}

int Main(int argc, char** argv) {
  CLI::App app("What calls cost beside gRPC methods that do nothing.");
  Settings settings;
  app.add_option("--seconds", settings.seconds, "length of a turn")
      ->capture_default_str();
  app.add_option("--rounds", settings.rounds, "turns of each method")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--streams", settings.streams, "streams at a time")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--messages", settings.messages_in_flight,
                 "messages in flight on each stream")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--format", settings.format,
                 "table, or jsonl: one line a turn")
      ->check(CLI::IsMember({"table", "jsonl"}))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const BenchServer server;
  RunAll(server.port(), settings);
  return 0;
}

}  // namespace
}  // namespace rundlet

int main(int argc, char** argv) {
  // As rundletd does.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return rundlet::Main(argc, argv);
}

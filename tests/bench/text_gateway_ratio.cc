// Goal: what the text gateway costs, as ratios measured side by side in one
// run: against a bare echo on the same event library, one connection in closed
// loop; and against Redis without persistence, 50 connections with 1 and with
// 32 requests in flight each. README.md says how to read the output.
// Method: one client for all servers; in each round every server is measured
// right after the other; the median of the rounds' ratios counts.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/gateway/reply.h"
#include "service/gateway/text_gateway.h"
#include "storage/open.h"
#include "tests/bench/child_server.h"
#include "tests/bench/echo_server.h"
#include "tests/bench/load_client.h"
#include "tests/bench/redis_server.h"
#include "tests/support/model_store.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

struct Settings {
  std::string store = "log";
  std::vector<uint64_t> keys = {1, 100'000};
  double seconds = 1;  // of each measurement
  int rounds = 5;
  std::string only;  // part of the names of what to run
};

// Replies per second that redis-benchmark counted.
struct RedisBenchmark {
  double set = 0;
  double get = 0;
};

// As long as the keys of redis-benchmark, but others than those: it writes what
// it likes.
constexpr absl::string_view kKeyPrefix = "row:";

std::string Value100() { return std::string(100, 'x'); }

RequestForm TextPut() {
  return {absl::StrCat("PUT ", kKeyPrefix), absl::StrCat(" ", Value100(), "\n"),
          "OK\n"};
}

RequestForm TextGet() {
  return {absl::StrCat("GET ", kKeyPrefix), "\n",
          absl::StrCat("VALUE ", Value100(), "\n")};
}

RequestForm RedisSet() {
  return {absl::StrCat("*3\r\n$3\r\nSET\r\n$16\r\n", kKeyPrefix),
          absl::StrCat("\r\n$100\r\n", Value100(), "\r\n"), "+OK\r\n"};
}

RequestForm RedisGet() {
  return {absl::StrCat("*2\r\n$3\r\nGET\r\n$16\r\n", kKeyPrefix), "\r\n",
          absl::StrCat("$100\r\n", Value100(), "\r\n")};
}

// The same bytes as `form` sends, coming back.
RequestForm Echo(RequestForm form) {
  form.reply.clear();
  return form;
}

void Fail(const absl::Status& status) {
  std::cerr << status << std::endl;
  std::exit(1);
}

template <typename T>
T Need(absl::StatusOr<T> result) {
  if (!result.ok()) Fail(result.status());
  return *std::move(result);
}

double Median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers[numbers.size() / 2];
}

// Two servers under the same load.
struct Comparison {
  std::string name;
  int connections;
  int in_flight;
  uint64_t keys;
  double ratio_min;
  Target baseline;
  Target gateway;
};

void Print(absl::string_view name, double baseline, double gateway,
           absl::string_view ratio) {
  absl::PrintF("%-38s %9.0f/s %9.0f/s   %s\n", name, baseline, gateway, ratio);
  std::fflush(stdout);
}

// Returns the gateway's rate; 0 if it was not asked for.
double Run(const Comparison& comparison, const Settings& settings) {
  if (!absl::StrContains(comparison.name, settings.only)) return 0;
  std::vector<double> baselines, gateways, ratios;
  absl::Duration p99_baseline, p99_gateway;
  for (int round = 0; round < settings.rounds; ++round) {
    LoadResult results[2];
    for (const bool gateway : {false, true}) {
      Load load;
      load.target = gateway ? comparison.gateway : comparison.baseline;
      load.connections = comparison.connections;
      load.in_flight = comparison.in_flight;
      load.key_count = comparison.keys;
      load.duration = absl::Seconds(settings.seconds);
      results[gateway] = Need(RunLoad(load));
    }
    baselines.push_back(results[0].requests_per_second);
    gateways.push_back(results[1].requests_per_second);
    ratios.push_back(gateways.back() / baselines.back());
    p99_baseline = std::max(p99_baseline, results[0].p99);
    p99_gateway = std::max(p99_gateway, results[1].p99);
  }
  Print(comparison.name, Median(baselines), Median(gateways),
        absl::StrFormat("%.2f  (%.2f to %.2f, wanted %.2f)", Median(ratios),
                        *std::min_element(ratios.begin(), ratios.end()),
                        *std::max_element(ratios.begin(), ratios.end()),
                        comparison.ratio_min));
  absl::PrintF("%-38s %9.0f us %8.0f us\n", "    p99 of the worst round",
               absl::ToDoubleMicroseconds(p99_baseline),
               absl::ToDoubleMicroseconds(p99_gateway));
  return Median(gateways);
}

// Every key once, so that each GET finds a value.
void Fill(const Target& target, uint64_t keys) {
  Load load;
  load.target = target;
  load.in_flight = 100;
  load.key_count = keys;
  load.ascending = true;
  Need(RunLoad(load));
}

// What Redis' own client counts with the same load.
RedisBenchmark RunRedisBenchmark(int port, int in_flight, uint64_t keys) {
  const std::string command = absl::StrFormat(
      "redis-benchmark -h 127.0.0.1 -p %d -c 50 -P %d -n %d -d 100 -r %d "
      "-t set,get --csv",
      port, in_flight, in_flight == 1 ? 200'000 : 1'000'000, keys);
  FILE* const output = popen(command.c_str(), "r");
  if (output == nullptr) Fail(absl::UnavailableError("redis-benchmark"));
  RedisBenchmark counted;
  char line[512];
  while (fgets(line, sizeof(line), output) != nullptr) {
    std::sscanf(line, "\"SET\",\"%lf\"", &counted.set);
    std::sscanf(line, "\"GET\",\"%lf\"", &counted.get);
  }
  pclose(output);
  return counted;
}

void PrintRedisBenchmark(double redis, double gateway) {
  if (gateway == 0) return;
  Print("    redis as redis-benchmark counts it", redis, gateway,
        absl::StrFormat("%.2f", gateway / redis));
}

void CompareWithEcho(int port, uint64_t keys, const Settings& settings) {
  EchoServer echo;
  for (const auto& [name, form] :
       {std::pair{"PUT", TextPut()}, {"GET", TextGet()}}) {
    Run({absl::StrCat(name, ", 1 connection, 1 in flight, echo"),
         1,
         1,
         keys,
         0.9,
         {echo.port(), 0, Echo(form)},
         {port, kGreeting.size(), form}},
        settings);
  }
}

void CompareWithRedis(int port, uint64_t keys, const Settings& settings) {
  const std::unique_ptr<ChildServer> redis = Need(StartRedis());
  Fill({redis->port(), 0, RedisSet()}, keys);
  for (const int in_flight : {1, 32}) {
    const std::string load =
        absl::StrCat(", 50 connections, ", in_flight, " in flight, redis");
    const double put = Run({"PUT" + load,
                            50,
                            in_flight,
                            keys,
                            0.8,
                            {redis->port(), 0, RedisSet()},
                            {port, kGreeting.size(), TextPut()}},
                           settings);
    const double get = Run({"GET" + load,
                            50,
                            in_flight,
                            keys,
                            0.8,
                            {redis->port(), 0, RedisGet()},
                            {port, kGreeting.size(), TextGet()}},
                           settings);
    if (put == 0 && get == 0) continue;
    const RedisBenchmark counted =
        RunRedisBenchmark(redis->port(), in_flight, keys);
    PrintRedisBenchmark(counted.set, put);
    PrintRedisBenchmark(counted.get, get);
  }
}

std::unique_ptr<Store> OpenStore(const Settings& settings,
                                 const std::string& folder) {
  if (settings.store == "model") return std::make_unique<ModelStore>();
  Options options;
  options.path = folder;
  options.durability = Durability::kOs;
  return Need(Open(std::move(options)));
}

void Compare(const Settings& settings, uint64_t keys) {
  absl::PrintF("%-38s %11s %11s   ratio\n",
               absl::StrCat("keys: ", keys, ", store: ", settings.store),
               "baseline", "gateway");
  const TempFolder folder;
  const std::unique_ptr<Store> store = OpenStore(settings, folder.path());
  const std::unique_ptr<TextGateway> gateway =
      Need(TextGateway::Start({}, store.get()));
  Fill({gateway->port(), kGreeting.size(), TextPut()}, keys);
  CompareWithEcho(gateway->port(), keys, settings);
  CompareWithRedis(gateway->port(), keys, settings);
}

}  // namespace
}  // namespace rundlet

int main(int argc, char** argv) {
  // As rundletd does.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  rundlet::Settings settings;
  CLI::App app("The text gateway beside a bare echo and beside Redis.");
  app.add_option("--store", settings.store,
                 "log: the engine at durability os; model: a map, no disk")
      ->check(CLI::IsMember({"log", "model"}))
      ->capture_default_str();
  app.add_option("--keys", settings.keys,
                 "how many different keys; one table for each number")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seconds", settings.seconds, "of each measurement")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--rounds", settings.rounds, "measurements of each server")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--only", settings.only,
                 "run only comparisons whose name contains this");
  CLI11_PARSE(app, argc, argv);
  for (const uint64_t keys : settings.keys) rundlet::Compare(settings, keys);
  return 0;
}

// Goal: what the text gateway costs, as ratios measured side by side in one
// run: against a bare echo on the same event library, one connection in closed
// loop; and against Redis without persistence, 50 connections with 1 and with
// 32 requests in flight each. README.md says how to read the output.
// Method: one client for all servers; in each round every server is measured
// right after the other; the median of the rounds' ratios counts.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "service/gateway/reply.h"
#include "service/gateway/text_gateway.h"
#include "storage/file/clock.h"
#include "tests/bench/echo_server.h"
#include "tests/bench/load_client.h"
#include "tests/bench/redis_server.h"
#include "tests/support/model_store.h"

namespace rundlet {
namespace {

struct Settings {
  std::string store = "model";
  std::string data;
  uint64_t keys = 100'000;
  double seconds = 1;
  int rounds = 5;
  bool redis_benchmark = true;
  std::string only;
};

// "key:" and twelve digits, as redis-benchmark names its keys at -r.
constexpr absl::string_view kKeyPrefix = "key:";

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
  double ratio_min;
  Target baseline;
  Target gateway;
};

void Run(const Comparison& comparison, const Settings& settings) {
  if (comparison.name.find(settings.only) == std::string::npos) return;
  std::vector<double> baselines, gateways, ratios;
  absl::Duration p99_baseline, p99_gateway;
  for (int round = 0; round < settings.rounds; ++round) {
    LoadResult results[2];
    for (const bool gateway : {false, true}) {
      Load load;
      load.target = gateway ? comparison.gateway : comparison.baseline;
      load.connections = comparison.connections;
      load.in_flight = comparison.in_flight;
      load.key_count = settings.keys;
      load.duration = absl::Seconds(settings.seconds);
      results[gateway] = Need(RunLoad(load));
    }
    baselines.push_back(results[0].requests_per_second);
    gateways.push_back(results[1].requests_per_second);
    ratios.push_back(gateways.back() / baselines.back());
    p99_baseline = std::max(p99_baseline, results[0].p99);
    p99_gateway = std::max(p99_gateway, results[1].p99);
  }
  absl::PrintF("%-34s %9.0f/s %9.0f/s   %.2f  (%.2f to %.2f, at least %.2f)\n",
               comparison.name, Median(baselines), Median(gateways),
               Median(ratios), *std::min_element(ratios.begin(), ratios.end()),
               *std::max_element(ratios.begin(), ratios.end()),
               comparison.ratio_min);
  absl::PrintF("%-34s %9.0f us %8.0f us\n", "    p99, worst round",
               absl::ToDoubleMicroseconds(p99_baseline),
               absl::ToDoubleMicroseconds(p99_gateway));
  std::fflush(stdout);
}

// Every key once, so that each GET finds a value.
void Fill(const Target& target, const Settings& settings) {
  Load load;
  load.target = target;
  load.in_flight = 100;
  load.key_count = settings.keys;
  load.ascending = true;
  Need(RunLoad(load));
}

// What Redis' own client measures, for orientation.
void RunRedisBenchmark(int port, int in_flight, const Settings& settings) {
  const std::string command = absl::StrFormat(
      "redis-benchmark -h 127.0.0.1 -p %d -c 50 -P %d -n %d -d 100 -r %d "
      "-t set,get --csv",
      port, in_flight, in_flight == 1 ? 200'000 : 1'000'000, settings.keys);
  FILE* const output = popen(command.c_str(), "r");
  if (output == nullptr) Fail(absl::UnavailableError("redis-benchmark"));
  char line[512];
  while (fgets(line, sizeof(line), output) != nullptr) {
    absl::PrintF("    redis-benchmark -c 50 -P %d: %s", in_flight, line);
  }
  pclose(output);
}

void CompareWithEcho(int gateway_port, const Settings& settings) {
  EchoServer echo;
  const size_t greeting = kGreeting.size();
  absl::PrintF("%-34s %11s %11s   ratio\n", "", "echo", "gateway");
  for (const auto& [name, form] :
       {std::pair{"PUT", TextPut()}, {"GET", TextGet()}}) {
    Run({absl::StrCat(name, ", 1 connection, 1 in flight"),
         1,
         1,
         0.9,
         {echo.port(), 0, Echo(form)},
         {gateway_port, greeting, form}},
        settings);
  }
}

void CompareWithRedis(int gateway_port, const Settings& settings) {
  const std::unique_ptr<RedisServer> redis = Need(RedisServer::Start());
  const size_t greeting = kGreeting.size();
  Fill({redis->port(), 0, RedisSet()}, settings);
  absl::PrintF("%-34s %11s %11s   ratio\n", "", "redis", "gateway");
  for (const int in_flight : {1, 32}) {
    Run({absl::StrCat("PUT, 50 connections, ", in_flight, " in flight"),
         50,
         in_flight,
         0.8,
         {redis->port(), 0, RedisSet()},
         {gateway_port, greeting, TextPut()}},
        settings);
    Run({absl::StrCat("GET, 50 connections, ", in_flight, " in flight"),
         50,
         in_flight,
         0.8,
         {redis->port(), 0, RedisGet()},
         {gateway_port, greeting, TextGet()}},
        settings);
    if (settings.redis_benchmark) {
      RunRedisBenchmark(redis->port(), in_flight, settings);
    }
  }
}

std::unique_ptr<Store> OpenStore(const Settings& /*settings*/) {
  return std::make_unique<ModelStore>();
}

void Compare(const Settings& settings) {
  const std::unique_ptr<Store> store = OpenStore(settings);
  const std::unique_ptr<TextGateway> gateway =
      Need(TextGateway::Start({}, store.get()));
  Fill({gateway->port(), kGreeting.size(), TextPut()}, settings);
  CompareWithEcho(gateway->port(), settings);
  CompareWithRedis(gateway->port(), settings);
}

}  // namespace
}  // namespace rundlet

int main(int argc, char** argv) {
  rundlet::Settings settings;
  CLI::App app("The text gateway beside a bare echo and beside Redis.");
  app.add_option("--store", settings.store,
                 "log: the engine at durability os; model: a map, no disk")
      ->check(CLI::IsMember({"log", "model"}))
      ->capture_default_str();
  app.add_option("--keys", settings.keys, "number of different keys")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--seconds", settings.seconds, "of each measurement")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--rounds", settings.rounds, "measurements of each server")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--redis_benchmark", settings.redis_benchmark,
                 "also print what redis-benchmark measures")
      ->capture_default_str();
  app.add_option("--only", settings.only,
                 "run only comparisons whose name contains this");
  CLI11_PARSE(app, argc, argv);
  rundlet::Compare(settings);
  return 0;
}

// Goal: beside etcd 3.4 at 64 clients, Put at disk at least 2 times and Get at
// least 3.5 times as often, with at most a third of its processor time a call.
// Method: rundletd as users run it and a single etcd, each a process with a
// folder of its own; one client process, the same closed loop on four
// connections against each in turns, all answers checked; the median of the
// rounds' ratios counts, and the processor time that the kernel counts for the
// servers' processes. ../README.md says how to read the output.

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "etcd.grpc.pb.h"
#include "tests/bench/child_server.h"
#include "tests/bench/service/bench_server.h"
#include "tests/bench/service/unary_load.h"
#include "tests/e2e/server_process.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

constexpr int kConnections = 4;

struct Settings {
  double seconds = 2;  // of a turn
  int rounds = 5;
  int clients = 64;
};

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "etcd_ratio: %s\n", what.c_str());
  std::exit(EXIT_FAILURE);
}

// One that shares its connection with no other.
std::shared_ptr<grpc::Channel> Connect(int port) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port),
                                   grpc::InsecureChannelCredentials(),
                                   arguments);
}

class EtcdLoad {
 public:
  explicit EtcdLoad(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(etcdserverpb::KV::NewStub(channel)) {}

  UnaryLoad::Call get() {
    return [this](int number, const std::function<void()>& done) {
      auto state = std::make_shared<
          State<etcdserverpb::RangeRequest, etcdserverpb::RangeResponse>>();
      state->request.set_key(BenchKey(number % kBenchKeys));
      stub_->async()->Range(
          &state->context, &state->request, &state->response,
          [state, done](const grpc::Status& status) {
            if (!status.ok() || state->response.kvs_size() != 1 ||
                state->response.kvs(0).value().size() != kBenchValueBytes) {
              Fail(absl::StrCat("etcd, Range: ", status.error_message()));
            }
            done();
          });
    };
  }

  UnaryLoad::Call put() {
    return [this](int number, const std::function<void()>& done) {
      auto state = std::make_shared<
          State<etcdserverpb::PutRequest, etcdserverpb::PutResponse>>();
      state->request.set_key(BenchKey(number % kBenchKeys));
      state->request.set_value(std::string(kBenchValueBytes, 'w'));
      stub_->async()->Put(
          &state->context, &state->request, &state->response,
          [state, done](const grpc::Status& status) {
            if (!status.ok()) {
              Fail(absl::StrCat("etcd, Put: ", status.error_message()));
            }
            done();
          });
    };
  }

 private:
  template <typename Request, typename Response>
  struct State {
    grpc::ClientContext context;
    Request request;
    Response response;
  };

  const std::unique_ptr<etcdserverpb::KV::Stub> stub_;
};

// Spreads calls over connections.
template <typename Load>
class Spread {
 public:
  explicit Spread(int port) {
    for (int i = 0; i < kConnections; ++i) {
      loads_.push_back(std::make_unique<Load>(Connect(port)));
    }
  }

  UnaryLoad::Call Calls(UnaryLoad::Call (Load::*make)()) {
    std::vector<UnaryLoad::Call> calls;
    for (const auto& load : loads_) calls.push_back((load.get()->*make)());
    return [calls = std::move(calls)](int number, std::function<void()> done) {
      calls[number % calls.size()](number, std::move(done));
    };
  }

 private:
  std::vector<std::unique_ptr<Load>> loads_;
};

// What the process has had of the processors (proc(5): fields 14 and 15; those
// before are counted from behind the name, which may hold spaces).
absl::Duration ProcessorTime(pid_t process) {
  std::ifstream file(absl::StrCat("/proc/", process, "/stat"));
  const std::string text((std::istreambuf_iterator<char>(file)),
                         std::istreambuf_iterator<char>());
  const std::vector<std::string> fields =
      absl::StrSplit(text.substr(text.rfind(')') + 1), ' ');
  int64_t ticks = 0;
  for (const size_t field : {12, 13}) {
    int64_t count = 0;
    if (field >= fields.size() || !absl::SimpleAtoi(fields[field], &count)) {
      Fail(absl::StrCat("no processor time of process ", process));
    }
    ticks += count;
  }
  return absl::Seconds(ticks) / sysconf(_SC_CLK_TCK);
}

struct Turn {
  double rate = 0;
  absl::Duration processor_time;  // a call
};

// A method of one of the two servers.
struct Subject {
  UnaryLoad::Call call;
  pid_t process;
};

Turn Measure(const Subject& subject, const Settings& settings) {
  const absl::Duration before = ProcessorTime(subject.process);
  const absl::Time start = absl::Now();
  Turn turn;
  turn.rate = UnaryLoad::Rate(subject.call, settings.clients,
                              absl::Seconds(settings.seconds));
  const double calls = turn.rate * absl::ToDoubleSeconds(absl::Now() - start);
  turn.processor_time = (ProcessorTime(subject.process) - before) / calls;
  return turn;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Compare(const std::string& work, double ratio_wanted, const Subject& etcd,
             const Subject& rundlet, const Settings& settings) {
  std::vector<double> etcd_rates;
  std::vector<double> rates;
  std::vector<double> ratios;
  std::vector<double> times;
  for (int round = 0; round < settings.rounds; ++round) {
    const Turn theirs = Measure(etcd, settings);
    const Turn ours = Measure(rundlet, settings);
    etcd_rates.push_back(theirs.rate);
    rates.push_back(ours.rate);
    ratios.push_back(ours.rate / theirs.rate);
    times.push_back(
        absl::FDivDuration(ours.processor_time, theirs.processor_time));
  }
  const auto [least, most] = std::minmax_element(ratios.begin(), ratios.end());
  std::printf(
      "%-13s %3d clients  etcd %7.0f/s  rundlet %7.0f/s  %.2f  (%.2f to %.2f, "
      "wanted %.2f)  processor time a call %.2f (wanted 0.33)\n",
      work.c_str(), settings.clients, Median(etcd_rates), Median(rates),
      Median(ratios), *least, *most, ratio_wanted, Median(times));
  std::fflush(stdout);
}

std::unique_ptr<ChildServer> StartEtcd(const std::string& folder) {
  const int port = FreePort();
  const std::string client = absl::StrCat("http://127.0.0.1:", port);
  const std::string peer = absl::StrCat("http://127.0.0.1:", FreePort());
  auto etcd = ChildServer::Start(
      {"etcd", "--data-dir", folder, "--logger=zap", "--log-level", "error",
       "--listen-client-urls", client, "--advertise-client-urls", client,
       "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
       "--initial-cluster", absl::StrCat("default=", peer)},
      port);
  if (!etcd.ok()) Fail(etcd.status().ToString());
  return *std::move(etcd);
}

void RunAll(const Settings& settings) {
  const TempFolder folder;
  const auto etcd = StartEtcd(folder.Path("etcd"));
  ServerProcess server({"--data=" + folder.Path("rundlet"), "--text="});
  if (!server.WaitForLog("serving")) Fail(server.log());
  Spread<EtcdLoad> theirs(etcd->port());
  Spread<UnaryLoad> ours(server.grpc_port());
  // Each key is there, and each process warm, before anything counts.
  for (const Subject& subject :
       {Subject{theirs.Calls(&EtcdLoad::put), etcd->process()},
        Subject{ours.Calls(&UnaryLoad::put), server.pid()}}) {
    Measure(subject, settings);
  }
  Compare("put at disk", 2, {theirs.Calls(&EtcdLoad::put), etcd->process()},
          {ours.Calls(&UnaryLoad::put), server.pid()}, settings);
  Compare("get", 3.5, {theirs.Calls(&EtcdLoad::get), etcd->process()},
          {ours.Calls(&UnaryLoad::get), server.pid()}, settings);
}

int Main(int argc, char** argv) {
  CLI::App app("rundletd beside etcd.");
  Settings settings;
  app.add_option("--seconds", settings.seconds, "length of a turn")
      ->capture_default_str();
  app.add_option("--rounds", settings.rounds, "turns of each server")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--clients", settings.clients, "calls in flight")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  RunAll(settings);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace rundlet

int main(int argc, char** argv) { return rundlet::Main(argc, argv); }

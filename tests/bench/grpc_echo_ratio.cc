// Goal: a unary Get costs a caller at most a tenth more than gRPC itself does.
// Method: one server process that serves both a store and an empty echo method,
// as gRPC's plugin generates it; one client process that calls both in closed
// loop on one connection, in turns of a fraction of a second, with 1 and with
// 32 calls in flight; the median of the rounds' ratios counts. README.md says
// how to read the output.

#include <grpcpp/create_channel.h>
#include <grpcpp/grpcpp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "echo.grpc.pb.h"
#include "rundlet/v1/key_value.grpc.pb.h"
#include "service/grpc/grpc_server.h"
#include "storage/blocking_store.h"
#include "storage/open.h"
#include "tests/support/model_store.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

constexpr int kKeys = 1000;
constexpr int kValueBytes = 100;
constexpr double kRatioWanted = 0.9;

struct Settings {
  std::string store = "log";
  double seconds = 0.3;  // of a turn
  int rounds = 21;
};

std::string Key(int number) { return absl::StrCat("user:", number); }

class EmptyEcho final : public bench::EchoService::CallbackService {
 public:
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const bench::EchoRequest* /*request*/,
                                 bench::EchoResponse* /*response*/) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

std::unique_ptr<Store> OpenStore(const Settings& settings,
                                 const TempFolder& folder) {
  if (settings.store == "model") return std::make_unique<ModelStore>();
  Options options;
  options.path = folder.path();
  options.durability = Durability::kOs;
  absl::StatusOr<std::unique_ptr<Store>> store = Open(std::move(options));
  if (!store.ok()) std::abort();
  return *std::move(store);
}

// The server process: tells its port through the pipe and serves until it is
// killed, which happens when its parent ends.
[[noreturn]] void Serve(const Settings& settings, const TempFolder& folder,
                        int port_pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::unique_ptr<Store> store = OpenStore(settings, folder);
  for (int i = 0; i < kKeys; ++i) {
    if (!BlockingStore(store.get())
             .Put(Key(i), Value::Text(std::string(kValueBytes, 'v')))
             .ok()) {
      std::abort();
    }
  }
  EmptyEcho echo;
  GrpcServerOptions options;
  options.address = "127.0.0.1:0";
  options.further_services = {&echo};
  auto server = GrpcServer::Start(options, store.get());
  if (!server.ok()) std::abort();
  const int port = (*server)->port();
  if (write(port_pipe, &port, sizeof(port)) != sizeof(port)) std::abort();
  while (true) pause();
}

// Starts a call and calls back when it is answered.
using Call = std::function<void(int number, std::function<void()> done)>;

// Calls per second, with so many in flight, for one turn.
double Rate(const Call& call, int in_flight, absl::Duration turn) {
  std::atomic<int> answered{0};
  std::atomic<bool> stop{false};
  absl::BlockingCounter running(in_flight);
  std::function<void()> next = [&] {
    if (stop.load()) {
      running.DecrementCount();
      return;
    }
    call(answered.fetch_add(1), next);
  };
  const absl::Time start = absl::Now();
  for (int i = 0; i < in_flight; ++i) next();
  absl::SleepFor(turn);
  stop.store(true);
  running.Wait();
  return answered.load() / absl::ToDoubleSeconds(absl::Now() - start);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

class Client {
 public:
  explicit Client(int port)
      : channel_(grpc::CreateChannel(absl::StrCat("127.0.0.1:", port),
                                     grpc::InsecureChannelCredentials())),
        echo_(bench::EchoService::NewStub(channel_)),
        key_values_(v1::KeyValueService::NewStub(channel_)) {}

  Call echo() {
    return [this](int /*number*/, std::function<void()> done) {
      struct State {
        grpc::ClientContext context;
        bench::EchoRequest request;
        bench::EchoResponse response;
      };
      auto* state = new State;
      echo_->async()->Echo(&state->context, &state->request, &state->response,
                           [state, done](const grpc::Status& status) {
                             if (!status.ok()) std::abort();
                             delete state;
                             done();
                           });
    };
  }

  Call get() {
    return [this](int number, std::function<void()> done) {
      struct State {
        grpc::ClientContext context;
        v1::GetRequest request;
        v1::GetResponse response;
      };
      auto* state = new State;
      state->request.set_key(Key(number % kKeys));
      key_values_->async()->Get(
          &state->context, &state->request, &state->response,
          [state, done](const grpc::Status& status) {
            if (!status.ok() ||
                state->response.entry().value().text().size() != kValueBytes) {
              std::abort();
            }
            delete state;
            done();
          });
    };
  }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<bench::EchoService::Stub> echo_;
  std::unique_ptr<v1::KeyValueService::Stub> key_values_;
};

void Compare(Client* client, int in_flight, const Settings& settings) {
  const Call echo = client->echo();
  const Call get = client->get();
  const absl::Duration turn = absl::Seconds(settings.seconds);
  Rate(echo, in_flight, turn);  // the first turns warm up
  Rate(get, in_flight, turn);
  std::vector<double> echo_rates, get_rates, ratios;
  for (int i = 0; i < settings.rounds; ++i) {
    echo_rates.push_back(Rate(echo, in_flight, turn));
    get_rates.push_back(Rate(get, in_flight, turn));
    ratios.push_back(get_rates.back() / echo_rates.back());
  }
  std::sort(ratios.begin(), ratios.end());
  std::printf(
      "GET, %2d in flight  echo %7.0f/s  get %7.0f/s  %.3f  (%.3f to %.3f, "
      "wanted %.2f)\n",
      in_flight, Median(echo_rates), Median(get_rates), Median(ratios),
      ratios.front(), ratios.back(), kRatioWanted);
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  CLI::App app("What a unary Get costs beside an empty gRPC method.");
  Settings settings;
  app.add_option("--store", settings.store, "log, or model for no engine")
      ->check(CLI::IsMember({"log", "model"}))
      ->capture_default_str();
  app.add_option("--seconds", settings.seconds, "length of a turn")
      ->capture_default_str();
  app.add_option("--rounds", settings.rounds, "turns of each method")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  const TempFolder folder;
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) return 1;
  // Before any thread exists: gRPC does not survive a fork.
  const pid_t server = fork();
  if (server < 0) return 1;
  if (server == 0) Serve(settings, folder, pipe_ends[1]);
  int port = 0;
  if (read(pipe_ends[0], &port, sizeof(port)) != sizeof(port)) return 1;
  {
    Client client(port);
    for (const int in_flight : {1, 32}) Compare(&client, in_flight, settings);
  }
  kill(server, SIGKILL);
  waitpid(server, nullptr, 0);
  return 0;
}

}  // namespace
}  // namespace rundlet

int main(int argc, char** argv) {
  // As rundletd does.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return rundlet::Main(argc, argv);
}

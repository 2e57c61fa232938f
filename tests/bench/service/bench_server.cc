#include "tests/bench/service/bench_server.h"

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "echo.grpc.pb.h"
#include "service/grpc/grpc_server.h"
#include "storage/blocking_store.h"
#include "storage/open.h"

namespace rundlet {
namespace {

// One call of EchoEntries.
class EntriesEcho final
    : public grpc::ServerBidiReactor<bench::EchoMessage, bench::EchoMessage> {
 public:
  EntriesEcho() { StartRead(&message_); }

  void OnReadDone(bool ok) override {
    if (ok) {
      StartWrite(&message_);
    } else {
      Finish(grpc::Status::OK);
    }
  }
  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&message_);
    } else {
      Finish(grpc::Status::CANCELLED);
    }
  }
  void OnDone() override { delete this; }

 private:
  bench::EchoMessage message_;
};

class PlainEcho final : public bench::EchoService::CallbackService {
 public:
  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context,
                                 const bench::EchoRequest* /*request*/,
                                 bench::EchoResponse* /*response*/) override {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerBidiReactor<bench::EchoMessage, bench::EchoMessage>* EchoEntries(
      grpc::CallbackServerContext* /*context*/) override {
    return new EntriesEcho;  // deletes itself
  }
};

// Tells its port through the pipe and serves until it is killed, which happens
// when its parent ends.
[[noreturn]] void Serve(const TempFolder& folder, int port_pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  Options store_options;
  store_options.path = folder.path();
  store_options.durability = Durability::kOs;
  absl::StatusOr<std::unique_ptr<Store>> store = Open(std::move(store_options));
  if (!store.ok()) std::abort();
  BlockingStore blocking(store->get());
  const Value value = Value::Text(std::string(kBenchValueBytes, 'v'));
  for (int i = 0; i < kBenchKeys; ++i) {
    if (!blocking.Put(BenchKey(i), value).ok()) std::abort();
  }
  PlainEcho echo;
  GrpcServerOptions options;
  options.address = "127.0.0.1:0";
  options.default_durability = Durability::kOs;
  options.further_services = {&echo};
  auto server = GrpcServer::Start(options, store->get());
  if (!server.ok()) std::abort();
  const int port = (*server)->port();
  if (write(port_pipe, &port, sizeof(port)) != sizeof(port)) std::abort();
  while (true) pause();
}

}  // namespace

std::string BenchKey(int number) { return absl::StrCat("user:", number); }

BenchServer::BenchServer() {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) std::abort();
  process_ = fork();
  if (process_ < 0) std::abort();
  if (process_ == 0) Serve(folder_, pipe_ends[1]);
  if (read(pipe_ends[0], &port_, sizeof(port_)) != sizeof(port_)) std::abort();
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

BenchServer::~BenchServer() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

}  // namespace rundlet

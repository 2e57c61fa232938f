// A gRPC service whose handler counts its calls, under a mutex or not:
//   canary guarded   must run without a ThreadSanitizer report
//   canary race      must be reported as a data race
// The handler's demangled signature names grpc::, as every handler of ours.

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace rundlet {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

class CountingHealth : public Health::CallbackService {
 public:
  explicit CountingHealth(bool guarded) : guarded_(guarded) {}

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const HealthCheckRequest* /*request*/,
                                  HealthCheckResponse* response) override {
    MeetAnotherCall();
    if (guarded_) {
      absl::MutexLock lock(&mutex_);
      ++calls_;
    } else {
      ++calls_;
    }
    response->set_status(HealthCheckResponse::SERVING);
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  // Lets two handlers count at the same moment, ordered by nothing: gRPC's own
  // locks would otherwise order most calls by chance.
  void MeetAnotherCall() {
    const int arrived = arrivals_.fetch_add(1, std::memory_order_relaxed);
    for (int spin = 0; spin < 1000; ++spin) {
      if (arrivals_.load(std::memory_order_relaxed) > arrived + 1) return;
      std::this_thread::yield();
    }
  }

  const bool guarded_;
  std::atomic<int> arrivals_{0};
  absl::Mutex mutex_;
  int calls_ = 0;
};

int CallFrom(const std::string& target, int calls) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto stub = Health::NewStub(grpc::CreateCustomChannel(
      target, grpc::InsecureChannelCredentials(), arguments));
  int failed = 0;
  for (int call = 0; call < calls; ++call) {
    grpc::ClientContext context;
    HealthCheckResponse response;
    if (!stub->Check(&context, HealthCheckRequest(), &response).ok()) ++failed;
  }
  return failed;
}

int Run(bool guarded) {
  CountingHealth health(guarded);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  builder.RegisterService(&health);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const std::string target = "127.0.0.1:" + std::to_string(port);
  absl::Mutex mutex;
  int failed = 0;
  std::vector<std::thread> clients;
  for (int client = 0; client < 4; ++client) {
    clients.emplace_back([&] {
      const int failed_here = CallFrom(target, 200);
      absl::MutexLock lock(&mutex);
      failed += failed_here;
    });
  }
  for (std::thread& client : clients) client.join();
  server->Shutdown();
  std::cout << failed << " calls failed\n";
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace rundlet

int main(int argc, char** argv) {
  return rundlet::Run(argc > 1 && std::strcmp(argv[1], "guarded") == 0);
}

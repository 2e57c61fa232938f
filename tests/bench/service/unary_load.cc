#include "tests/bench/service/unary_load.h"

#include <grpcpp/client_context.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "absl/synchronization/blocking_counter.h"
#include "absl/time/clock.h"
#include "tests/bench/service/bench_server.h"

namespace rundlet {
namespace {

template <typename Request, typename Response>
struct State {
  grpc::ClientContext context;
  Request request;
  Response response;
};

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

UnaryLoad::UnaryLoad(const std::shared_ptr<grpc::Channel>& channel)
    : echo_(bench::EchoService::NewStub(channel)),
      key_values_(v1::KeyValueService::NewStub(channel)) {}

UnaryLoad::Call UnaryLoad::echo() {
  return [this](int /*number*/, std::function<void()> done) {
    auto* state = new State<bench::EchoRequest, bench::EchoResponse>;
    echo_->async()->Echo(&state->context, &state->request, &state->response,
                         [state, done](const grpc::Status& status) {
                           Require(status.ok());
                           delete state;
                           done();
                         });
  };
}

UnaryLoad::Call UnaryLoad::get() {
  return [this](int number, std::function<void()> done) {
    auto* state = new State<v1::GetRequest, v1::GetResponse>;
    state->request.set_key(BenchKey(number % kBenchKeys));
    key_values_->async()->Get(
        &state->context, &state->request, &state->response,
        [state, done](const grpc::Status& status) {
          Require(status.ok() &&
                  state->response.entry().value().text().size() ==
                      kBenchValueBytes);
          delete state;
          done();
        });
  };
}

UnaryLoad::Call UnaryLoad::put() {
  return [this](int number, std::function<void()> done) {
    auto* state = new State<v1::PutRequest, v1::PutResponse>;
    state->request.set_key(BenchKey(number % kBenchKeys));
    state->request.mutable_value()->set_text(
        std::string(kBenchValueBytes, 'w'));
    key_values_->async()->Put(&state->context, &state->request,
                              &state->response,
                              [state, done](const grpc::Status& status) {
                                Require(status.ok());
                                delete state;
                                done();
                              });
  };
}

double UnaryLoad::Rate(const Call& call, int in_flight, absl::Duration turn) {
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

}  // namespace rundlet

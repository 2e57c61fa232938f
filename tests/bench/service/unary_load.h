// UnaryLoad: unary calls in closed loop on one connection.

#ifndef RUNDLET_TESTS_BENCH_SERVICE_UNARY_LOAD_H_
#define RUNDLET_TESTS_BENCH_SERVICE_UNARY_LOAD_H_

#include <grpcpp/channel.h>

#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "echo.grpc.pb.h"
#include "rundlet/v1/key_value.grpc.pb.h"

namespace rundlet {

class UnaryLoad {
 public:
  // Starts a call and calls back when it is answered.
  using Call = std::function<void(int number, std::function<void()> done)>;

  explicit UnaryLoad(const std::shared_ptr<grpc::Channel>& channel);

  Call echo();
  Call get();
  Call put();

  // Calls per second with so many in flight, for one turn.
  static double Rate(const Call& call, int in_flight, absl::Duration turn);

 private:
  std::unique_ptr<bench::EchoService::Stub> echo_;
  std::unique_ptr<v1::KeyValueService::Stub> key_values_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_SERVICE_UNARY_LOAD_H_

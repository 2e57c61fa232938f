// Goal: a server that may open 64 descriptors and meets 200 idle connections is
// back when they leave, whether its caps hold them off or the descriptors run
// out.
// Method: the server in a process of its own under RLIMIT_NOFILE 64, which is
// this program called with arguments; 200 TCP connections that say nothing;
// health is asked until it answers, and must do so within the second that is
// promised.

#include <arpa/inet.h>
#include <grpcpp/create_channel.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "gtest/gtest.h"
#include "service/grpc/descriptor.h"
#include "service/grpc/grpc_server.h"
#include "tests/support/model_store.h"

namespace rundlet {
namespace {

constexpr int kDescriptorsMax = 64;
constexpr int kIdleConnections = 200;
constexpr absl::Duration kPromise = absl::Seconds(1);

// The server process: serves until it is killed.
[[noreturn]] void Serve(size_t descriptors_reserved, int port_pipe) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit limit = {kDescriptorsMax, kDescriptorsMax};
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) std::abort();
  ModelStore store;
  GrpcServerOptions options;
  options.address = "127.0.0.1:0";
  options.descriptors_reserved = descriptors_reserved;
  auto server = GrpcServer::Start(options, &store);
  if (!server.ok()) std::abort();
  const int port = (*server)->port();
  if (write(port_pipe, &port, sizeof(port)) != sizeof(port)) std::abort();
  while (true) pause();
}

// Starts this program as a server; gRPC does not survive a mere fork.
pid_t StartServer(size_t descriptors_reserved, int port_pipe) {
  const std::string reserved = absl::StrCat(descriptors_reserved);
  const std::string pipe = absl::StrCat(port_pipe);
  const pid_t child = fork();
  if (child != 0) return child;
  execl("/proc/self/exe", "server", reserved.c_str(), pipe.c_str(), nullptr);
  _exit(1);
}

Descriptor Connect(int port) {
  Descriptor connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(connection.get(), reinterpret_cast<sockaddr*>(&address),
                    sizeof(address)),
            0);
  return connection;
}

// Whether the server has closed its end.
bool IsClosed(const Descriptor& connection) {
  pollfd event = {connection.get(), POLLIN, 0};
  char byte;
  return poll(&event, 1, 0) == 1 &&
         recv(connection.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

// Whether health answers on a new connection before the deadline.
bool Serves(int port, absl::Time deadline) {
  while (absl::Now() < deadline) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    auto stub = grpc::health::v1::Health::NewStub(grpc::CreateCustomChannel(
        absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials(),
        arguments));
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(deadline));
    grpc::health::v1::HealthCheckResponse response;
    if (stub->Check(&context, {}, &response).ok()) return true;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return false;
}

class DescriptorExhaustionTest : public ::testing::TestWithParam<size_t> {};

TEST_P(DescriptorExhaustionTest, ServiceIsBackWithinTheSecond) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = StartServer(GetParam(), pipe_ends[1]);
  ASSERT_GT(child, 0);
  Descriptor read_end(pipe_ends[0]);
  Descriptor write_end(pipe_ends[1]);
  int port = 0;
  ASSERT_EQ(read(read_end.get(), &port, sizeof(port)),
            static_cast<ssize_t>(sizeof(port)));

  std::vector<Descriptor> idle;
  for (int i = 0; i < kIdleConnections; ++i) idle.push_back(Connect(port));
  // The server has dealt with all of them once those that it cannot hold are
  // closed.
  int closed = 0;
  while (closed < kIdleConnections - kDescriptorsMax) {
    closed = 0;
    for (const Descriptor& each : idle) closed += IsClosed(each) ? 1 : 0;
    absl::SleepFor(absl::Milliseconds(5));
  }
  idle.clear();
  EXPECT_TRUE(Serves(port, absl::Now() + kPromise));

  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
      << "the server ended by itself";
}

// 256: the caps hold the flood off. 0: the descriptors run out.
INSTANTIATE_TEST_SUITE_P(Reserves, DescriptorExhaustionTest,
                         ::testing::Values(256, 0));

}  // namespace
}  // namespace rundlet

int main(int argc, char** argv) {
  size_t descriptors_reserved = 0;
  int port_pipe = 0;
  if (argc == 3 && absl::SimpleAtoi(argv[1], &descriptors_reserved) &&
      absl::SimpleAtoi(argv[2], &port_pipe)) {
    rundlet::Serve(descriptors_reserved, port_pipe);
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

// Goal: when descriptors have run out, new clients are closed instead of left
// hanging, those that are served go on, and service returns by itself.
// Method: sockets are made, then the limit is lowered so that the gateway, in
// this process, can accept only some of them; then they leave.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "service/gateway/text_gateway.h"
#include "tests/service/gateway/eventually.h"
#include "tests/service/gateway/text_client.h"
#include "tests/support/model_store.h"

namespace rundlet {
namespace {

constexpr char kWelcome[] = "Welcome to KVStore Server\n";
constexpr int kClients = 200;
constexpr int kDescriptorsLeft = 20;

void LimitDescriptors(rlim_t count) {
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = count;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

int ConnectTo(int port, int socket) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(socket, reinterpret_cast<const sockaddr*>(&address),
                 sizeof(address));
}

// Whether the gateway greeted this client, or closed it.
bool IsGreeted(int socket) {
  char first = 0;
  return recv(socket, &first, 1, 0) == 1;
}

TEST(DescriptorExhaustionTest, NewClientsAreClosedAndServiceReturns) {
  ModelStore store;
  TextGatewayOptions options;
  std::vector<std::string> events;
  options.on_event = [&](absl::string_view line) { events.emplace_back(line); };
  auto gateway = TextGateway::Start(std::move(options), &store);
  ASSERT_TRUE(gateway.ok());
  const int port = (*gateway)->port();

  TextClient served(port);
  EXPECT_EQ(served.ReceiveLine(), kWelcome);
  std::vector<int> sockets;
  for (int i = 0; i < kClients; ++i) {
    sockets.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_GE(sockets.back(), 0);
  }
  LimitDescriptors(static_cast<rlim_t>(sockets.back()) + 1 + kDescriptorsLeft);
  for (const int socket : sockets) ASSERT_EQ(ConnectTo(port, socket), 0);

  int greeted = 0;
  for (const int socket : sockets) greeted += IsGreeted(socket) ? 1 : 0;
  EXPECT_GE(greeted, 1);
  EXPECT_LE(greeted, kDescriptorsLeft);
  EXPECT_EQ((*gateway)->stats().connections_shed,
            static_cast<uint64_t>(kClients - greeted));
  EXPECT_EQ(served.Ask("PUT a 1"), "OK\n");

  for (const int socket : sockets) close(socket);
  EXPECT_TRUE(
      Eventually([&] { return (*gateway)->stats().connections_open == 1; }));
  TextClient late(port);
  EXPECT_EQ(late.ReceiveLine(), kWelcome);
  EXPECT_EQ(late.Ask("GET a"), "VALUE 1\n");
  gateway->reset();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0], "out of file descriptors: closing new clients at once");
}

}  // namespace
}  // namespace rundlet

// Goal: connections are counted against both caps, and those that were closed
// behind the counter's back no longer count.
// Method: real sockets, a clock that is moved by hand, made-up peers.

#include "service/grpc/open_connections.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <vector>

#include "gtest/gtest.h"
#include "service/grpc/descriptor.h"
#include "tests/support/fake_clock.h"

namespace rundlet {
namespace {

Descriptor Socket() { return Descriptor(socket(AF_INET, SOCK_STREAM, 0)); }

std::string Peer(const char* address) {
  sockaddr_storage storage = {};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
    storage.ss_family = AF_INET;
  } else if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
    storage.ss_family = AF_INET6;
  }
  return PeerOf(storage);
}

TEST(OpenConnectionsTest, BothCapsHold) {
  FakeClock clock;
  OpenConnections open(3, 2, &clock);
  std::vector<Descriptor> sockets;
  for (int i = 0; i < 5; ++i) sockets.push_back(Socket());
  EXPECT_TRUE(open.Add(sockets[0].get(), "a"));
  EXPECT_TRUE(open.Add(sockets[1].get(), "a"));
  EXPECT_FALSE(open.Add(sockets[2].get(), "a"));
  EXPECT_TRUE(open.Add(sockets[3].get(), "b"));
  EXPECT_FALSE(open.Add(sockets[4].get(), "c"));
  EXPECT_EQ(open.count(), 3u);
}

TEST(OpenConnectionsTest, ClosedOnesAreFoundWhenRoomIsNeeded) {
  FakeClock clock;
  OpenConnections open(2, 2, &clock);
  Descriptor first = Socket();
  Descriptor second = Socket();
  Descriptor third = Socket();
  ASSERT_TRUE(open.Add(first.get(), "a"));
  ASSERT_TRUE(open.Add(second.get(), "a"));
  EXPECT_FALSE(open.Add(third.get(), "a"));
  first.Reset(-1);
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(open.Add(third.get(), "a"));
}

TEST(OpenConnectionsTest, LooksOnlySoOften) {
  FakeClock clock;
  OpenConnections open(1, 1, &clock);
  Descriptor first = Socket();
  Descriptor second = Socket();
  ASSERT_TRUE(open.Add(first.get(), "a"));
  EXPECT_FALSE(open.Add(second.get(), "a"));  // looks
  first.Reset(-1);
  EXPECT_FALSE(open.Add(second.get(), "a"));  // does not look again so soon
  clock.Advance(absl::Seconds(1));
  EXPECT_TRUE(open.Add(second.get(), "a"));
}

TEST(OpenConnectionsTest, TheSameNumberAgainIsAnotherConnection) {
  FakeClock clock;
  OpenConnections open(2, 1, &clock);
  Descriptor first = Socket();
  const int number = first.get();
  ASSERT_TRUE(open.Add(number, "a"));
  EXPECT_TRUE(open.Add(number, "b"));
  EXPECT_EQ(open.count(), 1u);
  Descriptor second = Socket();
  EXPECT_TRUE(open.Add(second.get(), "a"));
}

TEST(OpenConnectionsTest, PeersAreAddressesOrTheirNetworks) {
  EXPECT_EQ(Peer("10.0.0.1"), Peer("10.0.0.1"));
  EXPECT_NE(Peer("10.0.0.1"), Peer("10.0.0.2"));
  EXPECT_EQ(Peer("2001:db8::1"), Peer("2001:db8::ffff:2"));
  EXPECT_NE(Peer("2001:db8::1"), Peer("2001:db9::1"));
  EXPECT_EQ(Peer("::ffff:10.0.0.1"), Peer("10.0.0.1"));
}

}  // namespace
}  // namespace rundlet

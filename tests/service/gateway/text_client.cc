#include "tests/service/gateway/text_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace rundlet {
namespace {

// Far beyond what any test needs; it only turns a hang into a failure.
constexpr timeval kPatience = {60, 0};

bool ConnectTo(int socket, int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(socket, reinterpret_cast<const sockaddr*>(&address),
                 sizeof(address)) == 0;
}

}  // namespace

TextClient::TextClient(int port, int receive_bytes)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_bytes > 0) {
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_bytes,
               sizeof(receive_bytes));
  }
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
  const int no_delay = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &no_delay, sizeof(no_delay));
  EXPECT_TRUE(ConnectTo(socket_, port))
      << "connect to port " << port << ": errno " << errno;
}

bool TextClient::IsRefused(int port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool refused = !ConnectTo(probe, port) && errno == ECONNREFUSED;
  close(probe);
  return refused;
}

TextClient::~TextClient() {
  if (socket_ >= 0) close(socket_);
}

bool TextClient::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      EXPECT_NE(errno, EAGAIN) << "the peer does not read";
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool TextClient::Fill() {
  char chunk[65536];
  const ssize_t received = recv(socket_, chunk, sizeof(chunk), 0);
  if (received <= 0) {
    EXPECT_FALSE(received < 0 && errno == EAGAIN) << "the peer is silent";
    return false;
  }
  received_.append(chunk, static_cast<size_t>(received));
  return true;
}

std::string TextClient::Receive(size_t bytes) {
  while (received_.size() < bytes && Fill()) {
  }
  const std::string taken = received_.substr(0, bytes);
  received_.erase(0, bytes);
  return taken;
}

std::string TextClient::ReceiveLine() {
  while (received_.find('\n') == std::string::npos && Fill()) {
  }
  const size_t end = received_.find('\n');
  return Receive(end == std::string::npos ? received_.size() : end + 1);
}

std::string TextClient::ReceiveAll() {
  while (Fill()) {
  }
  return Receive(received_.size());
}

std::string TextClient::Ask(absl::string_view line) {
  Send(absl::StrCat(line, "\n"));
  return ReceiveLine();
}

void TextClient::ShutdownSend() { shutdown(socket_, SHUT_WR); }

void TextClient::Reset() {
  const linger now = {1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close(socket_);
  socket_ = -1;
}

}  // namespace rundlet

#include "tests/bench/echo_server.h"

#include <array>
#include <memory>
#include <utility>

#include "asio/buffer.hpp"
#include "asio/write.hpp"

namespace rundlet {
namespace {

using asio::ip::tcp;

class EchoConnection : public std::enable_shared_from_this<EchoConnection> {
 public:
  explicit EchoConnection(tcp::socket socket) : socket_(std::move(socket)) {}

  void Read() {
    socket_.async_read_some(asio::buffer(bytes_),
                            [self = shared_from_this()](
                                const asio::error_code& error, size_t bytes) {
                              if (!error) self->Write(bytes);
                            });
  }

 private:
  void Write(size_t bytes) {
    asio::async_write(socket_, asio::buffer(bytes_.data(), bytes),
                      [self = shared_from_this()](const asio::error_code& error,
                                                  size_t /*bytes*/) {
                        if (!error) self->Read();
                      });
  }

  tcp::socket socket_;
  std::array<char, 16384> bytes_;
};

}  // namespace

EchoServer::EchoServer()
    : io_(/*concurrency_hint=*/1),
      acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
  Accept();
  thread_ = std::thread([this] { io_.run(); });
}

EchoServer::~EchoServer() {
  io_.stop();
  thread_.join();
}

void EchoServer::Accept() {
  acceptor_.async_accept(
      [this](const asio::error_code& error, tcp::socket socket) {
        if (error) return;
        socket.set_option(tcp::no_delay(true));
        std::make_shared<EchoConnection>(std::move(socket))->Read();
        Accept();
      });
}

}  // namespace rundlet

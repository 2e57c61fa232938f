// EchoServer: sends back what it receives, as plainly as Asio allows. What a
// server on this library costs that does nothing.

#ifndef RUNDLET_TESTS_BENCH_ECHO_SERVER_H_
#define RUNDLET_TESTS_BENCH_ECHO_SERVER_H_

#include <thread>

#include "asio/io_context.hpp"
#include "asio/ip/tcp.hpp"

namespace rundlet {

// Serves on a thread of its own, on a free port of 127.0.0.1, from construction
// to destruction.
class EchoServer {
 public:
  EchoServer();
  ~EchoServer();

  int port() const { return acceptor_.local_endpoint().port(); }

 private:
  void Accept();

  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_;
  std::thread thread_;
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_BENCH_ECHO_SERVER_H_

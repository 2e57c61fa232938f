// TextClient: a client of the text protocol for tests, on a plain blocking
// socket. A call that cannot go on fails the test instead of waiting for ever.

#ifndef RUNDLET_TESTS_SERVICE_GATEWAY_TEXT_CLIENT_H_
#define RUNDLET_TESTS_SERVICE_GATEWAY_TEXT_CLIENT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace rundlet {

// One thread at a time. Closes its socket when destroyed.
class TextClient {
 public:
  // Connects to 127.0.0.1. A receive buffer of `receive_bytes` bytes, if not 0,
  // makes the peer notice early that nobody reads.
  explicit TextClient(int port, int receive_bytes = 0);
  ~TextClient();
  TextClient(const TextClient&) = delete;
  TextClient& operator=(const TextClient&) = delete;

  // Sends all of it; false once the peer has closed.
  bool Send(absl::string_view bytes);

  // Exactly so many bytes, or fewer at the end of the stream.
  std::string Receive(size_t bytes);
  // One line with its '\n', or what is left at the end of the stream.
  std::string ReceiveLine();
  std::string ReceiveAll();

  // Sends one line and receives one.
  std::string Ask(absl::string_view line);

  // Whether nobody listens on this port of 127.0.0.1.
  static bool IsRefused(int port);

  // Ends the sending direction alone.
  void ShutdownSend();
  // Closes with a reset instead of an orderly end.
  void Reset();

 private:
  // False at the end of the stream.
  bool Fill();

  int socket_;
  std::string received_;  // and not asked for yet
};

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SERVICE_GATEWAY_TEXT_CLIENT_H_

// Listener: accepts connections, also when descriptors have run out.

#ifndef RUNDLET_SERVICE_GATEWAY_LISTENER_H_
#define RUNDLET_SERVICE_GATEWAY_LISTENER_H_

#include <cstdint>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "asio/io_context.hpp"
#include "asio/ip/tcp.hpp"
#include "asio/steady_timer.hpp"

namespace rundlet {

// When the process or the machine has no descriptor left, accept() fails while
// clients stay in the queue and wait for nothing. So one descriptor is held in
// reserve: it is given up to accept and close each of them at once.
//
// Every method is called on the loop's thread, or before it runs.
class Listener {
 public:
  struct Callbacks {
    absl::AnyInvocable<void(asio::ip::tcp::socket socket,
                            const asio::ip::address& peer)>
        on_accept;
    // A connection was closed for want of a descriptor.
    absl::AnyInvocable<void()> on_shed;
  };

  Listener(asio::io_context* io, Callbacks callbacks);
  ~Listener();

  // Binds and listens; port 0 picks one. `host` is an address or a name, whose
  // first address counts.
  absl::Status Listen(const std::string& host, uint16_t port);
  uint16_t port() const { return port_; }

  // Accepts those that wait, or the next one, but some tens at most; does
  // nothing if that is under way.
  void Accept();

  // Accepts no more. Clients still in the queue are reset.
  void Close();

 private:
  void OnAccept(asio::error_code error, asio::ip::tcp::socket socket);
  void Shed();
  bool HoldReserve();
  void AcceptLater();

  asio::ip::tcp::acceptor acceptor_;
  asio::ip::tcp::endpoint peer_;  // of the connection under way
  asio::steady_timer retry_;
  Callbacks callbacks_;
  uint16_t port_ = 0;
  bool accepting_ = false;
  int reserve_ = -1;  // an open descriptor; -1 while there is none
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_LISTENER_H_

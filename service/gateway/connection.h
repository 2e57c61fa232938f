// Connection: a socket and the session behind it.

#ifndef RUNDLET_SERVICE_GATEWAY_CONNECTION_H_
#define RUNDLET_SERVICE_GATEWAY_CONNECTION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "asio/ip/tcp.hpp"
#include "service/gateway/buffer_budget.h"
#include "service/gateway/counted.h"
#include "service/gateway/session.h"

namespace rundlet {

// Every method is called on the loop's thread. The loop gathers what arrived
// for all its connections, then advances and settles each: that is one turn.
// Lives in a shared_ptr, which operations on the socket hold.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // The loop that turns. Must live until OnClosed().
  class Owner {
   public:
    virtual ~Owner() = default;
    // The connection has something to do in this turn, or in the next one.
    virtual void OnReady(Connection* connection) = 0;
    // It has closed its socket and has nothing more to do. Called once.
    virtual void OnClosed(Connection* connection) = 0;
    // When this turn began.
    virtual TimePoint now() const = 0;
  };

  // Call Start() next.
  Connection(asio::ip::tcp::socket socket, asio::ip::address peer,
             const SessionContext* context, BufferBudget* budget,
             bool may_administer, Owner* owner);

  void Start();
  void Advance();

  // The end of a turn: sends what there is to say, with one call where the
  // socket takes it, and asks for more input, or ends.
  void Settle();

  // Closes if nothing has moved for `idle_timeout`, and what lingers.
  void CheckIdle(std::chrono::nanoseconds idle_timeout);

  // Runs what has been received as complete lines, answers, closes.
  void Drain();

  // Closes now, whatever is under way. Does nothing the second time.
  void Close();

  const asio::ip::address& peer() const { return peer_; }
  uint64_t command_count() const { return session_->command_count(); }

  // For the owner alone: whether it has been told OnReady in this turn.
  bool queued = false;

 private:
  // The same for a connection that is open and does not linger.
  void SettleOpen();
  // False if the socket has failed and is closed.
  bool Send();
  void Read();
  void OnRead(const asio::error_code& error, size_t bytes);
  void OnWritable(const asio::error_code& error);
  void End();
  void Linger();

  asio::ip::tcp::socket socket_;
  const asio::ip::address peer_;
  Owner* const owner_;
  const CountedRef<Session> session_;

  BufferBudget::Share share_;
  size_t sent_bytes_ = 0;  // of the session's output
  bool reading_ = false;
  bool awaiting_room_ = false;
  bool draining_ = false;
  bool lingering_ = false;
  bool closed_ = false;
  TimePoint moved_;  // last sign of life; since when it lingers
  uint64_t commands_seen_ = 0;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_CONNECTION_H_

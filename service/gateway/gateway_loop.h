// GatewayLoop: the one thread of the text gateway, and all that it owns.
//
// The thread works in turns. A turn gathers what has arrived for all clients,
// runs the commands of all of them, then sends all the replies. So the writes
// of many clients reach the store as one run, and each client gets the replies
// of what it sent in one piece.

#ifndef RUNDLET_SERVICE_GATEWAY_GATEWAY_LOOP_H_
#define RUNDLET_SERVICE_GATEWAY_GATEWAY_LOOP_H_

#include <atomic>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "asio/io_context.hpp"
#include "asio/steady_timer.hpp"
#include "service/gateway/admission.h"
#include "service/gateway/buffer_budget.h"
#include "service/gateway/commit_run.h"
#include "service/gateway/connection.h"
#include "service/gateway/listener.h"
#include "service/gateway/mailbox.h"
#include "service/gateway/session.h"
#include "service/gateway/text_gateway_options.h"

namespace rundlet {

class GatewayLoop : public Connection::Owner {
 public:
  GatewayLoop(TextGatewayOptions options, Store* store);

  // Before Run(): binds; returns the port.
  absl::StatusOr<int> Listen();

  // Serves until Stop(). Call it once, on the thread that is to be the loop's.
  void Run();

  // From any other thread. Stop() does not wait for Run() to return.
  void Stop();
  void Drain(absl::Duration timeout);
  TextGatewayStats stats() const;

  void OnReady(Connection* connection) override;
  void OnClosed(Connection* connection) override;
  Connection::TimePoint now() const override { return now_; }

 private:
  void Turn();
  void Reap();
  void OnAccept(asio::ip::tcp::socket socket, const asio::ip::address& peer);
  void Refuse(asio::ip::tcp::socket socket, const asio::ip::address& peer);
  void OnShed();
  void Tick();
  void BeginDrain();
  void CloseAll();
  void Say(absl::string_view line);

  TextGatewayOptions options_;
  BufferBudget budget_;
  asio::io_context io_;  // may hold connections until it is destroyed
  const std::shared_ptr<Mailbox> mailbox_;
  CommitRun commits_;
  const SessionContext context_;
  Admission admission_;
  Listener listener_;
  asio::steady_timer tick_;

  Connection::TimePoint now_;
  absl::flat_hash_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::vector<Connection*> ready_;    // to advance
  std::vector<Connection*> touched_;  // advanced, to settle
  std::vector<Connection*> working_;  // the ones of this step
  std::vector<Connection*> closed_;   // to forget at the end of the turn
  bool stopping_ = false;
  bool draining_ = false;
  bool refusing_ = false;  // the last client that came was refused
  bool shedding_ = false;  // since the last tick

  absl::Notification drained_;

  // Written on the loop's thread, read by any.
  std::atomic<uint64_t> connections_open_{0};
  std::atomic<uint64_t> connections_accepted_{0};
  std::atomic<uint64_t> connections_refused_{0};
  std::atomic<uint64_t> connections_shed_{0};
  std::atomic<uint64_t> command_count_{0};
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_GATEWAY_LOOP_H_

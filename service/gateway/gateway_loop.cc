#include "service/gateway/gateway_loop.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "asio/buffer.hpp"
#include "asio/post.hpp"
#include "service/gateway/reply.h"

namespace rundlet {
namespace {

// How often connections are looked at for having been idle too long: a quarter
// of the timeout, so that it is kept to within that.
absl::Duration TickInterval(absl::Duration idle_timeout) {
  return std::clamp(idle_timeout / 4, absl::Milliseconds(5), absl::Seconds(1));
}

// SHUTDOWN and COMPACT ask for a client on this machine.
bool IsLoopback(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6())
        .is_loopback();
  }
  return address.is_loopback();
}

}  // namespace

GatewayLoop::GatewayLoop(TextGatewayOptions options, Store* store)
    : options_(std::move(options)),
      budget_(options_.buffered_bytes_max),
      io_(/*concurrency_hint=*/1),
      mailbox_(std::make_shared<Mailbox>(
          [this] { asio::post(io_, [this] { mailbox_->RunAll(); }); })),
      commits_(options_.admission.get()),
      context_{store,
               &commits_,
               &budget_,
               mailbox_,
               &options_.on_shutdown,
               options_.output_bytes_max,
               options_.commands_in_flight_max},
      admission_(options_.connections_max,
                 options_.connections_per_address_max),
      listener_(&io_, {[this](asio::ip::tcp::socket socket,
                              const asio::ip::address& peer) {
                         OnAccept(std::move(socket), peer);
                       },
                       [this] { OnShed(); }}),
      tick_(io_) {}

absl::StatusOr<int> GatewayLoop::Listen() {
  const absl::Status status =
      listener_.Listen(options_.host, static_cast<uint16_t>(options_.port));
  if (!status.ok()) return status;
  return listener_.port();
}

void GatewayLoop::Run() {
  // What top and debuggers show.
  pthread_setname_np(pthread_self(), "text_gateway");
  mailbox_->Bind();
  now_ = std::chrono::steady_clock::now();
  Tick();
  listener_.Accept();
  while (!stopping_) {
    io_.run_one();
    now_ = std::chrono::steady_clock::now();
    // Whatever else has happened by now belongs to the same turn. This ends:
    // everything that can happen is asked for once a turn, in Turn(). A single
    // client does not pay for the question.
    if (connections_.size() > 1) io_.poll();
    Turn();
  }
  CloseAll();
  Reap();
  mailbox_->Close();
}

void GatewayLoop::Turn() {
  while (!ready_.empty()) {
    // Advancing one may make others ready, or itself once more.
    while (!ready_.empty()) {
      working_.swap(ready_);
      for (Connection* connection : working_) {
        connection->queued = false;
        touched_.push_back(connection);
        connection->Advance();
      }
      working_.clear();
      commits_.End();
    }
    working_.swap(touched_);
    for (Connection* connection : working_) connection->Settle();
    working_.clear();
  }
  Reap();
  listener_.Accept();
  if (draining_ && connections_.empty() && !drained_.HasBeenNotified()) {
    drained_.Notify();
  }
}

void GatewayLoop::OnReady(Connection* connection) {
  if (connection->queued) return;
  connection->queued = true;
  ready_.push_back(connection);
}

void GatewayLoop::OnClosed(Connection* connection) {
  closed_.push_back(connection);
}

void GatewayLoop::Reap() {
  for (Connection* connection : closed_) {
    command_count_ += connection->command_count();
    admission_.Release(connection->peer().to_string());
    connections_.erase(connection);
  }
  closed_.clear();
  connections_open_ = connections_.size();
}

void GatewayLoop::OnAccept(asio::ip::tcp::socket socket,
                           const asio::ip::address& peer) {
  if (!admission_.Admit(peer.to_string())) {
    return Refuse(std::move(socket), peer);
  }
  refusing_ = false;
  ++connections_accepted_;
  auto connection = std::make_shared<Connection>(
      std::move(socket), peer, &context_, &budget_,
      options_.remote_administration || IsLoopback(peer), this);
  connections_.emplace(connection.get(), connection);
  connections_open_ = connections_.size();
  connection->Start();
}

void GatewayLoop::Refuse(asio::ip::tcp::socket socket,
                         const asio::ip::address& peer) {
  ++connections_refused_;
  if (!refusing_) {
    Say(absl::StrCat("refusing clients, first ", peer.to_string(), ": ",
                     admission_.connection_count(), " connections are open"));
  }
  refusing_ = true;
  std::string reply;
  AppendError(absl::ResourceExhaustedError("too many connections"), &reply);
  asio::error_code ignored;  // it is a courtesy
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(reply), ignored);
}

void GatewayLoop::OnShed() {
  ++connections_shed_;
  if (!shedding_) Say("out of file descriptors: closing new clients at once");
  shedding_ = true;
}

void GatewayLoop::Tick() {
  tick_.expires_after(
      absl::ToChronoNanoseconds(TickInterval(options_.idle_timeout)));
  tick_.async_wait([this](const asio::error_code& error) {
    if (error) return;
    shedding_ = false;
    const auto idle_timeout = absl::ToChronoNanoseconds(options_.idle_timeout);
    for (auto& [connection, kept] : connections_) {
      connection->CheckIdle(idle_timeout);
    }
    Tick();
  });
}

void GatewayLoop::Stop() {
  mailbox_->Post([this] { stopping_ = true; });
}

void GatewayLoop::Drain(absl::Duration timeout) {
  mailbox_->Post([this] { BeginDrain(); });
  if (drained_.WaitForNotificationWithTimeout(timeout)) return;
  mailbox_->Post([this] { CloseAll(); });
  drained_.WaitForNotification();
}

void GatewayLoop::BeginDrain() {
  if (draining_) return;
  draining_ = true;
  listener_.Close();
  for (auto& [connection, kept] : connections_) connection->Drain();
}

void GatewayLoop::CloseAll() {
  for (auto& [connection, kept] : connections_) connection->Close();
}

void GatewayLoop::Say(absl::string_view line) {
  if (options_.on_event) options_.on_event(line);
}

TextGatewayStats GatewayLoop::stats() const {
  TextGatewayStats stats;
  stats.connections_open = connections_open_;
  stats.connections_accepted = connections_accepted_;
  stats.connections_refused = connections_refused_;
  stats.connections_shed = connections_shed_;
  stats.command_count = command_count_;
  return stats;
}

}  // namespace rundlet

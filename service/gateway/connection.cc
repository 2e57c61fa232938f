#include "service/gateway/connection.h"

#include <utility>

#include "asio/buffer.hpp"

namespace rundlet {
namespace {

// A socket closed with unread input resets the connection, and the last reply
// may be lost on its way. So input is read and dropped for a while.
constexpr std::chrono::seconds kLinger{1};

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, asio::ip::address peer,
                       const SessionContext* context, BufferBudget* budget,
                       bool may_administer, Owner* owner)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      owner_(owner),
      session_(new Session(context, may_administer,
                           [this] { owner_->OnReady(this); })),
      share_(budget),
      moved_(owner->now()) {}

void Connection::Start() {
  asio::error_code error;
  socket_.non_blocking(true, error);
  // Without it a reply waits for the acknowledgement of the one before.
  if (!error) socket_.set_option(asio::ip::tcp::no_delay(true), error);
  if (error) return Close();
  owner_->OnReady(this);
}

void Connection::Advance() {
  if (!closed_) session_->Advance();
}

void Connection::Settle() {
  if (closed_) return;
  if (lingering_) return Linger();
  SettleOpen();
  share_.Set(session_->buffered_bytes());
}

void Connection::SettleOpen() {
  if (!Send()) return;
  if (session_->command_count() != commands_seen_) {
    commands_seen_ = session_->command_count();
    moved_ = owner_->now();
  }
  if (awaiting_room_) return;
  if (session_->finished()) return End();
  if (session_->runnable()) owner_->OnReady(this);
  if (session_->wants_input()) Read();
}

bool Connection::Send() {
  const std::string& output = session_->output();
  while (sent_bytes_ < output.size() && !awaiting_room_) {
    asio::error_code error;
    sent_bytes_ += socket_.write_some(
        asio::buffer(output.data() + sent_bytes_, output.size() - sent_bytes_),
        error);
    if (error == asio::error::would_block) {
      awaiting_room_ = true;
      socket_.async_wait(
          asio::ip::tcp::socket::wait_write,
          [self = shared_from_this()](const asio::error_code& error) {
            self->OnWritable(error);
          });
    } else if (error) {
      Close();
      return false;
    } else {
      moved_ = owner_->now();
    }
  }
  if (sent_bytes_ == output.size() && sent_bytes_ > 0) {
    session_->ClearOutput();
    sent_bytes_ = 0;
  }
  return true;
}

void Connection::OnWritable(const asio::error_code& error) {
  if (closed_) return;
  if (error) return Close();
  awaiting_room_ = false;
  owner_->OnReady(this);
}

void Connection::Read() {
  if (reading_) return;
  reading_ = true;
  const absl::Span<char> space = session_->Space();
  socket_.async_read_some(
      asio::buffer(space.data(), space.size()),
      [self = shared_from_this()](const asio::error_code& error, size_t bytes) {
        self->OnRead(error, bytes);
      });
}

void Connection::OnRead(const asio::error_code& error, size_t bytes) {
  reading_ = false;
  if (closed_) return;
  if (error && (error != asio::error::eof || lingering_)) return Close();
  if (error == asio::error::eof) {
    session_->EndInput();
  } else if (!lingering_) {
    session_->Received(bytes);
  }
  owner_->OnReady(this);
}

void Connection::CheckIdle(std::chrono::nanoseconds idle_timeout) {
  if (closed_) return;
  // Nobody is to blame for what the store takes long for.
  if (session_->pending_count() > 0 && !awaiting_room_) moved_ = owner_->now();
  const std::chrono::nanoseconds limit =
      lingering_ ? std::chrono::nanoseconds(kLinger) : idle_timeout;
  if (owner_->now() - moved_ >= limit) Close();
}

void Connection::Drain() {
  if (closed_) return;
  draining_ = true;
  if (lingering_) return Linger();
  session_->StopInput();
  owner_->OnReady(this);
}

void Connection::End() {
  asio::error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (error) return Close();
  lingering_ = true;
  moved_ = owner_->now();
  Linger();
}

void Connection::Linger() {
  // A drain does not wait for clients that have nothing to say.
  asio::error_code error;
  if (draining_ && socket_.available(error) == 0) return Close();
  Read();
}

void Connection::Close() {
  if (closed_) return;
  closed_ = true;
  session_->Abandon();
  asio::error_code ignored;  // it is gone either way
  socket_.close(ignored);
  owner_->OnClosed(this);
}

}  // namespace rundlet

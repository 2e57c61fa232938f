#include "tests/bench/load_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace rundlet {
namespace {

absl::Status SocketError(absl::string_view call) {
  return absl::UnavailableError(absl::StrCat(call, ": ", std::strerror(errno)));
}

// Which keys are asked for, in order.
class Keys {
 public:
  explicit Keys(const Load& load) : load_(load), random_(1) {}

  bool exhausted() const { return load_.ascending && next_ >= load_.key_count; }

  // Past the last key an ascending run starts again, to fill a last batch.
  void Write(char* digits) {
    uint64_t key = load_.ascending ? next_++ % load_.key_count
                                   : random_() % load_.key_count;
    for (size_t i = kKeyDigits; i-- > 0; key /= 10) {
      digits[i] = static_cast<char>('0' + key % 10);
    }
  }

 private:
  const Load& load_;
  uint64_t next_ = 0;
  std::minstd_rand random_;
};

// One connection: sends a batch of requests, waits for all replies, again.
class Client {
 public:
  explicit Client(const Load& load)
      : form_(load.target.form),
        expected_(load.in_flight * form_.reply_bytes()) {
    for (int i = 0; i < load.in_flight; ++i) {
      absl::StrAppend(&batch_, form_.before_key, std::string(kKeyDigits, '0'),
                      form_.behind_key);
    }
  }
  ~Client() {
    if (socket_ >= 0) close(socket_);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  int socket() const { return socket_; }
  absl::Duration batch_duration() const { return batch_duration_; }

  absl::Status Connect(const Target& target) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) return SocketError("socket");
    const int yes = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(target.port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address),
                sizeof(address)) != 0) {
      return SocketError("connect");
    }
    std::string greeting(target.greeting_bytes, '\0');
    if (!greeting.empty() &&
        recv(socket_, greeting.data(), greeting.size(), MSG_WAITALL) !=
            static_cast<ssize_t>(greeting.size())) {
      return SocketError("recv of the greeting");
    }
    return absl::OkStatus();
  }

  absl::Status SendBatch(Keys* keys) {
    for (size_t at = form_.before_key.size(); at < batch_.size();
         at += form_.bytes()) {
      keys->Write(batch_.data() + at);
    }
    received_ = 0;
    began_ = absl::Now();
    // A batch fits into the socket's buffer, so this does not block.
    if (send(socket_, batch_.data(), batch_.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(batch_.size())) {
      return SocketError("send");
    }
    return absl::OkStatus();
  }

  // True once all replies to the batch are there.
  absl::StatusOr<bool> Receive() {
    static thread_local char chunk[65536];
    const ssize_t bytes = recv(socket_, chunk, sizeof(chunk), 0);
    if (bytes < 0) return SocketError("recv");
    if (bytes == 0) return absl::UnavailableError("the server has closed");
    for (ssize_t i = 0; i < bytes;) {
      const size_t in_reply = received_ % form_.reply_bytes();
      const size_t part = std::min<size_t>(form_.reply_bytes() - in_reply,
                                           static_cast<size_t>(bytes - i));
      const char* const expected = form_.reply.empty()
                                       ? batch_.data() + received_
                                       : form_.reply.data() + in_reply;
      if (received_ + part > expected_ ||
          std::memcmp(chunk + i, expected, part) != 0) {
        return absl::DataLossError(absl::StrCat(
            "unexpected reply: ",
            std::string(chunk + i, std::min<size_t>(bytes - i, 80))));
      }
      received_ += part;
      i += static_cast<ssize_t>(part);
    }
    if (received_ < expected_) return false;
    batch_duration_ = absl::Now() - began_;
    return true;
  }

 private:
  const RequestForm& form_;
  const size_t expected_;  // bytes of replies to one batch
  std::string batch_;
  size_t received_ = 0;
  absl::Time began_;
  absl::Duration batch_duration_;
  int socket_ = -1;
};

LoadResult Summarize(std::vector<absl::Duration> durations, double requests,
                     absl::Duration elapsed) {
  LoadResult result;
  result.requests_per_second = requests / absl::ToDoubleSeconds(elapsed);
  if (durations.empty()) return result;
  std::sort(durations.begin(), durations.end());
  result.p50 = durations[durations.size() / 2];
  result.p99 = durations[durations.size() * 99 / 100];
  return result;
}

}  // namespace

size_t RequestForm::bytes() const {
  return before_key.size() + kKeyDigits + behind_key.size();
}

absl::StatusOr<LoadResult> RunLoad(const Load& load) {
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  if (poll < 0) return SocketError("epoll_create1");
  struct Closer {
    int descriptor;
    ~Closer() { close(descriptor); }
  } closer{poll};

  Keys keys(load);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < load.connections; ++i) {
    auto client = std::make_unique<Client>(load);
    absl::Status status = client->Connect(load.target);
    if (!status.ok()) return status;
    epoll_event event = {};
    event.events = EPOLLIN;
    event.data.ptr = client.get();
    if (epoll_ctl(poll, EPOLL_CTL_ADD, client->socket(), &event) != 0) {
      return SocketError("epoll_ctl");
    }
    clients.push_back(std::move(client));
  }

  const absl::Time began = absl::Now();
  const absl::Time end =
      load.ascending ? absl::InfiniteFuture() : began + load.duration;
  absl::Time now = began;
  for (const auto& client : clients) {
    const absl::Status status = client->SendBatch(&keys);
    if (!status.ok()) return status;
  }
  std::vector<absl::Duration> durations;
  size_t running = clients.size();
  while (running > 0) {
    epoll_event events[256];
    const int count = epoll_wait(poll, events, 256, -1);
    if (count < 0 && errno != EINTR) return SocketError("epoll_wait");
    for (int i = 0; i < count; ++i) {
      auto* const client = static_cast<Client*>(events[i].data.ptr);
      const absl::StatusOr<bool> complete = client->Receive();
      if (!complete.ok()) return complete.status();
      if (!*complete) continue;
      durations.push_back(client->batch_duration());
      if (now >= end || keys.exhausted()) {
        --running;
        continue;
      }
      const absl::Status status = client->SendBatch(&keys);
      if (!status.ok()) return status;
    }
    now = absl::Now();
  }
  const double requests =
      static_cast<double>(durations.size()) * load.in_flight;
  return Summarize(std::move(durations), requests, now - began);
}

}  // namespace rundlet

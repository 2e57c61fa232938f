#include "service/grpc/watch_stream.h"

#include <utility>

#include "rundlet/v1/watch.pb.h"
#include "service/grpc/message_codec.h"
#include "service/grpc/store_errors.h"

namespace rundlet {

OutStream* WatchStream::Start(grpc::CallbackServerContext* context,
                              const Environment& environment,
                              const grpc::ByteBuffer& request) {
  return OutStream::Start(
      std::shared_ptr<WatchStream>(new WatchStream(context, environment)),
      environment.gate, request);
}

absl::Status WatchStream::Open(const grpc::ByteBuffer& request) {
  MessageArena arena;
  auto* message = arena.New<v1::WatchRequest>();
  absl::Status status = ParseMessage(request, message);
  if (!status.ok()) return status;
  absl::StatusOr<DecodedWatch> decoded =
      Decode(message, environment_.store_id, environment_.store->limits());
  if (!decoded.ok()) return decoded.status();
  absl::StatusOr<std::unique_ptr<Watch>> watch =
      environment_.store->OpenWatch(std::move(decoded->watch));
  if (!watch.ok()) return WatchOpenError(watch.status());
  messages_.emplace(decoded->notes, environment_.store_id);
  const absl::MutexLock lock(&watch_mutex_);
  watch_ = *std::move(watch);
  return absl::OkStatus();
}

void WatchStream::OnSent() {
  if (messages_->empty()) {
    Ask();
  } else {
    SendNext();
  }
}

void WatchStream::Ask() {
  std::shared_ptr<Watch> watch;
  {
    const absl::MutexLock lock(&watch_mutex_);
    watch = watch_;
  }
  if (watch == nullptr) return;  // it has ended
  auto self = std::static_pointer_cast<WatchStream>(shared_from_this());
  watch->Next([self = std::move(self)](absl::StatusOr<WatchBatch> batch) {
    self->Take(std::move(batch));
  });
}

void WatchStream::Take(absl::StatusOr<WatchBatch> batch) {
  if (!batch.ok()) {
    return End(WatchError(batch.status(), environment_.store_id));
  }
  messages_->Add(*std::move(batch));
  SendNext();
}

void WatchStream::SendNext() {
  MessageArena arena;
  auto* message = arena.New<v1::WatchResponse>();
  messages_->Next(message);
  through_.store(messages_->through());
  Send(*message);
}

void WatchStream::OnEnd() {
  std::shared_ptr<Watch> watch;
  {
    const absl::MutexLock lock(&watch_mutex_);
    watch = std::move(watch_);
  }
  // Answers what is owed, which comes to nothing; not under the lock.
  watch.reset();
}

absl::Status WatchStream::DrainStatus() const {
  return StreamDrained(through_.load(), environment_.store_id);
}

}  // namespace rundlet

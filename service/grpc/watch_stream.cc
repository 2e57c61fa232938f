#include "service/grpc/watch_stream.h"

#include <utility>

#include "rundlet/v1/watch.pb.h"
#include "service/grpc/message_codec.h"
#include "service/grpc/status_mapping.h"
#include "service/grpc/store_errors.h"
#include "service/grpc/unary_call.h"

namespace rundlet {

WatchStream* WatchStream::Start(grpc::CallbackServerContext* context,
                                const Environment& environment,
                                const grpc::ByteBuffer& request) {
  std::shared_ptr<WatchStream> stream(new WatchStream(context, environment));
  stream->self_ = stream;
  const absl::Status opened = stream->Open(request);
  if (!opened.ok()) {
    stream->End(opened);
  } else if (!environment.open->Add(stream.get())) {
    stream->Drain();
  } else {
    stream->Ask();
  }
  // Even if the call is over already, gRPC has not been told of it yet.
  return stream.get();
}

absl::Status WatchStream::Open(const grpc::ByteBuffer& request) {
  // A drain waits for those in the gate, but ends watches by itself: it is left
  // again at the end of this.
  const absl::StatusOr<CallGate::Pass> pass =
      environment_.gate->Enter(request.Length());
  if (!pass.ok()) return pass.status();
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
  const absl::MutexLock lock(&mutex_);
  watch_ = *std::move(watch);
  messages_.emplace(decoded->notes, environment_.store_id);
  return absl::OkStatus();
}

void WatchStream::Ask() {
  std::shared_ptr<Watch> watch;
  {
    const absl::MutexLock lock(&mutex_);
    watch = watch_;
  }
  if (watch == nullptr) return;  // it has ended
  watch->Next([self = shared_from_this()](absl::StatusOr<WatchBatch> batch) {
    self->Take(std::move(batch));
  });
}

void WatchStream::Take(absl::StatusOr<WatchBatch> batch) {
  absl::Status status = batch.status();
  if (!status.ok()) {
    return End(WatchError(status, environment_.store_id));
  }
  {
    const absl::MutexLock lock(&mutex_);
    if (ended_) return;
    messages_->Add(*std::move(batch));
    status = Write();
  }
  if (!status.ok()) End(std::move(status));
}

absl::Status WatchStream::Write() {
  MessageArena arena;
  auto* message = arena.New<v1::WatchResponse>();
  messages_->Next(message);
  absl::Status status = SerializeMessage(*message, &message_);
  if (!status.ok()) return status;
  writing_ = true;
  StartWrite(&message_);  // never calls back inline
  return absl::OkStatus();
}

void WatchStream::OnWriteDone(bool ok) {
  absl::Status status;
  bool finish = false;
  bool ask = false;
  {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    finish = ended_;
    if (!ended_ && !ok) {
      status = absl::CancelledError("the caller left");
    } else if (!ended_ && !messages_->empty()) {
      status = Write();
    } else {
      ask = !ended_;
    }
  }
  if (finish) return FinishNow();
  if (!status.ok()) return End(std::move(status));
  if (ask) Ask();
}

void WatchStream::OnCancel() { End(absl::CancelledError("the caller left")); }

void WatchStream::Drain() {
  Revision through = 0;
  {
    const absl::MutexLock lock(&mutex_);
    if (messages_.has_value()) through = messages_->through();
  }
  End(WatchDrained(through, environment_.store_id));
}

void WatchStream::Abandon() { context_->TryCancel(); }

void WatchStream::End(absl::Status status) {
  std::shared_ptr<Watch> watch;
  {
    const absl::MutexLock lock(&mutex_);
    if (ended_) return;
    ended_ = true;
    end_ = std::move(status);
    watch = std::move(watch_);
    if (writing_) return;  // OnWriteDone finishes
  }
  // Answers what is owed, which comes to nothing; not under the lock.
  watch.reset();
  FinishNow();
}

void WatchStream::FinishNow() {
  absl::Status status;
  {
    const absl::MutexLock lock(&mutex_);
    status = end_;
  }
  AddRetryPushback(status, context_);
  Finish(ToGrpcStatus(status));
}

void WatchStream::OnDone() {
  environment_.open->Remove(this);
  // May be the last reference.
  std::shared_ptr<WatchStream>(std::move(self_)).reset();
}

}  // namespace rundlet

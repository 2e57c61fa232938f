#include "service/grpc/out_stream.h"

#include <utility>

#include "service/grpc/message_codec.h"
#include "service/grpc/status_mapping.h"
#include "service/grpc/unary_call.h"

namespace rundlet {

OutStream* OutStream::Start(const std::shared_ptr<OutStream>& stream,
                            CallGate* gate, const grpc::ByteBuffer& request) {
  stream->self_ = stream;
  absl::Status opened;
  {
    // A drain waits for those in the gate, but ends streams by itself.
    const absl::StatusOr<CallGate::Pass> pass = gate->Enter(request.Length());
    opened = pass.ok() ? stream->Open(request) : pass.status();
  }
  if (!opened.ok()) {
    stream->End(std::move(opened));
  } else if (!stream->open_->Add(stream.get())) {
    stream->Drain();
  } else {
    stream->OnSent();
  }
  // Even if the call is over already, gRPC has not been told of it yet.
  return stream.get();
}

void OutStream::Send(const google::protobuf::MessageLite& message) {
  absl::Status status;
  {
    const absl::MutexLock lock(&mutex_);
    if (ended_) return;
    status = SerializeMessage(message, &message_);
    if (status.ok()) {
      writing_ = true;
      StartWrite(&message_);  // never calls back inline
      return;
    }
  }
  End(std::move(status));
}

void OutStream::OnWriteDone(bool ok) {
  bool finish = false;
  {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    finish = ended_;
  }
  if (finish) return FinishNow();
  if (!ok) return End(absl::CancelledError("the caller left"));
  OnSent();
}

void OutStream::OnCancel() { End(absl::CancelledError("the caller left")); }

void OutStream::Drain() { End(DrainStatus()); }

void OutStream::Abandon() { context_->TryCancel(); }

void OutStream::End(absl::Status status) {
  bool finish = false;
  {
    const absl::MutexLock lock(&mutex_);
    if (ended_) return;
    ended_ = true;
    end_ = std::move(status);
    finish = !writing_;  // else OnWriteDone does
  }
  OnEnd();
  if (finish) FinishNow();
}

void OutStream::FinishNow() {
  absl::Status status;
  {
    const absl::MutexLock lock(&mutex_);
    status = end_;
  }
  AddRetryPushback(status, context_);
  Finish(ToGrpcStatus(status));
}

void OutStream::OnDone() {
  open_->Remove(this);
  // May be the last reference.
  std::shared_ptr<OutStream>(std::move(self_)).reset();
}

}  // namespace rundlet

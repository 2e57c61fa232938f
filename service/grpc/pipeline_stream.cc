#include "service/grpc/pipeline_stream.h"

#include <utility>

#include "service/grpc/message_codec.h"
#include "service/grpc/status_mapping.h"
#include "service/grpc/store_errors.h"
#include "service/grpc/unary_call.h"

namespace rundlet {
namespace {

// Of answers that wait to be sent: beyond it nothing more is begun.
constexpr size_t kAnswerBytesMax = size_t{4} << 20;
// Reads in the order of writes, whose answers may be large: as many as unary
// calls of one connection may be.
constexpr uint64_t kReadsMax = 64;
constexpr size_t kFirstBlockBytes = size_t{32} << 10;

google::protobuf::ArenaOptions OptionsOf(std::vector<char>* first_block) {
  google::protobuf::ArenaOptions options;
  options.initial_block = first_block->data();
  options.initial_block_size = first_block->size();
  return options;
}

}  // namespace

PipelineStream::PipelineStream(grpc::CallbackServerContext* context,
                               const Environment& environment)
    : context_(context),
      connection_(CallerOf(context).connection()),
      deadline_(CallerOf(context).deadline()),
      environment_(environment),
      first_block_(kFirstBlockBytes),
      arena_(OptionsOf(&first_block_)) {}

PipelineStream* PipelineStream::Start(grpc::CallbackServerContext* context,
                                      const Environment& environment) {
  const std::shared_ptr<PipelineStream> stream(
      new PipelineStream(context, environment));
  stream->self_ = stream;
  if (!environment.open->Add(stream.get())) {
    stream->Drain();
    return stream.get();
  }
  const absl::MutexLock lock(&stream->mutex_);
  stream->reading_ = true;
  stream->StartRead(&stream->request_);  // never calls back inline
  return stream.get();
}

void PipelineStream::OnReadDone(bool ok) {
  {
    const absl::MutexLock lock(&mutex_);
    reading_ = false;
    if (!ok) {
      half_closed_ = true;
      return SendOrFinish();
    }
    has_message_ = true;
  }
  Advance();
}

void PipelineStream::Advance() {
  const std::shared_ptr<PipelineStream> self = shared_from_this();
  {
    const absl::MutexLock lock(&mutex_);
    if (advancing_ || ended_) return;
    advancing_ = true;
  }
  while (true) {
    if (message_ == nullptr) TakeMessage();
    RunOperations();
    const bool is_done = message_ == nullptr;
    const absl::MutexLock lock(&mutex_);
    if (is_done) has_message_ = false;
    paused_ = !is_done || IsCongested();
    // An answer that came meanwhile may have ended the congestion.
    if (has_message_ && !IsCongested() && !ended_) continue;
    advancing_ = false;
    if (!paused_ && !half_closed_ && !draining_ && !ended_) {
      reading_ = true;
      StartRead(&request_);
    }
    return SendOrFinish();
  }
}

void PipelineStream::TakeMessage() {
  batch_ = std::make_shared<Batch>();
  batch_->stream = shared_from_this();
  absl::StatusOr<CallGate::Pass> pass =
      environment_.gate->Enter(request_.Length());
  if (pass.ok()) {
    batch_->pass = *std::move(pass);
  } else {
    batch_->refusal = pass.status();
  }
  arena_.Reset();
  message_ =
      google::protobuf::Arena::CreateMessage<v1::PipelineRequest>(&arena_);
  next_ = 0;
  absl::Status parsed = ParseMessage(request_, message_);
  request_.Clear();
  if (!parsed.ok()) {
    message_->Clear();
    End(std::move(parsed));
  }
}

void PipelineStream::RunOperations() {
  while (next_ < message_->operations_size() && BeginOperation()) {
    v1::PipelineOperation* const operation =
        message_->mutable_operations(next_++);
    if (batch_->refusal.ok()) {
      Run(operation);
    } else {
      AnswerError(operation->id(), batch_->refusal);
    }
  }
  ReadWanted();
  LetGo(/*more=*/false);
  bool ended = false;
  {
    const absl::MutexLock lock(&mutex_);
    ended = ended_;
  }
  if (next_ < message_->operations_size() && !ended) return;
  message_ = nullptr;
  batch_ = nullptr;
}

bool PipelineStream::BeginOperation() {
  const absl::MutexLock lock(&mutex_);
  if (ended_ || IsCongested()) return false;
  ++unsent_;
  writes_on_their_way_ = commits_ > 0;
  return true;
}

bool PipelineStream::IsCongested() const {
  // A read in the order of writes may have seen a write of somebody else that
  // is not visible yet: a plain read behind it would see less. It is answered
  // as soon as that write is visible.
  const bool only_reads = reads_ > 0 && reads_ == commits_;
  return only_reads || unsent_ >= kPipelineOperationsMax ||
         reads_ >= kReadsMax ||
         commits_ >= environment_.admission->stream_writes_max() ||
         answers_.bytes() >= kAnswerBytesMax;
}

void PipelineStream::Resume() {
  bool advance = false;
  {
    const absl::MutexLock lock(&mutex_);
    if (advancing_) return;  // it looks again before it stops
    advance = paused_ && !IsCongested() && !ended_;
    if (!advance) return SendOrFinish();
    paused_ = false;
    if (!has_message_) {
      if (!half_closed_ && !draining_ && !reading_) {
        reading_ = true;
        StartRead(&request_);
      }
      return SendOrFinish();
    }
  }
  Advance();
}

void PipelineStream::SendOrFinish() {
  if (sending_ > 0 || finished_) return;
  if (ended_) {
    finished_ = true;
    AddRetryPushback(end_, context_);
    return Finish(ToGrpcStatus(end_));
  }
  // More answers are about to come while somebody works.
  if (advancing_ && answers_.bytes() < kAnswerBytesMax / 4) return;
  if (!answers_.empty()) {
    sending_ = answers_.TakeMessage(&message_sent_);
    return StartWrite(&message_sent_);  // never calls back inline
  }
  const bool is_idle = !advancing_ && !has_message_ && unsent_ == 0;
  if (!is_idle || (!half_closed_ && !draining_)) return;
  ended_ = finished_ = true;
  if (half_closed_) return Finish(grpc::Status::OK);
  const absl::Status drained = StreamDrained(0, environment_.store_id);
  AddRetryPushback(drained, context_);
  Finish(ToGrpcStatus(drained));
}

void PipelineStream::OnWriteDone(bool ok) {
  {
    const absl::MutexLock lock(&mutex_);
    unsent_ -= sending_;
    sending_ = 0;
  }
  if (!ok) return OnCancel();
  Resume();
}

void PipelineStream::OnCancel() {
  caller_left_.store(true, std::memory_order_release);
  End(absl::CancelledError("the caller left"));
}

void PipelineStream::Drain() {
  const absl::MutexLock lock(&mutex_);
  draining_ = true;
  SendOrFinish();
}

void PipelineStream::Abandon() { context_->TryCancel(); }

void PipelineStream::End(absl::Status status) {
  const absl::MutexLock lock(&mutex_);
  if (!ended_) {
    ended_ = true;
    end_ = std::move(status);
  }
  SendOrFinish();
}

void PipelineStream::OnDone() {
  environment_.open->Remove(this);
  BatchPtr batch;
  {
    // Who works lets go of it by himself.
    const absl::MutexLock lock(&mutex_);
    if (!advancing_) batch = std::move(batch_);
  }
  batch.reset();
  // May be the last reference.
  std::shared_ptr<PipelineStream>(std::move(self_)).reset();
}

}  // namespace rundlet

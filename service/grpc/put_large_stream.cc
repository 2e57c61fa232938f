#include "service/grpc/put_large_stream.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/grpc/errors.h"
#include "service/grpc/message_codec.h"
#include "service/grpc/status_mapping.h"
#include "service/grpc/store_errors.h"
#include "service/grpc/unary_call.h"

namespace rundlet {
namespace {

absl::Status NotText() {
  return InvalidField(FieldPath("data"), "is not UTF-8, but kind says text");
}

}  // namespace

PutLargeStream* PutLargeStream::Start(grpc::CallbackServerContext* context,
                                      const Environment& environment,
                                      grpc::ByteBuffer* response) {
  const std::shared_ptr<PutLargeStream> stream(
      new PutLargeStream(context, environment, response));
  stream->self_ = stream;
  if (!environment.open->Add(stream.get())) {
    stream->Drain();
  } else if (environment.store == nullptr ||
             environment.store->value_bytes_max() == 0) {
    stream->End(MakeError(Reason::kNotConfigured,
                          "the server was started without large values",
                          {{"option", "large_value_bytes_max"}}));
  } else {
    stream->ReadNext();
  }
  return stream.get();
}

void PutLargeStream::ReadNext() {
  const absl::MutexLock lock(&mutex_);
  if (!ended_) StartRead(&request_);  // never calls back inline
}

void PutLargeStream::OnReadDone(bool ok) {
  // Half-closed, or broken: gRPC may not know yet which.
  if (!ok) return End(InvalidField(FieldPath("end"), "has not come"));
  absl::StatusOr<CallGate::Pass> pass =
      environment_.gate->Enter(request_.Length());
  if (!pass.ok()) return End(pass.status());
  pass_ = *std::move(pass);
  MessageArena arena;
  auto* message = arena.New<v1::PutLargeRequest>();
  absl::Status taken = ParseMessage(request_, message);
  request_.Clear();
  if (taken.ok()) taken = Take(message);
  if (!taken.ok()) End(taken);
}

absl::Status PutLargeStream::Take(v1::PutLargeRequest* message) {
  absl::Status taken;
  switch (message->part_case()) {
    case v1::PutLargeRequest::kHeader:
      taken = TakeHeader(message->mutable_header());
      break;
    case v1::PutLargeRequest::kData:
      return TakeData(std::move(*message->mutable_data()));
    case v1::PutLargeRequest::kEnd:
      return TakeEnd(message->end());
    case v1::PutLargeRequest::PART_NOT_SET:
      return InvalidField(FieldPath("part"),
                          "is required: header, data or end");
  }
  if (!taken.ok()) return taken;
  pass_.Leave();
  ReadNext();
  return absl::OkStatus();
}

absl::Status PutLargeStream::TakeHeader(v1::PutLargeHeader* header) {
  if (put_.has_value()) {
    return InvalidField(FieldPath("header"), "may come once, at first");
  }
  absl::StatusOr<DecodedPutLarge> put =
      Decode(header, environment_.store->limits(),
             environment_.store->value_bytes_max());
  if (!put.ok()) return put.status();
  absl::StatusOr<std::shared_ptr<LargeUpload>> upload =
      environment_.store->StartUpload(put->key, put->kind);
  if (!upload.ok()) return StoreError(upload.status());
  put_ = *std::move(put);
  const absl::MutexLock lock(&mutex_);
  // Who ended the call meanwhile found none to abandon.
  if (ended_) (*upload)->Abandon();
  upload_ = *std::move(upload);
  return absl::OkStatus();
}

absl::Status PutLargeStream::CheckData(absl::string_view data) {
  if (!put_.has_value()) {
    return InvalidField(FieldPath("header"), "has to come before data");
  }
  if (put_->kind == ValueKind::kText && !text_.Add(data)) return NotText();
  return absl::OkStatus();
}

absl::Status PutLargeStream::TakeData(std::string data) {
  absl::Status checked = CheckData(data);
  if (!checked.ok()) return checked;
  std::shared_ptr<LargeUpload> upload;
  {
    const absl::MutexLock lock(&mutex_);
    upload = upload_;
  }
  const uint64_t bytes = upload->bytes() + data.size();
  const uint64_t bytes_max = environment_.store->value_bytes_max();
  if (bytes > bytes_max) {
    return LimitExceeded(FieldPath("data"), "large_value_bytes_max", bytes_max,
                         bytes);
  }
  upload->Append(std::move(data),
                 [self = shared_from_this()](const absl::Status& status) {
                   self->pass_.Leave();
                   if (!status.ok()) return self->End(StoreError(status));
                   self->ReadNext();
                 });
  return absl::OkStatus();
}

absl::Status PutLargeStream::TakeEnd(const v1::PutLargeEnd& end) {
  if (!put_.has_value()) {
    return InvalidField(FieldPath("header"), "has to come before the end");
  }
  std::shared_ptr<LargeUpload> upload;
  {
    const absl::MutexLock lock(&mutex_);
    upload = upload_;
  }
  absl::Status whole = CheckWhole(*upload, end);
  if (!whole.ok()) return whole;
  {
    const absl::MutexLock lock(&mutex_);
    if (ended_) return absl::OkStatus();
    committing_ = true;
  }
  notes_ = std::move(put_->write.notes);
  upload->Finish(std::move(put_->write.transaction),
                 [self = shared_from_this()](absl::StatusOr<Receipt> receipt) {
                   self->OnCommitted(std::move(receipt));
                 });
  return absl::OkStatus();
}

absl::Status PutLargeStream::CheckWhole(const LargeUpload& upload,
                                        const v1::PutLargeEnd& end) const {
  if (!text_.is_whole()) return NotText();
  const uint64_t bytes = upload.bytes();
  if (put_->value_bytes.value_or(bytes) != bytes) {
    return InvalidField(FieldPath("value_bytes"),
                        absl::StrCat("is ", *put_->value_bytes, ", but ", bytes,
                                     " bytes came"));
  }
  const uint32_t crc32 = upload.crc32();
  if (end.has_crc32() && end.crc32() != crc32) {
    return InvalidField(
        FieldPath("end.crc32"),
        absl::StrCat("is ", end.crc32(), ", but the bytes have ", crc32));
  }
  return absl::OkStatus();
}

void PutLargeStream::OnCommitted(absl::StatusOr<Receipt> receipt) {
  pass_.Leave();
  if (!receipt.ok()) return End(StoreError(receipt.status()));
  MessageArena arena;
  auto* answer = arena.New<v1::PutLargeResponse>();
  const absl::Status encoded = Encode(*std::move(receipt), notes_, answer);
  if (!encoded.ok()) return End(encoded);
  {
    const absl::MutexLock lock(&mutex_);
    answer->set_value_bytes(upload_->bytes());
    answer->set_crc32(upload_->crc32());
  }
  Answer(*answer);
}

void PutLargeStream::Answer(const v1::PutLargeResponse& answer) {
  absl::Status status;
  {
    const absl::MutexLock lock(&mutex_);
    if (ended_) return;
    status = SerializeMessage(answer, response_);
    ended_ = status.ok();
  }
  if (!status.ok()) return End(status);
  Finish(grpc::Status::OK);
}

void PutLargeStream::End(const absl::Status& status) {
  std::shared_ptr<LargeUpload> upload;
  {
    const absl::MutexLock lock(&mutex_);
    if (ended_) return;
    ended_ = true;
    upload = upload_;
  }
  if (upload != nullptr) upload->Abandon();
  AddRetryPushback(status, context_);
  Finish(ToGrpcStatus(status));
}

void PutLargeStream::OnCancel() {
  End(absl::CancelledError("the caller left"));
}

void PutLargeStream::Drain() {
  {
    // Its outcome is about to be known.
    const absl::MutexLock lock(&mutex_);
    if (committing_) return;
  }
  End(StreamDrained(0, environment_.store_id));
}

void PutLargeStream::Abandon() { context_->TryCancel(); }

void PutLargeStream::OnDone() {
  environment_.open->Remove(this);
  // May be the last reference.
  std::shared_ptr<PutLargeStream>(std::move(self_)).reset();
}

}  // namespace rundlet

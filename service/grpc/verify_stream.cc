#include "service/grpc/verify_stream.h"

#include <memory>
#include <utility>

#include "rundlet/v1/maintenance.pb.h"
#include "service/grpc/maintenance_codec.h"
#include "service/grpc/message_codec.h"
#include "service/grpc/store_errors.h"

namespace rundlet {

OutStream* VerifyStream::Start(grpc::CallbackServerContext* context,
                               Store* store, CallGate* gate, OpenStreams* open,
                               const grpc::ByteBuffer& request) {
  return OutStream::Start(
      std::shared_ptr<VerifyStream>(new VerifyStream(context, store, open)),
      gate, request);
}

absl::Status VerifyStream::Open(const grpc::ByteBuffer& request) {
  v1::VerifyRequest message;
  return ParseMessage(request, &message);
}

void VerifyStream::OnSent() {
  switch (stage_) {
    case Stage::kVerify:
      return Verify();
    case Stage::kDamage:
      return SendDamage();
    case Stage::kEnd:
      return End(absl::OkStatus());
  }
}

void VerifyStream::Verify() {
  auto self = std::static_pointer_cast<VerifyStream>(shared_from_this());
  store_->Verify([self = std::move(self)](absl::StatusOr<VerifyReport> report) {
    if (!report.ok()) return self->End(StoreError(report.status()));
    self->report_ = *std::move(report);
    self->stage_ = Stage::kDamage;
    self->SendDamage();
  });
}

void VerifyStream::SendDamage() {
  if (next_ == report_.damage.size()) return SendSummary();
  const DamagedRecord& record = report_.damage[next_];
  v1::VerifyResponse message;
  next_key_ = Encode(record, next_key_, message.mutable_damage());
  if (next_key_ == record.keys_at_risk.size()) {
    ++next_;
    next_key_ = 0;
  }
  Send(message);
}

void VerifyStream::SendSummary() {
  stage_ = Stage::kEnd;
  v1::VerifyResponse message;
  Encode(report_, message.mutable_summary());
  Send(message);
}

absl::Status VerifyStream::DrainStatus() const { return StreamDrained(); }

}  // namespace rundlet

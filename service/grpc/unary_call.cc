#include "service/grpc/unary_call.h"

#include <optional>
#include <string>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "service/grpc/status_mapping.h"

namespace rundlet {

Caller CallerOf(const grpc::CallbackServerContext* context) {
  return {[context] {
            // Address and port of the peer: a connection.
            return static_cast<uint64_t>(
                absl::Hash<std::string>()(context->peer()));
          },
          [context] { return absl::FromChrono(context->deadline()); },
          [context] { return context->IsCancelled(); }};
}

absl::Status UnaryCall::Admit(CallGate* gate,
                              google::protobuf::MessageLite* request) {
  absl::StatusOr<CallGate::Pass> pass = gate->Enter(request_->Length());
  if (!pass.ok()) return pass.status();
  pass_ = *std::move(pass);
  return ParseMessage(*request_, request);
}

void UnaryCall::Answer(const google::protobuf::MessageLite& answer) {
  absl::Status status = SerializeMessage(answer, response_);
  if (!status.ok()) return Fail(status);
  meter_->End(method_, absl::OkStatus(), begun_);
  pass_.Leave();
  reactor()->Finish(grpc::Status::OK);
}

void UnaryCall::Fail(const absl::Status& error) {
  AddRetryPushback(error, context_);
  meter_->End(method_, error, begun_);
  pass_.Leave();
  reactor()->Finish(ToGrpcStatus(error));
}

void AddRetryPushback(const absl::Status& error,
                      grpc::CallbackServerContext* context) {
  if (error.code() != absl::StatusCode::kUnavailable) return;
  const std::optional<absl::Duration> delay = RetryDelay(error);
  if (!delay) return;
  context->AddTrailingMetadata("grpc-retry-pushback-ms",
                               absl::StrCat(absl::ToInt64Milliseconds(*delay)));
}

}  // namespace rundlet

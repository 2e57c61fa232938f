// UnaryCall: one call with one answer, from its bytes to its status.

#ifndef RUNDLET_SERVICE_GRPC_UNARY_CALL_H_
#define RUNDLET_SERVICE_GRPC_UNARY_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"
#include "service/admission/caller.h"
#include "service/grpc/call_gate.h"
#include "service/grpc/call_meter.h"
#include "service/grpc/message_codec.h"

namespace rundlet {

// The caller of a call that has not ended. The context must live until it has.
Caller CallerOf(const grpc::CallbackServerContext* context);

// Movable; ended exactly once, by Answer or Fail, from any thread. Nothing of
// gRPC is touched afterwards.
class UnaryCall {
 public:
  // The pointers are gRPC's, good until the call is ended; but for the meter's,
  // which is told of the end.
  UnaryCall(grpc::CallbackServerContext* context,
            const grpc::ByteBuffer* request, grpc::ByteBuffer* response,
            CallMeter* meter, CallMeter::Method method)
      : context_(context),
        request_(request),
        response_(response),
        meter_(meter),
        method_(method),
        begun_(meter->Begin()) {}

  // What the method gives to gRPC: its default one, unless UseReactor came
  // first.
  grpc::ServerUnaryReactor* reactor() {
    if (reactor_ == nullptr) reactor_ = context_->DefaultReactor();
    return reactor_;
  }
  // One that hears of more than the end. Not owned; good until its OnDone.
  void UseReactor(grpc::ServerUnaryReactor* reactor) { reactor_ = reactor; }

  // Who waits for its end, for a write that it hands over.
  Caller caller() const { return CallerOf(context_); }

  // Passes the gate and parses the request. Not OK: the call has to fail.
  absl::Status Admit(CallGate* gate, google::protobuf::MessageLite* request);

  // Likewise, and gives what `decode`, called with a Request*, makes of it: a
  // StatusOr.
  template <typename Request, typename Decode>
  auto Receive(CallGate* gate, Decode decode)
      -> decltype(decode(static_cast<Request*>(nullptr))) {
    MessageArena arena;
    auto* request = arena.New<Request>();
    absl::Status admitted = Admit(gate, request);
    if (!admitted.ok()) return admitted;
    return decode(request);
  }

  // Ends the call with an answer, or with an error if it is too large.
  void Answer(const google::protobuf::MessageLite& answer);

  // Ends the call with an error.
  void Fail(const absl::Status& error);

 private:
  grpc::CallbackServerContext* context_;
  const grpc::ByteBuffer* request_;
  grpc::ByteBuffer* response_;
  grpc::ServerUnaryReactor* reactor_ = nullptr;
  CallMeter* meter_;
  CallMeter::Method method_;
  absl::Duration begun_;
  CallGate::Pass pass_;
};

// Adds to the trailers what gRPC's own retries heed.
void AddRetryPushback(const absl::Status& error,
                      grpc::CallbackServerContext* context);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_UNARY_CALL_H_

// VerifyStream: one call of Verify: what the store has found, record by record,
// and a summary.

#ifndef RUNDLET_SERVICE_GRPC_VERIFY_STREAM_H_
#define RUNDLET_SERVICE_GRPC_VERIFY_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "service/grpc/call_gate.h"
#include "service/grpc/open_streams.h"
#include "service/grpc/out_stream.h"
#include "storage/store.h"

namespace rundlet {

// As OutStream. The verification goes on when the stream has ended.
class VerifyStream final : public OutStream {
 public:
  // gRPC owns the pointer until it is done; the others outlive the server.
  static OutStream* Start(grpc::CallbackServerContext* context, Store* store,
                          CallGate* gate, OpenStreams* open,
                          const grpc::ByteBuffer& request);

 private:
  enum class Stage { kVerify, kDamage, kEnd };

  VerifyStream(grpc::CallbackServerContext* context, Store* store,
               OpenStreams* open)
      : OutStream(context, open), store_(store) {}

  absl::Status Open(const grpc::ByteBuffer& request) override;
  void OnSent() override;
  absl::Status DrainStatus() const override;

  void Verify();
  void SendDamage();
  void SendSummary();

  Store* const store_;
  // One of verifying and sending happens at a time.
  Stage stage_ = Stage::kVerify;
  VerifyReport report_;
  size_t next_ = 0;      // damaged record
  size_t next_key_ = 0;  // of its keys
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_VERIFY_STREAM_H_

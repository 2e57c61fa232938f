// GetLargeStream: one call of GetLarge: what was found, then the bytes, a part
// when gRPC has taken the one before.

#ifndef RUNDLET_SERVICE_GRPC_GET_LARGE_STREAM_H_
#define RUNDLET_SERVICE_GRPC_GET_LARGE_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/grpc/call_gate.h"
#include "service/grpc/open_streams.h"
#include "service/grpc/out_stream.h"
#include "storage/large/large_store.h"

namespace rundlet {

// As OutStream.
class GetLargeStream final : public OutStream {
 public:
  // What all of a server share. Not owned; outlives the server.
  struct Environment {
    LargeStore* store = nullptr;  // null: there are no large values
    CallGate* gate = nullptr;
    OpenStreams* open = nullptr;
    absl::string_view store_id;
  };

  // gRPC owns the pointer until it is done.
  static OutStream* Start(grpc::CallbackServerContext* context,
                          const Environment& environment,
                          const grpc::ByteBuffer& request);

 private:
  GetLargeStream(grpc::CallbackServerContext* context,
                 const Environment& environment)
      : OutStream(context, environment.open), environment_(environment) {}

  absl::Status Open(const grpc::ByteBuffer& request) override;
  void OnSent() override;
  absl::Status DrainStatus() const override;

  void SendHeader(absl::StatusOr<LargeReadResult> found);
  void SendPart(absl::StatusOr<std::string> part);

  const Environment environment_;
  // One of opening, reading and sending happens at a time.
  std::shared_ptr<LargeReader> reader_;
  std::string key_;
  bool at_snapshot_ = false;
  bool has_header_ = false;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_GET_LARGE_STREAM_H_

// WatchStream: one call of Watch. It asks the store for a batch, sends it
// message by message, and asks for the next one when gRPC has taken the last:
// nothing is gathered for a client that does not read.

#ifndef RUNDLET_SERVICE_GRPC_WATCH_STREAM_H_
#define RUNDLET_SERVICE_GRPC_WATCH_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>

#include <atomic>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/grpc/call_gate.h"
#include "service/grpc/open_streams.h"
#include "service/grpc/out_stream.h"
#include "service/grpc/watch_codec.h"
#include "storage/store.h"

namespace rundlet {

// As OutStream.
class WatchStream final : public OutStream {
 public:
  // What all watches of a server share. Not owned; outlives the server.
  struct Environment {
    Store* store = nullptr;
    CallGate* gate = nullptr;
    OpenStreams* open = nullptr;
    absl::string_view store_id;
  };

  // Opens the watch and asks for its first batch. gRPC owns the pointer until
  // it is done.
  static OutStream* Start(grpc::CallbackServerContext* context,
                          const Environment& environment,
                          const grpc::ByteBuffer& request);

 private:
  WatchStream(grpc::CallbackServerContext* context,
              const Environment& environment)
      : OutStream(context, environment.open), environment_(environment) {}

  absl::Status Open(const grpc::ByteBuffer& request) override;
  void OnSent() override;
  void OnEnd() override;
  absl::Status DrainStatus() const override;

  void Ask();
  void Take(absl::StatusOr<WatchBatch> batch);
  void SendNext();

  const Environment environment_;
  // One of asking, taking and sending happens at a time.
  std::optional<WatchMessages> messages_;
  std::atomic<Revision> through_{0};  // the client has, or gets, all up to it

  absl::Mutex watch_mutex_;
  // Who calls Next holds it, too, and no lock meanwhile.
  std::shared_ptr<Watch> watch_ ABSL_GUARDED_BY(watch_mutex_);
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_WATCH_STREAM_H_

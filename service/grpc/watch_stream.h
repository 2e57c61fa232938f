// WatchStream: one call of Watch. It asks the store for a batch, writes it
// message by message, and asks for the next one when gRPC has taken the last:
// nothing is gathered for a client that does not read.

#ifndef RUNDLET_SERVICE_GRPC_WATCH_STREAM_H_
#define RUNDLET_SERVICE_GRPC_WATCH_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/grpc/call_gate.h"
#include "service/grpc/open_watches.h"
#include "service/grpc/watch_codec.h"
#include "storage/store.h"

namespace rundlet {

// Keeps itself alive until gRPC is done with it and the store owes it nothing.
// Thread-safe: gRPC, the store and a drain call it when they like.
class WatchStream final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                          public OpenWatches::Member,
                          public std::enable_shared_from_this<WatchStream> {
 public:
  // What all watches of a server share. Not owned; outlives the server.
  struct Environment {
    Store* store = nullptr;
    CallGate* gate = nullptr;
    OpenWatches* open = nullptr;
    absl::string_view store_id;
  };

  // Passes the gate, opens the watch and asks for its first batch. gRPC owns
  // the pointer until OnDone.
  static WatchStream* Start(grpc::CallbackServerContext* context,
                            const Environment& environment,
                            const grpc::ByteBuffer& request);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  // Ends it as DRAINING, once what is being written is written.
  void Drain() override;
  // Ends it although the client does not take what is being written.
  void Abandon() override;

 private:
  WatchStream(grpc::CallbackServerContext* context,
              const Environment& environment)
      : context_(context), environment_(environment) {}

  absl::Status Open(const grpc::ByteBuffer& request);
  void Ask();
  void Take(absl::StatusOr<WatchBatch> batch);
  // Writes the next message.
  absl::Status Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End(absl::Status status);
  void FinishNow();

  grpc::CallbackServerContext* const context_;
  const Environment environment_;
  std::shared_ptr<WatchStream> self_;  // until OnDone

  absl::Mutex mutex_;
  // A caller of Next holds it, too, and no lock meanwhile.
  std::shared_ptr<Watch> watch_ ABSL_GUARDED_BY(mutex_);
  std::optional<WatchMessages> messages_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mutex_);  // how, once it has ended
  grpc::ByteBuffer message_;                  // gRPC's while writing_
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_WATCH_STREAM_H_

// OutStream: a call that sends messages to its client until one of the two, or
// a drain, ends it. What it sends, and when, is a subclass's.

#ifndef RUNDLET_SERVICE_GRPC_OUT_STREAM_H_
#define RUNDLET_SERVICE_GRPC_OUT_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "google/protobuf/message_lite.h"
#include "service/grpc/call_gate.h"
#include "service/grpc/open_streams.h"

namespace rundlet {

// Keeps itself alive until gRPC is done with it; a callback that a store owes
// it holds it by shared_from_this. Thread-safe: gRPC, the store and a drain
// call it when they like.
class OutStream : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                  public OpenStreams::Member,
                  public std::enable_shared_from_this<OutStream> {
 public:
  void OnWriteDone(bool ok) final;
  void OnCancel() final;
  void OnDone() final;
  void Drain() final;
  void Abandon() final;

 protected:
  // Neither is owned.
  OutStream(grpc::CallbackServerContext* context, OpenStreams* open)
      : context_(context), open_(open) {}

  // Keeps `stream` alive, and begins it: Open, then OnSent. Returns what is to
  // be given to gRPC.
  static OutStream* Start(const std::shared_ptr<OutStream>& stream,
                          CallGate* gate, const grpc::ByteBuffer& request);

  // Parses a request and prepares what is to be sent; an error ends the stream.
  virtual absl::Status Open(const grpc::ByteBuffer& request) = 0;
  // There is nothing on its way to the client: sends or ends, now or later.
  virtual void OnSent() = 0;
  // It has ended: lets go of what it holds. Once; no lock is held.
  virtual void OnEnd() {}
  // How it ends when the server drains.
  virtual absl::Status DrainStatus() const = 0;

  // Sends a message; OnSent follows. Nothing, if the stream has ended. REQUIRES
  // that the one before has been sent.
  void Send(const google::protobuf::MessageLite& message)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Ends the stream; the first one counts.
  void End(absl::Status status) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void FinishNow() ABSL_LOCKS_EXCLUDED(mutex_);

  grpc::CallbackServerContext* const context_;
  OpenStreams* const open_;
  std::shared_ptr<OutStream> self_;  // until OnDone

  absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mutex_);  // how, once it has ended
  grpc::ByteBuffer message_;                  // gRPC's while writing_
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_OUT_STREAM_H_

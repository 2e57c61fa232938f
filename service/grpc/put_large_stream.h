// PutLargeStream: one call of PutLarge, from its header to its answer. It reads
// a message when the one before is with the store, so that the client sends as
// fast as that takes it.

#ifndef RUNDLET_SERVICE_GRPC_PUT_LARGE_STREAM_H_
#define RUNDLET_SERVICE_GRPC_PUT_LARGE_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "rundlet/v1/large.pb.h"
#include "service/grpc/call_gate.h"
#include "service/grpc/open_streams.h"
#include "service/grpc/put_large_codec.h"
#include "service/grpc/utf8_check.h"
#include "storage/large/large_store.h"

namespace rundlet {

// Keeps itself alive until gRPC is done with it and no answer is owed.
class PutLargeStream final
    : public grpc::ServerReadReactor<grpc::ByteBuffer>,
      public OpenStreams::Member,
      public std::enable_shared_from_this<PutLargeStream> {
 public:
  // What all uploads of a server share. Not owned; outlives the server.
  struct Environment {
    LargeStore* store = nullptr;  // null: there are no large values
    CallGate* gate = nullptr;
    OpenStreams* open = nullptr;
    absl::string_view store_id;
  };

  // gRPC owns the pointer until it is done; `response` is gRPC's.
  static PutLargeStream* Start(grpc::CallbackServerContext* context,
                               const Environment& environment,
                               grpc::ByteBuffer* response);

  void OnReadDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;
  void Drain() override;
  void Abandon() override;

 private:
  PutLargeStream(grpc::CallbackServerContext* context,
                 const Environment& environment, grpc::ByteBuffer* response)
      : context_(context), environment_(environment), response_(response) {}

  // --- one after the other, by whom gRPC or the store calls
  absl::Status Take(v1::PutLargeRequest* message);
  absl::Status TakeHeader(v1::PutLargeHeader* header);
  absl::Status CheckData(absl::string_view data);
  absl::Status TakeData(std::string data);
  absl::Status TakeEnd(const v1::PutLargeEnd& end);
  absl::Status CheckWhole(const LargeUpload& upload,
                          const v1::PutLargeEnd& end) const;
  void OnCommitted(absl::StatusOr<Receipt> receipt);

  void ReadNext() ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the call; the first one counts.
  void End(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  void Answer(const v1::PutLargeResponse& answer) ABSL_LOCKS_EXCLUDED(mutex_);

  grpc::CallbackServerContext* const context_;
  const Environment environment_;
  std::shared_ptr<PutLargeStream> self_;  // until OnDone

  grpc::ByteBuffer request_;  // gRPC's while it reads
  CallGate::Pass pass_;       // of the message that is being taken
  std::optional<DecodedPutLarge> put_;
  WriteNotes notes_;
  Utf8Check text_;

  absl::Mutex mutex_;
  std::shared_ptr<LargeUpload> upload_ ABSL_GUARDED_BY(mutex_);
  bool committing_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ByteBuffer* const response_;  // gRPC's again, once ended_
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_PUT_LARGE_STREAM_H_

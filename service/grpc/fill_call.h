// FillCall: one Get that may wait for a fill, and leaves when its client does.

#ifndef RUNDLET_SERVICE_GRPC_FILL_CALL_H_
#define RUNDLET_SERVICE_GRPC_FILL_CALL_H_

#include <grpcpp/support/server_callback.h>

#include "absl/strings/string_view.h"
#include "service/grpc/read_codec.h"
#include "service/grpc/unary_call.h"
#include "storage/fill/fill_store.h"

namespace rundlet {

// Deletes itself when gRPC is done with it.
class FillCall final : public grpc::ServerUnaryReactor {
 public:
  // Takes over a call that has been received and has terms. The store may be
  // null: then the call fails. Store and store_id outlive the server.
  static grpc::ServerUnaryReactor* Start(UnaryCall call, DecodedRead read,
                                         FillStore* store,
                                         absl::string_view store_id);

 private:
  explicit FillCall(FillStore* store) : store_(store) {}
  ~FillCall() override = default;

  void OnCancel() override;
  void OnDone() override { delete this; }

  FillStore* const store_;
  // Set before gRPC has the reactor, and so before it calls.
  FillGetPtr get_;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_FILL_CALL_H_

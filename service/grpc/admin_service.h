// AdminService on a Store.

#ifndef RUNDLET_SERVICE_GRPC_ADMIN_SERVICE_H_
#define RUNDLET_SERVICE_GRPC_ADMIN_SERVICE_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "rundlet/v1/admin.grpc.pb.h"
#include "service/grpc/call_gate.h"
#include "storage/store.h"

namespace rundlet {

// Raw callbacks, as those of KeyValueService are.
using RawAdminService = v1::AdminService::WithRawCallbackMethod_Stats<
    v1::AdminService::WithRawCallbackMethod_Compact<v1::AdminService::Service>>;

// Thread-safe. Owns neither store nor gate; both outlive the server that it is
// registered with.
class AdminService final : public RawAdminService {
 public:
  AdminService(Store* store, CallGate* gate) : store_(store), gate_(gate) {}

  grpc::ServerUnaryReactor* Stats(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Compact(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;

 private:
  Store* const store_;
  CallGate* const gate_;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_ADMIN_SERVICE_H_

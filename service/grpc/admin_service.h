// AdminService on a Store.

#ifndef RUNDLET_SERVICE_GRPC_ADMIN_SERVICE_H_
#define RUNDLET_SERVICE_GRPC_ADMIN_SERVICE_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "rundlet/v1/admin.grpc.pb.h"
#include "service/admission/write_admission.h"
#include "service/grpc/call_gate.h"
#include "service/grpc/call_meter.h"
#include "service/grpc/open_streams.h"
#include "service/ops/log_level.h"
#include "storage/store.h"

namespace rundlet {

// Raw callbacks, as those of KeyValueService are.
using RawAdminService = v1::AdminService::WithRawCallbackMethod_Stats<
    v1::AdminService::WithRawCallbackMethod_Compact<
        v1::AdminService::WithRawCallbackMethod_ExplainCompaction<
            v1::AdminService::WithRawCallbackMethod_Verify<
                v1::AdminService::WithRawCallbackMethod_Backup<
                    v1::AdminService::WithRawCallbackMethod_SetLogLevel<
                        v1::AdminService::Service>>>>>>;

// Thread-safe. Owns none of the pointers; all outlive the server that it is
// registered with.
class AdminService final : public RawAdminService {
 public:
  // Backups go below `backup_root`; empty: there are none. `set_log_level`
  // returns the level before; null: there is no log.
  AdminService(Store* store, const WriteAdmission* admission, CallGate* gate,
               CallMeter* meter, OpenStreams* open_streams,
               std::string backup_root,
               std::function<LogLevel(LogLevel)> set_log_level)
      : store_(store),
        admission_(admission),
        gate_(gate),
        meter_(meter),
        open_streams_(open_streams),
        backup_root_(std::move(backup_root)),
        set_log_level_(std::move(set_log_level)) {}

  grpc::ServerUnaryReactor* Stats(grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Compact(grpc::CallbackServerContext* context,
                                    const grpc::ByteBuffer* request,
                                    grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ExplainCompaction(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Verify(
      grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* Backup(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* SetLogLevel(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;

 private:
  Store* const store_;
  const WriteAdmission* const admission_;
  CallGate* const gate_;
  CallMeter* const meter_;
  OpenStreams* const open_streams_;
  const std::string backup_root_;
  const std::function<LogLevel(LogLevel)> set_log_level_;  // or null
  absl::Mutex explaining_;  // who looks at every key holds it
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_ADMIN_SERVICE_H_

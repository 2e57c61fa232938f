// KeyValueService on a Store: validate, call, map the answer.

#ifndef RUNDLET_SERVICE_GRPC_KEY_VALUE_SERVICE_H_
#define RUNDLET_SERVICE_GRPC_KEY_VALUE_SERVICE_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <string>

#include "rundlet/v1/key_value.grpc.pb.h"
#include "rundlet/v1/limits.pb.h"
#include "service/admission/write_admission.h"
#include "service/grpc/call_gate.h"
#include "service/grpc/call_meter.h"
#include "service/grpc/open_streams.h"
#include "service/grpc/read_codec.h"
#include "service/grpc/transaction_codec.h"
#include "service/grpc/unary_call.h"
#include "storage/fill/fill_store.h"
#include "storage/large/large_store.h"
#include "storage/store.h"

namespace rundlet {

// Every method is a raw callback: it receives bytes and parses them itself.
// The generated ones answer what does not parse with UNIMPLEMENTED and no
// message.
template <typename Service>
using WithRawWrites = v1::KeyValueService::WithRawCallbackMethod_Put<
    v1::KeyValueService::WithRawCallbackMethod_Delete<
        v1::KeyValueService::WithRawCallbackMethod_SetExpiry<
            v1::KeyValueService::WithRawCallbackMethod_Commit<
                v1::KeyValueService::WithRawCallbackMethod_Sync<Service>>>>>;

template <typename Service>
using WithRawFurtherWrites = v1::KeyValueService::WithRawCallbackMethod_Add<
    v1::KeyValueService::WithRawCallbackMethod_DeleteRange<
        v1::KeyValueService::WithRawCallbackMethod_Pipeline<Service>>>;

template <typename Service>
using WithRawLargeValues = v1::KeyValueService::WithRawCallbackMethod_PutLarge<
    v1::KeyValueService::WithRawCallbackMethod_GetLarge<Service>>;

template <typename Service>
using WithRawReads = v1::KeyValueService::WithRawCallbackMethod_Get<
    v1::KeyValueService::WithRawCallbackMethod_BatchGet<
        v1::KeyValueService::WithRawCallbackMethod_List<
            v1::KeyValueService::WithRawCallbackMethod_Scan<
                v1::KeyValueService::WithRawCallbackMethod_Watch<
                    v1::KeyValueService::WithRawCallbackMethod_GetLimits<
                        Service>>>>>>;

template <typename Service>
using WithRawSnapshots =
    v1::KeyValueService::WithRawCallbackMethod_OpenSnapshot<
        v1::KeyValueService::WithRawCallbackMethod_RenewSnapshot<
            v1::KeyValueService::WithRawCallbackMethod_ReleaseSnapshot<
                Service>>>;

using RawKeyValueService = WithRawWrites<WithRawFurtherWrites<WithRawReads<
    WithRawSnapshots<WithRawLargeValues<v1::KeyValueService::Service>>>>>;

// Thread-safe. Owns none of the pointers; all outlive the server that it is
// registered with.
class KeyValueService final : public RawKeyValueService {
 public:
  // `limits` is what GetLimits answers. Without a `large_store` there are no
  // large values; else it is `store`, or one on it. `admission` is of `store`.
  // Without a `fill_store` there are no fill leases; else all writes go through
  // it.
  KeyValueService(Store* store, WriteAdmission* admission,
                  LargeStore* large_store, FillStore* fill_store,
                  CallGate* gate, CallMeter* meter, OpenStreams* open_streams,
                  v1::GetLimitsResponse limits);

  grpc::ServerUnaryReactor* Put(grpc::CallbackServerContext* context,
                                const grpc::ByteBuffer* request,
                                grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context,
                                const grpc::ByteBuffer* request,
                                grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Delete(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* SetExpiry(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Add(grpc::CallbackServerContext* context,
                                const grpc::ByteBuffer* request,
                                grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DeleteRange(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Pipeline(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* BatchGet(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Commit(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Sync(grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* OpenSnapshot(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* RenewSnapshot(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ReleaseSnapshot(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Scan(
      grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* request) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Watch(
      grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* request) override;
  grpc::ServerReadReactor<grpc::ByteBuffer>* PutLarge(
      grpc::CallbackServerContext* context,
      grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* GetLarge(
      grpc::CallbackServerContext* context,
      const grpc::ByteBuffer* request) override;
  grpc::ServerUnaryReactor* GetLimits(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;

 private:
  // A call that writes: Decode, WriteAdmission::Commit, Encode.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Write(CallMeter::Method method,
                                  grpc::CallbackServerContext* context,
                                  const grpc::ByteBuffer* request,
                                  grpc::ByteBuffer* response);

  // A call that reads keys: Decode, Store::Read, Encode.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* Read(CallMeter::Method method,
                                 grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* request,
                                 grpc::ByteBuffer* response);

  // The rest of it.
  template <typename Response>
  grpc::ServerUnaryReactor* Read(UnaryCall call,
                                 absl::StatusOr<DecodedRead> read);

  // Of a write with a fill token: what it is. Not OK: the call has to fail.
  absl::StatusOr<FillToken> AdmitFill(const DecodedWrite& write) const;

  Store* const store_;
  WriteAdmission* const admission_;
  LargeStore* const large_store_;  // or null
  FillStore* const fill_store_;    // or null
  CallGate* const gate_;
  CallMeter* const meter_;
  OpenStreams* const open_streams_;
  const std::string store_id_;
  const v1::GetLimitsResponse limits_;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_KEY_VALUE_SERVICE_H_

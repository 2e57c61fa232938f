#include "service/grpc/key_value_service.h"

#include <memory>
#include <utility>

#include "service/grpc/counted_write_codec.h"
#include "service/grpc/fill_call.h"
#include "service/grpc/fill_codec.h"
#include "service/grpc/get_large_stream.h"
#include "service/grpc/message_codec.h"
#include "service/grpc/pipeline_stream.h"
#include "service/grpc/put_large_stream.h"
#include "service/grpc/range_codec.h"
#include "service/grpc/read_codec.h"
#include "service/grpc/scan_stream.h"
#include "service/grpc/snapshot_codec.h"
#include "service/grpc/store_errors.h"
#include "service/grpc/transaction_codec.h"
#include "service/grpc/unary_call.h"
#include "service/grpc/watch_stream.h"

namespace rundlet {
namespace {

using Context = grpc::CallbackServerContext;
using Method = CallMeter::Method;
using Reactor = grpc::ServerUnaryReactor;
using grpc::ByteBuffer;

// Ends a call with what Encode makes of the store's result, or with the error
// of either.
template <typename Response, typename Result, typename... Notes>
void Complete(UnaryCall call, absl::StatusOr<Result> result, bool pinned,
              const Notes&... notes) {
  if (!result.ok()) return call.Fail(StoreError(result.status(), pinned));
  MessageArena arena;
  auto* answer = arena.New<Response>();
  absl::Status status = Encode(*std::move(result), notes..., answer);
  if (!status.ok()) return call.Fail(status);
  call.Answer(*answer);
}

}  // namespace

KeyValueService::KeyValueService(Store* store, WriteAdmission* admission,
                                 LargeStore* large_store, FillStore* fill_store,
                                 CallGate* gate, CallMeter* meter,
                                 OpenStreams* open_streams,
                                 v1::GetLimitsResponse limits)
    : store_(store),
      admission_(admission),
      large_store_(large_store),
      fill_store_(fill_store),
      gate_(gate),
      meter_(meter),
      open_streams_(open_streams),
      store_id_(store->Stats().store_id),
      limits_(std::move(limits)) {}

template <typename Request, typename Response>
Reactor* KeyValueService::Write(Method method, Context* context,
                                const ByteBuffer* request,
                                ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_, method);
  Reactor* const reactor = call.reactor();
  absl::StatusOr<DecodedWrite> write = call.Receive<Request>(
      gate_,
      [this](Request* message) { return Decode(message, store_->limits()); });
  if (!write.ok()) {
    call.Fail(write.status());
    return reactor;
  }
  absl::StatusOr<FillToken> fill = FillToken();
  if (!write->fill_token.empty()) fill = AdmitFill(*write);
  if (!fill.ok()) {
    call.Fail(fill.status());
    return reactor;
  }
  Caller caller = call.caller();
  auto done = [call = std::move(call), notes = std::move(write->notes)](
                  absl::StatusOr<Receipt> receipt) mutable {
    Complete<Response>(std::move(call), std::move(receipt), /*pinned=*/false,
                       notes);
  };
  if (write->fill_token.empty()) {
    admission_->Commit(std::move(write->transaction), std::move(caller),
                       std::move(done));
  } else {
    fill_store_->Fill(std::move(write->transaction), *fill, std::move(done));
  }
  return reactor;
}

absl::StatusOr<FillToken> KeyValueService::AdmitFill(
    const DecodedWrite& write) const {
  if (fill_store_ == nullptr || fill_store_->fill_limits().leases_max == 0) {
    return NoFillLeases();
  }
  return DecodeFillToken(write.fill_token, store_id_);
}

template <typename Request, typename Response>
Reactor* KeyValueService::Read(Method method, Context* context,
                               const ByteBuffer* request,
                               ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_, method);
  absl::StatusOr<DecodedRead> read =
      call.Receive<Request>(gate_, [this](Request* message) {
        return Decode(message, store_->limits(), store_id_);
      });
  if (read.ok() && read->fill.has_value()) {
    return FillCall::Start(std::move(call), *std::move(read), fill_store_,
                           store_id_);
  }
  return Read<Response>(std::move(call), std::move(read));
}

template <typename Response>
Reactor* KeyValueService::Read(UnaryCall call,
                               absl::StatusOr<DecodedRead> read) {
  Reactor* const reactor = call.reactor();
  if (!read.ok()) {
    call.Fail(read.status());
    return reactor;
  }
  store_->Read(std::move(read->read),
               [call = std::move(call), notes = std::move(read->notes)](
                   absl::StatusOr<ReadResult> result) mutable {
                 Complete<Response>(std::move(call), std::move(result),
                                    notes.at_snapshot, notes);
               });
  return reactor;
}

Reactor* KeyValueService::Put(Context* context, const ByteBuffer* request,
                              ByteBuffer* response) {
  return Write<v1::PutRequest, v1::PutResponse>(Method::kPut, context, request,
                                                response);
}

Reactor* KeyValueService::Get(Context* context, const ByteBuffer* request,
                              ByteBuffer* response) {
  return Read<v1::GetRequest, v1::GetResponse>(Method::kGet, context, request,
                                               response);
}

Reactor* KeyValueService::Delete(Context* context, const ByteBuffer* request,
                                 ByteBuffer* response) {
  return Write<v1::DeleteRequest, v1::DeleteResponse>(Method::kDelete, context,
                                                      request, response);
}

Reactor* KeyValueService::SetExpiry(Context* context, const ByteBuffer* request,
                                    ByteBuffer* response) {
  return Write<v1::SetExpiryRequest, v1::SetExpiryResponse>(
      Method::kSetExpiry, context, request, response);
}

Reactor* KeyValueService::BatchGet(Context* context, const ByteBuffer* request,
                                   ByteBuffer* response) {
  return Read<v1::BatchGetRequest, v1::BatchGetResponse>(
      Method::kBatchGet, context, request, response);
}

Reactor* KeyValueService::Add(Context* context, const ByteBuffer* request,
                              ByteBuffer* response) {
  return Write<v1::AddRequest, v1::AddResponse>(Method::kAdd, context, request,
                                                response);
}

Reactor* KeyValueService::DeleteRange(Context* context,
                                      const ByteBuffer* request,
                                      ByteBuffer* response) {
  return Write<v1::DeleteRangeRequest, v1::DeleteRangeResponse>(
      Method::kDeleteRange, context, request, response);
}

grpc::ServerBidiReactor<ByteBuffer, ByteBuffer>* KeyValueService::Pipeline(
    Context* context) {
  return PipelineStream::Start(
      context, {store_, admission_, gate_, open_streams_, store_id_});
}

Reactor* KeyValueService::Commit(Context* context, const ByteBuffer* request,
                                 ByteBuffer* response) {
  return Write<v1::CommitRequest, v1::CommitResponse>(Method::kCommit, context,
                                                      request, response);
}

Reactor* KeyValueService::Sync(Context* context, const ByteBuffer* request,
                               ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_, Method::kSync);
  Reactor* const reactor = call.reactor();
  v1::SyncRequest message;
  absl::Status admitted = call.Admit(gate_, &message);
  const absl::StatusOr<Durability> durability = DecodeSync(message);
  if (admitted.ok()) admitted = durability.status();
  if (admitted.ok()) {
    admitted = CheckReached(message, store_->Stats().visible_revision);
  }
  if (!admitted.ok()) {
    call.Fail(admitted);
    return reactor;
  }
  store_->Sync(*durability, [this, call = std::move(call)](
                                const absl::Status& synced) mutable {
    if (!synced.ok()) return call.Fail(StoreError(synced));
    const StoreStats stats = store_->Stats();
    v1::SyncResponse answer;
    answer.set_durable_revision(stats.durable_revision);
    answer.set_read_revision(stats.visible_revision);
    call.Answer(answer);
  });
  return reactor;
}

Reactor* KeyValueService::List(Context* context, const ByteBuffer* request,
                               ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_, Method::kList);
  Reactor* const reactor = call.reactor();
  absl::StatusOr<DecodedRange> range = call.Receive<v1::ListRequest>(
      gate_,
      [this](v1::ListRequest* message) { return Decode(*message, store_id_); });
  if (!range.ok()) {
    call.Fail(range.status());
    return reactor;
  }
  const RangeNotes notes = range->notes;
  store_->Scan(std::move(range->scan),
               [this, call = std::move(call),
                notes](absl::StatusOr<ScanPage> page) mutable {
                 Complete<v1::ListResponse>(std::move(call), std::move(page),
                                            notes.pinned, notes, store_id_);
               });
  return reactor;
}

grpc::ServerWriteReactor<ByteBuffer>* KeyValueService::Scan(
    Context* context, const ByteBuffer* request) {
  // Owns itself until gRPC is done with it.
  auto* stream = new ScanStream(context, store_, store_id_);
  stream->Start(gate_, *request);
  return stream;
}

grpc::ServerReadReactor<ByteBuffer>* KeyValueService::PutLarge(
    Context* context, ByteBuffer* response) {
  return PutLargeStream::Start(
      context, {large_store_, gate_, open_streams_, store_id_}, response);
}

grpc::ServerWriteReactor<ByteBuffer>* KeyValueService::GetLarge(
    Context* context, const ByteBuffer* request) {
  return GetLargeStream::Start(
      context, {large_store_, gate_, open_streams_, store_id_}, *request);
}

Reactor* KeyValueService::OpenSnapshot(Context* context,
                                       const ByteBuffer* request,
                                       ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_, Method::kOpenSnapshot);
  Reactor* const reactor = call.reactor();
  const absl::StatusOr<SnapshotRequest> snapshot =
      call.Receive<v1::OpenSnapshotRequest>(
          gate_, [this](v1::OpenSnapshotRequest* message) {
            return Decode(*message, store_->limits());
          });
  if (!snapshot.ok()) {
    call.Fail(snapshot.status());
    return reactor;
  }
  store_->OpenSnapshot(*snapshot, [this, call = std::move(call)](
                                      absl::StatusOr<Snapshot> opened) mutable {
    Complete<v1::OpenSnapshotResponse>(std::move(call), std::move(opened),
                                       /*pinned=*/false, store_id_);
  });
  return reactor;
}

Reactor* KeyValueService::RenewSnapshot(Context* context,
                                        const ByteBuffer* request,
                                        ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_, Method::kRenewSnapshot);
  Reactor* const reactor = call.reactor();
  const absl::StatusOr<SnapshotRenewal> renewal =
      call.Receive<v1::RenewSnapshotRequest>(
          gate_, [this](v1::RenewSnapshotRequest* message) {
            return Decode(*message, store_->limits(), store_id_);
          });
  if (!renewal.ok()) {
    call.Fail(renewal.status());
    return reactor;
  }
  store_->RenewSnapshot(
      renewal->id, renewal->lease,
      [this, call = std::move(call)](absl::StatusOr<Snapshot> renewed) mutable {
        if (!renewed.ok()) renewed = SnapshotError(renewed.status());
        Complete<v1::RenewSnapshotResponse>(std::move(call), std::move(renewed),
                                            /*pinned=*/false, store_id_);
      });
  return reactor;
}

Reactor* KeyValueService::ReleaseSnapshot(Context* context,
                                          const ByteBuffer* request,
                                          ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_, Method::kReleaseSnapshot);
  Reactor* const reactor = call.reactor();
  const absl::StatusOr<Snapshot> snapshot =
      call.Receive<v1::ReleaseSnapshotRequest>(
          gate_, [this](v1::ReleaseSnapshotRequest* message) {
            return DecodeSnapshotToken(message->snapshot_token(), store_id_);
          });
  if (!snapshot.ok()) {
    call.Fail(snapshot.status());
    return reactor;
  }
  store_->ReleaseSnapshot(
      snapshot->id,
      [call = std::move(call)](const absl::Status& released) mutable {
        if (!released.ok()) return call.Fail(SnapshotError(released));
        call.Answer(v1::ReleaseSnapshotResponse());
      });
  return reactor;
}

grpc::ServerWriteReactor<ByteBuffer>* KeyValueService::Watch(
    Context* context, const ByteBuffer* request) {
  return WatchStream::Start(context, {store_, gate_, open_streams_, store_id_},
                            *request);
}

Reactor* KeyValueService::GetLimits(Context* context, const ByteBuffer* request,
                                    ByteBuffer* response) {
  UnaryCall call(context, request, response, meter_, Method::kGetLimits);
  Reactor* const reactor = call.reactor();
  v1::GetLimitsRequest message;
  absl::Status admitted = call.Admit(gate_, &message);
  if (admitted.ok()) {
    call.Answer(limits_);
  } else {
    call.Fail(admitted);
  }
  return reactor;
}

}  // namespace rundlet

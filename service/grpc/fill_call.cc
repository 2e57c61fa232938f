#include "service/grpc/fill_call.h"

#include <utility>

#include "service/grpc/fill_codec.h"
#include "service/grpc/message_codec.h"
#include "service/grpc/store_errors.h"

namespace rundlet {
namespace {

void Complete(UnaryCall call, absl::StatusOr<FillResult> result,
              const ReadNotes& notes, absl::string_view store_id) {
  // Nobody hears it.
  if (absl::IsCancelled(result.status())) return call.Fail(result.status());
  if (!result.ok()) return call.Fail(StoreError(result.status()));
  MessageArena arena;
  auto* answer = arena.New<v1::GetResponse>();
  absl::Status status = Encode(*std::move(result), notes, store_id, answer);
  if (!status.ok()) return call.Fail(status);
  call.Answer(*answer);
}

}  // namespace

grpc::ServerUnaryReactor* FillCall::Start(UnaryCall call, DecodedRead read,
                                          FillStore* store,
                                          absl::string_view store_id) {
  absl::StatusOr<FillRequest> request =
      store != nullptr ? ToFillRequest(std::move(read.read), *read.fill,
                                       store->fill_limits())
                       : NoFillLeases();
  if (!request.ok()) {
    call.Fail(request.status());
    return call.reactor();
  }
  auto* const reactor = new FillCall(store);
  call.UseReactor(reactor);
  reactor->get_ = store->Get(
      *std::move(request),
      [call = std::move(call), notes = std::move(read.notes),
       store_id](absl::StatusOr<FillResult> result) mutable {
        Complete(std::move(call), std::move(result), notes, store_id);
      });
  return reactor;
}

void FillCall::OnCancel() { store_->Cancel(get_); }

}  // namespace rundlet

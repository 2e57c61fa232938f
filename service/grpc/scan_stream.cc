#include "service/grpc/scan_stream.h"

#include <utility>

#include "rundlet/v1/range.pb.h"
#include "service/grpc/message_codec.h"
#include "service/grpc/status_mapping.h"
#include "service/grpc/store_errors.h"
#include "service/grpc/unary_call.h"

namespace rundlet {

void ScanStream::Start(CallGate* gate, const grpc::ByteBuffer& request) {
  absl::Status admitted = Admit(gate, request);
  if (!admitted.ok()) return End(admitted);
  ReadPage();
}

absl::Status ScanStream::Admit(CallGate* gate,
                               const grpc::ByteBuffer& request) {
  absl::StatusOr<CallGate::Pass> pass = gate->Enter(request.Length());
  if (!pass.ok()) return pass.status();
  pass_ = *std::move(pass);
  MessageArena arena;
  auto* message = arena.New<v1::ScanRequest>();
  absl::Status status = ParseMessage(request, message);
  if (!status.ok()) return status;
  absl::StatusOr<DecodedRange> range = Decode(*message, store_id_);
  if (!range.ok()) return range.status();
  next_ = std::move(range->scan);
  notes_ = range->notes;
  return absl::OkStatus();
}

void ScanStream::ReadPage() {
  store_->Scan(next_, [this](absl::StatusOr<ScanPage> page) {
    WritePage(std::move(page));
  });
}

void ScanStream::WritePage(absl::StatusOr<ScanPage> page) {
  if (!page.ok()) return End(StoreError(page.status(), notes_.pinned));
  // From the second page on, what fails is the revision of the first.
  notes_.pinned = true;
  last_ = !page->more;
  next_.at = page->read_revision;
  next_.at_time = page->read_time;
  next_.not_before = 0;
  if (!page->entries.empty()) next_.after = page->entries.back().key;

  MessageArena arena;
  auto* message = arena.New<v1::ScanResponse>();
  absl::Status status = Encode(*std::move(page), notes_, store_id_, message);
  if (status.ok()) status = SerializeMessage(*message, &chunk_);
  if (!status.ok()) return End(status);
  StartWrite(&chunk_);
}

void ScanStream::OnWriteDone(bool ok) {
  if (!ok) return End(absl::CancelledError("the caller left"));
  if (last_) return End(absl::OkStatus());
  ReadPage();
}

void ScanStream::End(const absl::Status& status) {
  AddRetryPushback(status, context_);
  pass_.Leave();
  // May delete this.
  Finish(ToGrpcStatus(status));
}

}  // namespace rundlet

#include "service/grpc/get_large_stream.h"

#include <utility>

#include "rundlet/v1/large.pb.h"
#include "service/grpc/entry_codec.h"
#include "service/grpc/errors.h"
#include "service/grpc/message_codec.h"
#include "service/grpc/snapshot_codec.h"
#include "service/grpc/store_errors.h"

namespace rundlet {

OutStream* GetLargeStream::Start(grpc::CallbackServerContext* context,
                                 const Environment& environment,
                                 const grpc::ByteBuffer& request) {
  return OutStream::Start(
      std::shared_ptr<GetLargeStream>(new GetLargeStream(context, environment)),
      environment.gate, request);
}

absl::Status GetLargeStream::Open(const grpc::ByteBuffer& request) {
  if (environment_.store == nullptr) {
    return MakeError(Reason::kNotConfigured,
                     "the server was started without large values",
                     {{"option", "large_value_bytes_max"}});
  }
  MessageArena arena;
  auto* message = arena.New<v1::GetLargeRequest>();
  absl::Status status = ParseMessage(request, message);
  if (status.ok()) {
    status = CheckKey(FieldPath("key"), message->key(),
                      environment_.store->limits());
  }
  if (!status.ok()) return status;
  LargeReadRequest read;
  status =
      DecodeSnapshotOfRead(message->snapshot_token(), message->min_revision(),
                           environment_.store_id, &read.at, &read.at_time);
  if (!status.ok()) return status;
  read.not_before = message->min_revision();
  read.offset = message->offset();
  read.bytes_max = message->bytes_max();
  key_ = message->key();
  read.key = std::move(*message->mutable_key());
  at_snapshot_ = !message->snapshot_token().empty();
  reader_ = environment_.store->StartRead(std::move(read));
  return absl::OkStatus();
}

void GetLargeStream::OnSent() {
  auto self = std::static_pointer_cast<GetLargeStream>(shared_from_this());
  if (!has_header_) {
    return reader_->Open(
        [self = std::move(self)](absl::StatusOr<LargeReadResult> found) {
          self->SendHeader(std::move(found));
        });
  }
  reader_->Next([self = std::move(self)](absl::StatusOr<std::string> part) {
    self->SendPart(std::move(part));
  });
}

void GetLargeStream::SendHeader(absl::StatusOr<LargeReadResult> found) {
  if (!found.ok()) return End(StoreError(found.status(), at_snapshot_));
  if (!found->entry.has_value()) {
    return End(KeyNotFound(key_, found->read_revision));
  }
  has_header_ = true;
  MessageArena arena;
  auto* message = arena.New<v1::GetLargeResponse>();
  v1::GetLargeHeader* const header = message->mutable_header();
  EntryEncoder::EncodeMetadata(*std::move(found->entry),
                               header->mutable_entry());
  header->mutable_value()->set_kind(EncodeValueKind(found->kind));
  header->mutable_value()->set_bytes(found->bytes);
  header->mutable_value()->set_crc32(found->crc32);
  header->set_read_revision(found->read_revision);
  Send(*message);
}

void GetLargeStream::SendPart(absl::StatusOr<std::string> part) {
  // What is no longer kept is the revision that the header told.
  if (!part.ok()) return End(StoreError(part.status(), /*pinned=*/true));
  if (part->empty()) return End(absl::OkStatus());
  MessageArena arena;
  auto* message = arena.New<v1::GetLargeResponse>();
  message->set_data(*std::move(part));
  Send(*message);
}

absl::Status GetLargeStream::DrainStatus() const {
  return StreamDrained(0, environment_.store_id);
}

}  // namespace rundlet

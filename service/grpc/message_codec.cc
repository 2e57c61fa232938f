#include "service/grpc/message_codec.h"

#include <grpc/slice.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "service/grpc/errors.h"
#include "service/grpc/json_text.h"

namespace rundlet {
namespace {

bool Parse(const grpc::ByteBuffer& bytes,
           google::protobuf::MessageLite* message) {
  grpc::Slice slice;
  if (bytes.TrySingleSlice(&slice).ok()) {
    return message->ParseFromArray(slice.begin(),
                                   static_cast<int>(slice.size()));
  }
  grpc::ByteBuffer copy(bytes);  // shares the slices
  grpc::ProtoBufferReader reader(&copy);
  return reader.status().ok() && message->ParseFromZeroCopyStream(&reader);
}

}  // namespace

absl::Status ParseMessage(const grpc::ByteBuffer& bytes,
                          google::protobuf::MessageLite* message) {
  if (Parse(bytes, message)) return absl::OkStatus();
  return MakeError(
      Reason::kMalformedRequest,
      absl::StrCat("the request is no ", message->GetTypeName(),
                   ": a string is not UTF-8, JSON is nested deeper than ",
                   kJsonDepthMax, " levels, or the bytes are damaged"));
}

absl::Status SerializeMessage(const google::protobuf::MessageLite& message,
                              grpc::ByteBuffer* bytes) {
  const size_t size = message.ByteSizeLong();
  if (size > kMessageBytesMax) {
    return LimitExceeded(FieldPath("answer"), "response_bytes_max",
                         kMessageBytesMax, size);
  }
  grpc_slice memory = grpc_slice_malloc(size);
  message.SerializeWithCachedSizesToArray(GRPC_SLICE_START_PTR(memory));
  grpc::Slice slice(memory, grpc::Slice::STEAL_REF);
  grpc::ByteBuffer filled(&slice, 1);
  bytes->Swap(&filled);
  return absl::OkStatus();
}

}  // namespace rundlet

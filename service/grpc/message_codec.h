// Protobuf messages in and out of gRPC's byte buffers.

#ifndef RUNDLET_SERVICE_GRPC_MESSAGE_CODEC_H_
#define RUNDLET_SERVICE_GRPC_MESSAGE_CODEC_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>

#include "absl/status/status.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message_lite.h"

namespace rundlet {

// Bytes of one message, either way; gRPC's own default.
inline constexpr size_t kMessageBytesMax = size_t{4} << 20;

// The arena of one message, whose first bytes stand on the stack.
class MessageArena {
 public:
  MessageArena() : arena_(Options(first_block_)) {}

  // An empty message; lives as long as the arena.
  template <typename Message>
  Message* New() {
    return google::protobuf::Arena::CreateMessage<Message>(&arena_);
  }

 private:
  static constexpr size_t kFirstBlockBytes = 2048;

  static google::protobuf::ArenaOptions Options(char* first_block) {
    google::protobuf::ArenaOptions options;
    options.initial_block = first_block;
    options.initial_block_size = kFirstBlockBytes;
    return options;
  }

  alignas(8) char first_block_[kFirstBlockBytes];
  google::protobuf::Arena arena_;
};

// Fills an empty message. MALFORMED_REQUEST: not such a message, a string that
// is not UTF-8, or nested too deep.
absl::Status ParseMessage(const grpc::ByteBuffer& bytes,
                          google::protobuf::MessageLite* message);

// LIMIT_EXCEEDED: beyond kMessageBytesMax; *bytes stays as it is.
absl::Status SerializeMessage(const google::protobuf::MessageLite& message,
                              grpc::ByteBuffer* bytes);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_MESSAGE_CODEC_H_

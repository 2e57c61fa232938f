// PipelineAnswers: answers on their way to the client of a pipeline, several a
// message.

#ifndef RUNDLET_SERVICE_GRPC_PIPELINE_ANSWERS_H_
#define RUNDLET_SERVICE_GRPC_PIPELINE_ANSWERS_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "absl/status/status.h"
#include "rundlet/v1/pipeline.pb.h"

namespace rundlet {

// Not thread-safe.
class PipelineAnswers {
 public:
  // Behind those before it. LIMIT_EXCEEDED: no message can carry it; then it is
  // not there.
  absl::Status Add(const v1::PipelineAnswer& answer);

  bool empty() const { return messages_.empty(); }
  // Of what waits to be taken.
  size_t bytes() const { return bytes_; }

  // Moves the first message into *buffer; returns how many answers it has.
  // REQUIRES: not empty().
  uint64_t TakeMessage(grpc::ByteBuffer* buffer);

 private:
  // A v1::PipelineResponse, encoded.
  struct Message {
    std::string bytes;
    uint64_t answer_count = 0;
  };

  std::deque<Message> messages_;
  size_t bytes_ = 0;
};

// What a status says, as an answer. REQUIRES: it is not OK.
void EncodeError(const absl::Status& status, v1::PipelineError* proto);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_PIPELINE_ANSWERS_H_

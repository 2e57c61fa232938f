#include "service/grpc/pipeline_answers.h"

#include <grpcpp/support/slice.h>

#include <utility>

#include "absl/strings/cord.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "google/rpc/error_info.pb.h"
#include "service/grpc/errors.h"
#include "service/grpc/message_codec.h"

namespace rundlet {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedOutputStream;

// A message has less than this, or one answer.
constexpr size_t kMessageBytesAim = size_t{256} << 10;

// Of a tag and a length.
constexpr size_t kHeadBytesMax = 10;

}  // namespace

absl::Status PipelineAnswers::Add(const v1::PipelineAnswer& answer) {
  const size_t size = answer.ByteSizeLong();
  if (size + kHeadBytesMax > kMessageBytesMax) {
    return LimitExceeded(FieldPath("answer"), "response_bytes_max",
                         kMessageBytesMax, size);
  }
  if (messages_.empty() ||
      messages_.back().bytes.size() + size > kMessageBytesAim) {
    messages_.emplace_back();
  }
  Message& message = messages_.back();
  const size_t before = message.bytes.size();
  message.bytes.resize(before + kHeadBytesMax + size);
  auto* const begin = reinterpret_cast<uint8_t*>(&message.bytes[before]);
  uint8_t* end = CodedOutputStream::WriteTagToArray(
      WireFormatLite::MakeTag(v1::PipelineResponse::kAnswersFieldNumber,
                              WireFormatLite::WIRETYPE_LENGTH_DELIMITED),
      begin);
  end =
      CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(size), end);
  end = answer.SerializeWithCachedSizesToArray(end);
  message.bytes.resize(before + static_cast<size_t>(end - begin));
  bytes_ += message.bytes.size() - before;
  ++message.answer_count;
  return absl::OkStatus();
}

uint64_t PipelineAnswers::TakeMessage(grpc::ByteBuffer* buffer) {
  auto* const bytes = new std::string(std::move(messages_.front().bytes));
  const uint64_t answer_count = messages_.front().answer_count;
  messages_.pop_front();
  bytes_ -= bytes->size();
  const grpc::Slice slice(
      &(*bytes)[0], bytes->size(),
      [](void* owned) { delete static_cast<std::string*>(owned); }, bytes);
  grpc::ByteBuffer filled(&slice, 1);
  buffer->Swap(&filled);
  return answer_count;
}

void EncodeError(const absl::Status& status, v1::PipelineError* proto) {
  proto->set_code(static_cast<int>(status.code()));
  proto->set_message(std::string(status.message()));
  const auto payload =
      status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  google::rpc::ErrorInfo info;
  if (!payload.has_value() || !info.ParseFromString(std::string(*payload))) {
    return;
  }
  proto->set_reason(info.reason());
  for (const auto& [name, value] : info.metadata()) {
    (*proto->mutable_metadata())[name] = value;
  }
}

}  // namespace rundlet

#include "tests/conformance/wire_door.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/client_context.h>

#include <chrono>
#include <functional>
#include <map>
#include <utility>

#include "rundlet/v1/pipeline.pb.h"
#include "tests/conformance/grpc_doors.h"
#include "tests/conformance/grpc_messages.h"

namespace rundlet {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Stub = v1::KeyValueService::Stub;

// Nothing that is promised takes as long.
void SetPatience(grpc::ClientContext* context) {
  context->set_deadline(std::chrono::system_clock::now() +
                        std::chrono::seconds(30));
}

using Method = std::function<grpc::Status(Stub*, const Message& request,
                                          Message* response)>;

template <typename Request, typename Response>
Method Unary(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                          Response*)) {
  return [method](Stub* stub, const Message& request, Message* response) {
    grpc::ClientContext context;
    SetPatience(&context);
    return (stub->*method)(&context, static_cast<const Request&>(request),
                           static_cast<Response*>(response));
  };
}

grpc::Status Scan(Stub* stub, const Message& request, Message* response) {
  grpc::ClientContext context;
  SetPatience(&context);
  const auto stream =
      stub->Scan(&context, static_cast<const v1::ScanRequest&>(request));
  v1::ScanResponse chunk;
  while (stream->Read(&chunk)) {
    static_cast<v1::ScanResponse*>(response)->clear_next_page_token();
    response->MergeFrom(chunk);
  }
  return stream->Finish();
}

const std::map<std::string, Method>& Methods() {
  static const auto* const methods = new std::map<std::string, Method>{
      {"Put", Unary(&Stub::Put)},
      {"Get", Unary(&Stub::Get)},
      {"Delete", Unary(&Stub::Delete)},
      {"SetExpiry", Unary(&Stub::SetExpiry)},
      {"Add", Unary(&Stub::Add)},
      {"DeleteRange", Unary(&Stub::DeleteRange)},
      {"BatchGet", Unary(&Stub::BatchGet)},
      {"Commit", Unary(&Stub::Commit)},
      {"Sync", Unary(&Stub::Sync)},
      {"List", Unary(&Stub::List)},
      {"Scan", Scan},
      {"OpenSnapshot", Unary(&Stub::OpenSnapshot)},
      {"RenewSnapshot", Unary(&Stub::RenewSnapshot)},
      {"ReleaseSnapshot", Unary(&Stub::ReleaseSnapshot)},
      {"GetLimits", Unary(&Stub::GetLimits)},
  };
  return *methods;
}

// The field of a message that is one of that type; null: there is none.
const FieldDescriptor* FieldOf(const Descriptor& message,
                               const Descriptor& type) {
  for (int i = 0; i < message.field_count(); ++i) {
    if (message.field(i)->message_type() == &type) return message.field(i);
  }
  return nullptr;
}

grpc::Status Pipelined(Stub* stub, const Message& request,
                       const FieldDescriptor* field, Message* response) {
  v1::PipelineOperation operation;
  operation.set_id(7);
  operation.GetReflection()
      ->MutableMessage(&operation, field)
      ->CopyFrom(request);
  v1::PipelineAnswer answer;
  grpc::Status status = CallPipeline(stub, operation, &answer);
  if (!status.ok()) return status;
  const FieldDescriptor* const result =
      FieldOf(*answer.GetDescriptor(), *response->GetDescriptor());
  response->CopyFrom(answer.GetReflection()->GetMessage(answer, result));
  return status;
}

class WireWatchSource : public WatchMessageSource {
 public:
  WireWatchSource(Stub* stub, const v1::WatchRequest& request) {
    SetPatience(&context_);
    stream_ = stub->Watch(&context_, request);
  }

  ~WireWatchSource() override {
    context_.TryCancel();
    v1::WatchResponse ignored;
    while (stream_->Read(&ignored)) {
    }
    if (!has_ended_) static_cast<void>(stream_->Finish());
  }

  absl::StatusOr<v1::WatchResponse> Next() override {
    v1::WatchResponse message;
    if (has_first_) {
      has_first_ = false;
      return std::move(first_);
    }
    if (stream_->Read(&message)) return message;
    has_ended_ = true;
    return StatusOf(stream_->Finish());
  }

  // Waits until the watch is open, which its first message says.
  absl::Status Begin() {
    absl::StatusOr<v1::WatchResponse> first = Next();
    if (!first.ok()) return first.status();
    first_ = *std::move(first);
    has_first_ = true;
    return absl::OkStatus();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> stream_;
  bool has_first_ = false;
  v1::WatchResponse first_;
  bool has_ended_ = false;
};

}  // namespace

WireDoor::WireDoor(const std::shared_ptr<grpc::Channel>& channel,
                   bool pipelined)
    : pipelined_(pipelined), stub_(v1::KeyValueService::NewStub(channel)) {}

absl::Status WireDoor::Call(const std::string& method, Message* request,
                            Message* response) {
  const FieldDescriptor* const field =
      FieldOf(*v1::PipelineOperation::descriptor(), *request->GetDescriptor());
  if (pipelined_ && field != nullptr) {
    return StatusOf(Pipelined(stub_.get(), *request, field, response));
  }
  const auto found = Methods().find(method);
  if (found == Methods().end()) return absl::UnimplementedError(method);
  return StatusOf(found->second(stub_.get(), *request, response));
}

absl::StatusOr<std::unique_ptr<WatchMessageSource>> WireDoor::OpenWatch(
    v1::WatchRequest* request) {
  auto source = std::make_unique<WireWatchSource>(stub_.get(), *request);
  absl::Status status = source->Begin();
  if (!status.ok()) return status;
  return source;
}

absl::Status WireDoor::PutLarge(
    const std::vector<v1::PutLargeRequest>& messages,
    v1::PutLargeResponse* response) {
  grpc::ClientContext context;
  SetPatience(&context);
  const auto stream = stub_->PutLarge(&context, response);
  for (const v1::PutLargeRequest& message : messages) {
    if (!stream->Write(message)) break;  // it says why in the end
  }
  stream->WritesDone();
  return StatusOf(stream->Finish());
}

absl::Status WireDoor::GetLarge(const v1::GetLargeRequest& request,
                                v1::GetLargeHeader* header, std::string* data) {
  grpc::ClientContext context;
  SetPatience(&context);
  const auto stream = stub_->GetLarge(&context, request);
  v1::GetLargeResponse message;
  while (stream->Read(&message)) {
    if (message.has_header()) *header = std::move(*message.mutable_header());
    data->append(message.data());
  }
  return StatusOf(stream->Finish());
}

}  // namespace rundlet

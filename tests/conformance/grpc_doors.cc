#include "tests/conformance/grpc_doors.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <cstdint>
#include <utility>
#include <variant>

#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"
#include "tests/conformance/grpc_messages.h"

namespace rundlet {
namespace {

constexpr uint64_t kId = 77;

// What all writes of one key have in common.
template <typename Message>
void SetCommon(const Transaction& transaction, Message* message) {
  message->set_durability(static_cast<v1::Durability>(transaction.durability));
  message->set_return_previous(transaction.return_previous);
  message->set_json_as_text(true);
  if (transaction.request.has_value()) {
    message->set_request_id(transaction.request->id);
  }
}

template <typename Message>
void SetConditions(const Transaction& transaction, Message* message) {
  for (const Condition& condition : transaction.conditions) {
    SetCondition(condition, message->add_conditions());
    // The key of the write need not be said again.
    if (condition.key == message->key()) {
      message->mutable_conditions(message->conditions_size() - 1)->clear_key();
    }
  }
}

struct MethodSetter {
  const Transaction& transaction;
  v1::PipelineOperation* out;

  // False: there is no method for it.
  bool operator()(const GetOperation& /*get*/) const { return false; }
  bool operator()(const PutOperation& put) const {
    return Fill(put, out->mutable_put());
  }
  bool operator()(const DeleteOperation& remove) const {
    return Fill(remove, out->mutable_delete_());
  }
  bool operator()(const SetExpiryOperation& set) const {
    return Fill(set, out->mutable_set_expiry());
  }
  bool operator()(const AddOperation& add) const {
    return Fill(add, out->mutable_add());
  }
  bool operator()(const DeleteRangeOperation& range) const {
    if (!transaction.conditions.empty()) return false;
    v1::DeleteRangeRequest* const message = out->mutable_delete_range();
    SetRange(range.range, message);
    message->set_keys_max(range.keys_max);
    SetCommon(transaction, message);
    return true;
  }

  template <typename StoreOperation, typename Message>
  bool Fill(const StoreOperation& operation, Message* message) const {
    SetOperation(operation, message);
    SetConditions(transaction, message);
    SetCommon(transaction, message);
    return true;
  }
};

template <typename Message>
void TakeReceipt(const Message& message, Receipt* receipt) {
  receipt->revision = message.revision();
  receipt->read_revision = message.read_revision();
  receipt->durability = static_cast<Durability>(message.durability());
  receipt->durable_revision = message.durable_revision();
  receipt->replayed = message.replayed();
}

template <typename Message>
OperationResult TakeResult(const Message& message, bool existed,
                           Receipt* receipt) {
  TakeReceipt(message, receipt);
  OperationResult result;
  result.existed = existed;
  if (message.has_previous()) result.entry = EntryOf(message.previous());
  return result;
}

grpc::Status StatusOf(const v1::PipelineError& error) {
  google::rpc::ErrorInfo info;
  info.set_reason(error.reason());
  *info.mutable_metadata() = error.metadata();
  google::rpc::Status details;
  details.add_details()->PackFrom(info);
  return grpc::Status(static_cast<grpc::StatusCode>(error.code()),
                      error.message(), details.SerializeAsString());
}

}  // namespace

v1::PipelineOperation OperationOf(const Transaction& transaction,
                                  GrpcDoor door) {
  v1::PipelineOperation operation;
  operation.set_id(kId);
  const bool is_alone =
      transaction.operations.size() == 1 && !transaction.has_otherwise;
  const bool has_method = door != GrpcDoor::kCommit && is_alone &&
                          std::visit(MethodSetter{transaction, &operation},
                                     transaction.operations[0]);
  if (!has_method) *operation.mutable_commit() = MessageOf(transaction);
  return operation;
}

grpc::Status CallMethod(v1::KeyValueService::Stub* stub,
                        const v1::PipelineOperation& operation,
                        v1::PipelineAnswer* answer) {
  using Proto = v1::PipelineOperation;
  grpc::ClientContext context;
  switch (operation.operation_case()) {
    case Proto::kGet:
      return stub->Get(&context, operation.get(), answer->mutable_get());
    case Proto::kPut:
      return stub->Put(&context, operation.put(), answer->mutable_put());
    case Proto::kDelete:
      return stub->Delete(&context, operation.delete_(),
                          answer->mutable_delete_());
    case Proto::kSetExpiry:
      return stub->SetExpiry(&context, operation.set_expiry(),
                             answer->mutable_set_expiry());
    case Proto::kAdd:
      return stub->Add(&context, operation.add(), answer->mutable_add());
    case Proto::kDeleteRange:
      return stub->DeleteRange(&context, operation.delete_range(),
                               answer->mutable_delete_range());
    case Proto::kCommit:
      return stub->Commit(&context, operation.commit(),
                          answer->mutable_commit());
    case Proto::OPERATION_NOT_SET:
      break;
  }
  return {grpc::StatusCode::INTERNAL, "not an operation"};
}

grpc::Status CallPipeline(v1::KeyValueService::Stub* stub,
                          const v1::PipelineOperation& operation,
                          v1::PipelineAnswer* answer) {
  grpc::ClientContext context;
  const auto stream = stub->Pipeline(&context);
  v1::PipelineRequest request;
  *request.add_operations() = operation;
  stream->Write(request);
  stream->WritesDone();
  v1::PipelineResponse response;
  const bool is_answered = stream->Read(&response);
  v1::PipelineResponse nothing;
  const bool has_more = stream->Read(&nothing);
  const grpc::Status status = stream->Finish();
  if (!status.ok()) return status;
  if (!is_answered || has_more || response.answers_size() != 1 ||
      response.answers(0).id() != operation.id()) {
    return {grpc::StatusCode::INTERNAL, "not one answer of that id"};
  }
  *answer = std::move(*response.mutable_answers(0));
  return answer->has_error() ? StatusOf(answer->error()) : grpc::Status::OK;
}

Receipt ReceiptOf(const Transaction& transaction,
                  const v1::PipelineAnswer& answer) {
  using Proto = v1::PipelineAnswer;
  Receipt receipt;
  OperationResult result;
  switch (answer.result_case()) {
    case Proto::kPut:
      result = TakeResult(answer.put(), answer.put().existed(), &receipt);
      break;
    case Proto::kDelete:
      result =
          TakeResult(answer.delete_(), answer.delete_().deleted(), &receipt);
      break;
    case Proto::kSetExpiry: {
      const v1::SetExpiryResponse& set = answer.set_expiry();
      result = TakeResult(set, set.existed(), &receipt);
      const auto& asked =
          std::get<SetExpiryOperation>(transaction.operations[0]);
      if (asked.only_if != ExpiryTest::kAny) result.number = set.updated();
      break;
    }
    case Proto::kAdd:
      result = TakeResult(answer.add(), answer.add().existed(), &receipt);
      result.number = answer.add().sum();
      break;
    case Proto::kDeleteRange: {
      const v1::DeleteRangeResponse& range = answer.delete_range();
      TakeReceipt(range, &receipt);
      result.number = static_cast<int64_t>(range.deleted_count());
      result.existed = range.deleted_count() > 0;
      for (const v1::Entry& entry : range.previous()) {
        result.entries.push_back(EntryOf(entry));
      }
      break;
    }
    default:
      return ReceiptOf(transaction, answer.commit());
  }
  receipt.results.push_back(std::move(result));
  return receipt;
}

}  // namespace rundlet

#include "tests/conformance/grpc_store.h"

#include <grpcpp/client_context.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "tests/conformance/grpc_messages.h"
#include "tests/conformance/grpc_watch.h"

namespace rundlet {
namespace {

absl::Status NotOnTheWire(absl::string_view what) {
  return absl::UnimplementedError(what);
}

}  // namespace

GrpcStore::GrpcStore(const std::shared_ptr<grpc::Channel>& channel,
                     Limits limits, GrpcDoor door)
    : limits_(limits),
      door_(door),
      key_values_(v1::KeyValueService::NewStub(channel)),
      admin_(v1::AdminService::NewStub(channel)) {}

void GrpcStore::Commit(Transaction transaction, CommitCallback done) {
  done(CommitNow(transaction));
}

absl::StatusOr<Receipt> GrpcStore::CommitNow(const Transaction& transaction) {
  const v1::PipelineOperation operation = OperationOf(transaction, door_);
  v1::PipelineAnswer answer;
  const grpc::Status status =
      door_ == GrpcDoor::kPipeline
          ? CallPipeline(key_values_.get(), operation, &answer)
          : CallMethod(key_values_.get(), operation, &answer);
  if (status.error_code() == grpc::StatusCode::ABORTED) {
    return ReceiptOfAborted(status);
  }
  if (!status.ok()) return StatusOf(status);
  return ReceiptOf(transaction, answer);
}

absl::StatusOr<ReadResult> GrpcStore::GetByPipeline(
    const ReadRequest& request) {
  v1::PipelineOperation operation;
  operation.mutable_get()->set_key(request.keys[0]);
  operation.mutable_get()->set_allow_missing(true);
  operation.mutable_get()->set_min_revision(request.not_before);
  operation.mutable_get()->set_metadata_only(request.metadata_only);
  operation.mutable_get()->set_json_as_text(true);
  v1::PipelineAnswer answer;
  const grpc::Status status =
      CallPipeline(key_values_.get(), operation, &answer);
  if (!status.ok()) return StatusOf(status);
  ReadResult result;
  result.read_revision = answer.get().read_revision();
  result.entries.emplace_back();
  if (answer.get().has_entry()) {
    result.entries.back() = EntryOf(answer.get().entry());
  }
  return result;
}

void GrpcStore::Read(ReadRequest request, ReadCallback done) {
  done(ReadNow(request));
}

absl::StatusOr<ReadResult> GrpcStore::ReadNow(const ReadRequest& request) {
  if (door_ == GrpcDoor::kPipeline && request.keys.size() == 1 &&
      !NamesRevision(request.at, request.at_time)) {
    return GetByPipeline(request);
  }
  v1::BatchGetRequest message;
  if (NamesRevision(request.at, request.at_time)) {
    message.set_snapshot_token(SnapshotAt(request.at));
    if (message.snapshot_token().empty()) {
      return NotOnTheWire("reads at a revision without a snapshot");
    }
  }
  for (const std::string& key : request.keys) message.add_keys(key);
  message.set_min_revision(request.not_before);
  message.set_metadata_only(request.metadata_only);
  message.set_json_as_text(true);
  grpc::ClientContext context;
  v1::BatchGetResponse response;
  const grpc::Status status =
      key_values_->BatchGet(&context, message, &response);
  if (!status.ok()) return StatusOf(status);
  ReadResult result;
  result.read_revision = response.read_revision();
  for (const v1::BatchGetResult& each : response.results()) {
    result.entries.emplace_back();
    if (each.has_entry()) result.entries.back() = EntryOf(each.entry());
  }
  return result;
}

void GrpcStore::Scan(ScanRequest request, ScanCallback done) {
  done(ScanNow(request));
}

absl::StatusOr<ScanPage> GrpcStore::ScanNow(const ScanRequest& request) {
  v1::ListRequest message;
  SetRange(request.range, &message);
  message.set_reverse(request.reverse);
  message.set_min_revision(request.not_before);
  message.set_page_size(std::min<uint64_t>(request.entries_max, 1000));
  message.set_json_as_text(true);
  message.set_keys_only(request.projection ==
                        ScanRequest::Projection::kMetadata);
  message.set_count_only(request.projection == ScanRequest::Projection::kCount);
  if (NamesRevision(request.at, request.at_time) && request.after.empty()) {
    message.set_snapshot_token(SnapshotAt(request.at));
    if (message.snapshot_token().empty()) {
      return NotOnTheWire("a first page at a revision without a snapshot");
    }
  } else if (!request.after.empty()) {
    absl::MutexLock lock(&mutex_);
    const auto place = places_.find({request.at, request.after});
    if (place == places_.end()) return NotOnTheWire("a page without a token");
    message.set_page_token(place->second.page_token);
    message.set_snapshot_token(place->second.snapshot_token);
  }
  grpc::ClientContext context;
  v1::ListResponse response;
  const grpc::Status status = key_values_->List(&context, message, &response);
  if (!status.ok()) return StatusOf(status);
  ScanPage page;
  page.read_revision = response.read_revision();
  page.more = !response.next_page_token().empty();
  for (const v1::Entry& entry : response.entries()) {
    page.entries.push_back(EntryOf(entry));
  }
  page.count = message.count_only() ? response.count() : page.entries.size();
  if (page.more) {
    absl::MutexLock lock(&mutex_);
    places_[{page.read_revision, page.entries.back().key}] = {
        response.next_page_token(), message.snapshot_token()};
  }
  return page;
}

absl::StatusOr<std::unique_ptr<Watch>> GrpcStore::OpenWatch(
    WatchRequest request) {
  return OpenGrpcWatch(key_values_.get(), request);
}

void GrpcStore::Sync(Durability durability, SyncCallback done) {
  grpc::ClientContext context;
  v1::SyncRequest message;
  message.set_durability(static_cast<v1::Durability>(durability));
  v1::SyncResponse response;
  done(StatusOf(key_values_->Sync(&context, message, &response)));
}

absl::StatusOr<IngestReport> GrpcStore::Ingest(EntrySource&) {
  return NotOnTheWire("Ingest");
}

}  // namespace rundlet

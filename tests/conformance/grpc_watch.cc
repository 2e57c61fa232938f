#include "tests/conformance/grpc_watch.h"

#include <grpcpp/client_context.h>

#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "tests/conformance/grpc_messages.h"

namespace rundlet {
namespace {

v1::WatchRequest MessageOf(const WatchRequest& request) {
  v1::WatchRequest message;
  for (const KeyRange& range : request.ranges) {
    SetRange(range, message.add_ranges());
  }
  message.set_start_revision(request.from);
  message.set_present_state(request.present_state);
  message.set_no_puts(!request.puts);
  message.set_no_deletes(!request.deletes);
  message.set_metadata_only(request.metadata_only);
  message.set_json_as_text(true);
  if (request.bookmark_interval != absl::ZeroDuration()) {
    message.mutable_bookmark_interval()->set_seconds(
        absl::ToInt64Seconds(request.bookmark_interval));
    message.mutable_bookmark_interval()->set_nanos(
        static_cast<int32_t>(absl::ToInt64Nanoseconds(
            request.bookmark_interval % absl::Seconds(1))));
  }
  return message;
}

Change ChangeOf(const v1::Change& message) {
  Change change;
  switch (message.cause()) {
    case v1::CAUSE_PUT:
      change.entry = EntryOf(message.entry());
      return change;
    case v1::CAUSE_DELETE:
      change.cause = Change::Cause::kDelete;
      break;
    case v1::CAUSE_EXPIRED:
      change.cause = Change::Cause::kExpired;
      break;
    default:
      ADD_FAILURE() << "no cause: " << message.ShortDebugString();
  }
  EXPECT_FALSE(message.entry().has_value());
  const Entry entry = EntryOf(message.entry());
  change.entry.key = entry.key;
  change.entry.revision = entry.revision;
  change.entry.modified = entry.modified;
  return change;
}

class GrpcWatch final : public Watch {
 public:
  GrpcWatch(v1::KeyValueService::Stub* key_values, const WatchRequest& request)
      : stream_(key_values->Watch(&context_, MessageOf(request))) {}

  ~GrpcWatch() override {
    context_.TryCancel();
    v1::WatchResponse ignored;
    while (stream_->Read(&ignored)) {
    }
    if (!has_ended_) static_cast<void>(stream_->Finish());
  }

  // Reads the first message.
  absl::Status Begin() {
    has_first_ = Read(&first_);
    return end_;
  }

  void Next(Callback done) override { done(NextNow()); }

  void RequestBookmark() override {
    ADD_FAILURE() << "the wire has no way to ask for a bookmark";
  }

 private:
  bool Read(v1::WatchResponse* message) {
    if (has_first_) {
      has_first_ = false;
      *message = std::move(first_);
      return true;
    }
    if (has_ended_) return false;
    if (stream_->Read(message)) return true;
    end_ = StatusOf(stream_->Finish());
    has_ended_ = true;
    return false;
  }

  absl::StatusOr<WatchBatch> NextNow() {
    WatchBatch batch;
    v1::WatchResponse message;
    do {
      if (!Read(&message)) return end_;
      Add(message, &batch);
    } while (message.has_changes() && !message.changes().last_fragment());
    return batch;
  }

  static void Add(const v1::WatchResponse& message, WatchBatch* batch) {
    switch (message.part_case()) {
      case v1::WatchResponse::kPresent:
        batch->kind = WatchBatch::Kind::kPresent;
        batch->through = message.present().read_revision();
        for (const v1::Entry& entry : message.present().entries()) {
          batch->entries.push_back(EntryOf(entry));
        }
        return;
      case v1::WatchResponse::kMarker:
        batch->kind = WatchBatch::Kind::kMarker;
        batch->through = message.marker().through_revision();
        return;
      case v1::WatchResponse::kChanges:
        batch->kind = WatchBatch::Kind::kChanges;
        batch->through = message.changes().through_revision();
        for (const v1::Change& change : message.changes().changes()) {
          batch->changes.push_back(ChangeOf(change));
        }
        return;
      case v1::WatchResponse::kBookmark:
        batch->kind = WatchBatch::Kind::kBookmark;
        batch->through = message.bookmark().through_revision();
        return;
      case v1::WatchResponse::PART_NOT_SET:
        ADD_FAILURE() << "an empty message";
    }
  }

  grpc::ClientContext context_;
  const std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> stream_;
  v1::WatchResponse first_;
  bool has_first_ = false;
  bool has_ended_ = false;
  absl::Status end_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Watch>> OpenGrpcWatch(
    v1::KeyValueService::Stub* key_values, const WatchRequest& request) {
  auto watch = std::make_unique<GrpcWatch>(key_values, request);
  absl::Status status = watch->Begin();
  if (!status.ok()) return status;
  return watch;
}

}  // namespace rundlet

#include "tests/conformance/store_door.h"

#include <map>
#include <utility>

#include "absl/synchronization/notification.h"
#include "service/grpc/counted_write_codec.h"
#include "service/grpc/range_codec.h"
#include "service/grpc/read_codec.h"
#include "service/grpc/snapshot_codec.h"
#include "service/grpc/store_errors.h"
#include "service/grpc/transaction_codec.h"
#include "service/grpc/watch_codec.h"
#include "storage/blocking_store.h"

namespace rundlet {
namespace {

using google::protobuf::Message;

// Nothing that is promised takes as long.
constexpr absl::Duration kPatience = absl::Seconds(30);

template <typename Specific>
Specific* As(Message* message) {
  return static_cast<Specific*>(message);
}

class StoreWatchSource : public WatchMessageSource {
 public:
  StoreWatchSource(std::unique_ptr<Watch> watch, const WatchNotes& notes,
                   std::string store_id)
      : store_id_(std::move(store_id)),
        messages_(notes, store_id_),
        watch_(std::move(watch)) {}

  absl::StatusOr<v1::WatchResponse> Next() override {
    if (messages_.empty()) {
      absl::StatusOr<WatchBatch> batch = NextBatch();
      if (!batch.ok()) return WatchError(batch.status(), store_id_);
      messages_.Add(*std::move(batch));
    }
    v1::WatchResponse message;
    messages_.Next(&message);
    return message;
  }

 private:
  absl::StatusOr<WatchBatch> NextBatch() {
    struct Answer {
      absl::Notification is_there;
      absl::StatusOr<WatchBatch> batch;
    };
    auto answer = std::make_shared<Answer>();
    watch_->Next([answer](absl::StatusOr<WatchBatch> batch) {
      answer->batch = std::move(batch);
      answer->is_there.Notify();
    });
    if (!answer->is_there.WaitForNotificationWithTimeout(kPatience)) {
      return absl::DeadlineExceededError("nothing comes");
    }
    return std::move(answer->batch);
  }

  const std::string store_id_;
  WatchMessages messages_;
  const std::unique_ptr<Watch> watch_;
};

}  // namespace

StoreDoor::StoreDoor(Store* store)
    : store_(store), store_id_(store->Stats().store_id) {}

template <typename Request, typename Response>
absl::Status StoreDoor::Write(Message* request, Message* response) {
  absl::StatusOr<DecodedWrite> write =
      Decode(As<Request>(request), store_->limits());
  if (!write.ok()) return write.status();
  absl::StatusOr<Receipt> receipt =
      BlockingStore(store_).Commit(std::move(write->transaction));
  if (!receipt.ok()) return StoreError(receipt.status());
  return Encode(*std::move(receipt), write->notes, As<Response>(response));
}

template <typename Request, typename Response>
absl::Status StoreDoor::Read(Message* request, Message* response) {
  absl::StatusOr<DecodedRead> read =
      Decode(As<Request>(request), store_->limits(), store_id_);
  if (!read.ok()) return read.status();
  absl::StatusOr<ReadResult> result =
      BlockingStore(store_).Read(std::move(read->read));
  if (!result.ok()) {
    return StoreError(result.status(), read->notes.at_snapshot);
  }
  return Encode(*std::move(result), read->notes, As<Response>(response));
}

absl::Status StoreDoor::List(Message* request, Message* response) {
  const absl::StatusOr<DecodedRange> range =
      Decode(*As<v1::ListRequest>(request), store_id_);
  if (!range.ok()) return range.status();
  absl::StatusOr<ScanPage> page = BlockingStore(store_).Scan(range->scan);
  if (!page.ok()) return StoreError(page.status(), range->notes.pinned);
  return Encode(*std::move(page), range->notes, store_id_,
                As<v1::ListResponse>(response));
}

absl::Status StoreDoor::Scan(Message* request, Message* response) {
  absl::StatusOr<DecodedRange> range =
      Decode(*As<v1::ScanRequest>(request), store_id_);
  if (!range.ok()) return range.status();
  ScanRequest& next = range->scan;
  bool is_last = false;
  while (!is_last) {
    absl::StatusOr<ScanPage> page = BlockingStore(store_).Scan(next);
    if (!page.ok()) return StoreError(page.status(), range->notes.pinned);
    range->notes.pinned = true;
    is_last = !page->more;
    next.at = page->read_revision;
    next.at_time = page->read_time;
    next.not_before = 0;
    if (!page->entries.empty()) next.after = page->entries.back().key;
    v1::ScanResponse chunk;
    const absl::Status status =
        Encode(*std::move(page), range->notes, store_id_, &chunk);
    if (!status.ok()) return status;
    As<v1::ScanResponse>(response)->clear_next_page_token();
    response->MergeFrom(chunk);
  }
  return absl::OkStatus();
}

absl::Status StoreDoor::Sync(Message* request, Message* response) {
  const auto& message = *As<v1::SyncRequest>(request);
  const absl::StatusOr<Durability> durability = DecodeSync(message);
  if (!durability.ok()) return durability.status();
  absl::Status status = CheckReached(message, store_->Stats().visible_revision);
  if (!status.ok()) return status;
  status = BlockingStore(store_).Sync(*durability);
  if (!status.ok()) return StoreError(status);
  const StoreStats stats = store_->Stats();
  auto* const answer = As<v1::SyncResponse>(response);
  answer->set_durable_revision(stats.durable_revision);
  answer->set_read_revision(stats.visible_revision);
  return absl::OkStatus();
}

absl::Status StoreDoor::OpenSnapshot(Message* request, Message* response) {
  const absl::StatusOr<SnapshotRequest> wish =
      Decode(*As<v1::OpenSnapshotRequest>(request), store_->limits());
  if (!wish.ok()) return wish.status();
  const absl::StatusOr<Snapshot> snapshot =
      BlockingStore(store_).OpenSnapshot(*wish);
  if (!snapshot.ok()) return StoreError(snapshot.status());
  return Encode(*snapshot, store_id_, As<v1::OpenSnapshotResponse>(response));
}

absl::Status StoreDoor::RenewSnapshot(Message* request, Message* response) {
  const absl::StatusOr<SnapshotRenewal> renewal = Decode(
      *As<v1::RenewSnapshotRequest>(request), store_->limits(), store_id_);
  if (!renewal.ok()) return renewal.status();
  const absl::StatusOr<Snapshot> snapshot =
      BlockingStore(store_).RenewSnapshot(renewal->id, renewal->lease);
  if (!snapshot.ok()) return SnapshotError(snapshot.status());
  return Encode(*snapshot, store_id_, As<v1::RenewSnapshotResponse>(response));
}

absl::Status StoreDoor::ReleaseSnapshot(Message* request,
                                        Message* /*response*/) {
  const absl::StatusOr<Snapshot> snapshot = DecodeSnapshotToken(
      As<v1::ReleaseSnapshotRequest>(request)->snapshot_token(), store_id_);
  if (!snapshot.ok()) return snapshot.status();
  const absl::Status released =
      BlockingStore(store_).ReleaseSnapshot(snapshot->id);
  return released.ok() ? released : SnapshotError(released);
}

absl::Status StoreDoor::Call(const std::string& method, Message* request,
                             Message* response) {
  using Handler = absl::Status (StoreDoor::*)(Message*, Message*);
  static const auto* const handlers = new std::map<std::string, Handler>{
      {"Put", &StoreDoor::Write<v1::PutRequest, v1::PutResponse>},
      {"Get", &StoreDoor::Read<v1::GetRequest, v1::GetResponse>},
      {"Delete", &StoreDoor::Write<v1::DeleteRequest, v1::DeleteResponse>},
      {"SetExpiry",
       &StoreDoor::Write<v1::SetExpiryRequest, v1::SetExpiryResponse>},
      {"Add", &StoreDoor::Write<v1::AddRequest, v1::AddResponse>},
      {"DeleteRange",
       &StoreDoor::Write<v1::DeleteRangeRequest, v1::DeleteRangeResponse>},
      {"BatchGet", &StoreDoor::Read<v1::BatchGetRequest, v1::BatchGetResponse>},
      {"Commit", &StoreDoor::Write<v1::CommitRequest, v1::CommitResponse>},
      {"List", &StoreDoor::List},
      {"Scan", &StoreDoor::Scan},
      {"Sync", &StoreDoor::Sync},
      {"OpenSnapshot", &StoreDoor::OpenSnapshot},
      {"RenewSnapshot", &StoreDoor::RenewSnapshot},
      {"ReleaseSnapshot", &StoreDoor::ReleaseSnapshot},
  };
  const auto handler = handlers->find(method);
  if (handler == handlers->end()) return absl::UnimplementedError(method);
  return (this->*handler->second)(request, response);
}

absl::StatusOr<std::unique_ptr<WatchMessageSource>> StoreDoor::OpenWatch(
    v1::WatchRequest* request) {
  absl::StatusOr<DecodedWatch> decoded =
      Decode(request, store_id_, store_->limits());
  if (!decoded.ok()) return decoded.status();
  absl::StatusOr<std::unique_ptr<Watch>> watch =
      store_->OpenWatch(std::move(decoded->watch));
  if (!watch.ok()) return WatchOpenError(watch.status());
  return std::make_unique<StoreWatchSource>(*std::move(watch), decoded->notes,
                                            store_id_);
}

}  // namespace rundlet

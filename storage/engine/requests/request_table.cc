#include "storage/engine/requests/request_table.h"

#include "absl/strings/str_cat.h"
#include "storage/engine/requests/receipt_codec.h"
#include "storage/format/request_extra.h"
#include "storage/refusal.h"

namespace rundlet {
namespace {

// Of an entry beside its strings, estimated.
constexpr uint64_t kRequestBytes = 200;

}  // namespace

void NoteRequest(const Record& record,
                 std::vector<CommittedRequest>* requests) {
  if (record.extra.empty()) return;
  requests->push_back(
      {std::string(record.extra), record.revision, record.modified_us});
}

Record ReceiptRecordOf(const CommittedRequest& request) {
  Record record;
  record.type = RecordType::kReceipt;
  record.revision = request.revision;
  record.modified_us = request.time_us;
  record.extra = request.extra;
  return record;
}

std::string RequestTable::KeyOf(absl::string_view identity,
                                absl::string_view id) {
  return absl::StrCat(identity.size(), ":", identity, id);
}

bool RequestTable::IsOld(int64_t time_us) const {
  return settings_.time->now_us() - time_us >
         absl::ToInt64Microseconds(settings_.window);
}

void RequestTable::ForgetOld() {
  while (!order_.empty() && IsOld(order_.front().first)) {
    const auto found = requests_.find(order_.front().second);
    if (!found->second.ended) return;
    bytes_ -= kRequestBytes + 2 * found->first.size() +
              found->second.committed->extra.size();
    requests_.erase(found);
    order_.pop_front();
  }
}

absl::StatusOr<bool> RequestTable::Begin(const RequestId& request,
                                         uint32_t payload_crc32, Callback* done,
                                         std::optional<Receipt>* replay) {
  const absl::MutexLock lock(&mu_);
  ForgetOld();
  std::string key = KeyOf(request.identity, request.id);
  const auto found = requests_.find(key);
  if (found == requests_.end()) {
    if (requests_.size() >= settings_.requests_max) {
      return Refused(
          Refusal::kRequestsFull,
          absl::ResourceExhaustedError(absl::StrCat(
              "requests that are remembered are ", requests_.size(),
              ", requests_max is ", settings_.requests_max,
              "; each is kept for ", absl::FormatDuration(settings_.window))));
    }
    Request& begun = requests_[std::move(key)];
    begun.payload_crc32 = payload_crc32;
    begun.ended = false;
    return true;
  }
  Request& first = found->second;
  if (first.payload_crc32 != payload_crc32) {
    return Refused(
        Refusal::kOtherRequest,
        absl::InvalidArgumentError(
            "request.id names another transaction, which came before"));
  }
  if (!first.committed.has_value()) {
    first.waiting.push_back(std::move(*done));
    return false;
  }
  const absl::StatusOr<RequestExtra> extra =
      DecodeRequestExtra(first.committed->extra);
  if (!extra.ok()) return extra.status();
  absl::StatusOr<Receipt> receipt = DecodeReceipt(extra->receipt);
  if (!receipt.ok()) return receipt.status();
  receipt->replayed = true;
  *replay = *std::move(receipt);
  return false;
}

std::string RequestTable::ExtraFor(const RequestId& request,
                                   const Receipt& receipt) const {
  const std::string encoded = EncodeReceipt(receipt);
  const absl::MutexLock lock(&mu_);
  const auto found = requests_.find(KeyOf(request.identity, request.id));
  const uint32_t crc =
      found == requests_.end() ? 0 : found->second.payload_crc32;
  return EncodeRequestExtra({request.identity, request.id, crc, encoded});
}

absl::Status RequestTable::Remember(const CommittedRequest& request) {
  const absl::StatusOr<RequestExtra> extra = DecodeRequestExtra(request.extra);
  if (!extra.ok()) return extra.status();
  const absl::MutexLock lock(&mu_);
  if (IsOld(request.time_us)) return absl::OkStatus();
  std::string key = KeyOf(extra->identity, extra->id);
  Request& entry = requests_[key];
  // A segment and the one that it was compacted into may both have it.
  if (entry.committed.has_value()) return absl::OkStatus();
  entry.payload_crc32 = extra->payload_crc32;
  entry.committed = request;
  bytes_ += kRequestBytes + 2 * key.size() + request.extra.size();
  order_.emplace_back(request.time_us, std::move(key));
  return absl::OkStatus();
}

std::vector<RequestTable::Callback> RequestTable::End(
    const RequestId& request) {
  const absl::MutexLock lock(&mu_);
  const auto found = requests_.find(KeyOf(request.identity, request.id));
  if (found == requests_.end()) return {};
  found->second.ended = true;
  std::vector<Callback> waiting = std::move(found->second.waiting);
  found->second.waiting.clear();
  if (!found->second.committed.has_value()) requests_.erase(found);
  return waiting;
}

std::vector<CommittedRequest> RequestTable::Until(Revision revision) const {
  const absl::MutexLock lock(&mu_);
  std::vector<CommittedRequest> kept;
  for (const auto& [time_us, key] : order_) {
    const CommittedRequest& request = *requests_.at(key).committed;
    if (request.revision <= revision && !IsOld(time_us)) {
      kept.push_back(request);
    }
  }
  return kept;
}

uint64_t RequestTable::count() const {
  const absl::MutexLock lock(&mu_);
  return requests_.size();
}

uint64_t RequestTable::bytes() const {
  const absl::MutexLock lock(&mu_);
  return bytes_;
}

}  // namespace rundlet

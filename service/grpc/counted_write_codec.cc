#include "service/grpc/counted_write_codec.h"

#include <cstdint>
#include <utility>

#include "service/grpc/expiry_codec.h"
#include "service/grpc/key_range_codec.h"
#include "service/grpc/write_fields.h"

namespace rundlet {

absl::StatusOr<DecodedWrite> Decode(v1::AddRequest* proto,
                                    const Limits& limits) {
  DecodedWrite write;
  const absl::Status status = DecodeKeyed(proto, limits, &write);
  if (!status.ok()) return status;
  const absl::StatusOr<Expiry> expiry = DecodeExpiry(FieldPath(), *proto);
  if (!expiry.ok()) return expiry.status();
  write.transaction.operations.push_back(
      AddOperation{std::move(*proto->mutable_key()), proto->delta(),
                   proto->initial(), *expiry});
  return write;
}

absl::StatusOr<DecodedWrite> Decode(v1::DeleteRangeRequest* proto,
                                    const Limits& limits) {
  DecodedWrite write;
  DecodeWishes(*proto, &write);
  const absl::Status status = DecodeDemands(*proto, limits, &write.transaction);
  if (!status.ok()) return status;
  absl::StatusOr<KeyRange> range = DecodeKeyRange(FieldPath(), *proto, limits);
  if (!range.ok()) return range.status();
  write.transaction.operations.push_back(
      DeleteRangeOperation{*std::move(range), proto->keys_max()});
  return write;
}

absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::AddResponse* proto) {
  absl::Status status = EncodeKeyed(&receipt, notes, proto);
  if (!status.ok()) return status;
  proto->set_sum(receipt.results[0].number.value_or(0));
  proto->set_existed(receipt.results[0].existed);
  return absl::OkStatus();
}

absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::DeleteRangeResponse* proto) {
  EncodeReceipt(receipt, proto);
  OperationResult& result = receipt.results[0];
  proto->set_deleted_count(static_cast<uint64_t>(result.number.value_or(0)));
  EntryEncoder encoder(notes.json_as_text);
  for (Entry& entry : result.entries) {
    encoder.Encode(std::move(entry), proto->add_previous());
  }
  return absl::OkStatus();
}

}  // namespace rundlet

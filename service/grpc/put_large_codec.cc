#include "service/grpc/put_large_codec.h"

#include <utility>

#include "service/grpc/errors.h"
#include "service/grpc/expiry_codec.h"
#include "service/grpc/write_fields.h"

namespace rundlet {
namespace {

absl::StatusOr<ValueKind> DecodeKind(v1::ValueKind proto) {
  switch (proto) {
    case v1::VALUE_KIND_TEXT:
      return ValueKind::kText;
    case v1::VALUE_KIND_DATA:
      return ValueKind::kData;
    default:
      return InvalidField(FieldPath("kind"),
                          "must be VALUE_KIND_TEXT or VALUE_KIND_DATA");
  }
}

}  // namespace

absl::StatusOr<DecodedPutLarge> Decode(v1::PutLargeHeader* proto,
                                       const Limits& limits,
                                       uint64_t large_value_bytes_max) {
  DecodedPutLarge put;
  absl::Status status = DecodeKeyed(proto, limits, &put.write);
  if (!status.ok()) return status;
  status = DecodePutConditions(*proto, &put.write);
  if (!status.ok()) return status;
  const absl::StatusOr<ValueKind> kind = DecodeKind(proto->kind());
  if (!kind.ok()) return kind.status();
  put.kind = *kind;
  if (proto->has_value_bytes()) {
    put.value_bytes = proto->value_bytes();
    if (*put.value_bytes > large_value_bytes_max) {
      return LimitExceeded(FieldPath("value_bytes"), "large_value_bytes_max",
                           large_value_bytes_max, *put.value_bytes);
    }
  }
  const absl::StatusOr<Expiry> expiry = DecodeExpiry(FieldPath(), *proto);
  if (!expiry.ok()) return expiry.status();
  put.key = std::move(*proto->mutable_key());
  put.write.transaction.operations.push_back(
      PutOperation{put.key, Value(), *expiry});
  return put;
}

absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::PutLargeResponse* proto) {
  absl::Status status = EncodeKeyed(&receipt, notes, proto);
  if (!status.ok()) return status;
  proto->set_existed(receipt.results[0].existed);
  return absl::OkStatus();
}

}  // namespace rundlet

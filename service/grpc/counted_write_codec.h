// Add and DeleteRange between the wire and Store; as transaction_codec.h.

#ifndef RUNDLET_SERVICE_GRPC_COUNTED_WRITE_CODEC_H_
#define RUNDLET_SERVICE_GRPC_COUNTED_WRITE_CODEC_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rundlet/v1/counted_write.pb.h"
#include "service/grpc/transaction_codec.h"
#include "storage/limits.h"
#include "storage/transaction.h"

namespace rundlet {

absl::StatusOr<DecodedWrite> Decode(v1::AddRequest* proto,
                                    const Limits& limits);
absl::StatusOr<DecodedWrite> Decode(v1::DeleteRangeRequest* proto,
                                    const Limits& limits);

absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::AddResponse* proto);
absl::Status Encode(Receipt receipt, const WriteNotes& notes,
                    v1::DeleteRangeResponse* proto);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_COUNTED_WRITE_CODEC_H_

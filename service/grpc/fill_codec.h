// Fill leases between the wire and FillStore.

#ifndef RUNDLET_SERVICE_GRPC_FILL_CODEC_H_
#define RUNDLET_SERVICE_GRPC_FILL_CODEC_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rundlet/v1/read.pb.h"
#include "service/grpc/read_codec.h"
#include "storage/fill/fill_lease.h"

namespace rundlet {

// What a Get with terms asks for. INVALID_FIELD: a time is beyond its limit.
// NOT_CONFIGURED: there are no leases.
absl::StatusOr<FillRequest> ToFillRequest(ReadRequest read,
                                          const FillTerms& terms,
                                          const FillLimits& limits);

std::string EncodeFillToken(const FillToken& token, absl::string_view store_id);

// INVALID_FIELD: not a token that a Get gave. FOREIGN_STORE: another store's.
absl::StatusOr<FillToken> DecodeFillToken(absl::string_view text,
                                          absl::string_view store_id);

// NOT_CONFIGURED.
absl::Status NoFillLeases();

// Fills an empty answer.
absl::Status Encode(FillResult result, const ReadNotes& notes,
                    absl::string_view store_id, v1::GetResponse* proto);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_FILL_CODEC_H_

// Times and expiries between the wire and Store.

#ifndef RUNDLET_SERVICE_GRPC_EXPIRY_CODEC_H_
#define RUNDLET_SERVICE_GRPC_EXPIRY_CODEC_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "rundlet/v1/counted_write.pb.h"
#include "rundlet/v1/large.pb.h"
#include "rundlet/v1/transaction.pb.h"
#include "rundlet/v1/write.pb.h"
#include "service/grpc/field_path.h"
#include "storage/transaction.h"

namespace rundlet {

// The expiry of a message that has the oneof `expiry`; `message` is the path of
// that message. INVALID_FIELD: a duration is not positive, a duration, time or
// jitter is outside of what is allowed, a flag is false, or, where the oneof is
// required, it is not set. Fractions of a microsecond are rounded up.
absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::PutRequest& proto);
absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::PutOperation& proto);
absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::PutLargeHeader& proto);
absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::SetExpiryRequest& proto);
absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::SetExpiryOperation& proto);
absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::AddRequest& proto);
absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::AddOperation& proto);

// INVALID_FIELD: not a test.
absl::StatusOr<ExpiryTest> DecodeExpiryTest(const FieldPath& field,
                                            v1::ExpiryTest proto);

// A positive duration, rounded up to a microsecond. INVALID_FIELD: not
// positive, or outside of what Protobuf allows.
absl::StatusOr<absl::Duration> DecodeDuration(
    const FieldPath& field, const google::protobuf::Duration& proto);

// A time in microseconds, cut to the years 1 to 9999.
void EncodeTime(absl::Time time, google::protobuf::Timestamp* proto);

// A finite duration.
void EncodeDuration(absl::Duration duration, google::protobuf::Duration* proto);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_EXPIRY_CODEC_H_

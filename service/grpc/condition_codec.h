// Conditions between the wire and Store.

#ifndef RUNDLET_SERVICE_GRPC_CONDITION_CODEC_H_
#define RUNDLET_SERVICE_GRPC_CONDITION_CODEC_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "rundlet/v1/condition.pb.h"
#include "storage/limits.h"
#include "storage/transaction.h"

namespace rundlet {

using ProtoConditions = google::protobuf::RepeatedPtrField<v1::Condition>;

// Checks the field `conditions`, takes keys and values out of it, and appends
// what it says. A condition without a key is about `own_key`; if that is empty,
// too, it is refused. INVALID_FIELD and LIMIT_EXCEEDED name the field.
absl::Status DecodeConditions(ProtoConditions* proto, absl::string_view own_key,
                              const Limits& limits,
                              std::vector<Condition>* conditions);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_CONDITION_CODEC_H_

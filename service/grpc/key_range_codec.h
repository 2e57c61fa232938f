// Ranges of keys between the wire and Store.

#ifndef RUNDLET_SERVICE_GRPC_KEY_RANGE_CODEC_H_
#define RUNDLET_SERVICE_GRPC_KEY_RANGE_CODEC_H_

#include <utility>

#include "absl/status/statusor.h"
#include "service/grpc/errors.h"
#include "service/grpc/field_path.h"
#include "storage/limits.h"
#include "storage/scan.h"

namespace rundlet {

// The range of a message that has `prefix`, `start` and `end`; `message` is the
// path of that message. INVALID_FIELD: a prefix and another one.
// LIMIT_EXCEEDED: one is longer than a key may be.
template <typename Proto>
absl::StatusOr<KeyRange> DecodeKeyRange(const FieldPath& message,
                                        const Proto& proto,
                                        const Limits& limits) {
  for (const auto& [name, text] : {std::make_pair("prefix", &proto.prefix()),
                                   std::make_pair("start", &proto.start()),
                                   std::make_pair("end", &proto.end())}) {
    if (text->size() <= limits.key_bytes_max) continue;
    return LimitExceeded(FieldPath(message, name), "key_bytes_max",
                         limits.key_bytes_max, text->size());
  }
  if (proto.prefix().empty()) return KeyRange{proto.start(), proto.end()};
  if (proto.start().empty() && proto.end().empty()) {
    return KeyRange::Prefix(proto.prefix());
  }
  return InvalidField(FieldPath(message, "prefix"),
                      "does not go together with start or end");
}

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_KEY_RANGE_CODEC_H_

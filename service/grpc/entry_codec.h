// Keys, values and entries between the wire and Store.

#ifndef RUNDLET_SERVICE_GRPC_ENTRY_CODEC_H_
#define RUNDLET_SERVICE_GRPC_ENTRY_CODEC_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rundlet/v1/entry.pb.h"
#include "service/grpc/field_path.h"
#include "storage/entry.h"
#include "storage/limits.h"
#include "storage/transaction.h"

namespace rundlet {

// What the messages of one answer may take more for JSON as
// google.protobuf.Value than for its text. It bounds what a page or an answer
// within the limits of Store becomes on the wire.
inline constexpr size_t kJsonExpansionBytesMax = size_t{256} << 10;

// INVALID_FIELD: empty. LIMIT_EXCEEDED: key_bytes_max.
absl::Status CheckKey(const FieldPath& field, const std::string& key,
                      const Limits& limits);

// Takes the value out of the message. INVALID_FIELD: no kind, or not JSON.
// LIMIT_EXCEEDED: value_bytes_max, or JSON is nested too deep.
absl::StatusOr<Value> DecodeValue(const FieldPath& field, v1::Value* proto,
                                  const Limits& limits);

// INVALID_FIELD: not a durability.
absl::StatusOr<Durability> DecodeDurability(const FieldPath& field,
                                            v1::Durability proto);

v1::Durability EncodeDurability(Durability durability);

// Unspecified for kLarge, which is no kind of its own on the wire.
v1::ValueKind EncodeValueKind(ValueKind kind);

// Writes the entries of one answer. Not thread-safe.
class EntryEncoder {
 public:
  explicit EntryEncoder(bool json_as_text) : json_as_text_(json_as_text) {}

  // Fills an empty message. Of a large value it tells what it is.
  void Encode(Entry entry, v1::Entry* proto);

  // Likewise, without the value.
  static void EncodeMetadata(Entry entry, v1::Entry* proto);

 private:
  void EncodeValue(Value value, v1::Value* proto);

  const bool json_as_text_;
  size_t json_expansion_bytes_left_ = kJsonExpansionBytesMax;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_ENTRY_CODEC_H_

#include "service/grpc/entry_codec.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "service/grpc/errors.h"
#include "service/grpc/expiry_codec.h"
#include "service/grpc/json_text.h"
#include "storage/large_value.h"

namespace rundlet {
namespace {

absl::Status CheckValueBytes(const FieldPath& field, uint64_t bytes,
                             const Limits& limits) {
  if (bytes <= limits.value_bytes_max) return absl::OkStatus();
  return LimitExceeded(field, "value_bytes_max", limits.value_bytes_max, bytes);
}

// Everything but the value.
void EncodeAround(Entry* entry, v1::Entry* proto) {
  proto->set_key(std::move(entry->key));
  proto->set_revision(entry->revision);
  proto->set_create_revision(entry->create_revision);
  proto->set_version(entry->version);
  EncodeTime(entry->created, proto->mutable_create_time());
  EncodeTime(entry->modified, proto->mutable_modify_time());
  if (entry->expiry != absl::InfiniteFuture()) {
    EncodeTime(entry->expiry, proto->mutable_expire_time());
  }
}

}  // namespace

absl::Status CheckKey(const FieldPath& field, const std::string& key,
                      const Limits& limits) {
  if (key.empty()) return InvalidField(field, "must not be empty");
  if (key.size() <= limits.key_bytes_max) return absl::OkStatus();
  return LimitExceeded(field, "key_bytes_max", limits.key_bytes_max,
                       key.size());
}

absl::StatusOr<Value> DecodeValue(const FieldPath& field, v1::Value* proto,
                                  const Limits& limits) {
  Value value;
  switch (proto->kind_case()) {
    case v1::Value::kText:
      value = Value::Text(std::move(*proto->mutable_text()));
      break;
    case v1::Value::kData:
      value = Value::Data(std::move(*proto->mutable_data()));
      break;
    case v1::Value::kJson: {
      absl::StatusOr<std::string> text =
          JsonTextFromValue(FieldPath(field, "json"), proto->json());
      if (!text.ok()) return text.status();
      value = Value::Json(*std::move(text));
      break;
    }
    case v1::Value::kJsonText:
      value = Value::Json(std::move(*proto->mutable_json_text()));
      break;
    case v1::Value::KIND_NOT_SET:
      return InvalidField(field, "is required: text, data, json or json_text");
  }
  absl::Status status = CheckValueBytes(field, value.bytes.size(), limits);
  if (status.ok() && proto->has_json_text()) {
    status = CheckJsonText(FieldPath(field, "json_text"), value.bytes);
  }
  if (!status.ok()) return status;
  return value;
}

absl::StatusOr<Durability> DecodeDurability(const FieldPath& field,
                                            v1::Durability proto) {
  switch (proto) {
    case v1::DURABILITY_UNSPECIFIED:
      return Durability::kDefault;
    case v1::DURABILITY_MEMORY:
      return Durability::kMemory;
    case v1::DURABILITY_OS:
      return Durability::kOs;
    case v1::DURABILITY_DISK:
      return Durability::kDisk;
    default:
      return InvalidField(field, "is not a durability that this server knows");
  }
}

v1::Durability EncodeDurability(Durability durability) {
  switch (durability) {
    case Durability::kMemory:
      return v1::DURABILITY_MEMORY;
    case Durability::kOs:
      return v1::DURABILITY_OS;
    case Durability::kDisk:
      return v1::DURABILITY_DISK;
    case Durability::kDefault:
      break;
  }
  return v1::DURABILITY_UNSPECIFIED;
}

v1::ValueKind EncodeValueKind(ValueKind kind) {
  switch (kind) {
    case ValueKind::kText:
      return v1::VALUE_KIND_TEXT;
    case ValueKind::kData:
      return v1::VALUE_KIND_DATA;
    case ValueKind::kJson:
      return v1::VALUE_KIND_JSON;
    case ValueKind::kLarge:
      break;
  }
  return v1::VALUE_KIND_UNSPECIFIED;
}

void EntryEncoder::Encode(Entry entry, v1::Entry* proto) {
  if (entry.value.kind == ValueKind::kLarge) {
    return EncodeMetadata(std::move(entry), proto);
  }
  EncodeAround(&entry, proto);
  EncodeValue(std::move(entry.value), proto->mutable_value());
}

void EntryEncoder::EncodeMetadata(Entry entry, v1::Entry* proto) {
  EncodeAround(&entry, proto);
  proto->set_value_omitted(true);
  if (entry.value.kind != ValueKind::kLarge) return;
  const absl::StatusOr<LargeValue> large = DecodeLargeValue(entry.value.bytes);
  if (!large.ok()) return;  // GetLarge says what is wrong with it
  proto->mutable_large_value()->set_kind(EncodeValueKind(large->kind));
  proto->mutable_large_value()->set_bytes(large->bytes);
  proto->mutable_large_value()->set_crc32(large->crc32);
}

void EntryEncoder::EncodeValue(Value value, v1::Value* proto) {
  switch (value.kind) {
    case ValueKind::kText:
      proto->set_text(std::move(value.bytes));
      return;
    case ValueKind::kData:
      proto->set_data(std::move(value.bytes));
      return;
    case ValueKind::kLarge:
      return;  // Encode leaves it out
    case ValueKind::kJson:
      break;
  }
  if (!json_as_text_ && JsonValueFromText(value.bytes, proto->mutable_json())) {
    const size_t encoded_bytes = proto->json().ByteSizeLong();
    const size_t expansion_bytes =
        encoded_bytes - std::min(encoded_bytes, value.bytes.size());
    if (expansion_bytes <= json_expansion_bytes_left_) {
      json_expansion_bytes_left_ -= expansion_bytes;
      return;
    }
  }
  proto->set_json_text(std::move(value.bytes));
}

}  // namespace rundlet

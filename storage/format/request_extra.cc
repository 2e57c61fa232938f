#include "storage/format/request_extra.h"

#include "storage/format/fixed_int.h"

namespace rundlet {
namespace {

constexpr size_t kHeaderBytes = 8;

}  // namespace

std::string EncodeRequestExtra(const RequestExtra& extra) {
  std::string bytes;
  AppendFixed(static_cast<uint16_t>(extra.identity.size()), &bytes);
  AppendFixed(static_cast<uint16_t>(extra.id.size()), &bytes);
  AppendFixed(extra.payload_crc32, &bytes);
  for (const absl::string_view part :
       {extra.identity, extra.id, extra.receipt}) {
    bytes.append(part.data(), part.size());
  }
  return bytes;
}

absl::StatusOr<RequestExtra> DecodeRequestExtra(absl::string_view bytes) {
  if (bytes.size() < kHeaderBytes) {
    return absl::DataLossError("a request in a record is too short");
  }
  const size_t identity_bytes = DecodeFixed<uint16_t>(bytes.data());
  const size_t id_bytes = DecodeFixed<uint16_t>(bytes.data() + 2);
  RequestExtra extra;
  extra.payload_crc32 = DecodeFixed<uint32_t>(bytes.data() + 4);
  bytes.remove_prefix(kHeaderBytes);
  if (bytes.size() < identity_bytes + id_bytes) {
    return absl::DataLossError("a request in a record is too short");
  }
  extra.identity = bytes.substr(0, identity_bytes);
  extra.id = bytes.substr(identity_bytes, id_bytes);
  extra.receipt = bytes.substr(identity_bytes + id_bytes);
  return extra;
}

}  // namespace rundlet

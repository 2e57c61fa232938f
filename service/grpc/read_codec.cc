#include "service/grpc/read_codec.h"

#include <cstddef>
#include <utility>

#include "service/grpc/entry_codec.h"
#include "service/grpc/errors.h"
#include "service/grpc/expiry_codec.h"
#include "service/grpc/snapshot_codec.h"

namespace rundlet {
namespace {

void EncodeFound(Entry entry, const ReadNotes& notes, EntryEncoder* encoder,
                 v1::Entry* proto) {
  if (notes.metadata_only) {
    EntryEncoder::EncodeMetadata(std::move(entry), proto);
  } else {
    encoder->Encode(std::move(entry), proto);
  }
}

// All but the keys.
template <typename Proto>
absl::Status DecodeCommon(const Proto& proto, absl::string_view store_id,
                          DecodedRead* decoded) {
  decoded->notes.metadata_only = proto.metadata_only();
  decoded->notes.json_as_text = proto.json_as_text();
  decoded->notes.at_snapshot = !proto.snapshot_token().empty();
  decoded->read.not_before = proto.min_revision();
  decoded->read.metadata_only = proto.metadata_only();
  return DecodeSnapshotOfRead(proto.snapshot_token(), proto.min_revision(),
                              store_id, &decoded->read.at,
                              &decoded->read.at_time);
}

absl::Status DecodeFillTerms(const v1::GetRequest& proto,
                             DecodedRead* decoded) {
  if (!proto.has_fill_lease()) return absl::OkStatus();
  if (!proto.snapshot_token().empty()) {
    return InvalidField(FieldPath("fill_lease"),
                        "does not go together with snapshot_token");
  }
  const v1::FillLeaseTerms& terms = proto.fill_lease();
  decoded->fill.emplace();
  // Not to wait is a wish that can be said.
  if (terms.wait().seconds() != 0 || terms.wait().nanos() != 0) {
    const absl::StatusOr<absl::Duration> wait =
        DecodeDuration(FieldPath("fill_lease.wait"), terms.wait());
    if (!wait.ok()) return wait.status();
    decoded->fill->wait = *wait;
  }
  if (!terms.has_hold()) return absl::OkStatus();
  const absl::StatusOr<absl::Duration> hold =
      DecodeDuration(FieldPath("fill_lease.hold"), terms.hold());
  if (!hold.ok()) return hold.status();
  decoded->fill->hold = *hold;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DecodedRead> Decode(v1::GetRequest* proto, const Limits& limits,
                                   absl::string_view store_id) {
  absl::Status status = CheckKey(FieldPath("key"), proto->key(), limits);
  if (!status.ok()) return status;
  DecodedRead decoded;
  decoded.notes.keys.push_back(proto->key());
  decoded.notes.allow_missing = proto->allow_missing();
  decoded.read.keys.push_back(std::move(*proto->mutable_key()));
  status = DecodeFillTerms(*proto, &decoded);
  if (status.ok()) status = DecodeCommon(*proto, store_id, &decoded);
  if (!status.ok()) return status;
  return decoded;
}

absl::StatusOr<DecodedRead> Decode(v1::BatchGetRequest* proto,
                                   const Limits& limits,
                                   absl::string_view store_id) {
  const auto count = static_cast<uint64_t>(proto->keys_size());
  if (count == 0) return InvalidField(FieldPath("keys"), "must not be empty");
  if (count > limits.read_keys_max) {
    return LimitExceeded(FieldPath("keys"), "batch_keys_max",
                         limits.read_keys_max, count);
  }
  DecodedRead decoded;
  decoded.read.keys.reserve(count);
  for (int i = 0; i < proto->keys_size(); ++i) {
    absl::Status status =
        CheckKey(FieldPath(FieldPath(), "keys", i), proto->keys(i), limits);
    if (!status.ok()) return status;
    decoded.read.keys.push_back(std::move(*proto->mutable_keys(i)));
  }
  decoded.notes.keys = decoded.read.keys;
  absl::Status status = DecodeCommon(*proto, store_id, &decoded);
  if (!status.ok()) return status;
  return decoded;
}

absl::Status Encode(ReadResult result, const ReadNotes& notes,
                    v1::GetResponse* proto) {
  std::optional<Entry>& entry = result.entries[0];
  if (!entry && !notes.allow_missing) {
    return KeyNotFound(notes.keys[0], result.read_revision);
  }
  proto->set_read_revision(result.read_revision);
  if (entry) {
    EntryEncoder encoder(notes.json_as_text);
    EncodeFound(*std::move(entry), notes, &encoder, proto->mutable_entry());
  }
  return absl::OkStatus();
}

absl::Status Encode(ReadResult result, const ReadNotes& notes,
                    v1::BatchGetResponse* proto) {
  proto->set_read_revision(result.read_revision);
  proto->mutable_results()->Reserve(static_cast<int>(result.entries.size()));
  EntryEncoder encoder(notes.json_as_text);
  for (size_t i = 0; i < result.entries.size(); ++i) {
    v1::BatchGetResult* encoded = proto->add_results();
    if (result.entries[i]) {
      EncodeFound(*std::move(result.entries[i]), notes, &encoder,
                  encoded->mutable_entry());
    } else {
      encoded->set_missing(notes.keys[i]);
    }
  }
  return absl::OkStatus();
}

}  // namespace rundlet

#include "service/grpc/range_codec.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/grpc/entry_codec.h"
#include "service/grpc/errors.h"
#include "service/grpc/page_token.h"
#include "service/grpc/snapshot_codec.h"
#include "zlib.h"

namespace rundlet {
namespace {

// Sizes come first, so that no two requests look alike.
template <typename Proto>
uint32_t RequestDigest(const Proto& proto) {
  const std::string bytes = absl::StrCat(
      proto.prefix().size(), ",", proto.start().size(), ",", proto.end().size(),
      ",", proto.reverse() ? "r" : "f", proto.keys_only() ? "k" : "e",
      proto.prefix(), proto.start(), proto.end(), proto.snapshot_token());
  return static_cast<uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

template <typename Proto>
absl::StatusOr<DecodedRange> DecodeCommon(const Proto& proto,
                                          absl::string_view store_id) {
  DecodedRange range;
  if (!proto.prefix().empty()) {
    if (!proto.start().empty() || !proto.end().empty()) {
      return InvalidField(FieldPath("prefix"),
                          "does not go together with start or end");
    }
    range.scan.range = KeyRange::Prefix(proto.prefix());
  } else {
    range.scan.range = {proto.start(), proto.end()};
  }
  range.scan.reverse = proto.reverse();
  range.scan.entries_max = kPageSizeMax;
  range.scan.bytes_max = kPageStoredBytesMax;
  range.scan.projection = proto.keys_only() ? ScanRequest::Projection::kMetadata
                                            : ScanRequest::Projection::kEntries;
  range.notes = {RequestDigest(proto), proto.keys_only(), proto.json_as_text(),
                 /*pinned=*/true};
  if (proto.page_token().empty()) {
    range.notes.pinned = !proto.snapshot_token().empty();
    range.scan.not_before = proto.min_revision();
    absl::Status status =
        DecodeSnapshotOfRead(proto.snapshot_token(), proto.min_revision(),
                             store_id, &range.scan.at, &range.scan.at_time);
    if (!status.ok()) return status;
    return range;
  }
  absl::StatusOr<PageToken> token =
      DecodePageToken(proto.page_token(), store_id, range.notes.request_digest);
  if (!token.ok()) return token.status();
  range.scan.after = std::move(token->last_key);
  range.scan.at = token->read_revision;
  range.scan.at_time = token->read_time;
  return range;
}

template <typename Proto>
absl::Status EncodeCommon(ScanPage page, const RangeNotes& notes,
                          absl::string_view store_id, Proto* proto) {
  proto->set_read_revision(page.read_revision);
  if (page.more) {
    if (page.entries.empty()) {
      return MakeError(Reason::kInternal, "a page is empty and not the last");
    }
    proto->set_next_page_token(
        EncodePageToken({notes.request_digest, page.read_revision,
                         page.read_time, page.entries.back().key},
                        store_id));
  }
  EntryEncoder encoder(notes.json_as_text);
  proto->mutable_entries()->Reserve(static_cast<int>(page.entries.size()));
  for (Entry& entry : page.entries) {
    if (notes.keys_only) {
      EntryEncoder::EncodeMetadata(std::move(entry), proto->add_entries());
    } else {
      encoder.Encode(std::move(entry), proto->add_entries());
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DecodedRange> Decode(const v1::ListRequest& proto,
                                    absl::string_view store_id) {
  if (proto.page_size() < 0) {
    return InvalidField(FieldPath("page_size"),
                        absl::StrCat("is ", proto.page_size(), ", below 0"));
  }
  if (proto.count_only() &&
      (proto.keys_only() || !proto.page_token().empty())) {
    return InvalidField(FieldPath("count_only"),
                        "does not go together with keys_only or page_token");
  }
  absl::StatusOr<DecodedRange> range = DecodeCommon(proto, store_id);
  if (!range.ok()) return range.status();
  if (proto.count_only()) {
    range->scan.projection = ScanRequest::Projection::kCount;
  }
  if (proto.page_size() > 0) {
    range->scan.entries_max =
        std::min(static_cast<uint32_t>(proto.page_size()), kPageSizeMax);
  }
  return range;
}

absl::StatusOr<DecodedRange> Decode(const v1::ScanRequest& proto,
                                    absl::string_view store_id) {
  return DecodeCommon(proto, store_id);
}

absl::Status Encode(ScanPage page, const RangeNotes& notes,
                    absl::string_view store_id, v1::ListResponse* proto) {
  proto->set_count(page.count);
  return EncodeCommon(std::move(page), notes, store_id, proto);
}

absl::Status Encode(ScanPage page, const RangeNotes& notes,
                    absl::string_view store_id, v1::ScanResponse* proto) {
  return EncodeCommon(std::move(page), notes, store_id, proto);
}

}  // namespace rundlet

#include "service/grpc/fill_codec.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/grpc/errors.h"
#include "service/grpc/expiry_codec.h"
#include "service/grpc/field_path.h"
#include "service/grpc/sealed_token.h"

namespace rundlet {
namespace {

constexpr size_t kBodyBytes = 8 + 8;

// For those who do not say how long they may take.
constexpr absl::Duration kDefaultHold = absl::Seconds(10);

absl::Status CheckTime(absl::string_view field, absl::Duration time,
                       absl::string_view limit_name, absl::Duration limit) {
  if (time <= limit) return absl::OkStatus();
  return InvalidField(
      FieldPath(field),
      absl::StrCat("is ", absl::FormatDuration(time), ", ", limit_name, " is ",
                   absl::FormatDuration(limit)));
}

}  // namespace

absl::StatusOr<FillRequest> ToFillRequest(ReadRequest read,
                                          const FillTerms& terms,
                                          const FillLimits& limits) {
  if (limits.leases_max == 0) return NoFillLeases();
  absl::Status checked = CheckTime("fill_lease.wait", terms.wait,
                                   "fill_wait_max", limits.wait_max);
  if (checked.ok()) {
    checked = CheckTime("fill_lease.hold", terms.hold, "fill_hold_max",
                        limits.hold_max);
  }
  if (!checked.ok()) return checked;
  FillRequest request;
  request.read = std::move(read);
  request.wait = terms.wait;
  request.hold = terms.hold != absl::ZeroDuration()
                     ? terms.hold
                     : std::min(kDefaultHold, limits.hold_max);
  return request;
}

std::string EncodeFillToken(const FillToken& token,
                            absl::string_view store_id) {
  std::string body;
  AppendNumber(token.life, &body);
  AppendNumber(token.number, &body);
  return SealToken(TokenKind::kFill, store_id, body);
}

absl::StatusOr<FillToken> DecodeFillToken(absl::string_view text,
                                          absl::string_view store_id) {
  const absl::StatusOr<std::string> body =
      UnsealToken(TokenKind::kFill, store_id, text);
  if (absl::IsFailedPrecondition(body.status())) {
    return MakeError(Reason::kForeignStore,
                     "fill_token was given by another store",
                     {{"field", "fill_token"}});
  }
  if (!body.ok() || body->size() != kBodyBytes) {
    return InvalidField(FieldPath("fill_token"), "is not one that a Get gave");
  }
  absl::string_view bytes = *body;
  FillToken token;
  token.life = TakeNumber<uint64_t>(&bytes);
  token.number = TakeNumber<uint64_t>(&bytes);
  return token;
}

absl::Status NoFillLeases() {
  return MakeError(Reason::kNotConfigured,
                   "the server was started without fill leases",
                   {{"option", "fill_leases_max"}});
}

absl::Status Encode(FillResult result, const ReadNotes& notes,
                    absl::string_view store_id, v1::GetResponse* proto) {
  if (result.read.entries[0].has_value()) {
    return Encode(std::move(result.read), notes, proto);
  }
  proto->set_read_revision(result.read.read_revision);
  if (result.lease.has_value()) {
    v1::FillLease* const lease = proto->mutable_fill_lease();
    lease->set_fill_token(EncodeFillToken(result.lease->token, store_id));
    EncodeTime(result.lease->end, lease->mutable_end_time());
  } else {
    proto->mutable_fill_under_way();
  }
  return absl::OkStatus();
}

}  // namespace rundlet

#include "service/grpc/expiry_codec.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "service/grpc/errors.h"

namespace rundlet {
namespace {

// What google/protobuf/{duration,timestamp}.proto allow.
constexpr int64_t kDurationSecondsMax = 315'576'000'000;
constexpr int64_t kTimeSecondsMin = -62'135'596'800;
constexpr int64_t kTimeSecondsMax = 253'402'300'799;
constexpr int32_t kNanosMax = 999'999'999;
constexpr int64_t kMicrosPerSecond = 1'000'000;

template <typename Proto>
absl::StatusOr<Expiry> DecodeTtl(const FieldPath& message, const Proto& proto) {
  const absl::StatusOr<absl::Duration> ttl =
      DecodeDuration(FieldPath(message, "ttl"), proto.ttl());
  if (!ttl.ok()) return ttl.status();
  return Expiry::After(*ttl, proto.jitter_percent());
}

template <typename Proto>
absl::Status CheckJitter(const FieldPath& message, const Proto& proto) {
  const uint32_t percent = proto.jitter_percent();
  if (percent == 0) return absl::OkStatus();
  const FieldPath field(message, "jitter_percent");
  if (!proto.has_ttl()) return InvalidField(field, "needs a ttl");
  if (percent <= Expiry::kJitterPercentMax) return absl::OkStatus();
  return InvalidField(field, absl::StrCat("is ", percent, ", it is 0 to ",
                                          Expiry::kJitterPercentMax));
}

absl::StatusOr<Expiry> DecodeExpireTime(
    const FieldPath& field, const google::protobuf::Timestamp& proto) {
  if (proto.seconds() < kTimeSecondsMin || proto.seconds() > kTimeSecondsMax ||
      proto.nanos() < 0 || proto.nanos() > kNanosMax) {
    return InvalidField(field, "is not in the years 1 to 9999");
  }
  const absl::Duration since_epoch = absl::Ceil(
      absl::Seconds(proto.seconds()) + absl::Nanoseconds(proto.nanos()),
      absl::Microseconds(1));
  return Expiry::At(absl::UnixEpoch() + since_epoch);
}

// `ttl` or `expire_time`; empty: neither is set.
template <typename Proto>
absl::StatusOr<std::optional<Expiry>> DecodeTime(const FieldPath& message,
                                                 const Proto& proto) {
  const absl::Status jitter = CheckJitter(message, proto);
  if (!jitter.ok()) return jitter;
  switch (proto.expiry_case()) {
    case Proto::kTtl:
      return DecodeTtl(message, proto);
    case Proto::kExpireTime:
      return DecodeExpireTime(FieldPath(message, "expire_time"),
                              proto.expire_time());
    default:
      return std::nullopt;
  }
}

template <typename Proto>
absl::StatusOr<Expiry> DecodePutExpiry(const FieldPath& message,
                                       const Proto& proto) {
  const absl::StatusOr<std::optional<Expiry>> time = DecodeTime(message, proto);
  if (!time.ok()) return time.status();
  if (time->has_value()) return **time;
  if (!proto.has_keep_expiry()) return Expiry::Never();
  if (proto.keep_expiry()) return Expiry::Keep();
  return InvalidField(FieldPath(message, "keep_expiry"),
                      "must be true or not set");
}

template <typename Proto>
absl::StatusOr<Expiry> DecodeNewExpiry(const FieldPath& message,
                                       const Proto& proto) {
  const absl::StatusOr<std::optional<Expiry>> time = DecodeTime(message, proto);
  if (!time.ok()) return time.status();
  if (time->has_value()) return **time;
  if (!proto.has_never()) {
    return InvalidField(FieldPath(message, "expiry"),
                        "is required: ttl, expire_time or never");
  }
  if (proto.never()) return Expiry::Never();
  return InvalidField(FieldPath(message, "never"), "must be true or not set");
}

// Of a key that an add creates.
template <typename Proto>
absl::StatusOr<Expiry> DecodeFirstExpiry(const FieldPath& message,
                                         const Proto& proto) {
  const absl::StatusOr<std::optional<Expiry>> time = DecodeTime(message, proto);
  if (!time.ok()) return time.status();
  return time->value_or(Expiry::Never());
}

}  // namespace

absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::AddRequest& proto) {
  return DecodeFirstExpiry(message, proto);
}

absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::AddOperation& proto) {
  return DecodeFirstExpiry(message, proto);
}

absl::StatusOr<ExpiryTest> DecodeExpiryTest(const FieldPath& field,
                                            v1::ExpiryTest proto) {
  switch (proto) {
    case v1::EXPIRY_TEST_UNSPECIFIED:
      return ExpiryTest::kAny;
    case v1::EXPIRY_TEST_SOONER:
      return ExpiryTest::kSooner;
    case v1::EXPIRY_TEST_LATER:
      return ExpiryTest::kLater;
    case v1::EXPIRY_TEST_NEVER:
      return ExpiryTest::kNever;
    case v1::EXPIRY_TEST_EXPIRES:
      return ExpiryTest::kExpires;
    default:
      return InvalidField(field, "is not a test that this server knows");
  }
}

absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::PutRequest& proto) {
  return DecodePutExpiry(message, proto);
}

absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::PutOperation& proto) {
  return DecodePutExpiry(message, proto);
}

absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::PutLargeHeader& proto) {
  return DecodePutExpiry(message, proto);
}

absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::SetExpiryRequest& proto) {
  return DecodeNewExpiry(message, proto);
}

absl::StatusOr<Expiry> DecodeExpiry(const FieldPath& message,
                                    const v1::SetExpiryOperation& proto) {
  return DecodeNewExpiry(message, proto);
}

absl::StatusOr<absl::Duration> DecodeDuration(
    const FieldPath& field, const google::protobuf::Duration& proto) {
  if (proto.seconds() < 0 || proto.nanos() < 0 ||
      (proto.seconds() == 0 && proto.nanos() == 0)) {
    return InvalidField(field, "must be positive");
  }
  if (proto.seconds() > kDurationSecondsMax || proto.nanos() > kNanosMax) {
    return InvalidField(field, "is beyond 10,000 years, or its nanos are");
  }
  return absl::Ceil(
      absl::Seconds(proto.seconds()) + absl::Nanoseconds(proto.nanos()),
      absl::Microseconds(1));
}

void EncodeTime(absl::Time time, google::protobuf::Timestamp* proto) {
  // A long ttl may end after the last time that Protobuf can tell.
  const int64_t micros =
      std::clamp(absl::ToUnixMicros(time), kTimeSecondsMin * kMicrosPerSecond,
                 kTimeSecondsMax * kMicrosPerSecond);
  int64_t seconds = micros / kMicrosPerSecond;
  int64_t rest = micros % kMicrosPerSecond;
  if (rest < 0) {
    --seconds;
    rest += kMicrosPerSecond;
  }
  proto->set_seconds(seconds);
  proto->set_nanos(static_cast<int32_t>(rest * 1000));
}

void EncodeDuration(absl::Duration duration,
                    google::protobuf::Duration* proto) {
  absl::Duration rest;
  proto->set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &rest));
  proto->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
}

}  // namespace rundlet

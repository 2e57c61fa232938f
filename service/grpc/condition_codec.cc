#include "service/grpc/condition_codec.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "service/grpc/entry_codec.h"
#include "service/grpc/errors.h"
#include "storage/value_digest.h"

namespace rundlet {
namespace {

using Comparison = Condition::Comparison;

absl::Status DecodeNumber(const FieldPath& field,
                          const v1::NumberComparison& proto,
                          Condition* condition) {
  switch (proto.comparison_case()) {
    case v1::NumberComparison::kEqual:
      condition->comparison = Comparison::kEqual;
      condition->number = proto.equal();
      return absl::OkStatus();
    case v1::NumberComparison::kNotEqual:
      condition->comparison = Comparison::kNotEqual;
      condition->number = proto.not_equal();
      return absl::OkStatus();
    case v1::NumberComparison::kLess:
      condition->comparison = Comparison::kLess;
      condition->number = proto.less();
      return absl::OkStatus();
    case v1::NumberComparison::kGreater:
      condition->comparison = Comparison::kGreater;
      condition->number = proto.greater();
      return absl::OkStatus();
    case v1::NumberComparison::COMPARISON_NOT_SET:
      break;
  }
  return InvalidField(field, "is required: equal, not_equal, less or greater");
}

absl::Status DecodeValueTest(const FieldPath& field, v1::ValueComparison* proto,
                             const Limits& limits, Condition* condition) {
  v1::Value* operand = nullptr;
  switch (proto->comparison_case()) {
    case v1::ValueComparison::kEqual:
      condition->comparison = Comparison::kEqual;
      operand = proto->mutable_equal();
      break;
    case v1::ValueComparison::kNotEqual:
      condition->comparison = Comparison::kNotEqual;
      operand = proto->mutable_not_equal();
      break;
    case v1::ValueComparison::COMPARISON_NOT_SET:
      return InvalidField(field, "is required: equal or not_equal");
  }
  absl::StatusOr<Value> value = DecodeValue(field, operand, limits);
  if (!value.ok()) return value.status();
  condition->value = *std::move(value);
  return absl::OkStatus();
}

absl::Status DecodeDigest(const FieldPath& field, v1::DigestComparison* proto,
                          Condition* condition) {
  switch (proto->comparison_case()) {
    case v1::DigestComparison::kEqual:
      condition->comparison = Comparison::kEqual;
      condition->digest = std::move(*proto->mutable_equal());
      break;
    case v1::DigestComparison::kNotEqual:
      condition->comparison = Comparison::kNotEqual;
      condition->digest = std::move(*proto->mutable_not_equal());
      break;
    case v1::DigestComparison::COMPARISON_NOT_SET:
      return InvalidField(field, "is required: equal or not_equal");
  }
  if (condition->digest.size() == kValueDigestBytes) return absl::OkStatus();
  return InvalidField(
      field, absl::StrCat("has ", condition->digest.size(), " bytes, ",
                          kValueDigestAlgorithm, " has ", kValueDigestBytes));
}

// What is stated, without the key.
absl::StatusOr<Condition> DecodeTest(const FieldPath& path,
                                     v1::Condition* proto,
                                     const Limits& limits) {
  absl::Status status;
  Condition condition;
  switch (proto->test_case()) {
    case v1::Condition::kExists:
      condition.comparison =
          proto->exists() ? Comparison::kNotEqual : Comparison::kEqual;
      break;
    case v1::Condition::kRevision:
      condition.target = Condition::Target::kRevision;
      status = DecodeNumber(FieldPath(path, "revision"), proto->revision(),
                            &condition);
      break;
    case v1::Condition::kCreateRevision:
      condition.target = Condition::Target::kCreateRevision;
      status = DecodeNumber(FieldPath(path, "create_revision"),
                            proto->create_revision(), &condition);
      break;
    case v1::Condition::kVersion:
      condition.target = Condition::Target::kVersion;
      status = DecodeNumber(FieldPath(path, "version"), proto->version(),
                            &condition);
      break;
    case v1::Condition::kValue:
      condition.target = Condition::Target::kValue;
      status = DecodeValueTest(FieldPath(path, "value"), proto->mutable_value(),
                               limits, &condition);
      break;
    case v1::Condition::kDigest:
      condition.target = Condition::Target::kDigest;
      status = DecodeDigest(FieldPath(path, "digest"), proto->mutable_digest(),
                            &condition);
      break;
    case v1::Condition::TEST_NOT_SET:
      status = InvalidField(FieldPath(path, "test"),
                            "is required: exists, revision, create_revision, "
                            "version, value or digest");
      break;
  }
  if (!status.ok()) return status;
  return condition;
}

}  // namespace

absl::Status DecodeConditions(ProtoConditions* proto, absl::string_view own_key,
                              const Limits& limits,
                              std::vector<Condition>* conditions) {
  const FieldPath request;
  conditions->reserve(conditions->size() + proto->size());
  for (int i = 0; i < proto->size(); ++i) {
    const FieldPath path(request, "conditions", i);
    v1::Condition* const message = proto->Mutable(i);
    std::string* const key = message->mutable_key();
    if (key->empty()) key->assign(own_key.data(), own_key.size());
    absl::Status status = CheckKey(FieldPath(path, "key"), *key, limits);
    if (!status.ok()) return status;
    absl::StatusOr<Condition> condition = DecodeTest(path, message, limits);
    if (!condition.ok()) return condition.status();
    condition->key = std::move(*key);
    conditions->push_back(*std::move(condition));
  }
  return absl::OkStatus();
}

}  // namespace rundlet

// Goal: the table of errors in proto/README.md, the one in the code and what a
// client receives are the same; no error outgrows its trailers.
// Method: the README's rows are read and compared with ErrorTable(); every
// constructor is called with the longest possible input, and the encoded
// trailers are measured.

#include "service/grpc/status_mapping.h"

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "service/grpc/errors.h"
#include "service/grpc/store_errors.h"

namespace rundlet {
namespace {

constexpr size_t kTrailerBytesMax = 4096;

struct Row {
  std::string reason;
  std::string code;
  std::string detail;
};

std::string Unquote(absl::string_view cell) {
  cell = absl::StripAsciiWhitespace(cell);
  absl::ConsumePrefix(&cell, "`");
  absl::ConsumeSuffix(&cell, "`");
  return std::string(cell);
}

// The rows of the table whose first column is "Reason".
std::vector<Row> RowsOfReadme() {
  std::ifstream readme("proto/README.md");
  std::vector<Row> rows;
  bool inside = false;
  for (std::string line; std::getline(readme, line);) {
    if (!absl::StartsWith(line, "|")) {
      inside = false;
      continue;
    }
    const std::vector<std::string> cells = absl::StrSplit(line, '|');
    if (cells.size() < 6) continue;
    if (Unquote(cells[1]) == "Reason") {
      inside = true;
    } else if (inside && !absl::StrContains(cells[1], "---")) {
      rows.push_back({Unquote(cells[1]), Unquote(cells[2]), cells[4]});
    }
  }
  return rows;
}

// What the trailers take on the wire: the message percent-encoded, the details
// in base64.
size_t TrailerBytes(const grpc::Status& status) {
  size_t bytes = 0;
  for (const char c : status.error_message()) {
    bytes += c >= ' ' && c <= '~' && c != '%' ? 1 : 3;
  }
  return bytes + (status.error_details().size() + 2) / 3 * 4 +
         std::string("grpc-status: 10 grpc-message grpc-status-details-bin")
             .size();
}

google::rpc::ErrorInfo InfoOf(const absl::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(ToGrpcStatus(status).error_details()));
  google::rpc::ErrorInfo info;
  for (const auto& detail : details.details()) {
    if (detail.UnpackTo(&info)) return info;
  }
  ADD_FAILURE() << "no ErrorInfo: " << status;
  return info;
}

// One of each constructor, with inputs as long as they get.
std::vector<absl::Status> LongestErrors() {
  const std::string key(4096, '\xC3');  // each byte costs three in a message
  std::string path = "otherwise.operations[1023].set_expiry.expire_time";
  const FieldPath field(path);
  const std::string message(5000, '\xC3');
  FailedCondition found;
  found.index = 1023;
  found.exists = true;
  found.revision = found.version = ~uint64_t{0};
  found.value_crc32 = ~uint32_t{0};
  std::vector<absl::Status> errors = {
      InvalidField(field, message),
      LimitExceeded(field, "transaction_operations_max", ~uint64_t{0},
                    ~uint64_t{0}),
      KeyNotFound(key, ~uint64_t{0}),
      KeyExists(key, found, ~uint64_t{0}),
      ConditionFailed(key, found, ~uint64_t{0}),
      RetryLater(Reason::kDraining, message, absl::Hours(1)),
      MakeError(Reason::kInternal, message)};
  for (int code = 1; code <= 16; ++code) {
    errors.push_back(
        StoreError(absl::Status(static_cast<absl::StatusCode>(code), message)));
  }
  return errors;
}

TEST(StatusMappingTest, ReadmeAndCodeHaveTheSameTable) {
  const std::vector<Row> rows = RowsOfReadme();
  ASSERT_EQ(rows.size(), ErrorTable().size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const ErrorRow& row = ErrorTable()[i];
    EXPECT_EQ(static_cast<size_t>(row.reason), i);
    EXPECT_EQ(rows[i].reason, std::string(row.name));
    EXPECT_EQ(rows[i].code, absl::StatusCodeToString(row.code));
  }
}

TEST(StatusMappingTest, EachReasonReachesTheClientWithItsCode) {
  for (const ErrorRow& row : ErrorTable()) {
    const absl::Status error =
        MakeError(row.reason, "why", {{"name", "value"}});
    const grpc::Status status = ToGrpcStatus(error);
    EXPECT_EQ(static_cast<int>(status.error_code()),
              static_cast<int>(row.code));
    EXPECT_EQ(status.error_message(), "why");
    const google::rpc::ErrorInfo info = InfoOf(error);
    EXPECT_EQ(info.reason(), std::string(row.name));
    EXPECT_EQ(info.domain(), "rundlet");
    EXPECT_EQ(info.metadata().at("name"), "value");
  }
}

TEST(StatusMappingTest, FurtherDetailsAreThoseOfTheReadme) {
  FailedCondition found;
  const std::vector<absl::Status> errors = {
      InvalidField(FieldPath("key"), "is odd"),
      LimitExceeded(FieldPath("key"), "key_bytes_max", 1, 2),
      ConditionFailed("k", found, 1),
      RetryLater(Reason::kOverloaded, "why", absl::Seconds(1)),
      RetryLater(Reason::kDraining, "why", absl::Seconds(1)),
      StoreError(absl::ResourceExhaustedError("disk full"))};
  for (const absl::Status& error : errors) {
    std::string names;
    error.ForEachPayload(
        [&names](absl::string_view type_url, const absl::Cord&) {
          const std::vector<std::string> parts = absl::StrSplit(type_url, '.');
          if (parts.back() != "ErrorInfo") names = parts.back();
        });
    ASSERT_NE(names, "") << error;
    const std::string reason = InfoOf(error).reason();
    for (const Row& row : RowsOfReadme()) {
      if (row.reason == reason) {
        EXPECT_TRUE(absl::StrContains(row.detail, names)) << reason;
      }
    }
  }
}

TEST(StatusMappingTest, StoreErrorsGetTheirReason) {
  const auto reason = [](const absl::Status& status, bool paged = false) {
    return InfoOf(StoreError(status, paged)).reason();
  };
  EXPECT_EQ(reason(absl::InvalidArgumentError("x")), "LIMIT_EXCEEDED");
  EXPECT_EQ(reason(absl::OutOfRangeError("x")), "REVISION_NOT_REACHED");
  EXPECT_EQ(reason(absl::OutOfRangeError("x"), true), "HISTORY_GONE");
  EXPECT_EQ(reason(absl::ResourceExhaustedError("x")), "STORAGE_FULL");
  EXPECT_EQ(reason(absl::UnavailableError("x")), "OVERLOADED");
  EXPECT_EQ(reason(absl::DeadlineExceededError("x")), "DEADLINE_PASSED");
  EXPECT_EQ(reason(absl::CancelledError("x")), "CALLER_LEFT");
  EXPECT_EQ(reason(absl::UnknownError("x")), "OUTCOME_UNKNOWN");
  EXPECT_EQ(reason(absl::DataLossError("x")), "CORRUPT_RECORD");
  EXPECT_EQ(reason(absl::NotFoundError("x")), "INTERNAL");
  const absl::Status own = KeyNotFound("k", 1);
  EXPECT_EQ(StoreError(own), own);
}

TEST(StatusMappingTest, TrailersStayBelowFourKibibytes) {
  for (const absl::Status& error : LongestErrors()) {
    EXPECT_LT(TrailerBytes(ToGrpcStatus(error)), kTrailerBytesMax)
        << error.code();
  }
}

TEST(StatusMappingTest, RetryDelayIsReadBack) {
  EXPECT_EQ(RetryDelay(RetryLater(Reason::kOverloaded, "why",
                                  absl::Milliseconds(1250))),
            absl::Milliseconds(1250));
  EXPECT_EQ(RetryDelay(KeyNotFound("k", 1)), std::nullopt);
}

TEST(StatusMappingTest, CutTextKeepsCharactersWhole) {
  EXPECT_EQ(CutText("short", 5), "short");
  EXPECT_EQ(CutText("longer", 5), "lo...");
  EXPECT_EQ(CutText("\u00e9\u00e9\u00e9\u00e9", 6), "\u00e9...");
}

}  // namespace
}  // namespace rundlet

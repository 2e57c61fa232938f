#include "service/grpc/status_mapping.h"

#include <algorithm>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"

namespace rundlet {
namespace {

bool ReadsBefore(const google::protobuf::Any& a,
                 const google::protobuf::Any& b) {
  const bool a_is_info = a.Is<google::rpc::ErrorInfo>();
  if (a_is_info != b.Is<google::rpc::ErrorInfo>()) return a_is_info;
  return a.type_url() < b.type_url();
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status details;
  // The numbers of absl::StatusCode are those of google.rpc.Code and of gRPC.
  details.set_code(static_cast<int>(status.code()));
  details.set_message(std::string(status.message()));
  status.ForEachPayload(
      [&details](absl::string_view type_url, const absl::Cord& payload) {
        google::protobuf::Any* detail = details.add_details();
        detail->set_type_url(std::string(type_url));
        detail->set_value(std::string(payload));
      });
  // absl::Status gives its payloads in any order; people read the reason first.
  std::sort(details.mutable_details()->begin(),
            details.mutable_details()->end(), ReadsBefore);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      std::string(status.message()),
                      details.SerializeAsString());
}

std::optional<absl::Duration> RetryDelay(const absl::Status& status) {
  const absl::optional<absl::Cord> payload =
      status.GetPayload("type.googleapis.com/google.rpc.RetryInfo");
  google::rpc::RetryInfo retry;
  if (!payload || !retry.ParseFromString(std::string(*payload))) {
    return std::nullopt;
  }
  return absl::Seconds(retry.retry_delay().seconds()) +
         absl::Nanoseconds(retry.retry_delay().nanos());
}

}  // namespace rundlet

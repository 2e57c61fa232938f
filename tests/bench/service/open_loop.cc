#include "tests/bench/service/open_loop.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "google/rpc/status.pb.h"

namespace rundlet {
namespace {

constexpr int kKeys = 1000;
constexpr int kValueBytes = 100;

// Whether the error says in both ways when to come back, and that it is
// overload.
bool IsInFull(const grpc::Status& status, const grpc::ClientContext& context) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return false;
  bool has_reason = false;
  bool has_delay = false;
  for (const google::protobuf::Any& detail : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    if (detail.UnpackTo(&info)) has_reason = info.reason() == "OVERLOADED";
    if (detail.UnpackTo(&retry)) {
      has_delay =
          retry.retry_delay().seconds() > 0 || retry.retry_delay().nanos() > 0;
    }
  }
  const auto& trailers = context.GetServerTrailingMetadata();
  return has_reason && has_delay &&
         trailers.find("grpc-retry-pushback-ms") != trailers.end();
}

}  // namespace

struct OpenLoop::Call {
  grpc::ClientContext context;
  v1::PutRequest request;
  v1::PutResponse response;
  absl::Time scheduled;
};

absl::Duration OpenLoopResult::Quantile(double quantile) {
  if (latencies.empty()) return absl::ZeroDuration();
  std::sort(latencies.begin(), latencies.end());
  return latencies[static_cast<size_t>(
      quantile * static_cast<double>(latencies.size() - 1))];
}

OpenLoop::OpenLoop(int port, int connections) {
  for (int i = 0; i < connections; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    stubs_.push_back(v1::KeyValueService::NewStub(grpc::CreateCustomChannel(
        absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials(),
        arguments)));
  }
}

void OpenLoop::Send(absl::Time scheduled) {
  auto call = std::make_shared<Call>();
  call->scheduled = scheduled;
  call->request.set_key(absl::StrCat("user:", next_ % kKeys));
  call->request.mutable_value()->set_text(std::string(kValueBytes, 'v'));
  {
    const absl::MutexLock lock(&mutex_);
    ++result_.sent;
    ++under_way_;
  }
  stubs_[next_++ % stubs_.size()]->async()->Put(
      &call->context, &call->request, &call->response,
      [this, call](const grpc::Status& status) { Count(*call, status); });
}

void OpenLoop::Count(const Call& call, const grpc::Status& status) {
  const absl::Duration latency = absl::Now() - call.scheduled;
  const bool is_refused = status.error_code() == grpc::StatusCode::UNAVAILABLE;
  const bool is_in_full = is_refused && IsInFull(status, call.context);
  const absl::MutexLock lock(&mutex_);
  --under_way_;
  if (status.ok()) {
    result_.latencies.push_back(latency);
  } else if (is_refused) {
    ++result_.refused;
    if (is_in_full) ++result_.refused_in_full;
  } else {
    ++result_.failed;
  }
}

OpenLoopResult OpenLoop::Run(double per_second, absl::Duration duration) {
  const absl::Time start = absl::Now();
  const auto puts =
      static_cast<uint64_t>(per_second * absl::ToDoubleSeconds(duration));
  for (uint64_t i = 0; i < puts; ++i) {
    const absl::Time due =
        start + absl::Seconds(static_cast<double>(i) / per_second);
    const absl::Time now = absl::Now();
    if (due > now) absl::SleepFor(due - now);
    Send(due);
  }
  return RunClosed(/*in_flight=*/0, /*puts=*/0);
}

OpenLoopResult OpenLoop::RunClosed(int in_flight, uint64_t puts) {
  const auto has_room = [this, in_flight] {
    mutex_.AssertHeld();
    return under_way_ < static_cast<uint64_t>(std::max(in_flight, 1));
  };
  for (uint64_t i = 0; i < puts; ++i) {
    { const absl::MutexLock lock(&mutex_, absl::Condition(&has_room)); }
    Send(absl::Now());
  }
  const auto is_done = [this] {
    mutex_.AssertHeld();
    return under_way_ == 0;
  };
  const absl::MutexLock lock(&mutex_, absl::Condition(&is_done));
  OpenLoopResult result = std::move(result_);
  result_ = {};
  return result;
}

}  // namespace rundlet

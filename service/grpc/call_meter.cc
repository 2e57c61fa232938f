#include "service/grpc/call_meter.h"

#include <algorithm>

namespace rundlet {
namespace {

constexpr std::array<absl::string_view, CallMeter::kMethods> kNames = {
    "rundlet.v1.KeyValueService/Get",
    "rundlet.v1.KeyValueService/BatchGet",
    "rundlet.v1.KeyValueService/List",
    "rundlet.v1.KeyValueService/Put",
    "rundlet.v1.KeyValueService/Delete",
    "rundlet.v1.KeyValueService/DeleteRange",
    "rundlet.v1.KeyValueService/SetExpiry",
    "rundlet.v1.KeyValueService/Add",
    "rundlet.v1.KeyValueService/Commit",
    "rundlet.v1.KeyValueService/Sync",
    "rundlet.v1.KeyValueService/OpenSnapshot",
    "rundlet.v1.KeyValueService/RenewSnapshot",
    "rundlet.v1.KeyValueService/ReleaseSnapshot",
    "rundlet.v1.KeyValueService/GetLimits",
    "rundlet.v1.AdminService/Stats",
    "rundlet.v1.AdminService/Compact",
    "rundlet.v1.AdminService/ExplainCompaction",
    "rundlet.v1.AdminService/Backup",
    "rundlet.v1.AdminService/SetLogLevel",
};

}  // namespace

void CallMeter::End(Method method, const absl::Status& status,
                    absl::Duration begun) {
  Counts& counts = methods_[static_cast<size_t>(method)];
  const size_t place = std::min(static_cast<size_t>(status.code()), kCodes - 1);
  counts.codes[place].fetch_add(1, std::memory_order_relaxed);
  counts.durations.Add(clock_->Monotonic() - begun);
  if (!status.ok() && on_failed_) {
    on_failed_(kNames[static_cast<size_t>(method)], status);
  }
}

std::vector<CallStats> CallMeter::stats() const {
  std::vector<CallStats> all;
  for (size_t method = 0; method < kMethods; ++method) {
    const Counts& counts = methods_[method];
    CallStats stats;
    stats.method = kNames[method];
    for (size_t code = 0; code < kCodes; ++code) {
      const uint64_t count = counts.codes[code].load(std::memory_order_relaxed);
      stats.ended_count += count;
      if (code == 0 || count == 0) continue;
      stats.failed_counts.emplace_back(static_cast<absl::StatusCode>(code),
                                       count);
    }
    if (stats.ended_count == 0) continue;
    stats.duration_p50 = counts.durations.Quantile(0.5);
    stats.duration_p99 = counts.durations.Quantile(0.99);
    stats.duration_p999 = counts.durations.Quantile(0.999);
    all.push_back(std::move(stats));
  }
  return all;
}

}  // namespace rundlet

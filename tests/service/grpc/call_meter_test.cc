// Goal: every method with one request and one answer is metered, under its own
// name; counts are exact, and durations are those of the calls.
// Method: the descriptors of the services; a clock that the test moves.

#include "service/grpc/call_meter.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "rundlet/v1/admin.pb.h"
#include "rundlet/v1/key_value.pb.h"
#include "tests/support/fake_clock.h"

namespace rundlet {
namespace {

using Method = CallMeter::Method;

void AddUnary(const google::protobuf::FileDescriptor* file,
              std::set<std::string>* names) {
  for (int i = 0; i < file->service_count(); ++i) {
    const google::protobuf::ServiceDescriptor* service = file->service(i);
    for (int j = 0; j < service->method_count(); ++j) {
      const google::protobuf::MethodDescriptor* method = service->method(j);
      if (method->client_streaming() || method->server_streaming()) continue;
      names->insert(absl::StrCat(service->full_name(), "/", method->name()));
    }
  }
}

TEST(CallMeterTest, KnowsEachMethodWithOneAnswer) {
  std::set<std::string> expected;
  AddUnary(v1::GetRequest::descriptor()->file()->pool()->FindFileByName(
               "rundlet/v1/key_value.proto"),
           &expected);
  AddUnary(v1::StatsRequest::descriptor()->file()->pool()->FindFileByName(
               "rundlet/v1/admin.proto"),
           &expected);
  CallMeter meter(Clock::System());
  for (size_t method = 0; method < CallMeter::kMethods; ++method) {
    meter.End(static_cast<Method>(method), absl::OkStatus(), meter.Begin());
  }
  std::set<std::string> metered;
  for (const CallStats& stats : meter.stats()) {
    metered.insert(std::string(stats.method));
  }
  EXPECT_EQ(metered, expected);
}

TEST(CallMeterTest, CountsEndsByTheirCode) {
  FakeClock clock(absl::Now());
  CallMeter meter(&clock);
  EXPECT_TRUE(meter.stats().empty());
  const auto end = [&](Method method, absl::StatusCode code,
                       absl::Duration took) {
    const absl::Duration begun = meter.Begin();
    clock.Advance(took);
    meter.End(method, absl::Status(code, "why"), begun);
  };
  for (int i = 0; i < 98; ++i) {
    end(Method::kPut, absl::StatusCode::kOk, absl::Milliseconds(1));
  }
  end(Method::kPut, absl::StatusCode::kUnavailable, absl::Seconds(1));
  end(Method::kPut, absl::StatusCode::kAborted, absl::Seconds(1));
  end(Method::kGet, absl::StatusCode::kOk, absl::Microseconds(7));
  const std::vector<CallStats> all = meter.stats();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].method, "rundlet.v1.KeyValueService/Get");
  EXPECT_EQ(all[0].ended_count, 1u);
  EXPECT_TRUE(all[0].failed_counts.empty());
  EXPECT_EQ(all[0].duration_p999, absl::Microseconds(7));
  const CallStats& puts = all[1];
  EXPECT_EQ(puts.ended_count, 100u);
  const std::vector<std::pair<absl::StatusCode, uint64_t>> failed = {
      {absl::StatusCode::kAborted, 1}, {absl::StatusCode::kUnavailable, 1}};
  EXPECT_EQ(puts.failed_counts, failed);
  EXPECT_GE(puts.duration_p50, absl::Milliseconds(1));
  EXPECT_LE(puts.duration_p50, absl::Microseconds(1250));
  EXPECT_GE(puts.duration_p99, absl::Seconds(1));
  EXPECT_LE(puts.duration_p99, absl::Milliseconds(1250));
}

TEST(CallMeterTest, LosesNoneOfManyThreads) {
  CallMeter meter(Clock::System());
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&meter] {
      for (int call = 0; call < 10'000; ++call) {
        meter.End(Method::kGet, absl::OkStatus(), meter.Begin());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(meter.stats().size(), 1u);
  EXPECT_EQ(meter.stats()[0].ended_count, 40'000u);
}

}  // namespace
}  // namespace rundlet

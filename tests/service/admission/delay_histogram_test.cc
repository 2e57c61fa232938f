// Goal: no quantile is below the true one, nor more than a quarter above it.
// Method: sets of delays over all magnitudes, sorted.

#include "service/admission/delay_histogram.h"

#include "gtest/gtest.h"

namespace rundlet {
namespace {

TEST(DelayHistogramTest, HasNoQuantilesWhenItIsEmpty) {
  EXPECT_EQ(DelayHistogram().Quantile(0.99), absl::ZeroDuration());
}

TEST(DelayHistogramTest, EveryMagnitudeIsWithinAQuarter) {
  for (int64_t micros = 0; micros < 3'600'000'000; micros += micros / 3 + 1) {
    DelayHistogram histogram;
    histogram.Add(absl::Microseconds(micros));
    const int64_t found = absl::ToInt64Microseconds(histogram.Quantile(0.5));
    EXPECT_GE(found, micros);
    EXPECT_LE(found, micros + micros / 4);
  }
}

TEST(DelayHistogramTest, QuantilesAreOfWhatWasAdded) {
  DelayHistogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.Add(absl::Milliseconds(i));
  EXPECT_EQ(histogram.count(), 1000u);
  for (const double quantile : {0.0, 0.5, 0.99, 1.0}) {
    const double exact = 1 + quantile * 999;
    const double found =
        absl::ToDoubleMilliseconds(histogram.Quantile(quantile));
    EXPECT_GE(found, exact - 1);
    EXPECT_LE(found, exact * 1.25 + 1);
  }
}

}  // namespace
}  // namespace rundlet

#include "tests/support/seeded_random.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/numbers.h"

namespace rundlet {
namespace {

// The number in an environment variable. A value that is none ends the process:
// a run with another seed than the one asked for would only mislead.
uint64_t NumberFrom(const char* variable, uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return otherwise;
  uint64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) {
    std::fprintf(stderr, "%s=%s is not a number\n", variable, text);
    std::abort();
  }
  return number;
}

uint64_t PrintedSeed() {
  const uint64_t seed = NumberFrom("RUNDLET_SEED", std::random_device()());
  std::printf("RUNDLET_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  return seed;
}

}  // namespace

uint64_t TestSeed() {
  static const uint64_t kSeed = PrintedSeed();
  return kSeed;
}

uint64_t TestRuns(uint64_t otherwise) {
  return NumberFrom("RUNDLET_RUNS", otherwise);
}

std::string SeededRandom::Bytes(size_t bytes) {
  std::string result(bytes, '\0');
  for (char& byte : result) byte = static_cast<char>(Next());
  return result;
}

}  // namespace rundlet

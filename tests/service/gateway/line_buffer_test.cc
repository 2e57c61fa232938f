// Goal: lines come out as they went in, however the bytes were cut, in bounded
// memory, and a line that is too long does no harm to the next.
// Method: the same stream in pieces of every size; random streams against a
// plain split, from a printed seed; bounds on the memory held.

#include "service/gateway/line_buffer.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

constexpr char kTooLong[] = "(too long)";

// Feeds `stream` in pieces of at most `piece` bytes; returns the lines.
std::vector<std::string> Feed(LineBuffer* buffer, absl::string_view stream,
                              size_t piece, bool take_rest = true) {
  std::vector<std::string> lines;
  const auto take = [&](LineBuffer::Taken taken, absl::string_view line) {
    if (taken == LineBuffer::Taken::kLine) lines.emplace_back(line);
    if (taken == LineBuffer::Taken::kTooLong) lines.emplace_back(kTooLong);
    return taken != LineBuffer::Taken::kNothing;
  };
  absl::string_view line;
  while (!stream.empty()) {
    const absl::Span<char> space = buffer->Space();
    EXPECT_FALSE(space.empty());
    const size_t bytes = std::min({piece, space.size(), stream.size()});
    std::memcpy(space.data(), stream.data(), bytes);
    stream.remove_prefix(bytes);
    buffer->Added(bytes);
    while (take(buffer->Take(&line), line)) {
    }
  }
  if (take_rest) take(buffer->TakeRest(&line), line);
  return lines;
}

std::vector<std::string> Split(const std::string& stream, size_t max) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < stream.size();) {
    const size_t end = std::min(stream.find('\n', begin), stream.size());
    const std::string line = stream.substr(begin, end - begin);
    lines.push_back(line.size() > max ? kTooLong : line);
    begin = end + 1;
  }
  return lines;
}

TEST(LineBufferTest, PiecesOfEverySize) {
  const std::string stream = "one\n\ntwo\r\n three \nlast";
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    LineBuffer buffer(100);
    EXPECT_EQ(Feed(&buffer, stream, piece), Split(stream, 100)) << piece;
  }
}

TEST(LineBufferTest, LongLinesAreSkippedOnce) {
  const std::string stream = std::string(10, 'a') + "\n" +
                             std::string(11, 'b') + "\nshort\n" +
                             std::string(500, 'c') + "\nagain\n";
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    LineBuffer buffer(10);
    EXPECT_EQ(Feed(&buffer, stream, piece), Split(stream, 10)) << piece;
  }
}

TEST(LineBufferTest, ALongLineIsReportedBeforeItEnds) {
  LineBuffer buffer(10);
  EXPECT_EQ(Feed(&buffer, std::string(11, 'x'), 11),
            std::vector<std::string>{kTooLong});
  // What is skipped is no last line either.
  EXPECT_EQ(Feed(&buffer, "more of it", 10), std::vector<std::string>{});
  EXPECT_EQ(Feed(&buffer, "end\nnext\n", 9), std::vector<std::string>{"next"});
}

TEST(LineBufferTest, MemoryIsBoundedAndGivenBack) {
  constexpr size_t kMax = size_t{1} << 20;
  LineBuffer buffer(kMax);
  const size_t at_rest = buffer.capacity_bytes();
  EXPECT_EQ(Feed(&buffer, std::string(8 * kMax, 'x'), 65536).size(), 1u);
  EXPECT_LE(buffer.capacity_bytes(), kMax + 1);
  EXPECT_EQ(Feed(&buffer, "\n" + std::string(kMax, 'y') + "\n", 65536),
            std::vector<std::string>{std::string(kMax, 'y')});
  EXPECT_LE(buffer.capacity_bytes(), kMax + 1);
  Feed(&buffer, "short\n", 6);
  EXPECT_EQ(buffer.capacity_bytes(), at_rest);
}

TEST(LineBufferTest, RandomStreams) {
  SeededRandom random(TestSeed());
  for (int round = 0; round < 2000; ++round) {
    const size_t max = random.Below(40) + 1;
    std::string stream;
    const size_t bytes = random.Below(400);
    for (size_t i = 0; i < bytes; ++i) {
      stream += random.Below(12) == 0 ? '\n' : 'a';
    }
    LineBuffer buffer(max);
    ASSERT_EQ(Feed(&buffer, stream, random.Below(50) + 1), Split(stream, max));
  }
}

}  // namespace
}  // namespace rundlet

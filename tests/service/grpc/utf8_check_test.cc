// Goal: a text that comes in parts is judged as if it came at once.
// Method: every sequence of up to three bytes that begins or ends somewhere of
// interest, and random texts with and without a damaged byte, cut anywhere,
// each beside a reader of whole texts.

#include "service/grpc/utf8_check.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "storage/legacy/utf8.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

bool IsTextInParts(const std::string& text, size_t cut) {
  Utf8Check check;
  return check.Add(text.substr(0, cut)) && check.Add(text.substr(cut)) &&
         check.is_whole();
}

void ExpectSame(const std::string& text) {
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    ASSERT_EQ(IsTextInParts(text, cut), IsUnicodeText(text))
        << testing::PrintToString(text) << " cut at " << cut;
  }
}

TEST(Utf8CheckTest, KnowsTheBoundsOfEachByte) {
  std::vector<char> bytes;
  for (const int byte : {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
                         0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
                         0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff}) {
    bytes.push_back(static_cast<char>(byte));
  }
  for (const char a : bytes) {
    ExpectSame({a});
    for (const char b : bytes) {
      ExpectSame({a, b});
      for (const char c : bytes) {
        ExpectSame({a, b, c});
        ExpectSame({a, b, c, '\x80'});
      }
    }
  }
}

TEST(Utf8CheckTest, FindsDamageAnywhere) {
  SeededRandom random(TestSeed());
  for (int run = 0; run < 200; ++run) {
    std::string text;
    while (text.size() < 40) {
      const uint32_t limit = random.OneIn(2) ? 0x80 : 0x110000;
      const auto character = static_cast<uint32_t>(random.Below(limit));
      if (character >= 0xd800 && character < 0xe000) continue;
      AppendUtf8Character(character, &text);
    }
    ExpectSame(text);
    text[random.Below(text.size())] = static_cast<char>(random.Below(256));
    ExpectSame(text);
  }
}

}  // namespace
}  // namespace rundlet

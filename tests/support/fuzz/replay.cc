// Runs a fuzzer's target over the files that are named as arguments: what was
// found once is tested by every build, with any compiler.

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argument_count, char** arguments) {
  for (int i = 1; i < argument_count; ++i) {
    std::ifstream file(arguments[i], std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    if (!file.good()) {
      std::fprintf(stderr, "cannot read %s\n", arguments[i]);
      return 1;
    }
    std::printf("%s\n", arguments[i]);
    const std::string input = content.str();
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()),
                           input.size());
  }
  if (argument_count < 2) {
    std::fprintf(stderr, "no input is named\n");
    return 1;
  }
  return 0;
}

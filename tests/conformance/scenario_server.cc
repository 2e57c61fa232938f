// Serves gRPC on a store for runners of scenarios in other languages, which
// move its time. Obeys lines of standard input, and answers each by one line:
//
//   new LIMITS       an empty store with these limits (scenarios/README.md);
//                    "ok PORT MICROS": where, and what time it is since 1970
//   advance SECONDS  lets time pass; "ok"
//   compact          compacts the store; "ok"
//   restart          ends the server and starts it again; "ok PORT"
//
// An answer that does not begin with "ok" says what is wrong. Ends with its
// input.

#include <iostream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/conformance/scenario.h"
#include "tests/conformance/scenario_worlds.h"

namespace rundlet {
namespace {

class ScenarioServer {
 public:
  std::string Obey(const std::string& line) {
    const size_t space = line.find(' ');
    const std::string command = line.substr(0, space);
    const std::string rest =
        space == std::string::npos ? "" : line.substr(space + 1);
    if (command == "new") return New(rest);
    if (world_ == nullptr) return "there is no store yet";
    if (command == "advance") return Advance(rest);
    if (command == "compact") return Answer(world_->Compact());
    if (command != "restart") return absl::StrCat("no command: ", line);
    const absl::Status status = world_->Restart();
    return status.ok() ? absl::StrCat("ok ", world_->grpc_port())
                       : Answer(status);
  }

 private:
  static std::string Answer(const absl::Status& status) {
    return status.ok() ? "ok" : status.ToString();
  }

  std::string New(const std::string& text) {
    const absl::StatusOr<Limits> limits =
        ParseLimits(Json::parse(text, nullptr, /*allow_exceptions=*/false));
    if (!limits.ok()) return limits.status().ToString();
    world_ = nullptr;
    for (const ScenarioDoorKind& kind : ScenarioDoors()) {
      if (kind.name == "GrpcUnary") world_ = kind.make(*limits);
    }
    if (world_->door() == nullptr) return "the store does not open";
    return absl::StrCat("ok ", world_->grpc_port(), " ",
                        absl::ToUnixMicros(world_->Now()));
  }

  std::string Advance(const std::string& text) {
    double seconds = 0;
    if (!absl::SimpleAtod(text, &seconds) || seconds <= 0) {
      return "advance takes seconds";
    }
    world_->Advance(absl::Seconds(seconds));
    return "ok";
  }

  std::unique_ptr<ScenarioWorld> world_;
};

}  // namespace
}  // namespace rundlet

int main() {
  rundlet::ScenarioServer server;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::cout << server.Obey(line) << std::endl;
  }
  return 0;
}

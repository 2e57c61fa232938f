#include "service/gateway/text_gateway.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "service/gateway/gateway_loop.h"

namespace rundlet {
namespace {

absl::Status CheckAtLeastOne(absl::string_view option, size_t value) {
  if (value > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(option, " is 0, it is at least 1"));
}

absl::Status CheckOptions(const TextGatewayOptions& options) {
  if (options.port < 0 || options.port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("port is ", options.port, ", it is from 0 to 65535"));
  }
  if (options.idle_timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "idle_timeout is ", absl::FormatDuration(options.idle_timeout),
        ", it is more than 0"));
  }
  absl::Status status;
  status.Update(CheckAtLeastOne("connections_max", options.connections_max));
  status.Update(CheckAtLeastOne("connections_per_address_max",
                                options.connections_per_address_max));
  status.Update(CheckAtLeastOne("output_bytes_max", options.output_bytes_max));
  status.Update(CheckAtLeastOne("commands_in_flight_max",
                                options.commands_in_flight_max));
  status.Update(
      CheckAtLeastOne("buffered_bytes_max", options.buffered_bytes_max));
  return status;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TextGateway>> TextGateway::Start(
    TextGatewayOptions options, Store* store) {
  absl::Status status = CheckOptions(options);
  if (!status.ok()) return status;
  if (options.admission == nullptr) {
    WriteAdmission::Settings straight;
    straight.default_durability = Durability::kOs;
    options.admission = WriteAdmission::Create(store, straight);
  }
  auto loop = std::make_unique<GatewayLoop>(std::move(options), store);
  const absl::StatusOr<int> port = loop->Listen();
  if (!port.ok()) return port.status();
  return std::unique_ptr<TextGateway>(new TextGateway(std::move(loop), *port));
}

TextGateway::TextGateway(std::unique_ptr<GatewayLoop> loop, int port)
    : loop_(std::move(loop)), port_(port), thread_([this] { loop_->Run(); }) {}

TextGateway::~TextGateway() {
  loop_->Stop();
  thread_.join();
}

void TextGateway::Drain(absl::Duration timeout) { loop_->Drain(timeout); }

TextGatewayStats TextGateway::stats() const { return loop_->stats(); }

}  // namespace rundlet

#include "service/door_options.h"

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "service/option_assign.h"
#include "service/option_values.h"

namespace rundlet {
namespace {

const OptionRow kOptions[] = {
    {"write_delay_max", "DURATION", "100ms",
     "How long writes may wait for the disk. When that lasts, because more "
     "come "
     "than it takes, some are refused with a time to come back; a pause of "
     "the disk refuses nobody, nor do 64 clients, however slow it is. 1ms to "
     "1m.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseDurationOption(text, absl::Milliseconds(1), absl::Minutes(1)),
           &config->write_delay_max);
     }},
    {"waiting_writes_max", "COUNT", "16384",
     "How many writes may wait for the disk at all. 128 to 1000000.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseCount(text, 128, 1'000'000),
                     &config->waiting_writes_max);
     }},
    {"waiting_bytes_max", "BYTES", "64MiB",
     "How many bytes they may hold. 16MiB to 1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, uint64_t{16} << 20, uint64_t{1} << 40),
                     &config->waiting_bytes_max);
     }},
    {"grpc_connections_max", "COUNT", "1024",
     "Further gRPC connections are closed at once. 1 to 1000000.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseCount(text, 1, 1'000'000),
                     &config->grpc_connections_max);
     }},
    {"grpc_connections_per_address_max", "COUNT", "1024",
     "The same, of one client address.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseCount(text, 1, 1'000'000),
                     &config->grpc_connections_per_address_max);
     }},
    {"grpc_request_bytes_max", "BYTES", "256MiB",
     "Memory that gRPC requests hold while they are served; beyond it calls "
     "are refused. 16MiB to "
     "1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, uint64_t{16} << 20, uint64_t{1} << 40),
                     &config->grpc_request_bytes_max);
     }},
    {"grpc_transport_bytes_max", "BYTES", "256MiB",
     "Memory that gRPC's connections hold besides. 16MiB to "
     "1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, uint64_t{16} << 20, uint64_t{1} << 40),
                     &config->grpc_transport_bytes_max);
     }},
    {"text_connections_max", "COUNT", "1024",
     "Further connections of the text protocol are told so and closed. 1 to "
     "1000000.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseCount(text, 1, 1'000'000),
                     &config->text_connections_max);
     }},
    {"text_connections_per_address_max", "COUNT", "1024",
     "The same, of one client address.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseCount(text, 1, 1'000'000),
                     &config->text_connections_per_address_max);
     }},
    {"text_buffered_bytes_max", "BYTES", "256MiB",
     "Input and output that all connections of the text protocol hold. 16MiB "
     "to "
     "1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, uint64_t{16} << 20, uint64_t{1} << 40),
                     &config->text_buffered_bytes_max);
     }},
    {"text_idle_timeout", "DURATION", "10m",
     "A connection of the text protocol that is silent for so long is closed. "
     "1s to 720h.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseDurationOption(text, absl::Seconds(1), absl::Hours(720)),
           &config->text_idle_timeout);
     }},
    {"text_admin", "WHO", "loopback",
     "Who may send SHUTDOWN and COMPACT over the text protocol: loopback "
     "(clients on this machine) or any.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseChoice<bool>(text, {{"loopback", false}, {"any", true}}),
           &config->text_remote_administration);
     }},
    {"drain_timeout", "DURATION", "10s",
     "How long work in flight may go on after SIGTERM or SIGINT. The process "
     "has ended 5s later at the latest; a second signal ends it at once. 0s to "
     "1h.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseDurationOption(text, absl::ZeroDuration(), absl::Hours(1)),
           &config->drain_timeout);
     }},
    {"log_format", "FORMAT", "text",
     "The lines on standard error: text, or json (one object a line).",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseChoice<LogFormat>(text, {{"text", LogFormat::kText},
                                                   {"json", LogFormat::kJson}}),
                     &config->log_format);
     }},
    {"log_level", "LEVEL", "info",
     "The lowest level that is logged: debug, info, warning or error.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseChoice<LogLevel>(text, {{"debug", LogLevel::kDebug},
                                        {"info", LogLevel::kInfo},
                                        {"warning", LogLevel::kWarning},
                                        {"error", LogLevel::kError}}),
           &config->log_level);
     }},
};

}  // namespace

absl::Span<const OptionRow> DoorOptions() { return kOptions; }

}  // namespace rundlet

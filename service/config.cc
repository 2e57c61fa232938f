#include "service/config.h"

#include <CLI/CLI.hpp>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "service/option_values.h"

namespace rundlet {
namespace {

using Names = std::set<std::string>;

// Puts a value into *field, or gives back why it cannot.
template <typename T>
absl::Status Assign(absl::StatusOr<T> value, T* field) {
  if (!value.ok()) return value.status();
  *field = *std::move(value);
  return absl::OkStatus();
}

absl::Status AssignDoor(const std::string& text,
                        std::optional<HostPort>* door) {
  door->reset();
  if (text.empty() || text == "off") return absl::OkStatus();
  absl::StatusOr<HostPort> address = ParseHostPort(text);
  if (!address.ok()) return address.status();
  *door = *std::move(address);
  return absl::OkStatus();
}

absl::Status AssignPath(const std::string& text, std::string* path) {
  *path = text;
  return absl::OkStatus();
}

struct OptionRow {
  const char* name;
  const char* unit;
  const char* initial;
  const char* sentence;
  absl::Status (*assign)(const std::string& text, ServerConfig* config);
};

// One row an option, in the order of --help.
const OptionRow kOptions[] = {
    {"data", "DIR", "data",
     "The folder that holds the store. It is made if it is missing; one "
     "process at a time may serve it.",
     [](const std::string& text, ServerConfig* config) {
       if (text.empty()) return absl::InvalidArgumentError("names no folder");
       return AssignPath(text, &config->data);
     }},
    {"grpc", "HOST:PORT", "127.0.0.1:50051",
     "Where gRPC clients connect. Port 0 picks a free one, which the log "
     "tells; empty or 'off' turns this door off.",
     [](const std::string& text, ServerConfig* config) {
       return AssignDoor(text, &config->grpc);
     }},
    {"text", "HOST:PORT", "127.0.0.1:5000",
     "Where clients of the text protocol connect. Port 0 picks a free one, "
     "which the log tells; empty or 'off' turns this door off.",
     [](const std::string& text, ServerConfig* config) {
       return AssignDoor(text, &config->text);
     }},
    {"durability", "LEVEL", "disk",
     "How far a write is before it is acknowledged, unless a request says "
     "otherwise: memory (in the engine), os (handed to the kernel: survives "
     "kill -9) or disk (synced: survives power loss).",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseChoice<Durability>(text, {{"memory", Durability::kMemory},
                                          {"os", Durability::kOs},
                                          {"disk", Durability::kDisk}}),
           &config->durability);
     }},
    {"sync_interval", "DURATION", "100ms",
     "How long a write below durability disk may wait for its sync: what a "
     "power loss may cost. 1ms to 1m.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseDurationOption(text, absl::Milliseconds(1), absl::Minutes(1)),
           &config->sync_interval);
     }},
    {"segment_bytes", "BYTES", "256MiB",
     "How large a file of the log grows before the next one begins. 4KiB to "
     "4GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, uint64_t{4} << 10, uint64_t{4} << 30),
                     &config->segment_bytes);
     }},
    {"cache_entries", "COUNT", "1000",
     "How many records the cache holds at most; 0 turns it off. Up to "
     "1000000000.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseCount(text, 0, 1'000'000'000),
                     &config->cache_entries);
     }},
    {"cache_bytes", "BYTES", "64MiB",
     "How many bytes of records the cache holds at most. 4KiB to 1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, uint64_t{4} << 10, uint64_t{1} << 40),
                     &config->cache_bytes);
     }},
    {"import_legacy", "FILE", "",
     "A log of BitPyStore, imported before the server serves. One that has "
     "been imported before is left alone.",
     [](const std::string& text, ServerConfig* config) {
       return AssignPath(text, &config->import_legacy);
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

// The first option in `given` that begins with `prefix`, or an empty string.
std::string FirstWithPrefix(const Names& given, absl::string_view prefix) {
  for (const std::string& name : given) {
    if (absl::StartsWith(name, prefix)) return name;
  }
  return "";
}

absl::Status NoEffect(absl::string_view name, absl::string_view reason) {
  return absl::InvalidArgumentError(
      absl::StrCat("--", name, " has no effect: ", reason));
}

// What no single option can see.
absl::Status CheckTogether(const ServerConfig& config, const Names& given) {
  if (!config.grpc.has_value() && !config.text.has_value()) {
    return absl::InvalidArgumentError(
        "--grpc and --text are both off: nobody could connect");
  }
  if (config.grpc.has_value() && config.grpc == config.text &&
      config.grpc->port != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--grpc and --text are both ",
                     FormatHostPort(*config.grpc), ": one door each"));
  }
  const std::string grpc_option = FirstWithPrefix(given, "grpc_");
  if (!config.grpc.has_value() && !grpc_option.empty()) {
    return NoEffect(grpc_option, "--grpc is off");
  }
  const std::string text_option = FirstWithPrefix(given, "text_");
  if (!config.text.has_value() && !text_option.empty()) {
    return NoEffect(text_option, "--text is off");
  }
  if (config.cache_entries == 0 && given.count("cache_bytes") > 0) {
    return NoEffect("cache_bytes", "--cache_entries=0 turns the cache off");
  }
  return absl::OkStatus();
}

// CLI11 takes "--name=" for a name without a value and asks for the next
// argument; as two arguments the empty value is one. It wants the last
// argument first.
std::vector<std::string> ForCli11(const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed;
  for (auto it = arguments.rbegin(); it != arguments.rend(); ++it) {
    absl::string_view name = *it;
    if (absl::StartsWith(name, "--") && absl::ConsumeSuffix(&name, "=") &&
        !absl::StrContains(name, '=')) {
      reversed.push_back("");
    } else {
      name = *it;
    }
    reversed.emplace_back(name);
  }
  return reversed;
}

// The parser with every option; the values go to *texts.
void AddOptions(CLI::App* app, std::map<std::string, std::string>* texts) {
  for (const OptionRow& row : kOptions) {
    std::string& text = (*texts)[row.name];
    text = row.initial;
    app->add_option(absl::StrCat("--", row.name), text, row.sentence)
        ->type_name(row.unit)
        ->envname(absl::StrCat("RUNDLET_", absl::AsciiStrToUpper(row.name)))
        ->capture_default_str();
  }
  app->set_config("--config", "",
                  "Reads further options from this file, one a line: "
                  "segment_bytes = \"64MiB\".")
      ->type_name("FILE")
      ->envname("RUNDLET_CONFIG");
  app->allow_config_extras(CLI::config_extras_mode::error);
  app->footer(
      "An option on the command line wins over the file, the file over the "
      "environment.\nExit status: 0 stopped as asked, 1 could not serve, 2 "
      "wrong options, 3 the store\nfailed, 4 the drain took too long.");
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(
    const std::vector<std::string>& arguments) {
  CLI::App app("Serves a Rundlet store over gRPC and the text protocol.",
               "rundletd");
  std::map<std::string, std::string> texts;
  AddOptions(&app, &texts);
  try {
    app.parse(ForCli11(arguments));
  } catch (const CLI::CallForHelp&) {
    return CommandLine{std::nullopt, app.help()};
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(error.what());
  }

  ServerConfig config;
  Names given;
  for (const OptionRow& row : kOptions) {
    const std::string name = absl::StrCat("--", row.name);
    if (app.get_option(name)->count() > 0) given.insert(row.name);
    const absl::Status assigned = row.assign(texts[row.name], &config);
    if (!assigned.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, "=", texts[row.name], " ", assigned.message()));
    }
  }
  absl::Status together = CheckTogether(config, given);
  if (!together.ok()) return together;
  return CommandLine{std::move(config), ""};
}

}  // namespace rundlet

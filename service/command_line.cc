#include "service/command_line.h"

#include <CLI/CLI.hpp>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "service/option_table.h"

namespace rundlet {
namespace {

using Names = std::set<std::string>;

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
  const int jobs = (config.verify.empty() ? 0 : 1) +
                   (config.repair_from.empty() ? 0 : 1) +
                   (config.restore_from.empty() ? 0 : 1);
  if (jobs > 1) {
    return absl::InvalidArgumentError(
        "--verify, --repair_from and --restore_from: one at a time");
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
  for (const char* const name :
       {"compaction_age", "compaction_dead_bytes", "compaction_expired_bytes",
        "compaction_spare_segments"}) {
    if (config.compaction_live_percent == 0 && given.count(name) > 0) {
      return NoEffect(name, "--compaction_live_percent=0 turns that off");
    }
  }
  if (config.history_window == absl::ZeroDuration() &&
      given.count("history_bytes") > 0) {
    return NoEffect("history_bytes", "--history_window=0 turns that off");
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

// A sentence as lines that fit beside the names of --help.
std::string Wrapped(absl::string_view sentence) {
  constexpr size_t kColumns = 48;
  std::string wrapped;
  size_t column = 0;
  for (const absl::string_view word : absl::StrSplit(sentence, ' ')) {
    if (column > 0 && column + 1 + word.size() > kColumns) {
      wrapped.push_back('\n');
      column = 0;
    } else if (column > 0) {
      wrapped.push_back(' ');
      ++column;
    }
    absl::StrAppend(&wrapped, word);
    column += word.size();
  }
  return wrapped;
}

// The parser with every option; the values go to *texts.
void AddOptions(CLI::App* app, std::map<std::string, std::string>* texts) {
  for (const OptionRow& row : ServerOptions()) {
    std::string& text = (*texts)[row.name];
    text = row.initial;
    app->add_option(absl::StrCat("--", row.name), text, Wrapped(row.sentence))
        ->type_name(row.unit)
        ->envname(absl::StrCat("RUNDLET_", absl::AsciiStrToUpper(row.name)))
        ->capture_default_str();
  }
  app->set_config("--config", "",
                  Wrapped("Reads further options from this file, one a line: "
                          "segment_bytes = \"64MiB\"."))
      ->type_name("FILE")
      ->envname("RUNDLET_CONFIG");
  app->allow_config_extras(CLI::config_extras_mode::error);
  app->footer(
      "An option on the command line wins over the file, the file over the "
      "environment.\nExit status: 0 stopped as asked, 1 could not serve, 2 "
      "wrong options, 3 the store\nfailed, 4 the drain took too long, 5 done, "
      "but "
      "something is damaged or lost.");
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
  for (const OptionRow& row : ServerOptions()) {
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

#include "service/logging.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

// Times are UTC with milliseconds; %v is what Write() hands over.
constexpr char kTextPattern[] = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
constexpr char kJsonPattern[] =
    R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})";

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

LogLevel LevelOf(spdlog::level::level_enum level) {
  for (const LogLevel known :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning}) {
    if (SpdlogLevel(known) == level) return known;
  }
  return LogLevel::kError;
}

std::string JsonString(absl::string_view text) {
  return nlohmann::json(std::string(text))
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// A value that could be taken for more than one word is quoted; nothing in a
// message or value can break the line.
std::string TextValue(absl::string_view value) {
  const std::string escaped = absl::Utf8SafeCEscape(value);
  const bool plain = escaped == value && !value.empty() &&
                     value.find_first_of(" =") == absl::string_view::npos;
  return plain ? std::string(value) : absl::StrCat("\"", escaped, "\"");
}

}  // namespace

Logger::Logger(LogFormat format, LogLevel level, spdlog::sink_ptr sink)
    : format_(format),
      logger_(std::make_unique<spdlog::logger>(
          "rundletd",
          sink != nullptr
              ? std::move(sink)
              : std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
  logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
      format == LogFormat::kJson ? kJsonPattern : kTextPattern,
      spdlog::pattern_time_type::utc));
  logger_->set_level(SpdlogLevel(level));
  logger_->flush_on(spdlog::level::warn);
}

Logger::~Logger() { Flush(); }

void Logger::Debug(absl::string_view message,
                   const std::vector<LogField>& fields) {
  Write(spdlog::level::debug, message, fields);
}

void Logger::Info(absl::string_view message,
                  const std::vector<LogField>& fields) {
  Write(spdlog::level::info, message, fields);
}

void Logger::Warning(absl::string_view message,
                     const std::vector<LogField>& fields) {
  Write(spdlog::level::warn, message, fields);
}

void Logger::Error(absl::string_view message,
                   const std::vector<LogField>& fields) {
  Write(spdlog::level::err, message, fields);
}

LogLevel Logger::SetLevel(LogLevel level) {
  const absl::MutexLock lock(&setting_);
  const LogLevel previous = LevelOf(logger_->level());
  logger_->set_level(SpdlogLevel(level));
  return previous;
}

bool Logger::Writes(LogLevel level) const {
  return logger_->should_log(SpdlogLevel(level));
}

void Logger::Flush() { logger_->flush(); }

void Logger::Write(spdlog::level::level_enum level, absl::string_view message,
                   const std::vector<LogField>& fields) {
  if (!logger_->should_log(level)) return;
  std::string line;
  if (format_ == LogFormat::kJson) {
    line = absl::StrCat("\"message\":", JsonString(message));
    for (const LogField& field : fields) {
      absl::StrAppend(&line, ",", JsonString(field.name), ":",
                      JsonString(field.value));
    }
  } else {
    line = absl::Utf8SafeCEscape(message);
    for (const LogField& field : fields) {
      absl::StrAppend(&line, " ", field.name, "=", TextValue(field.value));
    }
  }
  logger_->log(level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace rundlet

// Logger: structured lines about what the server does, for people (text) or
// for machines (JSON lines), on standard error.
//
//   logger.Info("serving", {{"grpc", "127.0.0.1:50051"}});
//
//   2026-01-02T03:04:05.678Z info serving grpc=127.0.0.1:50051
//   {"time":"2026-01-02T03:04:05.678Z","level":"info","message":"serving",
//    "grpc":"127.0.0.1:50051"}                               (one line)

#ifndef RUNDLET_SERVICE_LOGGING_H_
#define RUNDLET_SERVICE_LOGGING_H_

#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/ops/log_level.h"

namespace rundlet {

enum class LogFormat { kText, kJson };

struct LogField {
  absl::string_view name;
  std::string value;
};

// Thread-safe. A line is written as a whole, and at once from kWarning on.
// Bytes that are not UTF-8 become replacement characters in JSON.
class Logger {
 public:
  // Writes lines of `level` and above to `sink`, standard error by default.
  Logger(LogFormat format, LogLevel level, spdlog::sink_ptr sink = nullptr);
  ~Logger();

  void Debug(absl::string_view message,
             const std::vector<LogField>& fields = {});
  void Info(absl::string_view message,
            const std::vector<LogField>& fields = {});
  void Warning(absl::string_view message,
               const std::vector<LogField>& fields = {});
  void Error(absl::string_view message,
             const std::vector<LogField>& fields = {});

  // From now on lines of this level and above are written; returns what it was.
  LogLevel SetLevel(LogLevel level);

  // Whether a line of this level would be written.
  bool Writes(LogLevel level) const;

  // Hands every line written so far to the system.
  void Flush();

 private:
  void Write(spdlog::level::level_enum level, absl::string_view message,
             const std::vector<LogField>& fields);

  const LogFormat format_;
  absl::Mutex setting_;  // who sets the level holds it
  const std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_LOGGING_H_

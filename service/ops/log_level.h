// LogLevel: how much of what the server does is worth a line in its log.

#ifndef RUNDLET_SERVICE_OPS_LOG_LEVEL_H_
#define RUNDLET_SERVICE_OPS_LOG_LEVEL_H_

#include <cstdint>

namespace rundlet {

// Each level includes those behind it.
enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_OPS_LOG_LEVEL_H_

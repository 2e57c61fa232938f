// What the text protocol answers, to the byte (PROTOCOL.md).

#ifndef RUNDLET_SERVICE_GATEWAY_REPLY_H_
#define RUNDLET_SERVICE_GATEWAY_REPLY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/entry.h"
#include "storage/stats.h"

namespace rundlet {

inline constexpr absl::string_view kGreeting = "Welcome to KVStore Server\n";
inline constexpr absl::string_view kOkReply = "OK\n";
inline constexpr absl::string_view kDeletedReply = "DELETED\n";
inline constexpr absl::string_view kNotFoundReply = "NOT_FOUND\n";

// Each appends one whole reply, with its last '\n'.

// "ERROR: <why>". Always one line: line breaks of the message become
// spaces, and a long one is cut.
void AppendError(const absl::Status& status, std::string* out);

// "VALUE <data>"; an error if the value has no form on one line.
void AppendValue(const Value& value, std::string* out);

// The six lines of STATS.
void AppendStats(const StoreStats& stats, std::string* out);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GATEWAY_REPLY_H_

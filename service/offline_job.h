// What rundletd does to a store that nobody serves: verify, repair, restore.

#ifndef RUNDLET_SERVICE_OFFLINE_JOB_H_
#define RUNDLET_SERVICE_OFFLINE_JOB_H_

#include "absl/status/statusor.h"
#include "service/config.h"
#include "service/logging.h"

namespace rundlet {

// Whether the configuration asks for such a job instead of serving.
bool HasOfflineJob(const ServerConfig& config);

// Does the job and logs what came of it, a line for each piece of damage.
// False: it is done, but something is damaged or lost. REQUIRES: HasOfflineJob.
absl::StatusOr<bool> RunOfflineJob(const ServerConfig& config, Logger* logger);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_OFFLINE_JOB_H_

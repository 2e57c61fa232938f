// Statistics of Store on the wire.

#ifndef RUNDLET_SERVICE_GRPC_STATS_CODEC_H_
#define RUNDLET_SERVICE_GRPC_STATS_CODEC_H_

#include "rundlet/v1/stats.pb.h"
#include "storage/stats.h"

namespace rundlet {

// Fills an empty answer.
void Encode(const StoreStats& stats, v1::StatsResponse* proto);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_STATS_CODEC_H_

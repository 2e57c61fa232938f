// Statistics on the wire: of the store, of what leads to it, of calls.

#ifndef RUNDLET_SERVICE_GRPC_STATS_CODEC_H_
#define RUNDLET_SERVICE_GRPC_STATS_CODEC_H_

#include "rundlet/v1/stats.pb.h"
#include "service/admission/admission_stats.h"
#include "service/grpc/call_meter.h"
#include "storage/stats.h"

namespace rundlet {

// Each fills an empty message.
void Encode(const StoreStats& stats, v1::StatsResponse* proto);
void Encode(const AdmissionStats& stats, v1::AdmissionStats* proto);
void Encode(const CallStats& stats, v1::CallStats* proto);

}  // namespace rundlet

#endif  // RUNDLET_SERVICE_GRPC_STATS_CODEC_H_

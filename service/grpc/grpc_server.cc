#include "service/grpc/grpc_server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/resource_quota.h>

#include <algorithm>
#include <string>
#include <utility>

#include "google/protobuf/stubs/logging.h"
#include "rundlet/v1/limits.pb.h"
#include "service/grpc/entry_codec.h"
#include "service/grpc/expiry_codec.h"
#include "service/grpc/json_text.h"
#include "service/grpc/message_codec.h"
#include "service/grpc/pipeline_stream.h"
#include "service/grpc/range_codec.h"
#include "storage/value_digest.h"

namespace rundlet {
namespace {

// Bytes of the headers of a call.
constexpr int kMetadataBytesMax = 8 << 10;

// Threads for reflection.
constexpr int kBlockingThreadsMax = 4;

constexpr int kHandshakeTimeoutMs = 10'000;
// A peer that vanished is noticed after about 80 s.
constexpr int kKeepaliveTimeMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
// Clients may ping this often; beyond two strikes they are sent away.
constexpr int kPingIntervalMinMs = 10'000;
constexpr int kPingStrikesMax = 2;
// A connection without calls is closed; clients open another when they need it.
constexpr int kConnectionIdleMs = 10 * 60'000;

// How long a drain waits for streams whose clients do not read.
constexpr absl::Duration kStreamPatience = absl::Seconds(1);

v1::GetLimitsResponse LimitsOf(const Limits& limits,
                               const GrpcServerOptions& options) {
  v1::GetLimitsResponse proto;
  proto.set_key_bytes_max(limits.key_bytes_max);
  proto.set_value_bytes_max(limits.value_bytes_max);
  proto.set_json_depth_max(kJsonDepthMax);
  proto.set_json_text_depth_max(kJsonTextDepthMax);
  proto.set_transaction_operations_max(limits.transaction_operations_max);
  proto.set_transaction_bytes_max(limits.transaction_bytes_max);
  proto.set_batch_keys_max(limits.read_keys_max);
  proto.set_answer_bytes_max(
      std::min(limits.read_bytes_max, limits.receipt_bytes_max));
  proto.set_page_size_max(kPageSizeMax);
  proto.set_page_bytes_max(kPageBytesMax);
  EncodeDuration(limits.page_lease, proto.mutable_page_lease());
  proto.set_request_bytes_max(kMessageBytesMax);
  proto.set_response_bytes_max(kMessageBytesMax);
  proto.set_metadata_bytes_max(kMetadataBytesMax);
  proto.set_concurrent_calls_max(options.concurrent_calls_max);
  proto.set_default_durability(EncodeDurability(options.default_durability));
  proto.set_request_id_bytes_max(limits.request_id_bytes_max);
  EncodeDuration(options.request_window, proto.mutable_request_window());
  proto.set_snapshots_max(limits.snapshots_max);
  EncodeDuration(limits.snapshot_lease, proto.mutable_snapshot_lease());
  EncodeDuration(limits.snapshot_lease_max, proto.mutable_snapshot_lease_max());
  proto.set_watches_max(limits.watches_max);
  proto.set_watch_ranges_max(limits.watch_ranges_max);
  proto.set_watch_lag_bytes_max(limits.watch_lag_bytes_max);
  proto.set_watch_lag_changes_max(limits.watch_lag_changes_max);
  proto.set_digest_algorithm(std::string(kValueDigestAlgorithm));
  proto.set_pipeline_operations_max(kPipelineOperationsMax);
  if (options.large_store != nullptr) {
    proto.set_large_value_bytes_max(options.large_store->value_bytes_max());
    proto.set_large_chunk_bytes(options.large_store->chunk_bytes());
    proto.set_large_uploads_max(options.large_store->uploads_max());
  }
  if (options.fill_store != nullptr) {
    const FillLimits& fills = options.fill_store->fill_limits();
    proto.set_fill_leases_max(fills.leases_max);
    proto.set_fill_waiters_max(fills.waiters_max);
    EncodeDuration(fills.wait_max, proto.mutable_fill_wait_max());
    EncodeDuration(fills.hold_max, proto.mutable_fill_hold_max());
  }
  return proto;
}

std::shared_ptr<WriteAdmission> AdmissionOf(const GrpcServerOptions& options,
                                            Store* store) {
  WriteAdmission::Settings settings;
  settings.default_durability = options.default_durability;
  return WriteAdmission::Create(store, settings);
}

void SetLimits(const GrpcServerOptions& options, grpc::ServerBuilder* builder) {
  grpc::ResourceQuota quota;
  quota.Resize(options.transport_memory_bytes_max);
  quota.SetMaxThreads(kBlockingThreadsMax);
  builder->SetResourceQuota(quota);
  builder->SetMaxReceiveMessageSize(kMessageBytesMax);
  builder->SetMaxSendMessageSize(kMessageBytesMax);
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMetadataBytesMax);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                              static_cast<int>(options.concurrent_calls_max));
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                              kHandshakeTimeoutMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                              kKeepaliveTimeoutMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder->AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      kPingIntervalMinMs);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, kPingStrikesMax);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                              kConnectionIdleMs);
  // A request of 4 MiB could unfold into 4 GiB before any limit applies.
  builder->SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder->SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
}

// What is set for the whole process, once.
void SetUpLibraries() {
  static const bool kSetUp = [] {
    // Keeps the library up for good. Its shutdown, when the last server is
    // gone, waits up to 10 s for a poller that large messages leave behind.
    grpc_init();
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    // What does not parse is told to the client; the log is not the place for
    // what any client can send.
    google::protobuf::SetLogHandler(nullptr);
    return true;
  }();
  static_cast<void>(kSetUp);
}

// Reflection is the one service that is not made of callbacks.
void LimitBlockingThreads(grpc::ServerBuilder* builder) {
  builder->SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder->SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS,
                               kBlockingThreadsMax);
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(
    const GrpcServerOptions& options, Store* store) {
  absl::StatusOr<Listener> listener = Listen(options.address);
  if (!listener.ok()) return listener.status();
  SetUpLibraries();
  std::unique_ptr<GrpcServer> server(
      new GrpcServer(options, *std::move(listener), store));
  absl::Status status = server->Serve(options);
  if (!status.ok()) return status;
  return server;
}

GrpcServer::GrpcServer(const GrpcServerOptions& options, Listener listener,
                       Store* store)
    : fill_store_(options.fill_store),
      own_admission_(options.admission == nullptr ? AdmissionOf(options, store)
                                                  : nullptr),
      admission_(own_admission_ != nullptr ? own_admission_.get()
                                           : options.admission.get()),
      gate_(options.request_memory_bytes_max),
      meter_(options.clock, options.on_call_failed),
      health_({v1::KeyValueService::service_full_name(),
               v1::AdminService::service_full_name()}),
      key_values_(store, admission_, options.large_store, options.fill_store,
                  &gate_, &meter_, &open_streams_,
                  LimitsOf(store->limits(), options)),
      admin_(store, admission_, &gate_, &meter_, &open_streams_,
             options.backup_root, options.set_log_level),
      acceptor_(
          std::move(listener),
          FitToDescriptors(options.connections, options.descriptors_reserved),
          options.clock) {}

GrpcServer::~GrpcServer() { Drain(absl::ZeroDuration()); }

absl::Status GrpcServer::Serve(const GrpcServerOptions& options) {
  grpc::ServerBuilder builder;
  SetLimits(options, &builder);
  LimitBlockingThreads(&builder);
  builder.RegisterService(&key_values_);
  builder.RegisterService(&admin_);
  builder.RegisterService(&health_);
  for (grpc::Service* service : options.further_services) {
    builder.RegisterService(service);
  }
  connections_ = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      options.credentials != nullptr ? options.credentials
                                     : grpc::InsecureServerCredentials());
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) {
    return absl::InternalError("gRPC did not start; its log says why");
  }
  absl::Status status = acceptor_.Start([this](int fd) {
    grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters
        connection;
    connection.fd = fd;
    connections_->HandleNewConnection(&connection);
  });
  if (status.ok()) health_.SetServing(true);
  return status;
}

void GrpcServer::Drain(absl::Duration patience) {
  if (server_ == nullptr) return;
  const absl::Time deadline = absl::Now() + patience;
  health_.SetServing(false);
  gate_.Close();
  if (fill_store_ != nullptr) fill_store_->StopWaiting();
  open_streams_.Drain(std::min(patience, kStreamPatience));
  gate_.WaitUntilEmpty(patience);
  acceptor_.Stop();
  health_.EndWatches();
  // Flushes the last answers, then cancels what is still under way.
  server_->Shutdown(absl::ToChronoTime(deadline));
  server_->Wait();
  server_.reset();
  if (own_admission_ != nullptr) own_admission_->Close();
}

}  // namespace rundlet

#include "service/server.h"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "service/admission/write_admission.h"
#include "service/gateway/text_gateway.h"
#include "service/grpc/grpc_server.h"
#include "service/memory_limit.h"
#include "storage/file/clock.h"
#include "storage/file/file_system.h"
#include "storage/fill/fill_store.h"
#include "storage/large/large_store.h"
#include "storage/legacy/legacy_import.h"
#include "storage/open.h"
#include "storage/options.h"

namespace rundlet {
namespace {

// Skipped records of an import that get a line of their own in the log.
constexpr size_t kSkippedRecordLinesMax = 100;

// The cache, what waits to be written, and each kind of buffer get one of so
// many equal parts of the memory ceiling at most.
constexpr uint64_t kMemoryShares = 8;

std::string Seconds(absl::Duration duration) {
  return absl::StrCat(absl::ToDoubleSeconds(duration));
}

void LogImport(const std::string& path, const LegacyLogSummary& log,
               Logger* logger) {
  const size_t lines = std::min(log.skipped.size(), kSkippedRecordLinesMax);
  for (size_t i = 0; i < lines; ++i) {
    const SkippedRecord& skipped = log.skipped[i];
    logger->Warning("legacy record skipped",
                    {{"file", path},
                     {"offset", absl::StrCat(skipped.offset)},
                     {"bytes", absl::StrCat(skipped.bytes)},
                     {"key", skipped.key},
                     {"reason", skipped.reason}});
  }
  if (log.skipped_count > lines) {
    logger->Warning(
        "further legacy records skipped",
        {{"file", path}, {"count", absl::StrCat(log.skipped_count - lines)}});
  }
  logger->Info("legacy log imported",
               {{"file", path},
                {"bytes", absl::StrCat(log.file_bytes)},
                {"entries", absl::StrCat(log.entry_count)},
                {"expired", absl::StrCat(log.expired_count)},
                {"skipped", absl::StrCat(log.skipped_count)}});
}

// Gives the ceiling a value; what a burst may take must not be what the index
// needs.
ServerConfig FitToMemory(ServerConfig config) {
  if (config.memory_bytes_max == 0) {
    config.memory_bytes_max = MemoryLimitBytes() / 4 * 3;
  }
  const uint64_t share = config.memory_bytes_max / kMemoryShares;
  for (uint64_t* bytes :
       {&config.cache_bytes, &config.grpc_request_bytes_max,
        &config.grpc_transport_bytes_max, &config.text_buffered_bytes_max,
        &config.waiting_bytes_max}) {
    *bytes = std::min(*bytes, share);
  }
  return config;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerConfig& given,
                                                      ServerHooks hooks,
                                                      Logger* logger) {
  const ServerConfig config = FitToMemory(given);
  auto server = absl::WrapUnique(new Server(logger));
  absl::Status status = server->OpenStore(config, &hooks);
  if (status.ok() && !config.import_legacy.empty()) {
    status = server->Import(config.import_legacy);
  }
  if (status.ok()) {
    if (hooks.before_doors) hooks.before_doors();
    server->WrapStore(config);
    server->StartAdmission(config);
    status = server->OpenDoors(config, std::move(hooks.on_shutdown));
  }
  if (!status.ok()) return status;
  return server;
}

Server::Server(Logger* logger) : logger_(logger) {}

Server::~Server() { Drain(absl::ZeroDuration()); }

void Server::Drain(absl::Duration timeout) {
  if (store_ == nullptr) return;
  // Side by side, so that both doors have the whole time.
  std::thread text([this, timeout] {
    if (text_ != nullptr) text_->Drain(timeout);
  });
  if (grpc_ != nullptr) grpc_->Drain(timeout);
  text.join();
  grpc_.reset();
  text_.reset();
  if (admission_ != nullptr) admission_->Close();
  large_store_.reset();
  fill_store_.reset();
  store_.reset();
  logger_->Info("store closed");
}

absl::Status Server::OpenStore(const ServerConfig& config, ServerHooks* hooks) {
  const absl::Time start = absl::Now();
  Options options;
  options.path = config.data;
  options.durability = config.durability;
  options.segment_bytes = config.segment_bytes;
  options.compression = config.compression;
  options.compaction_live_ratio =
      static_cast<double>(config.compaction_live_percent) / 100;
  options.compaction_dead_bytes = config.compaction_dead_bytes;
  options.compaction_expired_bytes = config.compaction_expired_bytes;
  options.compaction_spare_segments = config.compaction_spare_segments;
  options.compaction_age = config.compaction_age;
  options.compaction_bytes_per_second = config.compaction_bytes_per_second;
  options.disk_free_bytes_min = config.disk_free_bytes_min;
  options.delete_reserve_bytes = config.delete_reserve_bytes;
  options.history_window = config.history_window;
  options.history_bytes = config.history_bytes;
  options.cache_entries = config.cache_entries;
  options.cache_bytes = config.cache_bytes;
  options.use_mapping = config.mmap;
  options.memory_bytes_max = config.memory_bytes_max;
  options.process_bytes = AllocatedBytes;
  options.limits.pending_bytes_max =
      std::min(options.limits.pending_bytes_max,
               config.memory_bytes_max / kMemoryShares);
  options.sync_interval = config.sync_interval;
  options.scrub_interval = config.scrub_interval;
  options.verify_bytes_per_second = config.verify_bytes_per_second;
  options.on_fatal = std::move(hooks->on_fatal);
  options.on_event = [logger = logger_](absl::string_view line) {
    logger->Info(line);
  };
  absl::StatusOr<std::unique_ptr<Store>> store = Open(std::move(options));
  if (!store.ok()) return store.status();
  store_ = *std::move(store);
  const StoreStats stats = store_->Stats();
  logger_->Info("store opened",
                {{"data", config.data},
                 {"store_id", stats.store_id},
                 {"revision", absl::StrCat(stats.visible_revision)},
                 {"keys", absl::StrCat(stats.keys_in_index)},
                 {"bytes", absl::StrCat(stats.file_size_bytes)},
                 {"seconds", Seconds(absl::Now() - start)}});
  return absl::OkStatus();
}

absl::Status Server::Import(const std::string& path) {
  const absl::StatusOr<LegacyImport> import = ImportLegacyLog(
      store_.get(), FileSystem::Posix(), path, Clock::System()->Now());
  if (absl::IsAlreadyExists(import.status())) {
    logger_->Info("legacy log was imported before, left alone",
                  {{"file", path}});
    return absl::OkStatus();
  }
  if (!import.ok()) {
    return absl::Status(import.status().code(),
                        absl::StrCat("--import_legacy=", path, ": ",
                                     import.status().message()));
  }
  LogImport(path, import->log, logger_);
  return absl::OkStatus();
}

void Server::WrapStore(const ServerConfig& config) {
  FillOptions fills;
  fills.limits.leases_max = config.fill_leases_max;
  fill_store_ = std::make_unique<FillStore>(store_.get(), std::move(fills));
  LargeOptions options;
  options.value_bytes_max = config.large_value_bytes_max;
  options.on_event = [logger = logger_](absl::string_view line) {
    logger->Info(line);
  };
  large_store_ =
      std::make_unique<LargeStore>(fill_store_.get(), std::move(options));
}

void Server::StartAdmission(const ServerConfig& config) {
  WriteAdmission::Settings settings;
  settings.default_durability = config.durability;
  settings.delay.delay_max = config.write_delay_max;
  settings.delay.writes_max = config.waiting_writes_max;
  settings.waiting_bytes_max = config.waiting_bytes_max;
  settings.seed = std::random_device()();
  admission_ = WriteAdmission::Create(large_store_.get(), settings);
}

absl::Status Server::OpenDoors(const ServerConfig& config,
                               std::function<void()> on_shutdown) {
  std::vector<LogField> places;
  if (config.grpc.has_value()) {
    const absl::StatusOr<HostPort> address = OpenGrpc(config);
    if (!address.ok()) return address.status();
    places.push_back({"grpc", FormatHostPort(*address)});
  }
  if (config.text.has_value()) {
    const absl::StatusOr<HostPort> address =
        OpenText(config, std::move(on_shutdown));
    if (!address.ok()) return address.status();
    places.push_back({"text", FormatHostPort(*address)});
  }
  logger_->Info("serving", places);
  logger_->Flush();
  return absl::OkStatus();
}

absl::StatusOr<HostPort> Server::OpenGrpc(const ServerConfig& config) {
  GrpcServerOptions options;
  options.address = FormatHostPort(*config.grpc);
  options.default_durability = config.durability;
  options.backup_root = config.backup_root;
  options.large_store = large_store_.get();
  options.fill_store = fill_store_.get();
  options.admission = admission_;
  options.connections = {config.grpc_connections_max,
                         config.grpc_connections_per_address_max};
  options.on_call_failed = [logger = logger_](absl::string_view method,
                                              const absl::Status& error) {
    if (!logger->Writes(LogLevel::kDebug)) return;
    logger->Debug("call failed",
                  {{"method", std::string(method)},
                   {"code", absl::StatusCodeToString(error.code())},
                   {"error", std::string(error.message())}});
  };
  options.set_log_level = [logger = logger_](LogLevel level) {
    return logger->SetLevel(level);
  };
  options.request_memory_bytes_max = config.grpc_request_bytes_max;
  options.transport_memory_bytes_max = config.grpc_transport_bytes_max;
  absl::StatusOr<std::unique_ptr<GrpcServer>> grpc =
      GrpcServer::Start(options, large_store_.get());
  if (!grpc.ok()) return grpc.status();
  grpc_ = *std::move(grpc);
  return HostPort{config.grpc->host, grpc_->port()};
}

absl::StatusOr<HostPort> Server::OpenText(const ServerConfig& config,
                                          std::function<void()> on_shutdown) {
  TextGatewayOptions options;
  options.host = config.text->host;
  options.port = config.text->port;
  options.connections_max = config.text_connections_max;
  options.connections_per_address_max = config.text_connections_per_address_max;
  options.buffered_bytes_max = config.text_buffered_bytes_max;
  options.idle_timeout = config.text_idle_timeout;
  options.admission = admission_;
  options.remote_administration = config.text_remote_administration;
  options.on_shutdown = std::move(on_shutdown);
  options.on_event = [logger = logger_](absl::string_view line) {
    logger->Warning(line, {{"door", "text"}});
  };
  absl::StatusOr<std::unique_ptr<TextGateway>> text =
      TextGateway::Start(std::move(options), large_store_.get());
  if (!text.ok()) return text.status();
  text_ = *std::move(text);
  return HostPort{config.text->host, text_->port()};
}

}  // namespace rundlet

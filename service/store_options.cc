#include "service/store_options.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "service/host_port.h"
#include "service/option_assign.h"
#include "service/option_values.h"

namespace rundlet {
namespace {

absl::Status AssignDoor(const std::string& text,
                        std::optional<HostPort>* door) {
  door->reset();
  if (text.empty() || text == "off") return absl::OkStatus();
  absl::StatusOr<HostPort> address = ParseHostPort(text);
  if (!address.ok()) return address.status();
  *door = *std::move(address);
  return absl::OkStatus();
}

const OptionRow kOptions[] = {
    {"data", "DIR", "data",
     "The folder that holds the store. It is made if it is missing; one "
     "process at a time may serve it.",
     [](const std::string& text, ServerConfig* config) {
       if (text.empty()) return absl::InvalidArgumentError("names no folder");
       return AssignPath(text, &config->data);
     }},
    {"grpc", "HOST:PORT", "127.0.0.1:50051",
     "Where gRPC clients connect. Port 0 picks a free one, which the log "
     "tells; empty or 'off' turns this door off.",
     [](const std::string& text, ServerConfig* config) {
       return AssignDoor(text, &config->grpc);
     }},
    {"text", "HOST:PORT", "127.0.0.1:5000",
     "Where clients of the text protocol connect. Port 0 picks a free one, "
     "which the log tells; empty or 'off' turns this door off.",
     [](const std::string& text, ServerConfig* config) {
       return AssignDoor(text, &config->text);
     }},
    {"durability", "LEVEL", "disk",
     "How far a write is before it is acknowledged, unless a request says "
     "otherwise: memory (in the engine), os (handed to the kernel: survives "
     "kill -9) or disk (synced: survives power loss).",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseChoice<Durability>(text, {{"memory", Durability::kMemory},
                                          {"os", Durability::kOs},
                                          {"disk", Durability::kDisk}}),
           &config->durability);
     }},
    {"sync_interval", "DURATION", "100ms",
     "How long a write below durability disk may wait for its sync: what a "
     "power loss may cost. 1ms to 1m.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseDurationOption(text, absl::Milliseconds(1), absl::Minutes(1)),
           &config->sync_interval);
     }},
    {"segment_bytes", "BYTES", "256MiB",
     "How large a file of the log grows before the next one begins. 4KiB to "
     "4GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, uint64_t{4} << 10, uint64_t{4} << 30),
                     &config->segment_bytes);
     }},
    {"compaction_live_percent", "COUNT", "50",
     "The store compacts by itself when less than this part of its bytes is "
     "live. 0 turns all that it does by itself off; up to 100.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseCount(text, 0, 100),
                     &config->compaction_live_percent);
     }},
    {"compaction_dead_bytes", "BYTES", "256MiB",
     "But not for less than this many bytes that are not live. 0 to 1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, 0, uint64_t{1} << 40),
                     &config->compaction_dead_bytes);
     }},
    {"compaction_expired_bytes", "BYTES", "256MiB",
     "Also when this many bytes have expired in segments that are a quarter "
     "dead. 0 turns that off; up to 1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, 0, uint64_t{1} << 40),
                     &config->compaction_expired_bytes);
     }},
    {"compaction_spare_segments", "COUNT", "64",
     "Also when there are this many more segments than the live bytes would "
     "fill, as crashes leave them. 0 turns that off; up to 1000000.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseCount(text, 0, 1'000'000),
                     &config->compaction_spare_segments);
     }},
    {"disk_free_bytes_min", "BYTES", "64MiB",
     "With fewer free bytes on the disk, writes are refused until there is "
     "room again; reads, deletes and compaction go on. At most a 16th of the "
     "disk counts. 0 to 1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, 0, uint64_t{1} << 40),
                     &config->disk_free_bytes_min);
     }},
    {"delete_reserve_bytes", "BYTES", "4MiB",
     "Room on the disk that only deletes and expiry may use up. 0 to 1GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, 0, uint64_t{1} << 30),
                     &config->delete_reserve_bytes);
     }},
    {"compaction_age", "DURATION", "0s",
     "Also when a segment is so old and a sixteenth of it is dead. 0s turns "
     "that off; up to 8760h.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseDurationOption(text, absl::ZeroDuration(), absl::Hours(8760)),
           &config->compaction_age);
     }},
    {"compaction_bytes_per_second", "BYTES", "0",
     "How fast a compaction goes at most that the store has started. Below "
     "that it follows the writes and gives way when syncs slow down. 0: no "
     "limit of its own; up to 1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, 0, uint64_t{1} << 40),
                     &config->compaction_bytes_per_second);
     }},
    {"memory_bytes_max", "BYTES", "0",
     "With more memory in use, writes are refused; reads and deletes go on. "
     "The cache and all buffers get an 8th of it at most, each. 0: three "
     "quarters of what the control group or the machine has. Up to 1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, 0, uint64_t{1} << 40),
                     &config->memory_bytes_max);
     }},
    {"history_window", "DURATION", "0",
     "A watch may start from any change of so long ago: compaction leaves the "
     "log alone that holds it, so that COMPACT gives its room back later. 0 "
     "keeps what no compaction has taken. Up to 8760h.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseDurationOption(text, absl::ZeroDuration(), absl::Hours(8760)),
           &config->history_window);
     }},
    {"history_bytes", "BYTES", "256MiB",
     "But no more than the newest segments of the log that hold so many "
     "bytes. 4KiB to 1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, uint64_t{4} << 10, uint64_t{1} << 40),
                     &config->history_bytes);
     }},
    {"compression", "METHOD", "none",
     "How values are stored that are put or compacted from now on: none, "
     "snappy or zstd, which also learns dictionaries of what the values have "
     "in common. A value that would not become shorter by an eighth is stored "
     "plain.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseChoice<Compression>(text, {{"none", Compression::kNone},
                                           {"snappy", Compression::kSnappy},
                                           {"zstd", Compression::kZstd}}),
           &config->compression);
     }},
    {"cache_entries", "COUNT", "1000",
     "How many records the cache holds at most; 0 turns it off. Up to "
     "1000000000.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseCount(text, 0, 1'000'000'000),
                     &config->cache_entries);
     }},
    {"cache_bytes", "BYTES", "64MiB",
     "How many bytes of records the cache holds at most. 4KiB to 1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, uint64_t{4} << 10, uint64_t{1} << 40),
                     &config->cache_bytes);
     }},
    {"mmap", "on|off", "on",
     "Whether records are read through mappings of the store's files. It "
     "spares a system call a read; but a disk that cannot give a byte then "
     "ends the process with status 3, where pread fails that read alone.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseChoice<bool>(text, {{"on", true}, {"off", false}}),
                     &config->mmap);
     }},
    {"backup_root", "FOLDER", "",
     "Where AdminService.Backup may write: each backup is a new folder below "
     "it. Empty: nowhere.",
     [](const std::string& text, ServerConfig* config) {
       return AssignPath(text, &config->backup_root);
     }},
    {"import_legacy", "FILE", "",
     "A log of BitPyStore, imported before the server serves. One that has "
     "been imported before is left alone.",
     [](const std::string& text, ServerConfig* config) {
       return AssignPath(text, &config->import_legacy);
     }},
    {"scrub_interval", "DURATION", "168h",
     "All that is on the disk is read and verified once in this time, in the "
     "background. 0s turns that off; up to 8760h.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(
           ParseDurationOption(text, absl::ZeroDuration(), absl::Hours(8760)),
           &config->scrub_interval);
     }},
    {"verify_bytes_per_second", "BYTES", "64MiB",
     "How fast the store is read for that at most; 0: as fast as it goes. Up "
     "to 1024GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, 0, uint64_t{1} << 40),
                     &config->verify_bytes_per_second);
     }},
    {"large_value_bytes_max", "BYTES", "1GiB",
     "How large a value PutLarge takes. 0 turns it off; up to 1GiB.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseBytes(text, 0, uint64_t{1} << 30),
                     &config->large_value_bytes_max);
     }},
    {"verify", "DIR", "",
     "Instead of serving: reads the store in this folder, which nobody "
     "serves, and says what is damaged. Changes nothing.",
     [](const std::string& text, ServerConfig* config) {
       return AssignPath(text, &config->verify);
     }},
    {"repair_from", "DIR", "",
     "Instead of serving: saves what can be saved of the damaged store in this "
     "folder into a new one in --data, and says what is lost. Changes nothing "
     "in DIR.",
     [](const std::string& text, ServerConfig* config) {
       return AssignPath(text, &config->repair_from);
     }},
    {"restore_from", "DIR", "",
     "Instead of serving: copies the backup in this folder into a new store in "
     "--data.",
     [](const std::string& text, ServerConfig* config) {
       return AssignPath(text, &config->restore_from);
     }},
    {"fill_leases_max", "COUNT", "65536",
     "Keys that clients fill at a time by a lease. 0 turns fill leases off; up "
     "to 16000000.",
     [](const std::string& text, ServerConfig* config) {
       return Assign(ParseCount(text, 0, 16'000'000), &config->fill_leases_max);
     }},
};

}  // namespace

absl::Span<const OptionRow> StoreOptions() { return kOptions; }

}  // namespace rundlet

// Goal: every option is read, from every place, with the stated precedence;
// what is unknown, out of range or contradictory is refused with the reason.
// Method: command lines, files and environments, and what becomes of them.

#include "service/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

ServerConfig Parsed(const std::vector<std::string>& arguments) {
  const absl::StatusOr<CommandLine> line = ParseCommandLine(arguments);
  EXPECT_TRUE(line.ok()) << line.status();
  return line.ok() && line->config.has_value() ? *line->config : ServerConfig();
}

std::string Refused(const std::vector<std::string>& arguments) {
  const absl::StatusOr<CommandLine> line = ParseCommandLine(arguments);
  EXPECT_TRUE(absl::IsInvalidArgument(line.status()));
  return std::string(line.status().message());
}

// A variable of the environment, for one scope.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    setenv(name, value, 1);
  }
  ~Variable() { unsetenv(name_); }

 private:
  const char* const name_;
};

TEST(CommandLineTest, HasDefaults) {
  const ServerConfig config = Parsed({});
  EXPECT_EQ(config.data, "data");
  EXPECT_EQ(FormatHostPort(*config.grpc), "127.0.0.1:50051");
  EXPECT_EQ(FormatHostPort(*config.text), "127.0.0.1:5000");
  EXPECT_EQ(config.durability, Durability::kDisk);
  EXPECT_EQ(config.segment_bytes, uint64_t{256} << 20);
  EXPECT_EQ(config.cache_entries, 1000);
  EXPECT_EQ(config.cache_bytes, uint64_t{64} << 20);
  EXPECT_TRUE(config.mmap);
  EXPECT_EQ(config.sync_interval, absl::Milliseconds(100));
  EXPECT_EQ(config.import_legacy, "");
  EXPECT_EQ(config.drain_timeout, absl::Seconds(10));
  EXPECT_EQ(config.text_idle_timeout, absl::Minutes(10));
  EXPECT_FALSE(config.text_remote_administration);
  EXPECT_EQ(config.log_format, LogFormat::kText);
  EXPECT_EQ(config.log_level, LogLevel::kInfo);
}

TEST(CommandLineTest, ReadsEveryOption) {
  const ServerConfig config = Parsed({"--data=/d",
                                      "--grpc=0.0.0.0:1",
                                      "--text",
                                      "[::1]:2",
                                      "--durability=os",
                                      "--sync_interval=1s",
                                      "--segment_bytes=4KiB",
                                      "--cache_entries=7",
                                      "--cache_bytes=8192",
                                      "--compaction_live_percent=25",
                                      "--compaction_dead_bytes=1MiB",
                                      "--compaction_expired_bytes=2MiB",
                                      "--compaction_spare_segments=9",
                                      "--history_window=90s",
                                      "--history_bytes=3MiB",
                                      "--grpc_request_bytes_max=16MiB",
                                      "--grpc_transport_bytes_max=17MiB",
                                      "--text_buffered_bytes_max=18MiB",
                                      "--import_legacy=/f",
                                      "--grpc_connections_max=1",
                                      "--grpc_connections_per_address_max=2",
                                      "--text_connections_max=3",
                                      "--text_connections_per_address_max=4",
                                      "--text_idle_timeout=5s",
                                      "--text_admin=any",
                                      "--drain_timeout=0s",
                                      "--log_format=json",
                                      "--log_level=error"});
  EXPECT_EQ(config.data, "/d");
  EXPECT_EQ(*config.grpc, (HostPort{"0.0.0.0", 1}));
  EXPECT_EQ(*config.text, (HostPort{"::1", 2}));
  EXPECT_EQ(config.durability, Durability::kOs);
  EXPECT_EQ(config.sync_interval, absl::Seconds(1));
  EXPECT_EQ(config.segment_bytes, 4096);
  EXPECT_EQ(config.cache_entries, 7);
  EXPECT_EQ(config.cache_bytes, 8192);
  EXPECT_EQ(config.compaction_live_percent, 25);
  EXPECT_EQ(config.compaction_dead_bytes, uint64_t{1} << 20);
  EXPECT_EQ(config.compaction_expired_bytes, uint64_t{2} << 20);
  EXPECT_EQ(config.compaction_spare_segments, 9);
  EXPECT_EQ(config.history_window, absl::Seconds(90));
  EXPECT_EQ(config.history_bytes, uint64_t{3} << 20);
  EXPECT_EQ(config.grpc_request_bytes_max, uint64_t{16} << 20);
  EXPECT_EQ(config.grpc_transport_bytes_max, uint64_t{17} << 20);
  EXPECT_EQ(config.text_buffered_bytes_max, uint64_t{18} << 20);
  EXPECT_EQ(config.import_legacy, "/f");
  EXPECT_EQ(config.grpc_connections_max, 1);
  EXPECT_EQ(config.grpc_connections_per_address_max, 2);
  EXPECT_EQ(config.text_connections_max, 3);
  EXPECT_EQ(config.text_connections_per_address_max, 4);
  EXPECT_EQ(config.text_idle_timeout, absl::Seconds(5));
  EXPECT_TRUE(config.text_remote_administration);
  EXPECT_EQ(config.drain_timeout, absl::ZeroDuration());
  EXPECT_EQ(config.log_format, LogFormat::kJson);
  EXPECT_EQ(config.log_level, LogLevel::kError);
}

TEST(CommandLineTest, DoesOneJobInsteadOfServing) {
  EXPECT_EQ(Parsed({"--verify=a"}).verify, "a");
  EXPECT_EQ(Parsed({"--repair_from=b"}).repair_from, "b");
  EXPECT_EQ(Parsed({"--restore_from=c"}).restore_from, "c");
  EXPECT_THAT(Refused({"--verify=a", "--repair_from=b"}),
              HasSubstr("one at a time"));
  EXPECT_EQ(Parsed({}).scrub_interval, absl::Hours(168));
  EXPECT_EQ(Parsed({}).compression, Compression::kNone);
  EXPECT_EQ(Parsed({"--compression=zstd"}).compression, Compression::kZstd);
  EXPECT_EQ(Parsed({"--compression=snappy"}).compression, Compression::kSnappy);
  EXPECT_THAT(Refused({"--compression=lz4"}),
              HasSubstr("none of none, snappy, zstd"));
  EXPECT_EQ(Parsed({"--compaction_age=24h"}).compaction_age, absl::Hours(24));
  EXPECT_EQ(Parsed({"--compaction_bytes_per_second=8MiB"})
                .compaction_bytes_per_second,
            uint64_t{8} << 20);
  EXPECT_EQ(Parsed({"--scrub_interval=0s"}).scrub_interval,
            absl::ZeroDuration());
  EXPECT_EQ(Parsed({"--verify_bytes_per_second=1MiB"}).verify_bytes_per_second,
            uint64_t{1} << 20);
}

TEST(CommandLineTest, TurnsADoorOff) {
  EXPECT_FALSE(Parsed({"--text="}).text.has_value());
  EXPECT_FALSE(Parsed({"--text=off"}).text.has_value());
  EXPECT_FALSE(Parsed({"--grpc=", "--data=/d"}).grpc.has_value());
  EXPECT_EQ(Parsed({"--grpc=", "--data=/d"}).data, "/d");
  EXPECT_TRUE(Parsed({"--text="}).grpc.has_value());
  EXPECT_THAT(Refused({"--text=", "--grpc=off"}), HasSubstr("both off"));
}

TEST(CommandLineTest, TheCommandLineWinsOverTheFileOverTheEnvironment) {
  const TempFolder folder;
  const std::string path = folder.Path("rundletd.toml");
  std::ofstream(path) << "# a comment\nsegment_bytes = \"64MiB\"\n"
                         "durability = \"memory\"\ngrpc = \"[::1]:9\"\n"
                         "text = \"\"\n";
  const Variable segment("RUNDLET_SEGMENT_BYTES", "1MiB");
  const Variable entries("RUNDLET_CACHE_ENTRIES", "5");
  const Variable level("RUNDLET_LOG_LEVEL", "debug");
  const ServerConfig config =
      Parsed({"--config=" + path, "--durability=os", "--log_level=error"});
  EXPECT_EQ(config.durability, Durability::kOs);
  EXPECT_EQ(config.segment_bytes, uint64_t{64} << 20);
  EXPECT_EQ(config.cache_entries, 5);
  EXPECT_EQ(config.log_level, LogLevel::kError);
  EXPECT_EQ(*config.grpc, (HostPort{"::1", 9}));
  EXPECT_FALSE(config.text.has_value());
  EXPECT_EQ(Parsed({}).segment_bytes, uint64_t{1} << 20);
}

TEST(CommandLineTest, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(Refused({"--durabilty=os"}), HasSubstr("--durabilty=os"));
  EXPECT_THAT(Refused({"serve"}), HasSubstr("serve"));
  EXPECT_THAT(Refused({"-d"}), HasSubstr("-d"));
  EXPECT_THAT(Refused({"--data=a", "--data=b"}), HasSubstr("--data"));
  EXPECT_THAT(Refused({"--config=/nobody"}), HasSubstr("/nobody"));
  const TempFolder folder;
  const std::string path = folder.Path("rundletd.toml");
  std::ofstream(path) << "segment_size = 1\n";
  EXPECT_THAT(Refused({"--config=" + path}), HasSubstr("segment_size"));
}

TEST(CommandLineTest, RefusesValuesWithTheReason) {
  const struct {
    std::string argument, reason;
  } cases[] = {
      {"--data=", "--data= names no folder"},
      {"--grpc=localhost", "--grpc=localhost is not HOST:PORT"},
      {"--grpc=h:65536", "the port '65536', which is not 0 to 65535"},
      {"--grpc=h:", "the port ''"},
      {"--grpc=h:-1", "the port '-1'"},
      {"--text=:5000", "--text=:5000 has no host"},
      {"--text=::1:5000", "brackets"},
      {"--text=[h]:5000", "brackets"},
      {"--text=[::1:5000", "brackets"},
      {"--durability=fsync", "is none of memory, os, disk"},
      {"--segment_bytes=4095", "is not from 4KiB to 4GiB"},
      {"--segment_bytes=5GiB", "is not from 4KiB to 4GiB"},
      {"--segment_bytes=99999999999GiB", "is not from 4KiB to 4GiB"},
      {"--segment_bytes=1e6", "is not a number of bytes"},
      {"--segment_bytes=-1", "is not a number of bytes"},
      {"--segment_bytes=1MB", "is not a number of bytes"},
      {"--cache_entries=-1", "is not a decimal number"},
      {"--cache_entries=many", "is not a decimal number"},
      {"--cache_entries=1000000001", "is not from 0 to 1000000000"},
      {"--sync_interval=100", "is not a duration"},
      {"--sync_interval=0s", "is not from 1ms to 1m"},
      {"--drain_timeout=-1s", "is not from 0 to 1h"},
      {"--drain_timeout=inf", "is not from 0 to 1h"},
      {"--text_connections_max=0", "is not from 1 to 1000000"},
      {"--compaction_live_percent=101", "is not from 0 to 100"},
      {"--text_buffered_bytes_max=1MiB", "is not from 16MiB to 1024GiB"},
      {"--text_admin=all", "is none of loopback, any"},
      {"--log_format=xml", "is none of text, json"},
      {"--log_level=trace", "is none of debug, info, warning, error"},
  };
  for (const auto& refused : cases) {
    EXPECT_THAT(Refused({refused.argument}), HasSubstr(refused.reason));
  }
}

TEST(CommandLineTest, RefusesContradictions) {
  EXPECT_THAT(Refused({"--grpc=h:5", "--text=h:5"}),
              HasSubstr("both h:5: one door each"));
  EXPECT_THAT(Refused({"--text=", "--text_admin=any"}),
              HasSubstr("--text_admin has no effect: --text is off"));
  EXPECT_THAT(Refused({"--grpc=", "--grpc_connections_max=5"}),
              HasSubstr("--grpc_connections_max has no effect"));
  EXPECT_THAT(Refused({"--cache_entries=0", "--cache_bytes=1MiB"}),
              HasSubstr("--cache_bytes has no effect"));
  EXPECT_THAT(
      Refused({"--compaction_live_percent=0", "--compaction_dead_bytes=1MiB"}),
      HasSubstr("--compaction_dead_bytes has no effect"));
  EXPECT_THAT(Refused({"--history_window=0", "--history_bytes=1MiB"}),
              HasSubstr("--history_bytes has no effect"));
  EXPECT_EQ(Parsed({"--cache_entries=0"}).cache_entries, 0);
  EXPECT_TRUE(Parsed({"--grpc=h:0", "--text=h:0"}).text.has_value());
}

TEST(CommandLineTest, HelpTellsUnitDefaultAndVariable) {
  for (const std::string flag : {"--help", "-h"}) {
    const absl::StatusOr<CommandLine> line = ParseCommandLine({flag});
    ASSERT_TRUE(line.ok()) << line.status();
    EXPECT_FALSE(line->config.has_value());
    EXPECT_THAT(line->help, HasSubstr("--segment_bytes BYTES=256MiB "
                                      "(Env:RUNDLET_SEGMENT_BYTES)"));
    EXPECT_THAT(line->help, HasSubstr("--config"));
    EXPECT_THAT(line->help, HasSubstr("Exit status"));
  }
}

}  // namespace
}  // namespace rundlet

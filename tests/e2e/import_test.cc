// Goal: an import is all there or not at all, whenever the server is killed,
// and can be asked for again until it is there; a stop does not wait for it.
// Method: a large log, imported by a server that is killed at a random moment.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "storage/legacy/legacy_record.h"
#include "tests/e2e/server_process.h"
#include "tests/service/gateway/text_client.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string WriteLog(const TempFolder& folder, int entry_count) {
  const std::string path = folder.Path("kv.db");
  std::ofstream file(path, std::ios::binary);
  for (int i = 0; i < entry_count; ++i) {
    file << *EncodeLegacyPut(absl::StrCat("key:", i),
                             Value::Text(absl::StrCat("value ", i)),
                             absl::InfiniteFuture());
  }
  EXPECT_TRUE(file.good());
  return path;
}

// "keys_in_index: N", or the answer to another line.
std::string Asked(const ServerProcess& server, absl::string_view line) {
  TextClient client(server.text_port());
  client.ReceiveLine();  // the greeting
  std::string answer = client.Ask(line);
  answer.pop_back();
  return answer;
}

TEST(ImportTest, IsThereAsAWholeOrNotAtAll) {
  constexpr int kEntries = 5000;
  SeededRandom random(TestSeed());
  const TempFolder folder;
  const std::string import = "--import_legacy=" + WriteLog(folder, kEntries);
  const std::string all = absl::StrCat("keys_in_index: ", kEntries);
  for (uint64_t run = 0; run < TestRuns(10); ++run) {
    const std::string data = absl::StrCat("--data=", folder.Path("data"), run);
    {
      ServerProcess server({data, import, "--segment_bytes=64KiB"});
      absl::SleepFor(absl::Milliseconds(random.Below(250)));
      server.Signal(SIGKILL);
      ASSERT_EQ(server.Wait(), 128 + SIGKILL) << server.log();
    }
    {
      ServerProcess server({data});
      ASSERT_TRUE(server.WaitForLog("serving")) << server.log();
      EXPECT_THAT(Asked(server, "STATS"), AnyOf("keys_in_index: 0", all));
    }
    ServerProcess server({data, import});
    ASSERT_TRUE(server.WaitForLog("serving")) << server.log();
    EXPECT_EQ(Asked(server, "STATS"), all);
    const uint64_t entry = random.Below(kEntries);
    EXPECT_EQ(Asked(server, absl::StrCat("GET key:", entry)),
              absl::StrCat("VALUE value ", entry));
  }
}

TEST(ImportTest, AStopDoesNotWaitForIt) {
  const TempFolder folder;
  ServerProcess server({"--data=" + folder.Path("data"),
                        "--import_legacy=" + WriteLog(folder, 200000)});
  ASSERT_TRUE(server.WaitForLog("store opened")) << server.log();
  server.Signal(SIGTERM);
  EXPECT_EQ(server.Wait(), 0);
  EXPECT_THAT(server.log(), HasSubstr("stopped before it served"));
  EXPECT_THAT(server.log(), Not(HasSubstr("serving ")));
}

}  // namespace
}  // namespace rundlet

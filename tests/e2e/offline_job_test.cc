// Goal: --verify, --repair_from and --restore_from do what they say, tell it by
// the log and the exit status, and never serve.
// Method: a store that a server has filled; its folder as it is, and with one
// byte of a value changed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/e2e/server_process.h"
#include "tests/service/gateway/text_client.h"
#include "tests/support/temp_folder.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Ask(const ServerProcess& server, absl::string_view line) {
  TextClient client(server.text_port());
  client.ReceiveLine();  // the greeting
  return client.Ask(line);
}

class OfflineJobTest : public ::testing::Test {
 protected:
  OfflineJobTest() {
    ServerProcess server({Data("data")});
    EXPECT_TRUE(server.WaitForLog("serving"));
    Ask(server, "PUT good one");
    Ask(server, "PUT bad needle");
    Ask(server, "PUT last three");
    server.Signal(SIGTERM);
    EXPECT_EQ(server.Wait(), 0);
  }

  std::string Data(const std::string& name) const {
    return absl::StrCat("--data=", folder_.Path(name));
  }
  std::string From(const std::string& option) const {
    return absl::StrCat("--", option, "=", folder_.Path("data"));
  }
  // Runs to the end: its exit status and its log.
  static int Run(const std::vector<std::string>& arguments, std::string* log) {
    ServerProcess process(arguments);
    const int status = process.Wait();
    *log = process.log();
    EXPECT_THAT(*log, Not(HasSubstr("serving")));
    return status;
  }
  // Changes a byte of the value "needle".
  void Damage() const {
    for (const auto& entry :
         std::filesystem::directory_iterator(folder_.Path("data"))) {
      if (entry.path().extension() != ".log") continue;
      std::fstream file(entry.path(),
                        std::ios::in | std::ios::out | std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(file)), {});
      const size_t at = bytes.find("needle");
      if (at == bytes.npos) continue;
      file.seekp(static_cast<std::streamoff>(at));
      file.put('N');
      return;
    }
    FAIL() << "no segment holds the value";
  }

  const TempFolder folder_;
};

TEST_F(OfflineJobTest, AGoodStoreIsVerifiedAndRestored) {
  std::string log;
  EXPECT_EQ(Run({From("verify")}, &log), 0);
  EXPECT_THAT(log, HasSubstr("verified, all is good"));
  EXPECT_EQ(Run({From("restore_from"), Data("new")}, &log), 0);
  EXPECT_THAT(log, HasSubstr("restored"));
  EXPECT_EQ(Run({From("restore_from"), Data("new")}, &log), 1);
  EXPECT_THAT(log, HasSubstr("is not empty"));
  ServerProcess server({Data("new")});
  ASSERT_TRUE(server.WaitForLog("serving"));
  EXPECT_THAT(Ask(server, "GET bad"), HasSubstr("needle"));
}

TEST_F(OfflineJobTest, ADamagedStoreIsVerifiedAndRepaired) {
  Damage();
  std::string log;
  EXPECT_EQ(Run({From("verify")}, &log), 5);
  EXPECT_THAT(log, HasSubstr("claimed_key=bad"));
  EXPECT_EQ(Run({From("restore_from"), Data("new")}, &log), 1);
  EXPECT_EQ(Run({From("repair_from"), Data("new")}, &log), 5);
  EXPECT_THAT(log, HasSubstr("the key is gone"));
  ServerProcess server({Data("new")});
  ASSERT_TRUE(server.WaitForLog("serving"));
  EXPECT_THAT(Ask(server, "GET good"), HasSubstr("one"));
  EXPECT_THAT(Ask(server, "GET last"), HasSubstr("three"));
  EXPECT_THAT(Ask(server, "GET bad"), Not(HasSubstr("eedle")));
}

TEST_F(OfflineJobTest, WithoutAStoreThereIsNothingToDo) {
  std::string log;
  EXPECT_EQ(Run({absl::StrCat("--verify=", folder_.Path("none"))}, &log), 1);
  EXPECT_THAT(log, HasSubstr("could not be done"));
}

}  // namespace
}  // namespace rundlet

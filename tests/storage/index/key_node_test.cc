// Goal: a node gives back each version that it was given, packed or with its
// details aside, and readers never see a mixture of two.
// Method: versions with one field at its edge each; all revisions of a node
// that has older ones; a writer that sets versions of which every field is the
// same number, beside readers that compare them.

#include "storage/index/key_node.h"

#include <atomic>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/storage/index/expect_same.h"

namespace rundlet {
namespace {

Version Once(Revision revision) {
  Version version;
  version.revision = revision;
  version.create_revision = revision;
  version.version = 1;
  version.created_us = 5;
  version.modified_us = 5;
  version.location = {1, 48, 100};
  return version;
}

TEST(KeyNodeTest, GivesBackEachField) {
  std::vector<Version> versions(9, Once(7));
  versions[1].revision = std::numeric_limits<Revision>::max();
  versions[2].create_revision = 3;
  versions[3].version = std::numeric_limits<uint64_t>::max();
  versions[4].created_us = -1;
  versions[5].expiry_us = std::numeric_limits<int64_t>::max();
  versions[6].kind = ValueKind::kJson;
  versions[6].deleted = true;
  versions[7].location = {(uint64_t{1} << 40) - 1, (uint64_t{1} << 48) - 1,
                          std::numeric_limits<uint32_t>::max()};
  versions[8].value = std::make_shared<const std::string>("value");
  Epochs epochs;
  const KeyNode::Pointer reused = KeyNode::Make("key", Once(1));
  for (const Version& version : versions) {
    const KeyNode::Pointer node = KeyNode::Make("key", version);
    EXPECT_EQ(node->key(), "key");
    ExpectSame(node->newest(), version);
    reused->Set(version, {}, &epochs);
    ExpectSame(reused->newest(), version);
    EXPECT_EQ(reused->record_bytes(), version.location.bytes);
  }
}

TEST(KeyNodeTest, AnOverwrittenKeyTakesNoMoreMemory) {
  Epochs epochs;
  const KeyNode::Pointer node = KeyNode::Make("a key of 16 byte", Once(1));
  EXPECT_EQ(node->bytes(), 88u);
  Version again = Once(9);
  again.create_revision = 1;
  again.version = 2;
  again.created_us = 7;
  node->Set(again, {}, &epochs);
  EXPECT_EQ(node->bytes(), 88u);
  ExpectSame(node->newest(), again);
}

TEST(KeyNodeTest, ReadsAsOfAnyRevision) {
  Epochs epochs;
  const KeyNode::Pointer node = KeyNode::Make("key", Once(2));
  node->Set(Once(8), {Once(2), Once(5)}, &epochs);
  EXPECT_EQ(node->versions().size(), 3u);
  EXPECT_EQ(node->record_bytes(), 300u);
  EXPECT_FALSE(node->ReadAsOf(1).version.has_value());
  EXPECT_EQ(node->ReadAsOf(2).version->revision, 2u);
  EXPECT_EQ(node->ReadAsOf(4).version->revision, 2u);
  EXPECT_EQ(node->ReadAsOf(7).version->revision, 5u);
  EXPECT_TRUE(node->ReadAsOf(7).superseded);
  EXPECT_EQ(node->ReadAsOf(8).version->revision, 8u);
  EXPECT_FALSE(node->ReadAsOf(8).superseded);
}

TEST(KeyNodeTest, ANewLocationEndsTheValue) {
  Epochs epochs;
  Version version = Once(3);
  version.value = std::make_shared<const std::string>("value");
  const KeyNode::Pointer node = KeyNode::Make("key", version);
  node->Set(version, {Once(1)}, &epochs);
  node->SetLocation({4, 5, 6}, &epochs);
  version.location = {4, 5, 6};
  version.value = nullptr;
  ExpectSame(node->newest(), version);
  EXPECT_EQ(node->versions().size(), 2u);
  node->SetLocation({7, 8, 9}, &epochs);
  version.location = {7, 8, 9};
  ExpectSame(node->newest(), version);
}

TEST(KeyNodeTest, ReadersSeeOneVersionAtATime) {
  constexpr uint32_t kVersions = 20000;
  Epochs epochs;
  const KeyNode::Pointer node = KeyNode::Make("key", Once(1));
  const auto numbered = [](uint32_t number) {
    Version version = Once(number);
    version.modified_us = number;
    version.created_us = number;
    version.location = {number, number, number};
    // Every other one has details.
    if (number % 2 == 0) version.expiry_us = number;
    return version;
  };
  node->Set(numbered(1), {}, &epochs);
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      Revision last = 0;
      while (!done) {
        const Epochs::Guard guard(&epochs);
        const Version seen = node->newest();
        EXPECT_GE(seen.revision, last);
        last = seen.revision;
        ExpectSame(seen, numbered(static_cast<uint32_t>(last)));
      }
    });
  }
  for (uint32_t number = 2; number <= kVersions; ++number) {
    node->Set(numbered(number), {}, &epochs);
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace rundlet

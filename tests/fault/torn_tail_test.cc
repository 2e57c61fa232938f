// Goal: a tail that was being written when the power went, torn at any byte and
// followed by anything, costs what was not whole, and nothing before it.
// Method: the active segment, the MANIFEST, a hint and the checkpoint of a
// small store cut at every byte, and what is behind the cut missing, zero,
// ones, random, or old bytes of the same store.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/format/file_header.h"
#include "tests/fault/recorded_store.h"
#include "tests/support/seeded_random.h"

namespace rundlet {
namespace {

// What may stand behind a cut, each as long as the file was.
std::vector<std::string> Fillings(const RecordedStore& store, size_t bytes) {
  SeededRandom random(TestSeed());
  std::string old = store.image().at(store.Sealed().front());
  old.resize(bytes, 'x');
  return {std::string(bytes, '\0'), std::string(bytes, '\xff'),
          random.Bytes(bytes), old};
}

// The file cut at a byte: short, and with each filling.
std::vector<std::string> Torn(const std::string& content, uint64_t cut,
                              const std::vector<std::string>& fillings) {
  std::vector<std::string> torn = {content.substr(0, cut)};
  for (const std::string& filling : fillings) {
    torn.push_back(content.substr(0, cut) + filling.substr(cut));
  }
  return torn;
}

// The first byte in which two files differ.
uint64_t FirstDifference(const std::string& a, const std::string& b) {
  const uint64_t both = std::min(a.size(), b.size());
  return std::mismatch(a.begin(), a.begin() + both, b.begin()).first -
         a.begin();
}

// The last commit whose bytes are whole in front of `end`.
const StoreText& StateBefore(const RecordedStore& store, uint64_t end) {
  size_t commit = store.commits().size() - 1;
  while (store.commits()[commit].segment == store.active() &&
         store.commits()[commit].end > end) {
    --commit;
  }
  return store.commits()[commit].state;
}

// Whatever is left of the file, the store is what it was without it.
void ExpectNotBelieved(const RecordedStore& store, const std::string& path) {
  const std::string content = store.image().at(path);
  const auto fillings = Fillings(store, content.size());
  for (uint64_t cut = 0; cut < content.size(); ++cut) {
    for (const std::string& torn : Torn(content, cut, fillings)) {
      if (torn == content) continue;
      SCOPED_TRACE(absl::StrCat(path, " cut at ", cut));
      Image image = store.image();
      image[path] = torn;
      StoreStats stats;
      const auto text = RecordedStore::Read(image, {nullptr, false, &stats});
      ASSERT_TRUE(text.ok()) << text.status();
      ASSERT_EQ(*text, store.commits().back().state);
      ASSERT_FALSE(stats.recovery_used_checkpoint);
      ASSERT_EQ(stats.recovery_hints_rejected,
                path == store.checkpoint() ? 0u : 1u);
    }
  }
}

TEST(TornTailTest, AnUncleanTailIsCutAtTheTear) {
  const RecordedStore store(RecordedStore::Stop::kKill);
  const std::string content = store.image().at(store.active());
  const auto fillings = Fillings(store, content.size());
  for (uint64_t cut = kFileHeaderBytes; cut < content.size(); ++cut) {
    for (const std::string& torn : Torn(content, cut, fillings)) {
      SCOPED_TRACE(absl::StrCat("cut at ", cut));
      Image image = store.image();
      image[store.active()] = torn;
      Image after;
      const auto text = RecordedStore::Read(image, {&after});
      ASSERT_TRUE(text.ok()) << text.status();
      const StoreText& expected =
          StateBefore(store, FirstDifference(content, torn));
      ASSERT_EQ(*text, expected);
      const auto again = RecordedStore::Read(after);
      ASSERT_TRUE(again.ok()) << again.status();
      ASSERT_EQ(*again, expected);
    }
  }
}

// A checkpoint spares reading it, so that only its length is seen at open; then
// a read finds the damage.
TEST(TornTailTest, TheTailOfACleanStopIsNotCut) {
  const RecordedStore store(RecordedStore::Stop::kClean);
  const std::string content = store.image().at(store.active());
  const auto fillings = Fillings(store, content.size());
  uint64_t refused = 0;
  for (uint64_t cut = 0; cut < content.size(); ++cut) {
    for (const std::string& torn : Torn(content, cut, fillings)) {
      if (torn == content) continue;
      SCOPED_TRACE(absl::StrCat("cut at ", cut));
      Image image = store.image();
      image[store.active()] = torn;
      const auto text = RecordedStore::Read(image);
      // A group header is damaged unseen: no read needs it.
      if (text.ok()) {
        ASSERT_EQ(*text, store.commits().back().state);
      } else {
        ASSERT_EQ(text.status().code(), absl::StatusCode::kDataLoss);
        ++refused;
      }
      ASSERT_EQ(RecordedStore::Read(image, {nullptr, true}).status().code(),
                absl::StatusCode::kDataLoss);
    }
  }
  EXPECT_GT(refused, 0u);
}

// They are not synced: a power loss leaves any part of them.
TEST(TornTailTest, ATornHintIsNotBelieved) {
  const RecordedStore killed(RecordedStore::Stop::kKill);
  const RecordedStore stopped(RecordedStore::Stop::kClean);
  ExpectNotBelieved(killed, killed.Hints().front());
  ExpectNotBelieved(killed, killed.Hints().back());
  ExpectNotBelieved(stopped, stopped.checkpoint());
}

// The MANIFEST is synced before anything relies on it, so that a real tear can
// only be in an edit that nobody knows of. A test cannot take back what relies
// on an edit: the store has to see it, or to be as it was.
TEST(TornTailTest, ATornManifestIsNeverAnotherStore) {
  for (auto stop : {RecordedStore::Stop::kKill, RecordedStore::Stop::kClean}) {
    const RecordedStore store(stop);
    const std::string content = store.image().at(store.manifest());
    const auto fillings = Fillings(store, content.size());
    uint64_t refused = 0;
    for (uint64_t cut = 0; cut < content.size(); ++cut) {
      for (const std::string& torn : Torn(content, cut, fillings)) {
        SCOPED_TRACE(absl::StrCat("cut at ", cut));
        Image image = store.image();
        image[store.manifest()] = torn;
        const auto text = RecordedStore::Read(image);
        if (text.ok()) {
          ASSERT_EQ(*text, store.commits().back().state);
        } else {
          ++refused;
          ASSERT_EQ(text.status().code(), absl::StatusCode::kDataLoss);
        }
      }
    }
    EXPECT_GT(refused, 0u);
  }
}

}  // namespace
}  // namespace rundlet

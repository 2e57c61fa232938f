// LargeStore: what a verification puts at risk, by the keys of clients.

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "storage/large/large_keys.h"
#include "storage/large/large_store.h"
#include "storage/large_value.h"

namespace rundlet {
namespace {

// By upload id; an owner that cannot be read is not in it.
using Owners = std::map<std::string, std::string>;

std::string UploadIdIn(absl::string_view key) {
  return std::string(key.substr(2, LargeValue::kUploadIdBytes));
}

// The uploads of the keys at risk, at most `count_max`.
std::vector<std::string> UploadsAtRisk(const VerifyReport& report,
                                       size_t count_max) {
  std::vector<std::string> ids;
  for (const DamagedRecord& record : report.damage) {
    for (const std::string& key : record.keys_at_risk) {
      if (!IsClientKey(key)) ids.push_back(UploadIdIn(key));
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  ids.resize(std::min(ids.size(), count_max));
  return ids;
}

void NameOwners(const Owners& owners, VerifyReport* report) {
  for (DamagedRecord& record : report->damage) {
    std::vector<std::string>& keys = record.keys_at_risk;
    for (std::string& key : keys) {
      if (IsClientKey(key)) continue;
      const std::string id = UploadIdIn(key);
      const auto owner = owners.find(id);
      key = owner != owners.end()
                ? owner->second
                : absl::StrCat("(a large value, upload ",
                               absl::BytesToHexString(id), ")");
    }
    // Chunks of one value stand behind each other.
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  }
}

}  // namespace

void LargeStore::Verify(VerifyCallback done) {
  store_->Verify([store = store_, done = std::move(done)](
                     absl::StatusOr<VerifyReport> report) mutable {
    if (!report.ok()) return done(std::move(report));
    const std::vector<std::string> ids =
        UploadsAtRisk(*report, store->limits().read_keys_max);
    if (ids.empty()) return done(std::move(report));
    ReadRequest heads;
    for (const std::string& id : ids) heads.keys.push_back(HeadKey(id));
    store->Read(std::move(heads),
                [ids, report = *std::move(report), done = std::move(done)](
                    absl::StatusOr<ReadResult> found) mutable {
                  Owners owners;
                  for (size_t i = 0; found.ok() && i < ids.size(); ++i) {
                    std::optional<Entry>& head = found->entries[i];
                    if (head) owners[ids[i]] = std::move(head->value.bytes);
                  }
                  NameOwners(owners, &report);
                  done(std::move(report));
                });
  });
}

}  // namespace rundlet

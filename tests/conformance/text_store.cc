#include "tests/conformance/text_store.h"

#include <map>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace rundlet {
namespace {

constexpr int kStatsLines = 6;

absl::Status NotInText(absl::string_view what) {
  return absl::UnimplementedError(what);
}

// 0 takes an expiry away.
int64_t Seconds(const Expiry& expiry) {
  return expiry.rule() == Expiry::Rule::kAfter
             ? absl::ToInt64Seconds(expiry.ttl())
             : 0;
}

struct LineOf {
  std::string operator()(const GetOperation& get) {
    return absl::StrCat("GET ", get.key);
  }
  std::string operator()(const PutOperation& put) {
    const int64_t seconds = Seconds(put.expiry);
    return absl::StrCat("PUT ", put.key, " ", put.value.bytes,
                        seconds == 0 ? "" : absl::StrCat(" TTL ", seconds));
  }
  std::string operator()(const DeleteOperation& remove) {
    return absl::StrCat("DEL ", remove.key);
  }
  // What the protocol cannot say is no line.
  std::string operator()(const AddOperation& /*add*/) { return ""; }
  std::string operator()(const DeleteRangeOperation& /*range*/) { return ""; }
  std::string operator()(const SetExpiryOperation& set) {
    return absl::StrCat("TTL ", set.key, " ", Seconds(set.expiry));
  }
};

}  // namespace

TextStore::TextStore(int port) : client_(port) { client_.ReceiveLine(); }

absl::StatusOr<std::string> TextStore::Ask(const std::string& line) const {
  if (!client_.Send(absl::StrCat(line, "\n"))) {
    return absl::UnavailableError("the connection is closed");
  }
  std::string reply = client_.ReceiveLine();
  absl::string_view text = reply;
  if (!absl::ConsumeSuffix(&text, "\n")) {
    return absl::UnavailableError("the connection was closed");
  }
  if (absl::ConsumePrefix(&text, "ERROR: ")) {
    return absl::InvalidArgumentError(text);
  }
  return std::string(text);
}

void TextStore::Commit(Transaction transaction, CommitCallback done) {
  if (!transaction.conditions.empty() || transaction.operations.size() != 1) {
    return done(NotInText("transactions"));
  }
  const std::string line = std::visit(LineOf(), transaction.operations[0]);
  if (line.empty()) return done(NotInText("this operation"));
  const absl::StatusOr<std::string> reply = Ask(line);
  if (!reply.ok()) return done(reply.status());
  Receipt receipt;
  receipt.results.emplace_back();
  receipt.results[0].existed = *reply != "NOT_FOUND";
  done(std::move(receipt));
}

void TextStore::Read(ReadRequest request, ReadCallback done) {
  ReadResult result;
  for (const std::string& key : request.keys) {
    const absl::StatusOr<std::string> reply = Ask(absl::StrCat("GET ", key));
    if (!reply.ok()) return done(reply.status());
    result.entries.emplace_back();
    absl::string_view text = *reply;
    if (!absl::ConsumePrefix(&text, "VALUE ")) continue;
    Entry entry;
    entry.key = key;
    entry.value = Value::Text(std::string(text));
    result.entries.back() = std::move(entry);
  }
  done(std::move(result));
}

void TextStore::Scan(ScanRequest, ScanCallback done) {
  done(NotInText("Scan"));
}

void TextStore::OpenSnapshot(SnapshotRequest, SnapshotCallback done) {
  done(NotInText("OpenSnapshot"));
}

void TextStore::RenewSnapshot(uint64_t, absl::Duration, SnapshotCallback done) {
  done(NotInText("RenewSnapshot"));
}

void TextStore::ReleaseSnapshot(uint64_t, SyncCallback done) {
  done(NotInText("ReleaseSnapshot"));
}

absl::StatusOr<std::unique_ptr<Watch>> TextStore::OpenWatch(WatchRequest) {
  return NotInText("OpenWatch");
}

void TextStore::Sync(Durability, SyncCallback done) { done(NotInText("Sync")); }

void TextStore::Compact(CompactCallback done) {
  const absl::StatusOr<std::string> reply = Ask("COMPACT");
  if (!reply.ok()) return done(reply.status());
  done(CompactionReport());
}

void TextStore::Backup(std::string /*folder*/, BackupCallback done) {
  done(NotInText("Backup"));
}

absl::StatusOr<CompactionPlan> TextStore::ExplainCompaction() const {
  return NotInText("ExplainCompaction");
}

void TextStore::Verify(VerifyCallback done) { done(NotInText("Verify")); }

absl::StatusOr<IngestReport> TextStore::Ingest(EntrySource&) {
  return NotInText("Ingest");
}

StoreStats TextStore::Stats() const {
  std::map<std::string, uint64_t> numbers;
  client_.Send("STATS\n");
  for (int i = 0; i < kStatsLines; ++i) {
    const std::vector<std::string> words = absl::StrSplit(
        absl::StripTrailingAsciiWhitespace(client_.ReceiveLine()), ": ");
    uint64_t number = 0;
    if (words.size() == 2 && absl::SimpleAtoi(words[1], &number)) {
      numbers[words[0]] = number;
    }
  }
  StoreStats stats;
  stats.keys_in_index = numbers["keys_in_index"];
  stats.put_count = numbers["put_count"];
  stats.delete_count = numbers["delete_count"];
  stats.file_size_bytes = numbers["file_size_bytes"];
  return stats;
}

}  // namespace rundlet

#include "tests/bench/engine/subject.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"

namespace rundlet {
namespace {

constexpr uint64_t kTransactionRows = 1000;
constexpr uint64_t kTransactionBytes = 1 << 20;

}  // namespace

std::string Subject::NewFolder(const std::string& name) {
  return absl::StrCat(trial_->folder, "/", kind_.name, "-", name, "-",
                      folders_++);
}

std::unique_ptr<Engine> Subject::Load(const std::string& folder,
                                      const Rows& rows) {
  auto engine = kind_.open({folder, 0});
  Check(engine.status());
  PutRows(engine->get(), rows);
  Check((*engine)->Settle());
  return *std::move(engine);
}

Engine* Subject::Loaded() {
  if (loaded_ == nullptr) {
    loaded_folder_ = NewFolder("loaded");
    loaded_ = Load(loaded_folder_, trial_->rows);
  }
  return loaded_.get();
}

Engine* Subject::LargeLoaded() {
  if (large_ == nullptr) {
    large_folder_ = NewFolder("large");
    large_ = Load(large_folder_, trial_->large_rows);
  }
  return large_.get();
}

void Subject::Drop() {
  loaded_.reset();
  large_.reset();
  for (std::string* folder :
       {&loaded_folder_, &large_folder_, &fresh_folder_}) {
    if (!folder->empty()) std::filesystem::remove_all(*folder);
    folder->clear();
  }
}

std::unique_ptr<Engine> Subject::OpenFresh(uint64_t segment_bytes,
                                           const std::string& compression) {
  if (!fresh_folder_.empty()) std::filesystem::remove_all(fresh_folder_);
  fresh_folder_ = NewFolder("fresh");
  auto engine = kind_.open({fresh_folder_, segment_bytes, compression});
  Check(engine.status());
  return *std::move(engine);
}

Measurement Subject::Begin(const std::string& work, const Rows& rows) const {
  Measurement measurement;
  measurement.engine = kind_.name;
  measurement.work = work;
  measurement.keys = rows.count();
  measurement.value_bytes = rows.value_bytes();
  return measurement;
}

void PutRows(Engine* engine, const Rows& rows) {
  const uint64_t rows_max = std::clamp(kTransactionBytes / rows.value_bytes(),
                                       uint64_t{1}, kTransactionRows);
  std::vector<Row> transaction;
  for (uint64_t i = 0; i < rows.count();) {
    transaction.clear();
    for (; transaction.size() < rows_max && i < rows.count(); ++i) {
      const uint64_t number = rows.Shuffled(i);
      transaction.push_back({Rows::Key(number), rows.Value(number)});
    }
    Check(engine->PutTransaction(transaction));
  }
}

uint64_t FolderBytes(const std::string& folder) {
  uint64_t bytes = 0;
  std::error_code error;
  for (auto it = std::filesystem::directory_iterator(folder, error);
       it != std::filesystem::directory_iterator(); it.increment(error)) {
    // A file may go while it is looked at.
    const uintmax_t size = it->file_size(error);
    if (!error) bytes += size;
  }
  return bytes;
}

}  // namespace rundlet

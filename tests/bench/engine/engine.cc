#include "tests/bench/engine/engine.h"

namespace rundlet {

absl::Status Engine::PutAllDurably(absl::Span<const Row> rows) {
  for (const Row& row : rows) {
    absl::Status put = PutDurably(row.key, row.value);
    if (!put.ok()) return put;
  }
  return absl::OkStatus();
}

absl::Status Engine::GetMany(absl::Span<const std::string> keys,
                             std::vector<std::string>* values) {
  values->resize(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    const absl::StatusOr<bool> found = Get(keys[i], &(*values)[i]);
    if (!found.ok()) return found.status();
    if (!*found) return absl::NotFoundError(keys[i]);
  }
  return absl::OkStatus();
}

}  // namespace rundlet

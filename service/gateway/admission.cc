#include "service/gateway/admission.h"

namespace rundlet {

bool Admission::Admit(absl::string_view address) {
  if (connection_count_ >= connections_max_) return false;
  const auto found = count_by_address_.find(address);
  if (found == count_by_address_.end()) {
    if (connections_per_address_max_ == 0) return false;
    count_by_address_.emplace(address, 1);
  } else {
    if (found->second >= connections_per_address_max_) return false;
    ++found->second;
  }
  ++connection_count_;
  return true;
}

void Admission::Release(absl::string_view address) {
  const auto found = count_by_address_.find(address);
  if (found == count_by_address_.end()) return;
  --connection_count_;
  if (--found->second == 0) count_by_address_.erase(found);
}

}  // namespace rundlet

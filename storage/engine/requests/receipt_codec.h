// Receipts as a store remembers them (FORMAT.md 3.3), and what tells one
// request from another of the same name. Pure.

#ifndef RUNDLET_STORAGE_ENGINE_REQUESTS_RECEIPT_CODEC_H_
#define RUNDLET_STORAGE_ENGINE_REQUESTS_RECEIPT_CODEC_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/transaction.h"

namespace rundlet {

// All of a receipt but its entries and `replayed`.
std::string EncodeReceipt(const Receipt& receipt);

// DATA_LOSS: the bytes are no receipt.
absl::StatusOr<Receipt> DecodeReceipt(absl::string_view bytes);

// The CRC-32 of all that decides what a transaction does: not of its
// durability, `more` or its name.
uint32_t PayloadCrc32(const Transaction& transaction);

}  // namespace rundlet

#endif  // RUNDLET_STORAGE_ENGINE_REQUESTS_RECEIPT_CODEC_H_

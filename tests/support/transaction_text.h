// Transactions in one line, for the histories that failing tests print.

#ifndef RUNDLET_TESTS_SUPPORT_TRANSACTION_TEXT_H_
#define RUNDLET_TESTS_SUPPORT_TRANSACTION_TEXT_H_

#include <string>

#include "storage/transaction.h"

namespace rundlet {

// "if(key1) put key1 20 B, delete key2 else get key3 at disk".
std::string TextOf(const Transaction& transaction);

}  // namespace rundlet

#endif  // RUNDLET_TESTS_SUPPORT_TRANSACTION_TEXT_H_

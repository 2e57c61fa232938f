// Goal: a request is named by who sends it and by an id of its own, and the
// names are checked (T3).
// Method: names that differ in one part, or are too long or empty.

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/conformance/store_laws.h"

namespace rundlet {
namespace {

using ::testing::HasSubstr;

TEST_P(RequestNameLaws, IdentitiesAndIdsAreApart) {
  Commit(PutOnce("1", "a", "x"));
  Transaction other = PutOnce("1", "a", "y");
  other.request->identity = "you";
  EXPECT_FALSE(Commit(other).replayed);
  // The bytes of both together are the same.
  other = PutOnce("e1", "a", "z");
  other.request->identity = "m";
  EXPECT_FALSE(Commit(other).replayed);
  EXPECT_FALSE(Commit(PutOnce("2", "a", "w")).replayed);
  EXPECT_TRUE(Commit(PutOnce("1", "a", "x")).replayed);
  EXPECT_EQ(Existing("a").value.bytes, "w");
}

TEST_P(RequestNameLaws, NamesAreChecked) {
  Limits limits;
  limits.request_id_bytes_max = 4;
  Open(limits);
  const auto refusal = [this](const std::string& identity,
                              const std::string& id) {
    Transaction transaction = PutOnce(id, "a", "x");
    transaction.request->identity = identity;
    return store().Commit(transaction).status();
  };
  EXPECT_THAT(refusal("", "").message(), HasSubstr("request.id is empty"));
  EXPECT_THAT(refusal("", "12345").message(),
              HasSubstr("request.id bytes is 5, request_id_bytes_max is 4"));
  EXPECT_THAT(refusal("12345", "1").message(),
              HasSubstr("request.identity bytes is 5"));
  EXPECT_TRUE(refusal("", "1234").ok());
}

}  // namespace
}  // namespace rundlet

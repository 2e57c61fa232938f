#include "storage/value_digest.h"

#include <cstdint>
#include <memory>

#include "openssl/evp.h"

namespace rundlet {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

std::string ValueDigest(ValueKind kind, absl::string_view bytes) {
  const auto kind_byte = static_cast<uint8_t>(kind);
  std::string digest(kValueDigestBytes, '\0');
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  // These fail only where there is no memory, or no SHA-256: then the digest is
  // empty, which equals none.
  const bool done =
      context != nullptr &&
      EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1 &&
      EVP_DigestUpdate(context.get(), &kind_byte, sizeof(kind_byte)) == 1 &&
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
      EVP_DigestFinal_ex(context.get(),
                         reinterpret_cast<unsigned char*>(&digest[0]),
                         nullptr) == 1;
  return done ? digest : std::string();
}

}  // namespace rundlet

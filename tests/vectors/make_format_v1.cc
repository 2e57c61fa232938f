// Writes the data folders of tests/vectors/format_v1 anew, and beside each the
// text of what it holds. Folders of a version are written once, by the build
// that has brought the version; after that they only ever have to be opened.
//
//   bazel run //tests/vectors:make_format_v1 -- "$PWD/tests/vectors/format_v1"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "storage/open.h"
#include "tests/vectors/format_v1.h"

namespace rundlet {
namespace {

void Require(bool condition, const std::string& what) {
  if (condition) return;
  std::cerr << what << "\n";
  std::abort();
}

void WriteFile(const std::filesystem::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  Require(file.good(), path);
}

std::string ContentOf(const FolderImage& image) {
  CrashableFileSystem disk;
  disk.SetImage(image);
  const FakeClock clock(VectorTime());
  auto store = Open(VectorOptions(&disk, &clock));
  Require(store.ok(), store.status().ToString());
  const auto text = TextOf(store->get());
  Require(text.ok(), text.status().ToString());
  return *text;
}

void WriteVectors(const std::filesystem::path& folder) {
  for (const auto& [name, image] : MakeVectors()) {
    std::filesystem::remove_all(folder / name);
    std::filesystem::create_directories(folder / name);
    for (const auto& [path, content] : image) {
      WriteFile(folder / name / std::filesystem::path(path).filename(),
                content);
    }
    WriteFile(folder / (name + ".txt"), ContentOf(image));
  }
}

}  // namespace
}  // namespace rundlet

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: make_format_v1 FOLDER\n";
    return 2;
  }
  rundlet::WriteVectors(argv[1]);
  return 0;
}

"""Which folder may include what: the rooms and the flow of data between them.

Bazel's visibility keeps our own packages apart. It does not see the headers of
libraries that stand together under one folder of the system, nor the operating
system's; this table does. The entry with the longest matching folder counts.
"""

import pathlib
import re
import sys

import tree

# Groups of headers, by pattern over the text between the quotes or brackets.
_GROUPS = {
    # <vector>, <cstdint>
    "standard": r"[a-z_]+",
    # the operating system's doors
    "system": r"(sys|linux|netinet|arpa|net)/.*|[a-z]+\.h",
    "absl": r"absl/.*",
    "checksum": r"(zlib|libdeflate)\.h",
    "compressor": r"(snappy|zstd|zdict)\.h",
    "digest": r"openssl/evp\.h",
    "grpc": r"grpc(pp)?/(?!health/).*",
    "protobuf": r"google/(protobuf|rpc)/.*",
    "health": r"grpc/health/.*",
    "api": r"rundlet/v1/.*",
    "asio": r"asio(\.hpp|/.*)",
    "json": r"(nlohmann|rapidjson)/.*",
    "logs": r"spdlog/.*",
    "options": r"CLI/.*",
    # storage's front: what stands above the engine sees of it
    "store": r"storage/(?!open\.h)[a-z_]+\.h",
    "open": r"storage/open\.h",
    "file": r"storage/file/.*",
    "format": r"storage/format/.*",
    "index": r"storage/index/.*",
    "log": r"storage/log/.*",
    # the engine's own front, and its rooms
    "engine": r"storage/engine/[a-z_]+\.h",
    "commit": r"storage/engine/commit/.*",
    "compaction": r"storage/engine/compaction/.*",
    "guards": r"storage/engine/guards/.*",
    "integrity": r"storage/engine/integrity/.*",
    "read": r"storage/engine/read/.*",
    "recovery": r"storage/engine/recovery/.*",
    "requests": r"storage/engine/requests/.*",
    "watch": r"storage/engine/watch/.*",
    "compression": r"storage/compression/.*",
    "fill": r"storage/fill/.*",
    "large": r"storage/large/.*",
    "legacy": r"storage/legacy/.*",
    "admission": r"service/admission/.*",
    "service_grpc": r"service/grpc/.*",
    "gateway": r"service/gateway/.*",
    "ops": r"service/ops/.*",
    "main": r"service/[a-z_]+\.h",
    "client": r"clients/cpp/.*",
}

_ENGINE = ("standard", "absl", "store")
_ROOM = (
    *_ENGINE,
    "engine",
    "index",
    "log",
    "compression",
    "format",
    "file",
)
_DOOR = ("standard", "absl", "store", "logs")

TABLE = {
    "storage": (
        *_ENGINE,
        "digest",
        "open",
        "file",
        "engine",
        "integrity",
        "recovery",
    ),
    "storage/file": ("standard", "absl", "file", "system", "store"),
    "storage/format": (*_ENGINE, "format", "checksum"),
    "storage/compression": (*_ENGINE, "compression", "format", "compressor"),
    "storage/index": (*_ENGINE, "index", "format"),
    "storage/log": (*_ENGINE, "log", "compression", "format", "file"),
    "storage/engine": (
        *_ROOM,
        "open",
        "commit",
        "compaction",
        "guards",
        "integrity",
        "read",
        "recovery",
        "requests",
        "watch",
    ),
    "storage/engine/commit": (
        *_ROOM,
        "commit",
        "guards",
        "read",
        "requests",
        "watch",
    ),
    "storage/engine/compaction": (
        *_ROOM,
        "commit",
        "compaction",
        "guards",
        "recovery",
        "requests",
    ),
    "storage/engine/guards": (*_ROOM, "guards"),
    "storage/engine/integrity": (*_ROOM, "integrity", "recovery", "requests"),
    "storage/engine/read": (*_ROOM, "read"),
    "storage/engine/recovery": (*_ROOM, "guards", "recovery", "requests"),
    "storage/engine/requests": (*_ROOM, "requests"),
    "storage/engine/watch": (*_ROOM, "read", "watch"),
    "storage/fill": (*_ENGINE, "fill", "file"),
    "storage/large": (*_ENGINE, "large", "format", "file"),
    "storage/legacy": (*_ENGINE, "legacy", "format", "file", "json"),
    "service": (
        *_DOOR,
        "open",
        "file",
        "fill",
        "large",
        "legacy",
        "system",
        "grpc",
        "admission",
        "service_grpc",
        "gateway",
        "ops",
        "options",
        "json",
        "main",
    ),
    "service/admission": ("standard", "absl", "store", "file", "admission"),
    "service/grpc": (
        *_DOOR,
        "admission",
        "service_grpc",
        "api",
        "grpc",
        "protobuf",
        "health",
        "ops",
        "file",
        "fill",
        "large",
        "checksum",
        "json",
        "system",
    ),
    "service/ops": (*_DOOR, "ops", "grpc", "health", "protobuf"),
    "service/gateway": (
        *_DOOR,
        "admission",
        "gateway",
        "asio",
        "json",
        "system",
    ),
    "clients/cpp": ("standard", "absl", "client", "api", "grpc", "protobuf"),
}

_INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def allowed_groups(path: pathlib.PurePosixPath):
    """The table's entry for a file; None where the table has no say."""
    for folder in path.parents:
        if str(folder) in TABLE:
            return TABLE[str(folder)]
    return None


def findings(path: pathlib.PurePosixPath, text: str) -> list[str]:
    groups = allowed_groups(path)
    if groups is None:
        return []
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _INCLUDE.match(line)
        if match and not any(
            re.fullmatch(_GROUPS[group], match.group(1)) for group in groups
        ):
            found.append(f"{path}:{number}: may not include {match.group(1)}")
    return found


if __name__ == "__main__":
    sys.exit(
        tree.report(
            [
                finding
                for path in tree.files("*.cc", "*.h")
                for finding in findings(path, tree.read(path))
            ]
        )
    )

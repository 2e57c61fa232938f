"""@debian: the C++ libraries and .proto files that Debian packages install.

One cc_library a library, its flags asked from pkg-config, so that the project
compiles its own code only. deploy/packages.txt lists the packages.
"""

# name: the pkg-config modules, what pkg-config does not know, and who sees it.
_LIBRARIES = {
    "absl": struct(
        modules = [
            "absl_any_invocable",
            "absl_bind_front",
            "absl_btree",
            "absl_cleanup",
            "absl_cord",
            "absl_flat_hash_map",
            "absl_flat_hash_set",
            "absl_function_ref",
            "absl_hash",
            "absl_inlined_vector",
            "absl_int128",
            "absl_node_hash_map",
            "absl_random_random",
            "absl_span",
            "absl_status",
            "absl_statusor",
            "absl_str_format",
            "absl_strings",
            "absl_synchronization",
            "absl_time",
        ],
    ),
    "asio": struct(
        defines = ["ASIO_STANDALONE"],
        linkopts = ["-pthread"],
    ),
    "benchmark": struct(modules = ["benchmark"]),
    "cli11": struct(modules = ["CLI11"]),
    "gmock": struct(modules = ["gmock"]),
    "grpc": struct(
        modules = ["grpc++"],
        linkopts = ["-lgrpc++_reflection"],
        deps = [":protobuf"],
    ),
    "gtest": struct(modules = ["gtest_main", "gmock"]),
    "leveldb": struct(linkopts = ["-lleveldb"]),
    "libdeflate": struct(modules = ["libdeflate"]),
    "lmdb": struct(modules = ["lmdb"]),
    "nlohmann_json": struct(modules = ["nlohmann_json"]),
    "openssl": struct(modules = ["libcrypto", "libssl"]),
    "protobuf": struct(modules = ["protobuf"], deps = [":absl"]),
    "rapidjson": struct(modules = ["RapidJSON"]),
    "rocksdb": struct(modules = ["rocksdb"]),
    "snappy": struct(linkopts = ["-lsnappy"]),
    "spdlog": struct(modules = ["spdlog"]),
    "zlib": struct(modules = ["zlib"]),
    "zstd": struct(modules = ["libzstd"]),
}

_GOOGLEAPIS = ("/usr/share/gocode/src/github.com/grpc-ecosystem/" +
               "grpc-gateway/third_party/googleapis")

# name: the folder that a package installs protos under, the files, the flags
# of cc_proto_library. Debian's error_details.proto predates ErrorInfo, so that
# message has a file of its own beside this one.
_PROTOS = {
    "error_details_proto": struct(
        root = _GOOGLEAPIS,
        files = ["google/rpc/error_details.proto"],
    ),
    "error_info_proto": struct(files = ["google/rpc/error_info.proto"]),
    "health_proto": struct(
        root = "/usr/share/grpc-proto",
        files = ["grpc/health/v1/health.proto"],
        services = True,
    ),
    "status_proto": struct(
        root = _GOOGLEAPIS,
        files = ["google/rpc/status.proto"],
    ),
}

_HEADER = """
load("@rules_cc//cc:defs.bzl", "cc_library")
load("@rundlet//.bazel:proto.bzl", "cc_proto_library")

package(default_visibility = ["//visibility:public"])
"""

def _pkg_config(repository_ctx, option, modules):
    """The flags that pkg-config prints; None if it does not know a module."""
    if not modules:
        return []
    asked = repository_ctx.execute(["pkg-config", option] + modules)
    if asked.return_code != 0:
        return None
    return [flag for flag in asked.stdout.strip().split(" ") if flag]

def _once(flags):
    return {flag: None for flag in flags}.keys()

# Only who uses a missing library is told so: a machine that builds the server
# needs no test library.
_MISSING = """
cc_library(
    name = %s,
    deps = [":not_installed__run_deploy_install_packages_sh"],
)
"""

def _library(repository_ctx, name, library):
    modules = getattr(library, "modules", [])
    cflags = _pkg_config(repository_ctx, "--cflags-only-other", modules)
    libs = _pkg_config(repository_ctx, "--libs", modules)
    if cflags == None or libs == None:
        return _MISSING % repr(name)
    defines = [
        flag[len("-D"):]
        for flag in cflags
        if flag.startswith("-D") and flag != "-DNOMINMAX"
    ]

    # Only what a program really uses becomes a dependency of its binary.
    link = [flag for flag in libs if not flag.startswith("-Wl,")]
    link = ["-Wl,--push-state,--as-needed"] + _once(
        getattr(library, "linkopts", []) + link,
    ) + ["-Wl,--pop-state"]
    return """
cc_library(
    name = %s,
    defines = %s,
    linkopts = %s,
    deps = %s,
)
""" % (
        repr(name),
        _once(defines + getattr(library, "defines", [])),
        link,
        getattr(library, "deps", []),
    )

def _proto(repository_ctx, name, proto):
    for file in proto.files:
        if hasattr(proto, "root"):
            repository_ctx.symlink(proto.root + "/" + file, file)
    return """
cc_proto_library(
    name = %s,
    srcs = %s,
    services = %s,
)
""" % (repr(name), proto.files, getattr(proto, "services", False))

def _debian_libraries_impl(repository_ctx):
    build = [_HEADER]
    repository_ctx.symlink(
        Label("//.bazel:error_info.proto"),
        "google/rpc/error_info.proto",
    )
    for name, library in _LIBRARIES.items():
        build.append(_library(repository_ctx, name, library))
    for name, proto in _PROTOS.items():
        build.append(_proto(repository_ctx, name, proto))
    repository_ctx.file("BUILD", "".join(build))

debian_libraries = repository_rule(
    implementation = _debian_libraries_impl,
    configure = True,
    doc = "Debian's libraries and protos as targets of one repository.",
    local = True,
)

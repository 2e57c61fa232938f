"""C++ from .proto files, by the protoc that is installed on the machine."""

load("@rules_cc//cc:defs.bzl", "cc_library")

def _generated(protos, suffixes):
    stems = [proto[:-len(".proto")] for proto in protos]
    return [stem + suffix for stem in stems for suffix in suffixes]

def _import_root():
    repository = native.repository_name().lstrip("@")
    parts = ["external/" + repository] if repository else []
    if native.package_name():
        parts.append(native.package_name())
    return "/".join(parts)

def cc_proto_library(
        name,
        srcs,
        deps = [],
        services = False,
        visibility = None):
    """A cc_library of the messages, and if asked the services, of .proto files.

    The package is the import root: proto/rundlet/v1/x.proto, listed in
    proto/BUILD, is imported as "rundlet/v1/x.proto" and included as
    "rundlet/v1/x.pb.h" (with services also "rundlet/v1/x.grpc.pb.h").

    Args:
      name: the cc_library; NAME_protos holds the sources, with imports.
      srcs: .proto files of this package.
      deps: cc_proto_library targets of this package that srcs import.
      services: whether to generate gRPC stubs too.
      visibility: of the library and of NAME_protos.
    """
    native.filegroup(
        name = name + "_protos",
        srcs = srcs + [dep + "_protos" for dep in deps],
        visibility = visibility,
    )
    headers = _generated(srcs, [".pb.h"])
    sources = _generated(srcs, [".pb.cc"])
    command = "protoc -I %s -I /usr/include --cpp_out=$(RULEDIR)" % _import_root()
    if services:
        headers += _generated(srcs, [".grpc.pb.h"])
        sources += _generated(srcs, [".grpc.pb.cc"])
        command += (" --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin" +
                    " --grpc_out=$(RULEDIR)")
    native.genrule(
        name = name + "_cc",
        srcs = srcs + [dep + "_protos" for dep in deps],
        outs = headers + sources,
        cmd = command + "".join([" $(location %s)" % src for src in srcs]),
    )
    library = "@debian//:grpc" if services else "@debian//:protobuf"
    cc_library(
        name = name,
        srcs = sources,
        hdrs = headers,
        includes = ["."],
        visibility = visibility,
        deps = deps + [library],

        # Nothing refers to a file that has services and no messages, and what
        # is not linked reflection cannot describe.
        alwayslink = services,
    )

def proto_descriptor_set(name, srcs, deps = [], visibility = None):
    """NAME.binpb: the FileDescriptorSet of srcs and all that they import.

    Args:
      name: of the target; the file is NAME.binpb.
      srcs: .proto files of this package.
      deps: cc_proto_library targets of this package that hold srcs and imports.
      visibility: of the target.
    """
    native.genrule(
        name = name,
        srcs = srcs + [dep + "_protos" for dep in deps],
        outs = [name + ".binpb"],
        cmd = ("protoc -I %s -I /usr/include --include_imports" +
               " --include_source_info --descriptor_set_out=$@ %s") % (
            _import_root(),
            " ".join(["$(location %s)" % src for src in srcs]),
        ),
        visibility = visibility,
    )

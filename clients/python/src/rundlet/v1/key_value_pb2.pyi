from rundlet.v1 import counted_write_pb2 as _counted_write_pb2
from rundlet.v1 import large_pb2 as _large_pb2
from rundlet.v1 import limits_pb2 as _limits_pb2
from rundlet.v1 import pipeline_pb2 as _pipeline_pb2
from rundlet.v1 import range_pb2 as _range_pb2
from rundlet.v1 import read_pb2 as _read_pb2
from rundlet.v1 import snapshot_pb2 as _snapshot_pb2
from rundlet.v1 import transaction_pb2 as _transaction_pb2
from rundlet.v1 import watch_pb2 as _watch_pb2
from rundlet.v1 import write_pb2 as _write_pb2
from google.protobuf import descriptor as _descriptor
from typing import ClassVar as _ClassVar

DESCRIPTOR: _descriptor.FileDescriptor

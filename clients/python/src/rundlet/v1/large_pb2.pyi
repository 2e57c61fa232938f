import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rundlet.v1 import condition_pb2 as _condition_pb2
from rundlet.v1 import entry_pb2 as _entry_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PutLargeRequest(_message.Message):
    __slots__ = ("header", "data", "end")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    header: PutLargeHeader
    data: bytes
    end: PutLargeEnd
    def __init__(self, header: _Optional[_Union[PutLargeHeader, _Mapping]] = ..., data: _Optional[bytes] = ..., end: _Optional[_Union[PutLargeEnd, _Mapping]] = ...) -> None: ...

class PutLargeHeader(_message.Message):
    __slots__ = ("key", "kind", "ttl", "expire_time", "keep_expiry", "create_only", "expected_revision", "durability", "return_previous", "json_as_text", "conditions", "jitter_percent", "value_bytes", "request_id")
    KEY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    KEEP_EXPIRY_FIELD_NUMBER: _ClassVar[int]
    CREATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    RETURN_PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    JSON_AS_TEXT_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    JITTER_PERCENT_FIELD_NUMBER: _ClassVar[int]
    VALUE_BYTES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    key: str
    kind: _entry_pb2.ValueKind
    ttl: _duration_pb2.Duration
    expire_time: _timestamp_pb2.Timestamp
    keep_expiry: bool
    create_only: bool
    expected_revision: int
    durability: _entry_pb2.Durability
    return_previous: bool
    json_as_text: bool
    conditions: _containers.RepeatedCompositeFieldContainer[_condition_pb2.Condition]
    jitter_percent: int
    value_bytes: int
    request_id: str
    def __init__(self, key: _Optional[str] = ..., kind: _Optional[_Union[_entry_pb2.ValueKind, str]] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., keep_expiry: bool = ..., create_only: bool = ..., expected_revision: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., return_previous: bool = ..., json_as_text: bool = ..., conditions: _Optional[_Iterable[_Union[_condition_pb2.Condition, _Mapping]]] = ..., jitter_percent: _Optional[int] = ..., value_bytes: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class PutLargeEnd(_message.Message):
    __slots__ = ("crc32",)
    CRC32_FIELD_NUMBER: _ClassVar[int]
    crc32: int
    def __init__(self, crc32: _Optional[int] = ...) -> None: ...

class PutLargeResponse(_message.Message):
    __slots__ = ("revision", "read_revision", "durability", "existed", "previous", "durable_revision", "replayed", "value_bytes", "crc32")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    EXISTED_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    DURABLE_REVISION_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    VALUE_BYTES_FIELD_NUMBER: _ClassVar[int]
    CRC32_FIELD_NUMBER: _ClassVar[int]
    revision: int
    read_revision: int
    durability: _entry_pb2.Durability
    existed: bool
    previous: _entry_pb2.Entry
    durable_revision: int
    replayed: bool
    value_bytes: int
    crc32: int
    def __init__(self, revision: _Optional[int] = ..., read_revision: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., existed: bool = ..., previous: _Optional[_Union[_entry_pb2.Entry, _Mapping]] = ..., durable_revision: _Optional[int] = ..., replayed: bool = ..., value_bytes: _Optional[int] = ..., crc32: _Optional[int] = ...) -> None: ...

class GetLargeRequest(_message.Message):
    __slots__ = ("key", "min_revision", "snapshot_token", "offset", "bytes_max")
    KEY_FIELD_NUMBER: _ClassVar[int]
    MIN_REVISION_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    key: str
    min_revision: int
    snapshot_token: str
    offset: int
    bytes_max: int
    def __init__(self, key: _Optional[str] = ..., min_revision: _Optional[int] = ..., snapshot_token: _Optional[str] = ..., offset: _Optional[int] = ..., bytes_max: _Optional[int] = ...) -> None: ...

class GetLargeResponse(_message.Message):
    __slots__ = ("header", "data")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    header: GetLargeHeader
    data: bytes
    def __init__(self, header: _Optional[_Union[GetLargeHeader, _Mapping]] = ..., data: _Optional[bytes] = ...) -> None: ...

class GetLargeHeader(_message.Message):
    __slots__ = ("entry", "value", "read_revision")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    entry: _entry_pb2.Entry
    value: _entry_pb2.LargeValue
    read_revision: int
    def __init__(self, entry: _Optional[_Union[_entry_pb2.Entry, _Mapping]] = ..., value: _Optional[_Union[_entry_pb2.LargeValue, _Mapping]] = ..., read_revision: _Optional[int] = ...) -> None: ...

import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ValueKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VALUE_KIND_UNSPECIFIED: _ClassVar[ValueKind]
    VALUE_KIND_TEXT: _ClassVar[ValueKind]
    VALUE_KIND_DATA: _ClassVar[ValueKind]
    VALUE_KIND_JSON: _ClassVar[ValueKind]

class Durability(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DURABILITY_UNSPECIFIED: _ClassVar[Durability]
    DURABILITY_MEMORY: _ClassVar[Durability]
    DURABILITY_OS: _ClassVar[Durability]
    DURABILITY_DISK: _ClassVar[Durability]
VALUE_KIND_UNSPECIFIED: ValueKind
VALUE_KIND_TEXT: ValueKind
VALUE_KIND_DATA: ValueKind
VALUE_KIND_JSON: ValueKind
DURABILITY_UNSPECIFIED: Durability
DURABILITY_MEMORY: Durability
DURABILITY_OS: Durability
DURABILITY_DISK: Durability

class Value(_message.Message):
    __slots__ = ("text", "data", "json", "json_text")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    JSON_FIELD_NUMBER: _ClassVar[int]
    JSON_TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    data: bytes
    json: _struct_pb2.Value
    json_text: str
    def __init__(self, text: _Optional[str] = ..., data: _Optional[bytes] = ..., json: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., json_text: _Optional[str] = ...) -> None: ...

class LargeValue(_message.Message):
    __slots__ = ("kind", "bytes", "crc32")
    KIND_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    CRC32_FIELD_NUMBER: _ClassVar[int]
    kind: ValueKind
    bytes: int
    crc32: int
    def __init__(self, kind: _Optional[_Union[ValueKind, str]] = ..., bytes: _Optional[int] = ..., crc32: _Optional[int] = ...) -> None: ...

class Entry(_message.Message):
    __slots__ = ("key", "value", "revision", "create_revision", "version", "create_time", "modify_time", "expire_time", "value_omitted", "large_value")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CREATE_REVISION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    MODIFY_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    VALUE_OMITTED_FIELD_NUMBER: _ClassVar[int]
    LARGE_VALUE_FIELD_NUMBER: _ClassVar[int]
    key: str
    value: Value
    revision: int
    create_revision: int
    version: int
    create_time: _timestamp_pb2.Timestamp
    modify_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    value_omitted: bool
    large_value: LargeValue
    def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ..., revision: _Optional[int] = ..., create_revision: _Optional[int] = ..., version: _Optional[int] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., modify_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., value_omitted: bool = ..., large_value: _Optional[_Union[LargeValue, _Mapping]] = ...) -> None: ...

from rundlet.v1 import entry_pb2 as _entry_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Condition(_message.Message):
    __slots__ = ("key", "exists", "revision", "create_revision", "version", "value", "digest")
    KEY_FIELD_NUMBER: _ClassVar[int]
    EXISTS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CREATE_REVISION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    key: str
    exists: bool
    revision: NumberComparison
    create_revision: NumberComparison
    version: NumberComparison
    value: ValueComparison
    digest: DigestComparison
    def __init__(self, key: _Optional[str] = ..., exists: bool = ..., revision: _Optional[_Union[NumberComparison, _Mapping]] = ..., create_revision: _Optional[_Union[NumberComparison, _Mapping]] = ..., version: _Optional[_Union[NumberComparison, _Mapping]] = ..., value: _Optional[_Union[ValueComparison, _Mapping]] = ..., digest: _Optional[_Union[DigestComparison, _Mapping]] = ...) -> None: ...

class NumberComparison(_message.Message):
    __slots__ = ("equal", "not_equal", "less", "greater")
    EQUAL_FIELD_NUMBER: _ClassVar[int]
    NOT_EQUAL_FIELD_NUMBER: _ClassVar[int]
    LESS_FIELD_NUMBER: _ClassVar[int]
    GREATER_FIELD_NUMBER: _ClassVar[int]
    equal: int
    not_equal: int
    less: int
    greater: int
    def __init__(self, equal: _Optional[int] = ..., not_equal: _Optional[int] = ..., less: _Optional[int] = ..., greater: _Optional[int] = ...) -> None: ...

class ValueComparison(_message.Message):
    __slots__ = ("equal", "not_equal")
    EQUAL_FIELD_NUMBER: _ClassVar[int]
    NOT_EQUAL_FIELD_NUMBER: _ClassVar[int]
    equal: _entry_pb2.Value
    not_equal: _entry_pb2.Value
    def __init__(self, equal: _Optional[_Union[_entry_pb2.Value, _Mapping]] = ..., not_equal: _Optional[_Union[_entry_pb2.Value, _Mapping]] = ...) -> None: ...

class DigestComparison(_message.Message):
    __slots__ = ("equal", "not_equal")
    EQUAL_FIELD_NUMBER: _ClassVar[int]
    NOT_EQUAL_FIELD_NUMBER: _ClassVar[int]
    equal: bytes
    not_equal: bytes
    def __init__(self, equal: _Optional[bytes] = ..., not_equal: _Optional[bytes] = ...) -> None: ...

from rundlet.v1 import entry_pb2 as _entry_pb2
from rundlet.v1 import fill_pb2 as _fill_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetRequest(_message.Message):
    __slots__ = ("key", "allow_missing", "min_revision", "metadata_only", "json_as_text", "snapshot_token", "fill_lease")
    KEY_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    MIN_REVISION_FIELD_NUMBER: _ClassVar[int]
    METADATA_ONLY_FIELD_NUMBER: _ClassVar[int]
    JSON_AS_TEXT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    FILL_LEASE_FIELD_NUMBER: _ClassVar[int]
    key: str
    allow_missing: bool
    min_revision: int
    metadata_only: bool
    json_as_text: bool
    snapshot_token: str
    fill_lease: _fill_pb2.FillLeaseTerms
    def __init__(self, key: _Optional[str] = ..., allow_missing: bool = ..., min_revision: _Optional[int] = ..., metadata_only: bool = ..., json_as_text: bool = ..., snapshot_token: _Optional[str] = ..., fill_lease: _Optional[_Union[_fill_pb2.FillLeaseTerms, _Mapping]] = ...) -> None: ...

class GetResponse(_message.Message):
    __slots__ = ("entry", "read_revision", "fill_lease", "fill_under_way")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    FILL_LEASE_FIELD_NUMBER: _ClassVar[int]
    FILL_UNDER_WAY_FIELD_NUMBER: _ClassVar[int]
    entry: _entry_pb2.Entry
    read_revision: int
    fill_lease: _fill_pb2.FillLease
    fill_under_way: _fill_pb2.FillUnderWay
    def __init__(self, entry: _Optional[_Union[_entry_pb2.Entry, _Mapping]] = ..., read_revision: _Optional[int] = ..., fill_lease: _Optional[_Union[_fill_pb2.FillLease, _Mapping]] = ..., fill_under_way: _Optional[_Union[_fill_pb2.FillUnderWay, _Mapping]] = ...) -> None: ...

class BatchGetRequest(_message.Message):
    __slots__ = ("keys", "min_revision", "metadata_only", "json_as_text", "snapshot_token")
    KEYS_FIELD_NUMBER: _ClassVar[int]
    MIN_REVISION_FIELD_NUMBER: _ClassVar[int]
    METADATA_ONLY_FIELD_NUMBER: _ClassVar[int]
    JSON_AS_TEXT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedScalarFieldContainer[str]
    min_revision: int
    metadata_only: bool
    json_as_text: bool
    snapshot_token: str
    def __init__(self, keys: _Optional[_Iterable[str]] = ..., min_revision: _Optional[int] = ..., metadata_only: bool = ..., json_as_text: bool = ..., snapshot_token: _Optional[str] = ...) -> None: ...

class BatchGetResponse(_message.Message):
    __slots__ = ("results", "read_revision")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchGetResult]
    read_revision: int
    def __init__(self, results: _Optional[_Iterable[_Union[BatchGetResult, _Mapping]]] = ..., read_revision: _Optional[int] = ...) -> None: ...

class BatchGetResult(_message.Message):
    __slots__ = ("entry", "missing")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    entry: _entry_pb2.Entry
    missing: str
    def __init__(self, entry: _Optional[_Union[_entry_pb2.Entry, _Mapping]] = ..., missing: _Optional[str] = ...) -> None: ...

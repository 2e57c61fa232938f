import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rundlet.v1 import condition_pb2 as _condition_pb2
from rundlet.v1 import entry_pb2 as _entry_pb2
from rundlet.v1 import write_pb2 as _write_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Branch(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BRANCH_UNSPECIFIED: _ClassVar[Branch]
    BRANCH_OPERATIONS: _ClassVar[Branch]
    BRANCH_OTHERWISE: _ClassVar[Branch]
BRANCH_UNSPECIFIED: Branch
BRANCH_OPERATIONS: Branch
BRANCH_OTHERWISE: Branch

class Operation(_message.Message):
    __slots__ = ("get", "put", "delete", "set_expiry", "add", "delete_range")
    GET_FIELD_NUMBER: _ClassVar[int]
    PUT_FIELD_NUMBER: _ClassVar[int]
    DELETE_FIELD_NUMBER: _ClassVar[int]
    SET_EXPIRY_FIELD_NUMBER: _ClassVar[int]
    ADD_FIELD_NUMBER: _ClassVar[int]
    DELETE_RANGE_FIELD_NUMBER: _ClassVar[int]
    get: GetOperation
    put: PutOperation
    delete: DeleteOperation
    set_expiry: SetExpiryOperation
    add: AddOperation
    delete_range: DeleteRangeOperation
    def __init__(self, get: _Optional[_Union[GetOperation, _Mapping]] = ..., put: _Optional[_Union[PutOperation, _Mapping]] = ..., delete: _Optional[_Union[DeleteOperation, _Mapping]] = ..., set_expiry: _Optional[_Union[SetExpiryOperation, _Mapping]] = ..., add: _Optional[_Union[AddOperation, _Mapping]] = ..., delete_range: _Optional[_Union[DeleteRangeOperation, _Mapping]] = ...) -> None: ...

class GetOperation(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class PutOperation(_message.Message):
    __slots__ = ("key", "value", "ttl", "expire_time", "keep_expiry", "jitter_percent")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    KEEP_EXPIRY_FIELD_NUMBER: _ClassVar[int]
    JITTER_PERCENT_FIELD_NUMBER: _ClassVar[int]
    key: str
    value: _entry_pb2.Value
    ttl: _duration_pb2.Duration
    expire_time: _timestamp_pb2.Timestamp
    keep_expiry: bool
    jitter_percent: int
    def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_entry_pb2.Value, _Mapping]] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., keep_expiry: bool = ..., jitter_percent: _Optional[int] = ...) -> None: ...

class DeleteOperation(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class SetExpiryOperation(_message.Message):
    __slots__ = ("key", "ttl", "expire_time", "never", "jitter_percent", "only_if")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    NEVER_FIELD_NUMBER: _ClassVar[int]
    JITTER_PERCENT_FIELD_NUMBER: _ClassVar[int]
    ONLY_IF_FIELD_NUMBER: _ClassVar[int]
    key: str
    ttl: _duration_pb2.Duration
    expire_time: _timestamp_pb2.Timestamp
    never: bool
    jitter_percent: int
    only_if: _write_pb2.ExpiryTest
    def __init__(self, key: _Optional[str] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., never: bool = ..., jitter_percent: _Optional[int] = ..., only_if: _Optional[_Union[_write_pb2.ExpiryTest, str]] = ...) -> None: ...

class AddOperation(_message.Message):
    __slots__ = ("key", "delta", "initial", "ttl", "expire_time", "jitter_percent")
    KEY_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    INITIAL_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    JITTER_PERCENT_FIELD_NUMBER: _ClassVar[int]
    key: str
    delta: int
    initial: int
    ttl: _duration_pb2.Duration
    expire_time: _timestamp_pb2.Timestamp
    jitter_percent: int
    def __init__(self, key: _Optional[str] = ..., delta: _Optional[int] = ..., initial: _Optional[int] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., jitter_percent: _Optional[int] = ...) -> None: ...

class DeleteRangeOperation(_message.Message):
    __slots__ = ("prefix", "start", "end", "keys_max")
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    KEYS_MAX_FIELD_NUMBER: _ClassVar[int]
    prefix: str
    start: str
    end: str
    keys_max: int
    def __init__(self, prefix: _Optional[str] = ..., start: _Optional[str] = ..., end: _Optional[str] = ..., keys_max: _Optional[int] = ...) -> None: ...

class Otherwise(_message.Message):
    __slots__ = ("operations",)
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    operations: _containers.RepeatedCompositeFieldContainer[Operation]
    def __init__(self, operations: _Optional[_Iterable[_Union[Operation, _Mapping]]] = ...) -> None: ...

class OperationResult(_message.Message):
    __slots__ = ("existed", "entry", "sum", "updated", "deleted_count", "entries")
    EXISTED_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    SUM_FIELD_NUMBER: _ClassVar[int]
    UPDATED_FIELD_NUMBER: _ClassVar[int]
    DELETED_COUNT_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    existed: bool
    entry: _entry_pb2.Entry
    sum: int
    updated: bool
    deleted_count: int
    entries: _containers.RepeatedCompositeFieldContainer[_entry_pb2.Entry]
    def __init__(self, existed: bool = ..., entry: _Optional[_Union[_entry_pb2.Entry, _Mapping]] = ..., sum: _Optional[int] = ..., updated: bool = ..., deleted_count: _Optional[int] = ..., entries: _Optional[_Iterable[_Union[_entry_pb2.Entry, _Mapping]]] = ...) -> None: ...

class FailedCondition(_message.Message):
    __slots__ = ("index", "exists", "revision", "version", "value_crc32")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    EXISTS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    VALUE_CRC32_FIELD_NUMBER: _ClassVar[int]
    index: int
    exists: bool
    revision: int
    version: int
    value_crc32: int
    def __init__(self, index: _Optional[int] = ..., exists: bool = ..., revision: _Optional[int] = ..., version: _Optional[int] = ..., value_crc32: _Optional[int] = ...) -> None: ...

class CommitRequest(_message.Message):
    __slots__ = ("conditions", "operations", "otherwise", "durability", "return_previous", "json_as_text", "request_id")
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    OTHERWISE_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    RETURN_PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    JSON_AS_TEXT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    conditions: _containers.RepeatedCompositeFieldContainer[_condition_pb2.Condition]
    operations: _containers.RepeatedCompositeFieldContainer[Operation]
    otherwise: Otherwise
    durability: _entry_pb2.Durability
    return_previous: bool
    json_as_text: bool
    request_id: str
    def __init__(self, conditions: _Optional[_Iterable[_Union[_condition_pb2.Condition, _Mapping]]] = ..., operations: _Optional[_Iterable[_Union[Operation, _Mapping]]] = ..., otherwise: _Optional[_Union[Otherwise, _Mapping]] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., return_previous: bool = ..., json_as_text: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class CommitResponse(_message.Message):
    __slots__ = ("branch", "revision", "read_revision", "durability", "results", "failed_condition", "durable_revision", "replayed")
    BRANCH_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    FAILED_CONDITION_FIELD_NUMBER: _ClassVar[int]
    DURABLE_REVISION_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    branch: Branch
    revision: int
    read_revision: int
    durability: _entry_pb2.Durability
    results: _containers.RepeatedCompositeFieldContainer[OperationResult]
    failed_condition: FailedCondition
    durable_revision: int
    replayed: bool
    def __init__(self, branch: _Optional[_Union[Branch, str]] = ..., revision: _Optional[int] = ..., read_revision: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., results: _Optional[_Iterable[_Union[OperationResult, _Mapping]]] = ..., failed_condition: _Optional[_Union[FailedCondition, _Mapping]] = ..., durable_revision: _Optional[int] = ..., replayed: bool = ...) -> None: ...

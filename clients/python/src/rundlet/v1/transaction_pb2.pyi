import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rundlet.v1 import entry_pb2 as _entry_pb2
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

class Condition(_message.Message):
    __slots__ = ("key", "exists", "revision", "create_revision", "version", "value")
    KEY_FIELD_NUMBER: _ClassVar[int]
    EXISTS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CREATE_REVISION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    key: str
    exists: bool
    revision: NumberComparison
    create_revision: NumberComparison
    version: NumberComparison
    value: ValueComparison
    def __init__(self, key: _Optional[str] = ..., exists: bool = ..., revision: _Optional[_Union[NumberComparison, _Mapping]] = ..., create_revision: _Optional[_Union[NumberComparison, _Mapping]] = ..., version: _Optional[_Union[NumberComparison, _Mapping]] = ..., value: _Optional[_Union[ValueComparison, _Mapping]] = ...) -> None: ...

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

class Operation(_message.Message):
    __slots__ = ("get", "put", "delete", "set_expiry")
    GET_FIELD_NUMBER: _ClassVar[int]
    PUT_FIELD_NUMBER: _ClassVar[int]
    DELETE_FIELD_NUMBER: _ClassVar[int]
    SET_EXPIRY_FIELD_NUMBER: _ClassVar[int]
    get: GetOperation
    put: PutOperation
    delete: DeleteOperation
    set_expiry: SetExpiryOperation
    def __init__(self, get: _Optional[_Union[GetOperation, _Mapping]] = ..., put: _Optional[_Union[PutOperation, _Mapping]] = ..., delete: _Optional[_Union[DeleteOperation, _Mapping]] = ..., set_expiry: _Optional[_Union[SetExpiryOperation, _Mapping]] = ...) -> None: ...

class GetOperation(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class PutOperation(_message.Message):
    __slots__ = ("key", "value", "ttl", "expire_time", "keep_expiry")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    KEEP_EXPIRY_FIELD_NUMBER: _ClassVar[int]
    key: str
    value: _entry_pb2.Value
    ttl: _duration_pb2.Duration
    expire_time: _timestamp_pb2.Timestamp
    keep_expiry: bool
    def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_entry_pb2.Value, _Mapping]] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., keep_expiry: bool = ...) -> None: ...

class DeleteOperation(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class SetExpiryOperation(_message.Message):
    __slots__ = ("key", "ttl", "expire_time", "never")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    NEVER_FIELD_NUMBER: _ClassVar[int]
    key: str
    ttl: _duration_pb2.Duration
    expire_time: _timestamp_pb2.Timestamp
    never: bool
    def __init__(self, key: _Optional[str] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., never: bool = ...) -> None: ...

class Otherwise(_message.Message):
    __slots__ = ("operations",)
    OPERATIONS_FIELD_NUMBER: _ClassVar[int]
    operations: _containers.RepeatedCompositeFieldContainer[Operation]
    def __init__(self, operations: _Optional[_Iterable[_Union[Operation, _Mapping]]] = ...) -> None: ...

class OperationResult(_message.Message):
    __slots__ = ("existed", "entry")
    EXISTED_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    existed: bool
    entry: _entry_pb2.Entry
    def __init__(self, existed: bool = ..., entry: _Optional[_Union[_entry_pb2.Entry, _Mapping]] = ...) -> None: ...

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
    conditions: _containers.RepeatedCompositeFieldContainer[Condition]
    operations: _containers.RepeatedCompositeFieldContainer[Operation]
    otherwise: Otherwise
    durability: _entry_pb2.Durability
    return_previous: bool
    json_as_text: bool
    request_id: str
    def __init__(self, conditions: _Optional[_Iterable[_Union[Condition, _Mapping]]] = ..., operations: _Optional[_Iterable[_Union[Operation, _Mapping]]] = ..., otherwise: _Optional[_Union[Otherwise, _Mapping]] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., return_previous: bool = ..., json_as_text: bool = ..., request_id: _Optional[str] = ...) -> None: ...

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

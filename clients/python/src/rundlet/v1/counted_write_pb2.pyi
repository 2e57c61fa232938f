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

class AddRequest(_message.Message):
    __slots__ = ("key", "delta", "initial", "ttl", "expire_time", "jitter_percent", "durability", "return_previous", "json_as_text", "conditions", "request_id")
    KEY_FIELD_NUMBER: _ClassVar[int]
    DELTA_FIELD_NUMBER: _ClassVar[int]
    INITIAL_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    JITTER_PERCENT_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    RETURN_PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    JSON_AS_TEXT_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    key: str
    delta: int
    initial: int
    ttl: _duration_pb2.Duration
    expire_time: _timestamp_pb2.Timestamp
    jitter_percent: int
    durability: _entry_pb2.Durability
    return_previous: bool
    json_as_text: bool
    conditions: _containers.RepeatedCompositeFieldContainer[_condition_pb2.Condition]
    request_id: str
    def __init__(self, key: _Optional[str] = ..., delta: _Optional[int] = ..., initial: _Optional[int] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., jitter_percent: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., return_previous: bool = ..., json_as_text: bool = ..., conditions: _Optional[_Iterable[_Union[_condition_pb2.Condition, _Mapping]]] = ..., request_id: _Optional[str] = ...) -> None: ...

class AddResponse(_message.Message):
    __slots__ = ("sum", "revision", "read_revision", "durability", "durable_revision", "replayed", "existed", "previous")
    SUM_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    DURABLE_REVISION_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    EXISTED_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    sum: int
    revision: int
    read_revision: int
    durability: _entry_pb2.Durability
    durable_revision: int
    replayed: bool
    existed: bool
    previous: _entry_pb2.Entry
    def __init__(self, sum: _Optional[int] = ..., revision: _Optional[int] = ..., read_revision: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., durable_revision: _Optional[int] = ..., replayed: bool = ..., existed: bool = ..., previous: _Optional[_Union[_entry_pb2.Entry, _Mapping]] = ...) -> None: ...

class DeleteRangeRequest(_message.Message):
    __slots__ = ("prefix", "start", "end", "keys_max", "durability", "return_previous", "json_as_text", "request_id")
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    KEYS_MAX_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    RETURN_PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    JSON_AS_TEXT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    prefix: str
    start: str
    end: str
    keys_max: int
    durability: _entry_pb2.Durability
    return_previous: bool
    json_as_text: bool
    request_id: str
    def __init__(self, prefix: _Optional[str] = ..., start: _Optional[str] = ..., end: _Optional[str] = ..., keys_max: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., return_previous: bool = ..., json_as_text: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteRangeResponse(_message.Message):
    __slots__ = ("deleted_count", "revision", "read_revision", "durability", "durable_revision", "replayed", "previous")
    DELETED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    DURABLE_REVISION_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    deleted_count: int
    revision: int
    read_revision: int
    durability: _entry_pb2.Durability
    durable_revision: int
    replayed: bool
    previous: _containers.RepeatedCompositeFieldContainer[_entry_pb2.Entry]
    def __init__(self, deleted_count: _Optional[int] = ..., revision: _Optional[int] = ..., read_revision: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., durable_revision: _Optional[int] = ..., replayed: bool = ..., previous: _Optional[_Iterable[_Union[_entry_pb2.Entry, _Mapping]]] = ...) -> None: ...

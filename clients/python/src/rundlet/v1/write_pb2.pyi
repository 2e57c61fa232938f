import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from rundlet.v1 import condition_pb2 as _condition_pb2
from rundlet.v1 import entry_pb2 as _entry_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExpiryTest(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPIRY_TEST_UNSPECIFIED: _ClassVar[ExpiryTest]
    EXPIRY_TEST_SOONER: _ClassVar[ExpiryTest]
    EXPIRY_TEST_LATER: _ClassVar[ExpiryTest]
    EXPIRY_TEST_NEVER: _ClassVar[ExpiryTest]
    EXPIRY_TEST_EXPIRES: _ClassVar[ExpiryTest]
EXPIRY_TEST_UNSPECIFIED: ExpiryTest
EXPIRY_TEST_SOONER: ExpiryTest
EXPIRY_TEST_LATER: ExpiryTest
EXPIRY_TEST_NEVER: ExpiryTest
EXPIRY_TEST_EXPIRES: ExpiryTest

class PutRequest(_message.Message):
    __slots__ = ("key", "value", "ttl", "expire_time", "keep_expiry", "create_only", "expected_revision", "durability", "return_previous", "json_as_text", "conditions", "jitter_percent", "fill_token", "request_id")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
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
    FILL_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    key: str
    value: _entry_pb2.Value
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
    fill_token: str
    request_id: str
    def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_entry_pb2.Value, _Mapping]] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., keep_expiry: bool = ..., create_only: bool = ..., expected_revision: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., return_previous: bool = ..., json_as_text: bool = ..., conditions: _Optional[_Iterable[_Union[_condition_pb2.Condition, _Mapping]]] = ..., jitter_percent: _Optional[int] = ..., fill_token: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class PutResponse(_message.Message):
    __slots__ = ("revision", "read_revision", "durability", "existed", "previous", "durable_revision", "replayed")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    EXISTED_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    DURABLE_REVISION_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    revision: int
    read_revision: int
    durability: _entry_pb2.Durability
    existed: bool
    previous: _entry_pb2.Entry
    durable_revision: int
    replayed: bool
    def __init__(self, revision: _Optional[int] = ..., read_revision: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., existed: bool = ..., previous: _Optional[_Union[_entry_pb2.Entry, _Mapping]] = ..., durable_revision: _Optional[int] = ..., replayed: bool = ...) -> None: ...

class DeleteRequest(_message.Message):
    __slots__ = ("key", "expected_revision", "durability", "return_previous", "json_as_text", "conditions", "fill_token", "request_id")
    KEY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    RETURN_PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    JSON_AS_TEXT_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    FILL_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    key: str
    expected_revision: int
    durability: _entry_pb2.Durability
    return_previous: bool
    json_as_text: bool
    conditions: _containers.RepeatedCompositeFieldContainer[_condition_pb2.Condition]
    fill_token: str
    request_id: str
    def __init__(self, key: _Optional[str] = ..., expected_revision: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., return_previous: bool = ..., json_as_text: bool = ..., conditions: _Optional[_Iterable[_Union[_condition_pb2.Condition, _Mapping]]] = ..., fill_token: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteResponse(_message.Message):
    __slots__ = ("deleted", "revision", "read_revision", "durability", "previous", "durable_revision", "replayed")
    DELETED_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    DURABLE_REVISION_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    deleted: bool
    revision: int
    read_revision: int
    durability: _entry_pb2.Durability
    previous: _entry_pb2.Entry
    durable_revision: int
    replayed: bool
    def __init__(self, deleted: bool = ..., revision: _Optional[int] = ..., read_revision: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., previous: _Optional[_Union[_entry_pb2.Entry, _Mapping]] = ..., durable_revision: _Optional[int] = ..., replayed: bool = ...) -> None: ...

class SetExpiryRequest(_message.Message):
    __slots__ = ("key", "ttl", "expire_time", "never", "expected_revision", "durability", "conditions", "jitter_percent", "only_if", "return_previous", "json_as_text", "request_id")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    NEVER_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_REVISION_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    JITTER_PERCENT_FIELD_NUMBER: _ClassVar[int]
    ONLY_IF_FIELD_NUMBER: _ClassVar[int]
    RETURN_PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    JSON_AS_TEXT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    key: str
    ttl: _duration_pb2.Duration
    expire_time: _timestamp_pb2.Timestamp
    never: bool
    expected_revision: int
    durability: _entry_pb2.Durability
    conditions: _containers.RepeatedCompositeFieldContainer[_condition_pb2.Condition]
    jitter_percent: int
    only_if: ExpiryTest
    return_previous: bool
    json_as_text: bool
    request_id: str
    def __init__(self, key: _Optional[str] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., never: bool = ..., expected_revision: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., conditions: _Optional[_Iterable[_Union[_condition_pb2.Condition, _Mapping]]] = ..., jitter_percent: _Optional[int] = ..., only_if: _Optional[_Union[ExpiryTest, str]] = ..., return_previous: bool = ..., json_as_text: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class SetExpiryResponse(_message.Message):
    __slots__ = ("updated", "revision", "read_revision", "durability", "durable_revision", "replayed", "previous", "existed")
    UPDATED_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    DURABLE_REVISION_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    EXISTED_FIELD_NUMBER: _ClassVar[int]
    updated: bool
    revision: int
    read_revision: int
    durability: _entry_pb2.Durability
    durable_revision: int
    replayed: bool
    previous: _entry_pb2.Entry
    existed: bool
    def __init__(self, updated: bool = ..., revision: _Optional[int] = ..., read_revision: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., durable_revision: _Optional[int] = ..., replayed: bool = ..., previous: _Optional[_Union[_entry_pb2.Entry, _Mapping]] = ..., existed: bool = ...) -> None: ...

class SyncRequest(_message.Message):
    __slots__ = ("revision", "durability")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    revision: int
    durability: _entry_pb2.Durability
    def __init__(self, revision: _Optional[int] = ..., durability: _Optional[_Union[_entry_pb2.Durability, str]] = ...) -> None: ...

class SyncResponse(_message.Message):
    __slots__ = ("durable_revision", "read_revision")
    DURABLE_REVISION_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    durable_revision: int
    read_revision: int
    def __init__(self, durable_revision: _Optional[int] = ..., read_revision: _Optional[int] = ...) -> None: ...

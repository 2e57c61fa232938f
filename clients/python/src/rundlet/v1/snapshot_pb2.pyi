import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Snapshot(_message.Message):
    __slots__ = ("snapshot_token", "read_revision", "read_time", "lease_end_time")
    SNAPSHOT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    READ_TIME_FIELD_NUMBER: _ClassVar[int]
    LEASE_END_TIME_FIELD_NUMBER: _ClassVar[int]
    snapshot_token: str
    read_revision: int
    read_time: _timestamp_pb2.Timestamp
    lease_end_time: _timestamp_pb2.Timestamp
    def __init__(self, snapshot_token: _Optional[str] = ..., read_revision: _Optional[int] = ..., read_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lease_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OpenSnapshotRequest(_message.Message):
    __slots__ = ("lease", "min_revision")
    LEASE_FIELD_NUMBER: _ClassVar[int]
    MIN_REVISION_FIELD_NUMBER: _ClassVar[int]
    lease: _duration_pb2.Duration
    min_revision: int
    def __init__(self, lease: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., min_revision: _Optional[int] = ...) -> None: ...

class OpenSnapshotResponse(_message.Message):
    __slots__ = ("snapshot",)
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    snapshot: Snapshot
    def __init__(self, snapshot: _Optional[_Union[Snapshot, _Mapping]] = ...) -> None: ...

class RenewSnapshotRequest(_message.Message):
    __slots__ = ("snapshot_token", "lease")
    SNAPSHOT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    snapshot_token: str
    lease: _duration_pb2.Duration
    def __init__(self, snapshot_token: _Optional[str] = ..., lease: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class RenewSnapshotResponse(_message.Message):
    __slots__ = ("snapshot",)
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    snapshot: Snapshot
    def __init__(self, snapshot: _Optional[_Union[Snapshot, _Mapping]] = ...) -> None: ...

class ReleaseSnapshotRequest(_message.Message):
    __slots__ = ("snapshot_token",)
    SNAPSHOT_TOKEN_FIELD_NUMBER: _ClassVar[int]
    snapshot_token: str
    def __init__(self, snapshot_token: _Optional[str] = ...) -> None: ...

class ReleaseSnapshotResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CompactionTrigger(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COMPACTION_TRIGGER_UNSPECIFIED: _ClassVar[CompactionTrigger]
    COMPACTION_TRIGGER_LIVE_RATIO: _ClassVar[CompactionTrigger]
    COMPACTION_TRIGGER_DISK_LOW: _ClassVar[CompactionTrigger]
    COMPACTION_TRIGGER_EXPIRED_BYTES: _ClassVar[CompactionTrigger]
    COMPACTION_TRIGGER_AGE: _ClassVar[CompactionTrigger]
    COMPACTION_TRIGGER_SEGMENT_COUNT: _ClassVar[CompactionTrigger]

class LogLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOG_LEVEL_UNSPECIFIED: _ClassVar[LogLevel]
    LOG_LEVEL_DEBUG: _ClassVar[LogLevel]
    LOG_LEVEL_INFO: _ClassVar[LogLevel]
    LOG_LEVEL_WARNING: _ClassVar[LogLevel]
    LOG_LEVEL_ERROR: _ClassVar[LogLevel]
COMPACTION_TRIGGER_UNSPECIFIED: CompactionTrigger
COMPACTION_TRIGGER_LIVE_RATIO: CompactionTrigger
COMPACTION_TRIGGER_DISK_LOW: CompactionTrigger
COMPACTION_TRIGGER_EXPIRED_BYTES: CompactionTrigger
COMPACTION_TRIGGER_AGE: CompactionTrigger
COMPACTION_TRIGGER_SEGMENT_COUNT: CompactionTrigger
LOG_LEVEL_UNSPECIFIED: LogLevel
LOG_LEVEL_DEBUG: LogLevel
LOG_LEVEL_INFO: LogLevel
LOG_LEVEL_WARNING: LogLevel
LOG_LEVEL_ERROR: LogLevel

class CompactRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CompactResponse(_message.Message):
    __slots__ = ("segments_before", "segments_after", "bytes_before", "bytes_after", "records_kept", "records_dropped", "duration")
    SEGMENTS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_AFTER_FIELD_NUMBER: _ClassVar[int]
    BYTES_BEFORE_FIELD_NUMBER: _ClassVar[int]
    BYTES_AFTER_FIELD_NUMBER: _ClassVar[int]
    RECORDS_KEPT_FIELD_NUMBER: _ClassVar[int]
    RECORDS_DROPPED_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    segments_before: int
    segments_after: int
    bytes_before: int
    bytes_after: int
    records_kept: int
    records_dropped: int
    duration: _duration_pb2.Duration
    def __init__(self, segments_before: _Optional[int] = ..., segments_after: _Optional[int] = ..., bytes_before: _Optional[int] = ..., bytes_after: _Optional[int] = ..., records_kept: _Optional[int] = ..., records_dropped: _Optional[int] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ExplainCompactionRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExplainCompactionResponse(_message.Message):
    __slots__ = ("reason", "inputs", "segments_kept", "bytes_before", "bytes_after", "bytes_to_gain", "available_bytes", "estimated_duration", "trigger", "takes_everything", "bytes_to_copy")
    REASON_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_KEPT_FIELD_NUMBER: _ClassVar[int]
    BYTES_BEFORE_FIELD_NUMBER: _ClassVar[int]
    BYTES_AFTER_FIELD_NUMBER: _ClassVar[int]
    BYTES_TO_GAIN_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_BYTES_FIELD_NUMBER: _ClassVar[int]
    ESTIMATED_DURATION_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    TAKES_EVERYTHING_FIELD_NUMBER: _ClassVar[int]
    BYTES_TO_COPY_FIELD_NUMBER: _ClassVar[int]
    reason: str
    inputs: _containers.RepeatedCompositeFieldContainer[CompactionInput]
    segments_kept: int
    bytes_before: int
    bytes_after: int
    bytes_to_gain: int
    available_bytes: int
    estimated_duration: _duration_pb2.Duration
    trigger: CompactionTrigger
    takes_everything: bool
    bytes_to_copy: int
    def __init__(self, reason: _Optional[str] = ..., inputs: _Optional[_Iterable[_Union[CompactionInput, _Mapping]]] = ..., segments_kept: _Optional[int] = ..., bytes_before: _Optional[int] = ..., bytes_after: _Optional[int] = ..., bytes_to_gain: _Optional[int] = ..., available_bytes: _Optional[int] = ..., estimated_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., trigger: _Optional[_Union[CompactionTrigger, str]] = ..., takes_everything: bool = ..., bytes_to_copy: _Optional[int] = ...) -> None: ...

class CompactionInput(_message.Message):
    __slots__ = ("segment_id", "path", "bytes", "live_bytes", "record_count", "live_record_count", "kept_bytes", "expired_bytes", "age")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    LIVE_BYTES_FIELD_NUMBER: _ClassVar[int]
    RECORD_COUNT_FIELD_NUMBER: _ClassVar[int]
    LIVE_RECORD_COUNT_FIELD_NUMBER: _ClassVar[int]
    KEPT_BYTES_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_BYTES_FIELD_NUMBER: _ClassVar[int]
    AGE_FIELD_NUMBER: _ClassVar[int]
    segment_id: int
    path: str
    bytes: int
    live_bytes: int
    record_count: int
    live_record_count: int
    kept_bytes: int
    expired_bytes: int
    age: _duration_pb2.Duration
    def __init__(self, segment_id: _Optional[int] = ..., path: _Optional[str] = ..., bytes: _Optional[int] = ..., live_bytes: _Optional[int] = ..., record_count: _Optional[int] = ..., live_record_count: _Optional[int] = ..., kept_bytes: _Optional[int] = ..., expired_bytes: _Optional[int] = ..., age: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class VerifyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class VerifyResponse(_message.Message):
    __slots__ = ("damage", "summary")
    DAMAGE_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    damage: DamagedRecord
    summary: VerifySummary
    def __init__(self, damage: _Optional[_Union[DamagedRecord, _Mapping]] = ..., summary: _Optional[_Union[VerifySummary, _Mapping]] = ...) -> None: ...

class DamagedRecord(_message.Message):
    __slots__ = ("segment_id", "path", "offset", "bytes", "what", "keys_at_risk")
    SEGMENT_ID_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    KEYS_AT_RISK_FIELD_NUMBER: _ClassVar[int]
    segment_id: int
    path: str
    offset: int
    bytes: int
    what: str
    keys_at_risk: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, segment_id: _Optional[int] = ..., path: _Optional[str] = ..., offset: _Optional[int] = ..., bytes: _Optional[int] = ..., what: _Optional[str] = ..., keys_at_risk: _Optional[_Iterable[str]] = ...) -> None: ...

class VerifySummary(_message.Message):
    __slots__ = ("segment_count", "record_count", "read_bytes", "damage_count", "key_at_risk_count", "duration")
    SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    RECORD_COUNT_FIELD_NUMBER: _ClassVar[int]
    READ_BYTES_FIELD_NUMBER: _ClassVar[int]
    DAMAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    KEY_AT_RISK_COUNT_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    segment_count: int
    record_count: int
    read_bytes: int
    damage_count: int
    key_at_risk_count: int
    duration: _duration_pb2.Duration
    def __init__(self, segment_count: _Optional[int] = ..., record_count: _Optional[int] = ..., read_bytes: _Optional[int] = ..., damage_count: _Optional[int] = ..., key_at_risk_count: _Optional[int] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class BackupRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class BackupResponse(_message.Message):
    __slots__ = ("revision", "key_count", "segment_count", "bytes", "duration")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    KEY_COUNT_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    revision: int
    key_count: int
    segment_count: int
    bytes: int
    duration: _duration_pb2.Duration
    def __init__(self, revision: _Optional[int] = ..., key_count: _Optional[int] = ..., segment_count: _Optional[int] = ..., bytes: _Optional[int] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class SetLogLevelRequest(_message.Message):
    __slots__ = ("level",)
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    level: LogLevel
    def __init__(self, level: _Optional[_Union[LogLevel, str]] = ...) -> None: ...

class SetLogLevelResponse(_message.Message):
    __slots__ = ("previous",)
    PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    previous: LogLevel
    def __init__(self, previous: _Optional[_Union[LogLevel, str]] = ...) -> None: ...

import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DiskState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DISK_STATE_UNSPECIFIED: _ClassVar[DiskState]
    DISK_STATE_OK: _ClassVar[DiskState]
    DISK_STATE_LOW: _ClassVar[DiskState]
    DISK_STATE_FULL: _ClassVar[DiskState]
DISK_STATE_UNSPECIFIED: DiskState
DISK_STATE_OK: DiskState
DISK_STATE_LOW: DiskState
DISK_STATE_FULL: DiskState

class StatsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StatsResponse(_message.Message):
    __slots__ = ("keys_in_index", "keys_in_cache", "put_count", "delete_count", "file_size_bytes", "last_compaction_time", "store_id", "visible_revision", "durable_revision", "commit_count", "read_count", "cache_hit_count", "cache_miss_count", "cache_bytes", "expired_count", "write_count", "sync_count", "pending_bytes", "log_segment_count", "base_segment_count", "live_bytes", "index_bytes", "page_lease_count", "compaction_count", "recovery_duration", "recovered_record_count", "recovery_cut_bytes", "floor_revision", "snapshot_count", "request_count", "watches", "verification", "disk", "memory", "hint_count", "hint_bytes", "recovery_used_checkpoint", "recovery_hints_used", "recovery_hints_rejected", "recovery_segments_read", "compression", "admission", "calls")
    KEYS_IN_INDEX_FIELD_NUMBER: _ClassVar[int]
    KEYS_IN_CACHE_FIELD_NUMBER: _ClassVar[int]
    PUT_COUNT_FIELD_NUMBER: _ClassVar[int]
    DELETE_COUNT_FIELD_NUMBER: _ClassVar[int]
    FILE_SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    LAST_COMPACTION_TIME_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    VISIBLE_REVISION_FIELD_NUMBER: _ClassVar[int]
    DURABLE_REVISION_FIELD_NUMBER: _ClassVar[int]
    COMMIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    READ_COUNT_FIELD_NUMBER: _ClassVar[int]
    CACHE_HIT_COUNT_FIELD_NUMBER: _ClassVar[int]
    CACHE_MISS_COUNT_FIELD_NUMBER: _ClassVar[int]
    CACHE_BYTES_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_COUNT_FIELD_NUMBER: _ClassVar[int]
    WRITE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SYNC_COUNT_FIELD_NUMBER: _ClassVar[int]
    PENDING_BYTES_FIELD_NUMBER: _ClassVar[int]
    LOG_SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    BASE_SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    LIVE_BYTES_FIELD_NUMBER: _ClassVar[int]
    INDEX_BYTES_FIELD_NUMBER: _ClassVar[int]
    PAGE_LEASE_COUNT_FIELD_NUMBER: _ClassVar[int]
    COMPACTION_COUNT_FIELD_NUMBER: _ClassVar[int]
    RECOVERY_DURATION_FIELD_NUMBER: _ClassVar[int]
    RECOVERED_RECORD_COUNT_FIELD_NUMBER: _ClassVar[int]
    RECOVERY_CUT_BYTES_FIELD_NUMBER: _ClassVar[int]
    FLOOR_REVISION_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_COUNT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_COUNT_FIELD_NUMBER: _ClassVar[int]
    WATCHES_FIELD_NUMBER: _ClassVar[int]
    VERIFICATION_FIELD_NUMBER: _ClassVar[int]
    DISK_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    HINT_COUNT_FIELD_NUMBER: _ClassVar[int]
    HINT_BYTES_FIELD_NUMBER: _ClassVar[int]
    RECOVERY_USED_CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    RECOVERY_HINTS_USED_FIELD_NUMBER: _ClassVar[int]
    RECOVERY_HINTS_REJECTED_FIELD_NUMBER: _ClassVar[int]
    RECOVERY_SEGMENTS_READ_FIELD_NUMBER: _ClassVar[int]
    COMPRESSION_FIELD_NUMBER: _ClassVar[int]
    ADMISSION_FIELD_NUMBER: _ClassVar[int]
    CALLS_FIELD_NUMBER: _ClassVar[int]
    keys_in_index: int
    keys_in_cache: int
    put_count: int
    delete_count: int
    file_size_bytes: int
    last_compaction_time: _timestamp_pb2.Timestamp
    store_id: str
    visible_revision: int
    durable_revision: int
    commit_count: int
    read_count: int
    cache_hit_count: int
    cache_miss_count: int
    cache_bytes: int
    expired_count: int
    write_count: int
    sync_count: int
    pending_bytes: int
    log_segment_count: int
    base_segment_count: int
    live_bytes: int
    index_bytes: int
    page_lease_count: int
    compaction_count: int
    recovery_duration: _duration_pb2.Duration
    recovered_record_count: int
    recovery_cut_bytes: int
    floor_revision: int
    snapshot_count: int
    request_count: int
    watches: WatchStats
    verification: VerifyStats
    disk: DiskStats
    memory: MemoryStats
    hint_count: int
    hint_bytes: int
    recovery_used_checkpoint: bool
    recovery_hints_used: int
    recovery_hints_rejected: int
    recovery_segments_read: int
    compression: CompressionStats
    admission: AdmissionStats
    calls: _containers.RepeatedCompositeFieldContainer[CallStats]
    def __init__(self, keys_in_index: _Optional[int] = ..., keys_in_cache: _Optional[int] = ..., put_count: _Optional[int] = ..., delete_count: _Optional[int] = ..., file_size_bytes: _Optional[int] = ..., last_compaction_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., store_id: _Optional[str] = ..., visible_revision: _Optional[int] = ..., durable_revision: _Optional[int] = ..., commit_count: _Optional[int] = ..., read_count: _Optional[int] = ..., cache_hit_count: _Optional[int] = ..., cache_miss_count: _Optional[int] = ..., cache_bytes: _Optional[int] = ..., expired_count: _Optional[int] = ..., write_count: _Optional[int] = ..., sync_count: _Optional[int] = ..., pending_bytes: _Optional[int] = ..., log_segment_count: _Optional[int] = ..., base_segment_count: _Optional[int] = ..., live_bytes: _Optional[int] = ..., index_bytes: _Optional[int] = ..., page_lease_count: _Optional[int] = ..., compaction_count: _Optional[int] = ..., recovery_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., recovered_record_count: _Optional[int] = ..., recovery_cut_bytes: _Optional[int] = ..., floor_revision: _Optional[int] = ..., snapshot_count: _Optional[int] = ..., request_count: _Optional[int] = ..., watches: _Optional[_Union[WatchStats, _Mapping]] = ..., verification: _Optional[_Union[VerifyStats, _Mapping]] = ..., disk: _Optional[_Union[DiskStats, _Mapping]] = ..., memory: _Optional[_Union[MemoryStats, _Mapping]] = ..., hint_count: _Optional[int] = ..., hint_bytes: _Optional[int] = ..., recovery_used_checkpoint: bool = ..., recovery_hints_used: _Optional[int] = ..., recovery_hints_rejected: _Optional[int] = ..., recovery_segments_read: _Optional[int] = ..., compression: _Optional[_Union[CompressionStats, _Mapping]] = ..., admission: _Optional[_Union[AdmissionStats, _Mapping]] = ..., calls: _Optional[_Iterable[_Union[CallStats, _Mapping]]] = ...) -> None: ...

class WatchStats(_message.Message):
    __slots__ = ("watch_count", "lag_bytes", "lag_changes")
    WATCH_COUNT_FIELD_NUMBER: _ClassVar[int]
    LAG_BYTES_FIELD_NUMBER: _ClassVar[int]
    LAG_CHANGES_FIELD_NUMBER: _ClassVar[int]
    watch_count: int
    lag_bytes: int
    lag_changes: int
    def __init__(self, watch_count: _Optional[int] = ..., lag_bytes: _Optional[int] = ..., lag_changes: _Optional[int] = ...) -> None: ...

class VerifyStats(_message.Message):
    __slots__ = ("verify_count", "damaged_record_count", "last_verify_time")
    VERIFY_COUNT_FIELD_NUMBER: _ClassVar[int]
    DAMAGED_RECORD_COUNT_FIELD_NUMBER: _ClassVar[int]
    LAST_VERIFY_TIME_FIELD_NUMBER: _ClassVar[int]
    verify_count: int
    damaged_record_count: int
    last_verify_time: _timestamp_pb2.Timestamp
    def __init__(self, verify_count: _Optional[int] = ..., damaged_record_count: _Optional[int] = ..., last_verify_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class DiskStats(_message.Message):
    __slots__ = ("state", "free_bytes", "free_bytes_min", "delete_reserve_bytes", "compaction_reserve_bytes")
    STATE_FIELD_NUMBER: _ClassVar[int]
    FREE_BYTES_FIELD_NUMBER: _ClassVar[int]
    FREE_BYTES_MIN_FIELD_NUMBER: _ClassVar[int]
    DELETE_RESERVE_BYTES_FIELD_NUMBER: _ClassVar[int]
    COMPACTION_RESERVE_BYTES_FIELD_NUMBER: _ClassVar[int]
    state: DiskState
    free_bytes: int
    free_bytes_min: int
    delete_reserve_bytes: int
    compaction_reserve_bytes: int
    def __init__(self, state: _Optional[_Union[DiskState, str]] = ..., free_bytes: _Optional[int] = ..., free_bytes_min: _Optional[int] = ..., delete_reserve_bytes: _Optional[int] = ..., compaction_reserve_bytes: _Optional[int] = ...) -> None: ...

class MemoryStats(_message.Message):
    __slots__ = ("bytes_max", "used_bytes", "index_bytes", "cache_bytes", "pending_bytes", "request_bytes", "process_bytes")
    BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    USED_BYTES_FIELD_NUMBER: _ClassVar[int]
    INDEX_BYTES_FIELD_NUMBER: _ClassVar[int]
    CACHE_BYTES_FIELD_NUMBER: _ClassVar[int]
    PENDING_BYTES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_BYTES_FIELD_NUMBER: _ClassVar[int]
    PROCESS_BYTES_FIELD_NUMBER: _ClassVar[int]
    bytes_max: int
    used_bytes: int
    index_bytes: int
    cache_bytes: int
    pending_bytes: int
    request_bytes: int
    process_bytes: int
    def __init__(self, bytes_max: _Optional[int] = ..., used_bytes: _Optional[int] = ..., index_bytes: _Optional[int] = ..., cache_bytes: _Optional[int] = ..., pending_bytes: _Optional[int] = ..., request_bytes: _Optional[int] = ..., process_bytes: _Optional[int] = ...) -> None: ...

class AdmissionStats(_message.Message):
    __slots__ = ("admitted_count", "refused_for_delay_count", "refused_for_share_count", "refused_for_bytes_count", "expired_count", "cancelled_count", "waiting_count", "waiting_bytes", "group_writes_max", "overloaded", "delay_p50", "delay_p99", "delay_p999")
    ADMITTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FOR_DELAY_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FOR_SHARE_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FOR_BYTES_COUNT_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_COUNT_FIELD_NUMBER: _ClassVar[int]
    CANCELLED_COUNT_FIELD_NUMBER: _ClassVar[int]
    WAITING_COUNT_FIELD_NUMBER: _ClassVar[int]
    WAITING_BYTES_FIELD_NUMBER: _ClassVar[int]
    GROUP_WRITES_MAX_FIELD_NUMBER: _ClassVar[int]
    OVERLOADED_FIELD_NUMBER: _ClassVar[int]
    DELAY_P50_FIELD_NUMBER: _ClassVar[int]
    DELAY_P99_FIELD_NUMBER: _ClassVar[int]
    DELAY_P999_FIELD_NUMBER: _ClassVar[int]
    admitted_count: int
    refused_for_delay_count: int
    refused_for_share_count: int
    refused_for_bytes_count: int
    expired_count: int
    cancelled_count: int
    waiting_count: int
    waiting_bytes: int
    group_writes_max: int
    overloaded: bool
    delay_p50: _duration_pb2.Duration
    delay_p99: _duration_pb2.Duration
    delay_p999: _duration_pb2.Duration
    def __init__(self, admitted_count: _Optional[int] = ..., refused_for_delay_count: _Optional[int] = ..., refused_for_share_count: _Optional[int] = ..., refused_for_bytes_count: _Optional[int] = ..., expired_count: _Optional[int] = ..., cancelled_count: _Optional[int] = ..., waiting_count: _Optional[int] = ..., waiting_bytes: _Optional[int] = ..., group_writes_max: _Optional[int] = ..., overloaded: bool = ..., delay_p50: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., delay_p99: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., delay_p999: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class CallStats(_message.Message):
    __slots__ = ("method", "ended_count", "failed_counts", "duration_p50", "duration_p99", "duration_p999")
    class FailedCountsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    METHOD_FIELD_NUMBER: _ClassVar[int]
    ENDED_COUNT_FIELD_NUMBER: _ClassVar[int]
    FAILED_COUNTS_FIELD_NUMBER: _ClassVar[int]
    DURATION_P50_FIELD_NUMBER: _ClassVar[int]
    DURATION_P99_FIELD_NUMBER: _ClassVar[int]
    DURATION_P999_FIELD_NUMBER: _ClassVar[int]
    method: str
    ended_count: int
    failed_counts: _containers.ScalarMap[str, int]
    duration_p50: _duration_pb2.Duration
    duration_p99: _duration_pb2.Duration
    duration_p999: _duration_pb2.Duration
    def __init__(self, method: _Optional[str] = ..., ended_count: _Optional[int] = ..., failed_counts: _Optional[_Mapping[str, int]] = ..., duration_p50: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., duration_p99: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., duration_p999: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class CompressionStats(_message.Message):
    __slots__ = ("value_bytes", "stored_bytes", "dictionary_count")
    VALUE_BYTES_FIELD_NUMBER: _ClassVar[int]
    STORED_BYTES_FIELD_NUMBER: _ClassVar[int]
    DICTIONARY_COUNT_FIELD_NUMBER: _ClassVar[int]
    value_bytes: int
    stored_bytes: int
    dictionary_count: int
    def __init__(self, value_bytes: _Optional[int] = ..., stored_bytes: _Optional[int] = ..., dictionary_count: _Optional[int] = ...) -> None: ...

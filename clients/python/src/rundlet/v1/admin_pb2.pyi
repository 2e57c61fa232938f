import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StatsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StatsResponse(_message.Message):
    __slots__ = ("keys_in_index", "keys_in_cache", "put_count", "delete_count", "file_size_bytes", "last_compaction_time", "store_id", "visible_revision", "durable_revision", "commit_count", "read_count", "cache_hit_count", "cache_miss_count", "cache_bytes", "expired_count", "write_count", "sync_count", "pending_bytes", "log_segment_count", "base_segment_count", "live_bytes", "index_bytes", "page_lease_count", "compaction_count", "recovery_duration", "recovered_record_count", "recovery_cut_bytes")
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
    def __init__(self, keys_in_index: _Optional[int] = ..., keys_in_cache: _Optional[int] = ..., put_count: _Optional[int] = ..., delete_count: _Optional[int] = ..., file_size_bytes: _Optional[int] = ..., last_compaction_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., store_id: _Optional[str] = ..., visible_revision: _Optional[int] = ..., durable_revision: _Optional[int] = ..., commit_count: _Optional[int] = ..., read_count: _Optional[int] = ..., cache_hit_count: _Optional[int] = ..., cache_miss_count: _Optional[int] = ..., cache_bytes: _Optional[int] = ..., expired_count: _Optional[int] = ..., write_count: _Optional[int] = ..., sync_count: _Optional[int] = ..., pending_bytes: _Optional[int] = ..., log_segment_count: _Optional[int] = ..., base_segment_count: _Optional[int] = ..., live_bytes: _Optional[int] = ..., index_bytes: _Optional[int] = ..., page_lease_count: _Optional[int] = ..., compaction_count: _Optional[int] = ..., recovery_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., recovered_record_count: _Optional[int] = ..., recovery_cut_bytes: _Optional[int] = ...) -> None: ...

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

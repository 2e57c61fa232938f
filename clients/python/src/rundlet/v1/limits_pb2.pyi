import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from rundlet.v1 import entry_pb2 as _entry_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetLimitsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetLimitsResponse(_message.Message):
    __slots__ = ("key_bytes_max", "value_bytes_max", "json_depth_max", "json_text_depth_max", "transaction_operations_max", "transaction_bytes_max", "batch_keys_max", "answer_bytes_max", "page_size_max", "page_bytes_max", "page_lease", "request_bytes_max", "response_bytes_max", "metadata_bytes_max", "concurrent_calls_max", "default_durability", "watches_max", "watch_ranges_max", "watch_lag_bytes_max", "watch_lag_changes_max", "request_id_bytes_max", "request_window", "snapshots_max", "snapshot_lease", "snapshot_lease_max", "digest_algorithm", "pipeline_operations_max", "large_value_bytes_max", "large_chunk_bytes", "large_uploads_max", "fill_leases_max", "fill_waiters_max", "fill_wait_max", "fill_hold_max")
    KEY_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    VALUE_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    JSON_DEPTH_MAX_FIELD_NUMBER: _ClassVar[int]
    JSON_TEXT_DEPTH_MAX_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_OPERATIONS_MAX_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    BATCH_KEYS_MAX_FIELD_NUMBER: _ClassVar[int]
    ANSWER_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_MAX_FIELD_NUMBER: _ClassVar[int]
    PAGE_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    PAGE_LEASE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    METADATA_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    CONCURRENT_CALLS_MAX_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_DURABILITY_FIELD_NUMBER: _ClassVar[int]
    WATCHES_MAX_FIELD_NUMBER: _ClassVar[int]
    WATCH_RANGES_MAX_FIELD_NUMBER: _ClassVar[int]
    WATCH_LAG_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    WATCH_LAG_CHANGES_MAX_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    REQUEST_WINDOW_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOTS_MAX_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_LEASE_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_LEASE_MAX_FIELD_NUMBER: _ClassVar[int]
    DIGEST_ALGORITHM_FIELD_NUMBER: _ClassVar[int]
    PIPELINE_OPERATIONS_MAX_FIELD_NUMBER: _ClassVar[int]
    LARGE_VALUE_BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    LARGE_CHUNK_BYTES_FIELD_NUMBER: _ClassVar[int]
    LARGE_UPLOADS_MAX_FIELD_NUMBER: _ClassVar[int]
    FILL_LEASES_MAX_FIELD_NUMBER: _ClassVar[int]
    FILL_WAITERS_MAX_FIELD_NUMBER: _ClassVar[int]
    FILL_WAIT_MAX_FIELD_NUMBER: _ClassVar[int]
    FILL_HOLD_MAX_FIELD_NUMBER: _ClassVar[int]
    key_bytes_max: int
    value_bytes_max: int
    json_depth_max: int
    json_text_depth_max: int
    transaction_operations_max: int
    transaction_bytes_max: int
    batch_keys_max: int
    answer_bytes_max: int
    page_size_max: int
    page_bytes_max: int
    page_lease: _duration_pb2.Duration
    request_bytes_max: int
    response_bytes_max: int
    metadata_bytes_max: int
    concurrent_calls_max: int
    default_durability: _entry_pb2.Durability
    watches_max: int
    watch_ranges_max: int
    watch_lag_bytes_max: int
    watch_lag_changes_max: int
    request_id_bytes_max: int
    request_window: _duration_pb2.Duration
    snapshots_max: int
    snapshot_lease: _duration_pb2.Duration
    snapshot_lease_max: _duration_pb2.Duration
    digest_algorithm: str
    pipeline_operations_max: int
    large_value_bytes_max: int
    large_chunk_bytes: int
    large_uploads_max: int
    fill_leases_max: int
    fill_waiters_max: int
    fill_wait_max: _duration_pb2.Duration
    fill_hold_max: _duration_pb2.Duration
    def __init__(self, key_bytes_max: _Optional[int] = ..., value_bytes_max: _Optional[int] = ..., json_depth_max: _Optional[int] = ..., json_text_depth_max: _Optional[int] = ..., transaction_operations_max: _Optional[int] = ..., transaction_bytes_max: _Optional[int] = ..., batch_keys_max: _Optional[int] = ..., answer_bytes_max: _Optional[int] = ..., page_size_max: _Optional[int] = ..., page_bytes_max: _Optional[int] = ..., page_lease: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., request_bytes_max: _Optional[int] = ..., response_bytes_max: _Optional[int] = ..., metadata_bytes_max: _Optional[int] = ..., concurrent_calls_max: _Optional[int] = ..., default_durability: _Optional[_Union[_entry_pb2.Durability, str]] = ..., watches_max: _Optional[int] = ..., watch_ranges_max: _Optional[int] = ..., watch_lag_bytes_max: _Optional[int] = ..., watch_lag_changes_max: _Optional[int] = ..., request_id_bytes_max: _Optional[int] = ..., request_window: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., snapshots_max: _Optional[int] = ..., snapshot_lease: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., snapshot_lease_max: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., digest_algorithm: _Optional[str] = ..., pipeline_operations_max: _Optional[int] = ..., large_value_bytes_max: _Optional[int] = ..., large_chunk_bytes: _Optional[int] = ..., large_uploads_max: _Optional[int] = ..., fill_leases_max: _Optional[int] = ..., fill_waiters_max: _Optional[int] = ..., fill_wait_max: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., fill_hold_max: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

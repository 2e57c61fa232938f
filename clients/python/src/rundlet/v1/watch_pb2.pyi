import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from rundlet.v1 import entry_pb2 as _entry_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Cause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAUSE_UNSPECIFIED: _ClassVar[Cause]
    CAUSE_PUT: _ClassVar[Cause]
    CAUSE_DELETE: _ClassVar[Cause]
    CAUSE_EXPIRED: _ClassVar[Cause]
CAUSE_UNSPECIFIED: Cause
CAUSE_PUT: Cause
CAUSE_DELETE: Cause
CAUSE_EXPIRED: Cause

class KeyRange(_message.Message):
    __slots__ = ("prefix", "start", "end")
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    prefix: str
    start: str
    end: str
    def __init__(self, prefix: _Optional[str] = ..., start: _Optional[str] = ..., end: _Optional[str] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ("ranges", "start_revision", "store_id", "present_state", "no_puts", "no_deletes", "metadata_only", "json_as_text", "bookmark_interval")
    RANGES_FIELD_NUMBER: _ClassVar[int]
    START_REVISION_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    PRESENT_STATE_FIELD_NUMBER: _ClassVar[int]
    NO_PUTS_FIELD_NUMBER: _ClassVar[int]
    NO_DELETES_FIELD_NUMBER: _ClassVar[int]
    METADATA_ONLY_FIELD_NUMBER: _ClassVar[int]
    JSON_AS_TEXT_FIELD_NUMBER: _ClassVar[int]
    BOOKMARK_INTERVAL_FIELD_NUMBER: _ClassVar[int]
    ranges: _containers.RepeatedCompositeFieldContainer[KeyRange]
    start_revision: int
    store_id: str
    present_state: bool
    no_puts: bool
    no_deletes: bool
    metadata_only: bool
    json_as_text: bool
    bookmark_interval: _duration_pb2.Duration
    def __init__(self, ranges: _Optional[_Iterable[_Union[KeyRange, _Mapping]]] = ..., start_revision: _Optional[int] = ..., store_id: _Optional[str] = ..., present_state: bool = ..., no_puts: bool = ..., no_deletes: bool = ..., metadata_only: bool = ..., json_as_text: bool = ..., bookmark_interval: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class WatchResponse(_message.Message):
    __slots__ = ("present", "marker", "changes", "bookmark")
    PRESENT_FIELD_NUMBER: _ClassVar[int]
    MARKER_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    BOOKMARK_FIELD_NUMBER: _ClassVar[int]
    present: PresentEntries
    marker: Bookmark
    changes: Changes
    bookmark: Bookmark
    def __init__(self, present: _Optional[_Union[PresentEntries, _Mapping]] = ..., marker: _Optional[_Union[Bookmark, _Mapping]] = ..., changes: _Optional[_Union[Changes, _Mapping]] = ..., bookmark: _Optional[_Union[Bookmark, _Mapping]] = ...) -> None: ...

class PresentEntries(_message.Message):
    __slots__ = ("entries", "read_revision")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    READ_REVISION_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[_entry_pb2.Entry]
    read_revision: int
    def __init__(self, entries: _Optional[_Iterable[_Union[_entry_pb2.Entry, _Mapping]]] = ..., read_revision: _Optional[int] = ...) -> None: ...

class Bookmark(_message.Message):
    __slots__ = ("through_revision", "store_id")
    THROUGH_REVISION_FIELD_NUMBER: _ClassVar[int]
    STORE_ID_FIELD_NUMBER: _ClassVar[int]
    through_revision: int
    store_id: str
    def __init__(self, through_revision: _Optional[int] = ..., store_id: _Optional[str] = ...) -> None: ...

class Changes(_message.Message):
    __slots__ = ("changes", "through_revision", "last_fragment")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    THROUGH_REVISION_FIELD_NUMBER: _ClassVar[int]
    LAST_FRAGMENT_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[Change]
    through_revision: int
    last_fragment: bool
    def __init__(self, changes: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., through_revision: _Optional[int] = ..., last_fragment: bool = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("cause", "entry")
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    cause: Cause
    entry: _entry_pb2.Entry
    def __init__(self, cause: _Optional[_Union[Cause, str]] = ..., entry: _Optional[_Union[_entry_pb2.Entry, _Mapping]] = ...) -> None: ...

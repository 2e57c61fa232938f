"""What can go wrong, as exceptions.

Every error of the server names a reason; most reasons have a class here. All of
them derive from RundletError.
"""

import datetime
from collections.abc import Mapping
from typing import Any

import grpc
from google.protobuf import message as protobuf_message
from google.rpc import error_details_pb2, status_pb2

_DOMAIN = "rundlet"


class RundletError(Exception):
    """A call failed.

    code: the status code of gRPC.
    reason: the cause in words for a program, such as STORAGE_FULL; empty if the
        error is not the server's own.
    metadata: facts about this failure, such as the limit that was exceeded.
    retry_delay: how long the server asks to wait, if it does.
    outcome_unknown: the call writes, and may or may not have taken effect. Read
        before writing again.
    """

    def __init__(
        self,
        message: str,
        *,
        code: grpc.StatusCode,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        retry_delay: datetime.timedelta | None = None,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(f"{reason or code.name}: {message}")
        self.message = message
        self.code = code
        self.reason = reason
        self.metadata = dict(metadata or {})
        self.retry_delay = retry_delay
        self.outcome_unknown = outcome_unknown

    @property
    def replayed(self) -> bool:
        """This is the outcome of an earlier request with the same id."""
        return self.metadata.get("replayed") == "true"


class InvalidArgumentError(RundletError):
    """The request is wrong, and stays wrong when repeated."""

    @property
    def field(self) -> str:
        """The field of the wire API that is wrong; empty if not told."""
        return self.metadata.get("field", "")


class LimitExceededError(InvalidArgumentError):
    """Too much of something: metadata has limit_name, limit and value."""


class RequestIdReusedError(InvalidArgumentError):
    """The request id was that of another write. Nothing was done."""


class InvalidPageTokenError(InvalidArgumentError):
    """The token is mangled, or is of another request. Begin anew."""


class ForeignPageTokenError(RundletError):
    """The token is of another store. Begin anew."""


class ForeignStoreError(RundletError):
    """The bookmark or snapshot is of another store. Begin anew."""


class SnapshotGoneError(RundletError):
    """The lease of the snapshot has ended, or it was released."""


class KeyNotFoundError(RundletError):
    """The key is absent."""


class _FoundError(RundletError):
    """A key was not in the state that a write asked for."""

    @property
    def index(self) -> int:
        """Which condition did not hold, from 0 on."""
        return int(self.metadata.get("index", "0"))

    @property
    def exists(self) -> bool:
        """Whether the key exists."""
        return self.metadata.get("exists") == "true"

    @property
    def revision(self) -> int:
        """The key's revision; 0 if it is absent."""
        return int(self.metadata.get("revision", "0"))

    @property
    def version(self) -> int:
        """The number of the key's writes; 0 if it is absent."""
        return int(self.metadata.get("version", "0"))


class KeyExistsError(_FoundError):
    """A put that may only create found the key. Nothing was done."""


class ConditionFailedError(_FoundError):
    """A condition does not hold. Nothing was done."""


class FillLeaseLostError(RundletError):
    """The time of a fill lease is over, or the key was written since. Nothing
    was done."""


class RevisionNotReachedError(RundletError):
    """The server has not seen `min_revision` yet. Retry shortly."""


class HistoryGoneError(RundletError):
    """The revision of a page token or snapshot, or what a watch wants, is no
    longer kept. Begin anew."""

    @property
    def oldest_revision(self) -> int:
        """From where a watch can begin; 0 if not told."""
        return int(self.metadata.get("oldest_revision", "0"))


class ResourceExhaustedError(RundletError):
    """Something is used up; without a reason, a message is too large."""


class StorageFullError(ResourceExhaustedError):
    """No room on the disk. Deletes still work."""


class MemoryFullError(ResourceExhaustedError):
    """The store takes all the memory it may. Deletes still work."""


class TooManyError(ResourceExhaustedError):
    """There are as many watches, snapshots or remembered requests as there may
    be."""


class SlowReaderError(ResourceExhaustedError):
    """More has changed than a watch may lag behind."""


class UnavailableError(RundletError):
    """The server cannot be reached, is overloaded, or is stopping."""


class OutcomeUnknownError(RundletError):
    """The write may or may not take effect. Read before writing again."""


class NotANumberError(RundletError):
    """An add met a value that is no str of digits. Nothing was done."""


class SumOutOfRangeError(RundletError):
    """The sum of an add is no 64-bit integer. Nothing was done."""


class NotConfiguredError(RundletError):
    """The server was started without what this takes: metadata has `option`."""


class BackupExistsError(RundletError):
    """There is a backup of that name. Take another one."""


class CorruptRecordError(RundletError):
    """A record fails its checksum. Tell the operator."""


class DeadlineExceededError(RundletError, TimeoutError):
    """No answer in time."""


class CancelledError(RundletError):
    """The call was cancelled."""


_BY_REASON: Mapping[str, type[RundletError]] = {
    "LIMIT_EXCEEDED": LimitExceededError,
    "REQUEST_ID_REUSED": RequestIdReusedError,
    "INVALID_PAGE_TOKEN": InvalidPageTokenError,
    "FOREIGN_PAGE_TOKEN": ForeignPageTokenError,
    "FOREIGN_STORE": ForeignStoreError,
    "SNAPSHOT_GONE": SnapshotGoneError,
    "KEY_NOT_FOUND": KeyNotFoundError,
    "KEY_EXISTS": KeyExistsError,
    "CONDITION_FAILED": ConditionFailedError,
    "FILL_LEASE_LOST": FillLeaseLostError,
    "REVISION_NOT_REACHED": RevisionNotReachedError,
    "HISTORY_GONE": HistoryGoneError,
    "STORAGE_FULL": StorageFullError,
    "MEMORY_FULL": MemoryFullError,
    "TOO_MANY": TooManyError,
    "SLOW_READER": SlowReaderError,
    "OUTCOME_UNKNOWN": OutcomeUnknownError,
    "NOT_A_NUMBER": NotANumberError,
    "SUM_OUT_OF_RANGE": SumOutOfRangeError,
    "NOT_CONFIGURED": NotConfiguredError,
    "BACKUP_EXISTS": BackupExistsError,
    "CORRUPT_RECORD": CorruptRecordError,
}

_BY_CODE: Mapping[grpc.StatusCode, type[RundletError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgumentError,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ResourceExhaustedError,
    grpc.StatusCode.UNAVAILABLE: UnavailableError,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceededError,
    grpc.StatusCode.CANCELLED: CancelledError,
}

# Reasons with which the server does not say that nothing was done.
_UNKNOWN_REASONS = ("", "OUTCOME_UNKNOWN", "INTERNAL")


def from_rpc(error: Any, *, writes: bool) -> RundletError:
    """The exception for what gRPC raised: a grpc.RpcError that is a call too.

    writes: the call changes data, so that without a reason of the server its
        outcome is not known: a broken connection does not tell on which side
        of the write it broke.
    """
    code = error.code()
    info, retry_delay = _details(error)
    reason = info.reason
    kind = _BY_REASON.get(reason) or _BY_CODE.get(code, RundletError)
    return kind(
        error.details() or "",
        code=code,
        reason=reason,
        metadata=info.metadata,
        retry_delay=retry_delay,
        outcome_unknown=writes and reason in _UNKNOWN_REASONS,
    )


def _details(
    error: Any,
) -> tuple[error_details_pb2.ErrorInfo, datetime.timedelta | None]:
    """The server's ErrorInfo, empty if there is none, and its retry delay."""
    found = error_details_pb2.ErrorInfo()
    retry_delay = None
    for name, value in error.trailing_metadata() or ():
        if name != "grpc-status-details-bin":
            continue
        try:
            details = status_pb2.Status.FromString(value).details
        except protobuf_message.DecodeError:
            # What a proxy mangled says nothing; code and message remain.
            continue
        for detail in details:
            info = error_details_pb2.ErrorInfo()
            retry = error_details_pb2.RetryInfo()
            if detail.Unpack(info) and info.domain == _DOMAIN:
                found = info
            elif detail.Unpack(retry):
                retry_delay = retry.retry_delay.ToTimedelta()
    return found, retry_delay

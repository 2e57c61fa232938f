"""A client of Rundlet, a durable key-value service.

with rundlet.connect('localhost:50051') as db:
    db.put('user:1', 'Alice')
    print(db.get('user:1'))
"""

from rundlet.calls import DEFAULT_TIMEOUT
from rundlet.client import COMPACT_TIMEOUT, Client, connect
from rundlet.entries import (
    CommitResult,
    DeleteResult,
    Durability,
    Entry,
    FailedCondition,
    OperationResult,
    Page,
    PutResult,
    Receipt,
    SetExpiryResult,
)
from rundlet.errors import (
    CancelledError,
    ConditionFailedError,
    CorruptRecordError,
    DeadlineExceededError,
    ForeignPageTokenError,
    HistoryGoneError,
    InvalidArgumentError,
    InvalidPageTokenError,
    KeyExistsError,
    KeyNotFoundError,
    LimitExceededError,
    OutcomeUnknownError,
    ResourceExhaustedError,
    RevisionNotReachedError,
    RundletError,
    StorageFullError,
    UnavailableError,
)
from rundlet.transactions import Condition, Delete, Get, Put, SetExpiry
from rundlet.values import JsonText, Kind

__all__ = [
    "COMPACT_TIMEOUT",
    "DEFAULT_TIMEOUT",
    "CancelledError",
    "Client",
    "CommitResult",
    "Condition",
    "ConditionFailedError",
    "CorruptRecordError",
    "DeadlineExceededError",
    "Delete",
    "DeleteResult",
    "Durability",
    "Entry",
    "FailedCondition",
    "ForeignPageTokenError",
    "Get",
    "HistoryGoneError",
    "InvalidArgumentError",
    "InvalidPageTokenError",
    "JsonText",
    "KeyExistsError",
    "KeyNotFoundError",
    "Kind",
    "LimitExceededError",
    "OperationResult",
    "OutcomeUnknownError",
    "Page",
    "Put",
    "PutResult",
    "Receipt",
    "ResourceExhaustedError",
    "RevisionNotReachedError",
    "RundletError",
    "SetExpiry",
    "SetExpiryResult",
    "StorageFullError",
    "UnavailableError",
    "connect",
]

"""Goal: every error of the server becomes the exception that says it, and a
write tells whether it may have taken effect.

Method: a scripted server sends the errors.
"""

import datetime
import math

import grpc
import pytest
import rundlet
from rundlet.v1 import read_pb2
from scripted_server import Failure, end_of_call, failure


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        ("INVALID_ARGUMENT", "MALFORMED_REQUEST", rundlet.InvalidArgumentError),
        ("INVALID_ARGUMENT", "INVALID_FIELD", rundlet.InvalidArgumentError),
        ("INVALID_ARGUMENT", "LIMIT_EXCEEDED", rundlet.LimitExceededError),
        (
            "INVALID_ARGUMENT",
            "INVALID_PAGE_TOKEN",
            rundlet.InvalidPageTokenError,
        ),
        (
            "FAILED_PRECONDITION",
            "FOREIGN_PAGE_TOKEN",
            rundlet.ForeignPageTokenError,
        ),
        ("NOT_FOUND", "KEY_NOT_FOUND", rundlet.KeyNotFoundError),
        ("ALREADY_EXISTS", "KEY_EXISTS", rundlet.KeyExistsError),
        ("ABORTED", "CONDITION_FAILED", rundlet.ConditionFailedError),
        ("ABORTED", "FILL_LEASE_LOST", rundlet.FillLeaseLostError),
        ("OUT_OF_RANGE", "HISTORY_GONE", rundlet.HistoryGoneError),
        (
            "OUT_OF_RANGE",
            "REVISION_NOT_REACHED",
            rundlet.RevisionNotReachedError,
        ),
        ("RESOURCE_EXHAUSTED", "STORAGE_FULL", rundlet.StorageFullError),
        ("UNAVAILABLE", "OVERLOADED", rundlet.UnavailableError),
        ("UNAVAILABLE", "DRAINING", rundlet.UnavailableError),
        ("UNKNOWN", "OUTCOME_UNKNOWN", rundlet.OutcomeUnknownError),
        ("DATA_LOSS", "CORRUPT_RECORD", rundlet.CorruptRecordError),
        ("INTERNAL", "INTERNAL", rundlet.RundletError),
    ],
)
def test_each_reason_has_its_class(scripted, scripted_db, code, reason, kind):
    scripted.steps = [failure(code, reason, field="value", limit="10")]
    with pytest.raises(kind) as caught:
        scripted_db.put("k", "v")
    error = caught.value
    assert type(error) is kind
    assert error.code is grpc.StatusCode[code]
    assert error.reason == reason
    assert error.metadata == {"field": "value", "limit": "10"}
    assert str(error) == f"{reason}: about {reason}"
    assert error.outcome_unknown == (reason in ("OUTCOME_UNKNOWN", "INTERNAL"))
    assert isinstance(error.__cause__, grpc.RpcError)


def test_a_failed_condition_tells_what_was_there(scripted, scripted_db):
    scripted.steps = [
        failure(
            "ABORTED",
            "CONDITION_FAILED",
            index="3",
            exists="true",
            revision="18446744073709551615",
            version="2",
        )
    ]
    with pytest.raises(rundlet.ConditionFailedError) as caught:
        scripted_db.commit([rundlet.Delete("k")])
    error = caught.value
    assert (error.index, error.exists, error.version) == (3, True, 2)
    assert error.revision == 2**64 - 1


def test_the_wrong_field_is_told(scripted, scripted_db):
    scripted.steps = [failure("INVALID_ARGUMENT", "INVALID_FIELD", field="ttl")]
    with pytest.raises(rundlet.InvalidArgumentError) as caught:
        scripted_db.put("k", "v", ttl=-1)
    assert caught.value.field == "ttl"


def test_the_delay_before_a_retry_is_told(scripted, scripted_db):
    scripted.steps = [failure("UNAVAILABLE", "OVERLOADED", retry_ms=250)]
    with pytest.raises(rundlet.UnavailableError) as caught:
        scripted_db.put("k", "v")
    assert caught.value.retry_delay == datetime.timedelta(milliseconds=250)


@pytest.mark.parametrize("code", ["INTERNAL", "CANCELLED", "UNAVAILABLE"])
def test_without_a_reason_a_write_may_have_happened(
    scripted, scripted_db, code
):
    scripted.steps = [Failure(grpc.StatusCode[code], "from a proxy")]
    with pytest.raises(rundlet.RundletError) as caught:
        scripted_db.delete("k")
    assert caught.value.reason == ""
    assert caught.value.outcome_unknown


def test_a_read_has_no_outcome_to_know(scripted, scripted_db):
    scripted.steps = [Failure(grpc.StatusCode.INTERNAL, "from a proxy")]
    with pytest.raises(rundlet.RundletError) as caught:
        scripted_db.get("k")
    assert not caught.value.outcome_unknown


def test_details_that_do_not_parse_leave_code_and_message(
    scripted, scripted_db
):
    scripted.steps = [
        Failure(grpc.StatusCode.DATA_LOSS, "bad record", mangled=True)
    ]
    with pytest.raises(rundlet.RundletError, match="DATA_LOSS: bad record"):
        scripted_db.get("k")


def test_the_deadline_is_a_timeout_error(scripted):
    scripted.steps = [end_of_call]
    with rundlet.connect(scripted.target, timeout=0.05) as db:
        with pytest.raises(TimeoutError) as caught:
            db.put("k", "v")
        assert isinstance(caught.value, rundlet.DeadlineExceededError)
        assert caught.value.outcome_unknown
        scripted.steps = [read_pb2.GetResponse()]
        assert db.get("k", timeout=math.inf) is None


def test_nobody_listens():
    with (
        rundlet.connect("127.0.0.1:1") as db,
        pytest.raises(rundlet.UnavailableError),
    ):
        db.put("k", "v")


def test_a_closed_client_says_so(scripted):
    db = rundlet.connect(scripted.target)
    db.close()
    with pytest.raises(ValueError, match="closed"):
        db.get("k")


@pytest.mark.parametrize("key", [b"k", None, 1, ["k"]])
def test_a_key_that_is_no_str(scripted_db, key):
    for call in (
        lambda: scripted_db.get(key),
        lambda: scripted_db.put(key, "v"),
        lambda: scripted_db.delete(key),
        lambda: scripted_db.set_expiry(key, 1),
        lambda: scripted_db.batch_get([key]),
        lambda: scripted_db.commit([rundlet.Get(key)]),
        lambda: rundlet.Condition.exists(key),
    ):
        with pytest.raises(TypeError, match="a key is a str"):
            call()


def test_one_str_is_no_batch(scripted_db):
    with pytest.raises(TypeError, match="list"):
        scripted_db.batch_get("key")


@pytest.mark.parametrize("comparison", [{}, {"equal": 1, "less": 2}, {"eq": 1}])
def test_a_condition_has_one_comparison(comparison):
    with pytest.raises(TypeError, match="exactly one of"):
        rundlet.Condition.revision("k", **comparison)

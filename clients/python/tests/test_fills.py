"""Goal: of many who miss a key one computes its value; one that fails lets the
next one do so, and a value that is stale is computed again.

Method: against a server process, with many threads.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import rundlet


def test_it_is_computed_once(db, space):
    computed = []

    def compute():
        computed.append(1)
        time.sleep(0.05)
        return {"n": 1}

    with ThreadPoolExecutor(20) as pool:
        calls = [
            pool.submit(db.get_or_fill, space, compute, 3600) for _ in range(20)
        ]
        assert [call.result() for call in calls] == [{"n": 1}] * 20
    assert len(computed) == 1
    assert db.get_entry(space).expire_time is not None


def test_a_failure_is_passed_on(db, space):
    def fail():
        raise ValueError("the source is down")

    with pytest.raises(ValueError, match="the source is down"):
        db.get_or_fill(space, fail, hold=600)
    # Not in ten minutes: the lease was given back.
    assert db.get_or_fill(space, lambda: "up") == "up"


def test_what_is_stale_is_computed_again(db, space):
    source = [0]

    def compute():
        computed = str(source[0])
        if source[0] < 2:
            source[0] += 1
            db.delete(space)
        return computed

    assert db.get_or_fill(space, compute) == "2"
    assert db.get(space) == "2"


def test_it_ends_in_time(db, space):
    def compute():
        return db.get_or_fill(space, lambda: "never", timeout=0.3)

    with pytest.raises(rundlet.DeadlineExceededError):
        db.get_or_fill(space, compute)

"""Goal: a program for BitPyStore works after one line has changed.

Method: the program of BitPyStore's README for its embedded mode, and its use
cases, against a server process.
"""

import contextlib
import io

import rundlet

EMBEDDED = """
with {connect} as db:
    db.put("user:1", "Alice")
    db.put("session:abc", "token123", ttl=3600)
    user = db.get("user:1")
    print(user)
    session = db.get("session:abc")
    if session:
        print(f"Active session: {{session}}")
    db.delete("user:1")
    db.compact()
    stats = db.stats()
    print(f"Total keys: {{stats['keys_in_index']}}")
    print(f"Cache size: {{stats['keys_in_cache']}}")
"""


def test_the_embedded_program(fresh_server):
    program = EMBEDDED.format(connect=f'rundlet.connect("{fresh_server}")')
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program, {"rundlet": rundlet})
    lines = printed.getvalue().splitlines()
    assert lines[:3] == ["Alice", "Active session: token123", "Total keys: 1"]
    assert lines[3].startswith("Cache size: ")


def test_values_are_any_json(db, space):
    db.put(space + "timeout", 30)
    assert db.get(space + "timeout") == 30
    session = {"user_id": 42, "roles": ["admin"], "ratio": 0.5, "next": None}
    db.put(space + "session", session, ttl=1800)
    assert db.get(space + "session") == session
    db.put(space + "flag", True)
    assert db.get(space + "flag") is True


def test_a_job_queue(db, space):
    db.put(f"{space}job:1", {"task": "mail"})
    job = db.get(f"{space}job:1")
    assert job == {"task": "mail"}
    db.delete(f"{space}job:1")
    db.delete(f"{space}job:1")
    assert db.get(f"{space}job:1") is None


def test_stats_has_the_six_names(db):
    stats = db.stats()
    names = list(stats)[:6]
    assert names == [
        "keys_in_index",
        "keys_in_cache",
        "put_count",
        "delete_count",
        "file_size_bytes",
        "last_compaction_time",
    ]
    last = stats["last_compaction_time"]
    assert last is None or isinstance(last, float)
    assert all(isinstance(stats[name], int) for name in names[:5])

"""Goal: the calls of operators give what the server tells.

Method: against server processes; damage is a byte of a segment that is turned.
"""

import pytest
import rundlet
import rundletd


def test_explain_compaction(db, space):
    for n in range(10):
        db.put(space, str(n))
    plan = db.explain_compaction()
    assert plan["bytes_to_gain"] >= 0
    assert all(each["path"] for each in plan["inputs"])


def test_verify(tmp_path):
    data = tmp_path / "data"
    with (
        rundletd.serving(data) as server,
        rundlet.connect(server.target) as db,
    ):
        db.put("good", "1")
        db.put("damaged", "a value that is told by its bytes")
        found = db.verify()
        assert found
        assert found.summary["record_count"] >= 2
        assert found.damage == ()
        for path in data.iterdir():
            if path.is_file():
                turned = path.read_bytes().replace(b"told by", b"told bx")
                if turned != path.read_bytes():
                    with path.open("r+b") as file:
                        file.write(turned)
        found = db.verify()
        assert not found
        assert [each["keys_at_risk"] for each in found.damage] == [["damaged"]]


def test_backup(tmp_path):
    root = tmp_path / "backups"
    root.mkdir()
    with (
        rundletd.serving(
            tmp_path / "data", options=(f"--backup_root={root}",)
        ) as server,
        rundlet.connect(server.target) as db,
    ):
        revision = db.put("k", "v").revision
        report = db.backup("first")
        assert (report["revision"], report["key_count"]) == (revision, 1)
        with pytest.raises(rundlet.BackupExistsError):
            db.backup("first")
    assert (root / "first").is_dir()


def test_backup_without_a_root(db):
    with pytest.raises(rundlet.NotConfiguredError) as caught:
        db.backup("name")
    assert caught.value.metadata["option"]


def test_set_log_level(db):
    before = db.set_log_level("debug")
    assert before in ("debug", "info", "warning", "error")
    assert db.set_log_level(before) == "debug"
    with pytest.raises(ValueError):
        db.set_log_level("loud")


def test_stats_of_calls(db, space):
    db.put(space, "1")
    put = next(
        each
        for each in db.stats()["calls"]
        if each["method"] == "rundlet.v1.KeyValueService/Put"
    )
    assert put["ended_count"] >= 1
    assert put["duration_p50"] <= put["duration_p999"]

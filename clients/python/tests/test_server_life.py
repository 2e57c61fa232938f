"""Goal: a client outlives its server, and what was acknowledged is there after.

Method: kill a server process, start it again on the same data and address.
"""

import signal

import pytest
import rundlet
import rundletd


def test_a_restart(tmp_path):
    server = rundletd.Rundletd(tmp_path)
    with rundlet.connect(server.target) as db:
        db.put("k", "v", durability=rundlet.Durability.OS)
        server.stop(signal.SIGKILL)
        with pytest.raises(rundlet.UnavailableError) as caught:
            db.put("k", "w")
        assert caught.value.outcome_unknown
        with rundletd.serving(tmp_path, server.target):
            assert db.get("k") == "v"
            db.put("k", "w")
            assert db.get("k") == "w"

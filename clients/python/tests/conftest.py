"""Fixtures: a scripted server, a real one for all tests, a client of each."""

import itertools
import json
import pathlib

import pytest
import rundlet
import rundletd
import scripted_server

VECTORS = rundletd.ROOT / "tests/vectors/values.json"

_numbers = itertools.count()


@pytest.fixture
def scripted():
    with scripted_server.serving() as server:
        yield server


@pytest.fixture
def scripted_db(scripted):
    with rundlet.connect(scripted.target) as db:
        yield db


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory):
    with rundletd.serving(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def fresh_server(tmp_path: pathlib.Path):
    """The address of a server that no other test uses."""
    with rundletd.serving(tmp_path / "fresh") as running:
        yield running.target


@pytest.fixture
def db(server):
    with rundlet.connect(server.target) as client:
        yield client


@pytest.fixture
def space() -> str:
    """A prefix of keys that no other test uses."""
    return f"test{next(_numbers)}:"


def vectors() -> list[dict[str, str]]:
    return json.loads(pathlib.Path(VECTORS).read_text())["values"]

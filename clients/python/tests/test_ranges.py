"""Goal: scans and pages show a range whole, in order, at one revision.

Method: against a server process, with keys that a prefix could trip over.
"""

import pytest
import rundlet

KEYS = sorted(
    ["", "\0", "a", "a\U0010ffff", "b", "\u00ff", "\U0001f6e2"],
    key=str.encode,
)


@pytest.fixture
def filled(db, space):
    """A prefix with KEYS below it, and neighbours that do not belong."""
    prefix = space + "p:"
    for key in KEYS:
        db.put(prefix + key, key)
    db.put(space + "p", "before")
    db.put(space + "p;", "behind")
    return prefix


def found(entries) -> list[str]:
    return [entry.key for entry in entries]


def test_scan(db, filled):
    keys = [filled + key for key in KEYS]
    entries = list(db.scan(filled))
    assert found(entries) == keys
    assert [entry.value for entry in entries] == KEYS
    assert found(db.scan(filled, reverse=True)) == keys[::-1]
    names = list(db.scan(filled, keys_only=True))
    assert found(names) == keys
    assert all(entry.kind is None for entry in names)
    assert found(db.scan(start=filled + "a", end=filled + "b")) == [
        filled + "a",
        filled + "a\U0010ffff",
    ]
    assert found(db.scan(filled + "none")) == []
    assert db.count(filled) == len(KEYS)
    assert db.count(start=filled + "a", end=filled + "b") == 2


@pytest.mark.parametrize("reverse", [False, True])
def test_pages_show_one_revision(db, filled, reverse):
    page = db.list_page(filled, page_size=3, reverse=reverse)
    revision = page.read_revision
    entries = list(page.entries)
    db.put(filled + "later", "v")
    db.delete(filled + "b")
    while page.next_page_token:
        page = db.list_page(
            filled,
            page_size=3,
            reverse=reverse,
            page_token=page.next_page_token,
        )
        assert page.read_revision == revision
        assert 1 <= len(page.entries) <= 3
        entries += page.entries
    keys = [filled + key for key in KEYS]
    assert found(entries) == (keys[::-1] if reverse else keys)


def test_a_long_scan_shows_one_revision(db, space):
    # More than a few chunks, each of which has less than 1 MiB.
    count = 400
    for n in range(count):
        db.put(f"{space}{n:03}", "x" * 10_000, durability=rundlet.Durability.OS)
    seen = []
    for entry in db.scan(space):
        if not seen:
            db.put(f"{space}{count - 1:03}", "changed")
        seen.append(entry)
    assert found(seen) == [f"{space}{n:03}" for n in range(count)]
    assert {len(entry.value) for entry in seen} == {10_000}


def test_range_errors(db, filled):
    with pytest.raises(rundlet.InvalidPageTokenError):
        db.list_page(filled, page_token="mangled")
    with pytest.raises(rundlet.InvalidArgumentError):
        list(db.scan("a", start="b"))
    page = db.list_page(filled, page_size=1)
    with pytest.raises(rundlet.InvalidPageTokenError):
        db.list_page("another", page_token=page.next_page_token)

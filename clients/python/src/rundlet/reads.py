"""Reading keys and ranges of keys."""

from collections.abc import Iterable, Iterator
from typing import Any

from rundlet import entries, keys, scans
from rundlet.calls import Calls
from rundlet.v1 import range_pb2, read_pb2


class Reads(Calls):
    """The calls that change nothing. They are retried when the server is
    unavailable."""

    def get(
        self,
        key: str,
        default: Any = None,
        *,
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> Any:
        """The value of a key, or `default` if it is absent."""
        found = self.get_entry(key, min_revision=min_revision, timeout=timeout)
        return default if found is None else found.value

    def get_entry(
        self,
        key: str,
        *,
        metadata_only: bool = False,
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> entries.Entry | None:
        """A key's value, revision, version and times; None if it is absent.

        min_revision: raise RevisionNotReachedError rather than show a state
            before it; results of writes have it as read_revision.
        """
        request = read_pb2.GetRequest(
            key=keys.checked(key),
            allow_missing=True,
            min_revision=min_revision,
            metadata_only=metadata_only,
            json_as_text=True,
            snapshot_token=self._snapshot_token,
        )
        answer = self._read(self._store.Get, request, timeout)
        return entries.optional_entry(answer, "entry")

    def batch_get(
        self, batch: Iterable[str], *, timeout: float | None = None
    ) -> dict[str, Any]:
        """The values of those keys that exist, all at one revision."""
        found = self.batch_get_entries(batch, timeout=timeout)
        return {key: entry.value for key, entry in found.items()}

    def batch_get_entries(
        self,
        batch: Iterable[str],
        *,
        metadata_only: bool = False,
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> dict[str, entries.Entry]:
        """The entries of those keys that exist, all at one revision."""
        request = read_pb2.BatchGetRequest(
            keys=keys.checked_all(batch),
            metadata_only=metadata_only,
            min_revision=min_revision,
            json_as_text=True,
            snapshot_token=self._snapshot_token,
        )
        answer = self._read(self._store.BatchGet, request, timeout)
        return {
            result.entry.key: entries.entry(result.entry)
            for result in answer.results
            if result.HasField("entry")
        }

    def scan(
        self,
        prefix: str = "",
        *,
        start: str = "",
        end: str = "",
        reverse: bool = False,
        keys_only: bool = False,
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> Iterator[entries.Entry]:
        """The entries of a range in the order of their keys, all at one
        revision: those whose key begins with `prefix`, or from `start` on, up
        to `end`, not included.

        timeout: seconds to wait for a chunk of entries. Taking longer over
            them is no error, within the server's `page_lease` (limits()).
        """
        request = range_pb2.ScanRequest(
            prefix=prefix,
            start=start,
            end=end,
            reverse=reverse,
            keys_only=keys_only,
            min_revision=min_revision,
            json_as_text=True,
            snapshot_token=self._snapshot_token,
        )
        seconds = self._seconds(timeout)
        return scans.scan(
            lambda ask: self._store.Scan(ask, timeout=seconds), request
        )

    def list_page(
        self,
        prefix: str = "",
        *,
        start: str = "",
        end: str = "",
        reverse: bool = False,
        keys_only: bool = False,
        page_size: int = 0,
        page_token: str = "",
        min_revision: int = 0,
        timeout: float | None = None,
    ) -> entries.Page:
        """A page of a range, as for scan; its next_page_token asks for the
        next one. page_size 0: as many as the server gives."""
        request = range_pb2.ListRequest(
            prefix=prefix,
            start=start,
            end=end,
            reverse=reverse,
            keys_only=keys_only,
            page_size=page_size,
            page_token=page_token,
            min_revision=min_revision,
            json_as_text=True,
            snapshot_token=self._snapshot_token,
        )
        answer = self._read(self._store.List, request, timeout)
        return entries.Page(
            entries=tuple(map(entries.entry, answer.entries)),
            next_page_token=answer.next_page_token,
            read_revision=answer.read_revision,
        )

    def count(
        self,
        prefix: str = "",
        *,
        start: str = "",
        end: str = "",
        timeout: float | None = None,
    ) -> int:
        """How many keys a range has."""
        request = range_pb2.ListRequest(
            prefix=prefix,
            start=start,
            end=end,
            count_only=True,
            snapshot_token=self._snapshot_token,
        )
        return int(self._read(self._store.List, request, timeout).count)

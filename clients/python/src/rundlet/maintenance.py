"""Observing and maintaining a store."""

import dataclasses
from typing import Any

import grpc

from rundlet import errors, messages
from rundlet.calls import Calls
from rundlet.v1 import maintenance_pb2, stats_pb2

# A compaction rewrites the whole store; a verification and a backup read it.
COMPACT_TIMEOUT = 3600.0


@dataclasses.dataclass(frozen=True, slots=True)
class Verification:
    """What a verification found: true if nothing is damaged.

    summary: its numbers by name, as `record_count` and `damage_count`.
    damage: the damaged records, each as `path`, `offset`, `what`,
        `keys_at_risk` and more, by name.
    """

    summary: dict[str, Any]
    damage: tuple[dict[str, Any], ...]

    def __bool__(self) -> bool:
        return not self.summary["damage_count"]


class Maintenance(Calls):
    """The calls of operators."""

    def stats(self, *, timeout: float | None = None) -> dict[str, Any]:
        """What the store counts, by its name, as `keys_in_index`."""
        request = stats_pb2.StatsRequest()
        return messages.plain(self._read(self._admin.Stats, request, timeout))

    def set_log_level(self, level: str, *, timeout: float | None = None) -> str:
        """Sets how much the server writes to its log ("debug", "info",
        "warning", "error"), and tells what it was."""
        prefix = "LOG_LEVEL_"
        request = maintenance_pb2.SetLogLevelRequest(
            level=prefix + level.upper()
        )
        answer = self._read(self._admin.SetLogLevel, request, timeout)
        name = maintenance_pb2.LogLevel.Name(answer.previous)
        return name.removeprefix(prefix).lower()

    def compact(self, *, timeout: float = COMPACT_TIMEOUT) -> dict[str, Any]:
        """Gives back the space of old versions; ends when it is done."""
        request = maintenance_pb2.CompactRequest()
        return messages.plain(self._read(self._admin.Compact, request, timeout))

    def explain_compaction(
        self, *, timeout: float | None = None
    ) -> dict[str, Any]:
        """What compact() would do now, and why: `bytes_to_gain`, `inputs` and
        more, by name. Looks at every key."""
        request = maintenance_pb2.ExplainCompactionRequest()
        return messages.plain(
            self._read(self._admin.ExplainCompaction, request, timeout)
        )

    def verify(self, *, timeout: float = COMPACT_TIMEOUT) -> Verification:
        """Reads every record on the disk; damage is no exception."""
        request = maintenance_pb2.VerifyRequest()
        damage = []
        summary = maintenance_pb2.VerifySummary()
        try:
            stream = self._admin.Verify(request, timeout=self._seconds(timeout))
            for part in stream:
                if part.HasField("damage"):
                    damage.append(messages.plain(part.damage))
                else:
                    summary = part.summary
        except grpc.RpcError as error:
            raise errors.from_rpc(error, writes=False) from error
        return Verification(messages.plain(summary), tuple(damage))

    def backup(
        self, name: str, *, timeout: float = COMPACT_TIMEOUT
    ) -> dict[str, Any]:
        """Writes the store as it is now into a new folder of this name below
        the server's --backup_root, and tells what it has: `revision`,
        `key_count`, `bytes`. Raises BackupExistsError."""
        request = maintenance_pb2.BackupRequest(name=name)
        return messages.plain(self._read(self._admin.Backup, request, timeout))

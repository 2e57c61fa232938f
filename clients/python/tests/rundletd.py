"""The real server as a process of its own."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import threading
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parents[3]

# A start reads the whole log; a stop syncs it.
WAIT_SECONDS = 60


def binary() -> pathlib.Path:
    """$RUNDLETD, or what Bazel built."""
    path = pathlib.Path(
        os.environ.get("RUNDLETD") or ROOT / "bazel-bin/service/rundletd"
    )
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: bazel build //service:rundletd, or set "
            "RUNDLETD to a server"
        )
    return path


class Rundletd:
    """target: where it serves gRPC."""

    def __init__(
        self,
        data: pathlib.Path,
        address: str = "127.0.0.1:0",
        options: tuple[str, ...] = (),
    ) -> None:
        self._process = subprocess.Popen(
            [
                binary(),
                f"--data={data}",
                f"--grpc={address}",
                "--text=",
                "--history_window=0",
                *options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.log: list[str] = []
        self._told = threading.Event()
        self.target = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._told.wait(WAIT_SECONDS) or not self.target:
            self.stop(signal.SIGKILL)
            raise RuntimeError("the server did not start:\n" + self.output())

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.log.append(line)
            found = re.search(r'serving.*?grpc["=: ]+(\d[\d.]*:\d+)', line)
            if found and not self.target:
                self.target = found[1]
                self._told.set()
        self._told.set()

    def output(self) -> str:
        return "".join(self.log)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit status."""
        self._process.send_signal(number)
        try:
            status = self._process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return status


@contextlib.contextmanager
def serving(
    data: pathlib.Path,
    address: str = "127.0.0.1:0",
    options: tuple[str, ...] = (),
) -> Iterator[Rundletd]:
    server = Rundletd(data, address, options)
    try:
        yield server
    finally:
        status = server.stop()
        if status != 0:
            raise RuntimeError(f"exit status {status}:\n{server.output()}")

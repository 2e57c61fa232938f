"""A server in this process that answers what a test tells it to.

It says nothing about what Rundlet does; it makes failures that a healthy server
does not show.
"""

import concurrent.futures
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import grpc
from google.protobuf import any_pb2, message
from google.rpc import error_details_pb2, status_pb2
from rundlet.v1 import (
    admin_pb2_grpc,
    key_value_pb2_grpc,
)


class Failure:
    """An error, with the details that the server sends."""

    def __init__(
        self,
        code: grpc.StatusCode,
        text: str,
        details: tuple[message.Message, ...] = (),
        mangled: bool = False,
    ):
        self.code = code
        self.text = text
        self.details = details
        self.mangled = mangled

    def abort(self, context: grpc.ServicerContext):
        if self.mangled:
            context.set_trailing_metadata(
                [("grpc-status-details-bin", b"\xff\xff\xff")]
            )
        elif self.details:
            status = status_pb2.Status(
                code=self.code.value[0], message=self.text
            )
            for detail in self.details:
                packed = any_pb2.Any()
                packed.Pack(detail)
                status.details.append(packed)
            context.set_trailing_metadata(
                [("grpc-status-details-bin", status.SerializeToString())]
            )
        context.abort(self.code, self.text)


def failure(code: str, reason: str, retry_ms: int = 0, **metadata: str):
    """A failure as Rundlet sends it."""
    details: list[message.Message] = [
        error_details_pb2.ErrorInfo(
            reason=reason, domain="rundlet", metadata=metadata
        )
    ]
    if retry_ms:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(retry_ms)
        details.append(retry)
    return Failure(grpc.StatusCode[code], f"about {reason}", tuple(details))


def end_of_call(context: grpc.ServicerContext) -> None:
    """A step that waits until the client has left."""
    ended = threading.Event()
    if context.add_callback(ended.set):
        ended.wait(60)


class ScriptedServer:
    """steps: what the coming calls answer, in order: a message, a Failure, a
    function to call with the context, or for Scan and Watch a list of them.
    calls: the requests that came."""

    def __init__(self) -> None:
        self.steps: list[Any] = []
        self.calls: list[Any] = []
        self.target = ""

    def unary(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.calls.append(request)
        step = self.steps.pop(0)
        if isinstance(step, Failure):
            step.abort(context)
        return step(context) if callable(step) else step

    def stream(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.calls.append(request)
        for step in self.steps.pop(0):
            if isinstance(step, Failure):
                step.abort(context)
            elif callable(step):
                step(context)
            else:
                yield step


@contextlib.contextmanager
def serving() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    store = key_value_pb2_grpc.KeyValueServiceServicer()
    admin = admin_pb2_grpc.AdminServiceServicer()
    for method in ("Put", "Get", "Delete", "SetExpiry", "BatchGet", "Commit"):
        setattr(store, method, scripted.unary)
    for method in ("List", "GetLimits"):
        setattr(store, method, scripted.unary)
    store.Scan = scripted.stream
    store.Watch = scripted.stream
    for method in ("Stats", "Compact"):
        setattr(admin, method, scripted.unary)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        server = grpc.server(pool)
        key_value_pb2_grpc.add_KeyValueServiceServicer_to_server(store, server)
        admin_pb2_grpc.add_AdminServiceServicer_to_server(admin, server)
        port = server.add_insecure_port("127.0.0.1:0")
        scripted.target = f"127.0.0.1:{port}"
        server.start()
        try:
            yield scripted
        finally:
            server.stop(None).wait()

"""A scan that goes on where its stream broke off."""

from collections.abc import Callable, Iterator
from typing import Any

import grpc

from rundlet import entries, errors
from rundlet.v1 import range_pb2

# What a stream may end with though the server is well: it moved, or the caller
# took longer over the entries than the stream may live.
_RESUMABLE = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
)

# Gives gRPC's call object: an iterator of chunks that can be cancelled.
OpenScan = Callable[[range_pb2.ScanRequest], Any]


def scan(
    open_scan: OpenScan, request: range_pb2.ScanRequest
) -> Iterator[entries.Entry]:
    """Yields the entries of all chunks, each once.

    A stream that brought at least one chunk is followed by another one behind
    it; one that brought none raises.
    """
    while True:
        token = request.page_token
        call = open_scan(request)
        try:
            for chunk in call:
                request.page_token = chunk.next_page_token
                yield from map(entries.entry, chunk.entries)
                if not chunk.next_page_token:
                    return
            if request.page_token == token:
                raise errors.RundletError(
                    "the stream ended before its last chunk",
                    code=grpc.StatusCode.INTERNAL,
                )
        except grpc.RpcError as error:
            if error.code() not in _RESUMABLE or request.page_token == token:
                raise errors.from_rpc(error, writes=False) from error
        finally:
            call.cancel()

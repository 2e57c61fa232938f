#!/usr/bin/env python3
"""Runs the scenarios of scenarios/ over the generated Python stubs.

    scenarios.py SERVER [NAME...]

SERVER is scenario_server, which serves gRPC on a store whose time this program
moves; NAME is a theme or theme.name. The grammar is scenarios/README.md, and
this is all of it that is not in C++: nothing is shared with scenario_runner.cc.
"""

import base64
import collections
import json
import pathlib
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import grpc
import scenario_pattern
from google.protobuf import json_format
from google.rpc import error_details_pb2, status_pb2
from rundlet.v1 import key_value_pb2, key_value_pb2_grpc, watch_pb2

FOLDER = pathlib.Path(__file__).resolve().parent / "scenarios"
# Nothing that is promised takes as long.
WAIT_SECONDS = 30
METHODS = key_value_pb2.DESCRIPTOR.services_by_name[
    "KeyValueService"
].methods_by_name


class Server:
    """scenario_server as a process of its own."""

    def __init__(self, binary: str) -> None:
        self._process = subprocess.Popen(
            [binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, command: str) -> str:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        reply = self._process.stdout.readline().strip()
        if not reply.startswith("ok"):
            raise scenario_pattern.DifferenceError(f"{command}: {reply}")
        return reply[2:].strip()

    def end(self) -> int:
        assert self._process.stdin
        self._process.stdin.close()
        return self._process.wait(WAIT_SECONDS)


class Run:
    """One run of one scenario; a difference is raised as DifferenceError."""

    def __init__(self, server: Server, scenario: dict) -> None:
        self._server = server
        limits = json.dumps(scenario.get("limits", {}))
        port, start = server.ask(f"new {limits}").split()
        self._context = scenario_pattern.Context(int(start), {})
        self._watches: dict[str, Any] = {}
        self._events: dict[str, collections.deque] = {}
        self._connect(port)

    def _connect(self, port: str) -> None:
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stub = key_value_pb2_grpc.KeyValueServiceStub(self._channel)

    def close(self) -> None:
        for watch in self._watches.values():
            watch.cancel()
        self._watches.clear()
        self._channel.close()

    def take(self, step: dict) -> None:
        match step:
            case {"call": "Watch"}:
                self._watch(step)
            case {"call": method}:
                self._call(method, step)
            case {"receive": label}:
                self._receive(label, step)
            case {"advance": seconds}:
                self._server.ask(f"advance {seconds}")
            case {"restart": True}:
                self.close()
                self._connect(self._server.ask("restart"))
            case {"compact": True}:
                self._server.ask("compact")
            case _:
                raise scenario_pattern.DifferenceError(f"not a step: {step}")

    def _message(self, method: str, template: dict) -> Any:
        message = METHODS[method].input_type._concrete_class()
        filled = scenario_pattern.fill(template, self._context)
        return json_format.ParseDict(filled, message)

    def _request(self, method: str, step: dict) -> Any:
        return self._message(method, step.get("request", {}))

    def _answer(self, method: str, step: dict) -> dict:
        call = getattr(self._stub, method)
        if METHODS[method].client_streaming:
            messages = [self._message(method, m) for m in step["requests"]]
            return as_json(call(iter(messages), timeout=WAIT_SECONDS))
        reply = call(self._request(method, step), timeout=WAIT_SECONDS)
        if method == "GetLarge":
            return large_as_json(reply)
        if not METHODS[method].server_streaming:
            return as_json(reply)
        answer = METHODS[method].output_type._concrete_class()
        for chunk in reply:
            answer.ClearField("next_page_token")
            answer.MergeFrom(chunk)
        return as_json(answer)

    def _call(self, method: str, step: dict) -> None:
        try:
            found = self._answer(method, step)
        except grpc.RpcError as error:
            self._compare_error(step, error)
            return
        if "as" in step:
            self._context.answers[step["as"]] = found
        if "error" in step:
            raise scenario_pattern.DifferenceError("should have failed")
        self._compare(step["response"], found)

    def _watch(self, step: dict) -> None:
        watch = self._stub.Watch(
            self._request("Watch", step), timeout=WAIT_SECONDS
        )
        events: collections.deque = collections.deque()
        try:
            events.extend(events_of(next(watch)))
        except grpc.RpcError as error:
            self._compare_error(step, error)
            return
        if "error" in step:
            watch.cancel()
            raise scenario_pattern.DifferenceError("should have failed")
        self._watches[step["as"]] = watch
        self._events[step["as"]] = events

    def _receive(self, label: str, step: dict) -> None:
        watch, events = self._watches[label], self._events[label]
        patterns = step.get("events", [])
        try:
            while "error" in step or len(events) < len(patterns):
                events.extend(events_of(next(watch)))
        except grpc.RpcError as error:
            self._compare_error(step, error)
            return
        self._compare(patterns, [events.popleft() for _ in patterns])

    def _compare(self, pattern: Any, actual: Any) -> None:
        filled = scenario_pattern.fill(pattern, self._context)
        scenario_pattern.compare(filled, actual, self._context)

    def _compare_error(self, step: dict, error: Any) -> None:
        if "error" not in step:
            raise scenario_pattern.DifferenceError(
                f"{error.code()}: {error.details()}"
            )
        expected = step["error"]
        if error.code().name != expected["code"]:
            raise scenario_pattern.DifferenceError(
                f"{error.code()}: {error.details()}"
            )
        info = error_info(error)
        if info.reason != expected["reason"]:
            raise scenario_pattern.DifferenceError(
                f"the reason is {info.reason}"
            )
        for part in expected.get("text", []):
            if part not in error.details():
                raise scenario_pattern.DifferenceError(
                    f"no {part} in {error.details()}"
                )
        self._compare(expected.get("metadata", {}), dict(info.metadata))


def error_info(error: Any) -> Any:
    info = error_details_pb2.ErrorInfo()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status_pb2.Status.FromString(value).details[0].Unpack(info)
    return info


def as_json(message: Any) -> Any:
    return json_format.MessageToDict(
        message, always_print_fields_with_no_presence=True
    )


def large_as_json(messages: Iterable[Any]) -> dict:
    header, data = {}, b""
    for message in messages:
        if message.HasField("header"):
            header = as_json(message.header)
        data += message.data
    return {"header": header, "data": base64.b64encode(data).decode()}


def events_of(message: watch_pb2.WatchResponse) -> list[dict]:
    part = message.WhichOneof("part")
    if part == "present":
        return [{"present": as_json(e)} for e in message.present.entries]
    if part == "changes":
        return [{"change": as_json(c)} for c in message.changes.changes]
    if part == "marker":
        return [{"marker": as_json(message.marker)}]
    return []


def run(server: Server, scenario: dict) -> str:
    """Why it does not hold; empty: it does."""
    attempt = Run(server, scenario)
    try:
        for number, step in enumerate(scenario["steps"], start=1):
            try:
                attempt.take(step)
            except (
                scenario_pattern.DifferenceError,
                json_format.ParseError,
                LookupError,
            ) as error:
                return f"step {number}: {error}"
    finally:
        attempt.close()
    return ""


def check(scenario: dict) -> None:
    """Raises DifferenceError for a member that the grammar does not have."""
    members = scenario_pattern.check_members
    members(scenario, "name shows plain needs limits steps")
    events = watch_pb2.DESCRIPTOR.message_types_by_name
    for step in scenario["steps"]:
        error = step.get("error", {})
        members(error, "code reason text metadata")
        if "call" in step:
            members(step, "call request requests response error as")
            scenario_pattern.check_fields(
                step.get("response"), METHODS[step["call"]].output_type
            )
            continue
        members(step, "receive events error advance restart compact")
        for event in step.get("events", []):
            members(event, "present marker change")
            scenario_pattern.check_fields(
                event.get("marker"), events["Bookmark"]
            )
            scenario_pattern.check_fields(event.get("change"), events["Change"])


def load(names: list[str]) -> list[tuple[str, dict]]:
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        file = scenario_pattern.parse(path.read_text())
        for scenario in file["scenarios"]:
            name = f"{file['theme']}.{scenario['name']}"
            check(scenario)
            if not names or file["theme"] in names or name in names:
                found.append((name, scenario))
    return found


def main() -> int:
    server = Server(sys.argv[1])
    # A runner that finds nothing wrong anywhere is none.
    put = {"key": "k", "value": {"text": "1"}}
    lie = {"call": "Put", "request": put, "response": {"existed": True}}
    typo = {"call": "Put", "request": put, "response": {"exists": None}}
    failures = 0 if run(server, {"steps": [lie]}) else 1
    try:
        check({"steps": [typo]})
        failures += 1
    except scenario_pattern.DifferenceError:
        pass
    scenarios = load(sys.argv[2:])
    for name, scenario in scenarios:
        problem = run(server, scenario)
        if problem:
            failures += 1
            print(f"{name}: {scenario['shows']}\n  {problem}")
    status = server.end()
    print(f"{len(scenarios)} scenarios, {failures} failed")
    return 1 if failures or status or not scenarios else 0


if __name__ == "__main__":
    sys.exit(main())

"""What may go wrong between Slack and the bot, and Slack's strictness, which the local Slack lacks.

It stands in front of the local Slack's Web API and its WebSockets, and in front of the bot where deliveries
come by HTTP. Blocks and views that Slack would refuse are refused; a trigger serves once, for 3 seconds.
"""

import json
import re
import socket
import struct
import time
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs

from slack_limits import problems, view_problems

from .local_slack import PATIENCE, LocalSlack

TRIGGER_HOLDS_S = 3.0
PASSED_ON = ("Content-Type", "Authorization", "X-Slack-Request-Timestamp", "X-Slack-Signature")
OPENING = ("views.open", "views.push")
SHOWING = (*OPENING, "views.update", "views.publish")
SAYING = ("chat.postMessage", "chat.update")
PIECE = 65536


@dataclass(frozen=True)
class Fault:
    """What becomes of a call instead: after a while it is answered so, or by nothing, or is passed on."""

    status: int = 200
    said: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0.0
    is_reset: bool = False
    is_passed_on: bool = False


def rate_limited(seconds: str) -> Fault:
    """Slack asks for patience."""
    return Fault(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": seconds})


FAILED = Fault(500, {"ok": False, "error": "internal_error"})
RESET = Fault(is_reset=True)


def slow(seconds: float) -> Fault:
    """The call takes so long, and is carried out."""
    return Fault(after_s=seconds, is_passed_on=True)


@dataclass(frozen=True)
class Delivery:
    """A request on its way to the bot."""

    path: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def kind(self) -> str:
        """What it is: command, block_actions, view_submission, or the type of the event."""
        fields = self.fields
        return str((fields.get("event") or {}).get("type") or fields.get("type") or "command")

    @property
    def fields(self) -> dict[str, Any]:
        """What it says."""
        text = self.body.decode("utf-8", "replace")
        if text.startswith("{"):
            return dict(json.loads(text))
        found = {name: values[0] for name, values in parse_qs(text).items()}
        return dict(json.loads(found["payload"])) if "payload" in found else found


class Proxy:
    """Passes on what goes between a local Slack and its bots, with what is to go wrong.

    `bots` are the ports of the bot's processes, which take turns; with `copies` each delivery comes so often,
    all at once. `refused` says what Slack would not have taken.
    """

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack
        self.bots = [slack.delivers_to]
        self.copies = 1
        self.refused: list[str] = []
        self.calls: list[tuple[str, float]] = []
        self.deliveries: list[Delivery] = []
        self.port = 0
        self._faults: dict[str, deque[Fault]] = defaultdict(deque)
        self._triggers: dict[str, float] = {}
        self._used: set[str] = set()
        self._tunnels: set[socket.socket] = set()
        self._lock = Lock()
        self._turn = 0

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method go wrong, each in its way."""
        self._faults[method].extend(faults)

    def calls_of(self, method: str) -> int:
        """How often a method was called."""
        return sum(name == method for name, _ in self.calls)

    def deliver_again(self, kind: str, number: int = 1) -> str:
        """Send the bot the last delivery of a kind again, as Slack's retry; what it answers."""
        last = [one for one in self.deliveries if one.kind == kind][-1]
        retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_timeout"}
        _, _, content = self._deliver(Delivery(last.path, last.body, {**last.headers, **retry}))
        return content.decode()

    def reset_sockets(self) -> int:
        """End all WebSockets by a TCP reset; how many there were."""
        with self._lock:
            ended, self._tunnels = self._tunnels, set()
        for one in ended:
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.shutdown(socket.SHUT_RD)
        return len(ended) // 2

    @contextmanager
    def running(self) -> Iterator["Proxy"]:
        """Stand between a Slack that does not run yet and its bots."""

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:  # noqa: N805
                self._answer(handler)

            do_GET = do_POST  # noqa: N815

            def log_message(handler, *_: Any) -> None:  # noqa: N805
                """The local Slack has a log of its own."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            server.block_on_close = False
            self.port = server.server_port
            self._slack.delivers_to = self.port
            self._slack.api = f"http://127.0.0.1:{self.port}/api/"
            Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield self
            finally:
                self.reset_sockets()
                server.shutdown()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.headers.get("Upgrade"):
            self._tunnel(handler)
            return
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        headers = {name: handler.headers[name] for name in PASSED_ON if handler.headers[name]}
        with suppress(ConnectionError):
            if handler.path.startswith("/api/"):
                self._call(handler, body, headers)
            else:
                delivery = Delivery(handler.path, body, headers)
                self.deliveries.append(delivery)
                if trigger := delivery.fields.get("trigger_id"):
                    self._triggers[str(trigger)] = time.monotonic()
                _reply(handler, *self._delivered(delivery))

    # To the bot

    def _delivered(self, delivery: Delivery) -> tuple[int, str, bytes]:
        """The first answer to a delivery and its copies, which come at once."""
        found: list[tuple[int, str, bytes]] = []
        threads = [
            Thread(target=lambda: found.append(self._deliver(delivery)), daemon=True)
            for _ in range(self.copies)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        return found[0]

    def _deliver(self, delivery: Delivery) -> tuple[int, str, bytes]:
        with self._lock:
            self._turn += 1
            bots = self.bots[self._turn % len(self.bots) :] + self.bots[: self._turn % len(self.bots)]
        for port in bots:  # as a balancer does, to another where one is gone
            connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            try:
                connection.request("POST", delivery.path, delivery.body, dict(delivery.headers))
                answer = connection.getresponse()
                return answer.status, answer.headers["Content-Type"] or "text/plain", answer.read()
            except ConnectionError:
                continue
            finally:
                connection.close()
        return 502, "text/plain", b""

    # To Slack

    def _call(self, handler: BaseHTTPRequestHandler, body: bytes, headers: dict[str, str]) -> None:
        method = handler.path.partition("?")[0].removeprefix("/api/")
        self.calls.append((method, time.monotonic()))
        with self._lock:
            fault = self._faults[method].popleft() if self._faults[method] else Fault(is_passed_on=True)
        time.sleep(fault.after_s)
        if fault.is_reset:
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return
        error = None if not fault.is_passed_on else self._error(method, body)
        if error:
            _reply(handler, 200, "application/json", json.dumps({"ok": False, "error": error}).encode())
        elif fault.is_passed_on:
            _reply(handler, *self._passed(handler, body, headers))
        else:
            content = json.dumps(fault.said).encode()
            _reply(handler, fault.status, "application/json", content, fault.headers)

    def _error(self, method: str, body: bytes) -> str | None:
        """What Slack says against a call."""
        if method not in (*SHOWING, *SAYING):
            return None
        said = json.loads(body)
        if method in OPENING:
            trigger = str(said.get("trigger_id"))
            with self._lock:
                if trigger in self._used:
                    return "exchanged_trigger_id"
                if time.monotonic() - self._triggers.get(trigger, time.monotonic()) > TRIGGER_HOLDS_S:
                    return "expired_trigger_id"
                self._used.add(trigger)
        found = view_problems(said["view"]) if method in SHOWING else problems(said)
        self.refused += [f"{method}: {one}" for one in found]
        return "invalid_blocks" if found else None

    def _passed(
        self, handler: BaseHTTPRequestHandler, body: bytes, headers: dict[str, str]
    ) -> tuple[int, str, bytes]:
        connection = HTTPConnection("127.0.0.1", self._slack.port, timeout=PATIENCE)
        try:
            connection.request(handler.command, handler.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        # WebSockets come through here, too.
        content = re.sub(rb"(ws://[^:/]+:)%d" % self._slack.port, rb"\g<1>%d" % self.port, content)
        return answer.status, answer.headers["Content-Type"] or "text/plain", content

    def _tunnel(self, handler: BaseHTTPRequestHandler) -> None:
        """Pass on a WebSocket, byte by byte."""
        head = f"{handler.command} {handler.path} {handler.request_version}\r\n{handler.headers}"
        with socket.create_connection(("127.0.0.1", self._slack.port), timeout=PATIENCE) as there:
            there.settimeout(None)
            here = handler.connection
            there.sendall(head.replace("\r\n", "\n").replace("\n", "\r\n").encode())
            with self._lock:
                self._tunnels |= {here, there}
            back = Thread(target=_pump, args=[there, here], daemon=True)
            back.start()
            _pump(here, there)
            back.join(PATIENCE)
            with self._lock:
                self._tunnels -= {here, there}
        handler.close_connection = True


def _pump(source: socket.socket, to: socket.socket) -> None:
    """Pass on until one of the two ends, and end the other."""
    with suppress(OSError):
        while piece := source.recv(PIECE):
            to.sendall(piece)
    for one in (to, source):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def _reply(
    handler: BaseHTTPRequestHandler,
    status: int,
    content_type: str,
    content: bytes,
    headers: Mapping[str, str] | None = None,
) -> None:
    handler.send_response(status)
    headers = {"Content-Type": content_type, "Content-Length": str(len(content)), **(headers or {})}
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(content)

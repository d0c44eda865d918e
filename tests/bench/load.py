"""Load on an HTTP server by bare sockets: so many requests in flight, each on a connection of its own.

It costs some 10 µs a request, which it takes from the processors it shares with the server, and says so.
"""

import hashlib
import hmac
import selectors
import socket
import time
from collections.abc import Iterable
from contextlib import ExitStack
from typing import NamedTuple


class Load(NamedTuple):
    """What a load measured: requests a second, times in milliseconds, and its own cost in µs a request."""

    per_s: float
    p50_ms: float
    p99_ms: float
    own_us: float
    statuses: dict[int, int]


class Waiting:
    """A connection that waits for an answer."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.sent_at = 0.0
        self.got = b""

    def send(self, request: bytes) -> None:
        self.got = b""
        self.sent_at = time.perf_counter()
        self.connection.sendall(request)

    def status(self) -> int | None:
        """Reads on; the status once the answer is whole."""
        more = self.connection.recv(262_144)
        if not more:
            raise ConnectionError("The server hung up.")
        self.got += more
        head, end, body = self.got.partition(b"\r\n\r\n")
        if not end:
            return None
        lowered = head.lower()
        at = lowered.find(b"content-length: ")
        length = int(lowered[at + 16 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        return int(head[9:12]) if len(body) >= length else None


def signed_request(
    body: bytes, secret: str, path: str = "/slack/events", kind: str = "application/x-www-form-urlencoded"
) -> bytes:
    """A request as it goes over the wire, signed as Slack signs it, good for five minutes."""
    stamp = str(int(time.time())).encode()
    signature = hmac.new(secret.encode(), b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest()
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n"
        f"X-Slack-Request-Timestamp: {stamp.decode()}\r\nX-Slack-Signature: v0={signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def load(port: int, requests: Iterable[bytes], in_flight: int) -> Load:
    """Send all requests, so many in flight at any time, and wait for all answers."""
    todo = iter(requests)
    times: list[float] = []
    statuses: dict[int, int] = {}
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        busy = 0
        for _ in range(in_flight):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting = Waiting(connection)
            selector.register(connection, selectors.EVENT_READ, waiting)
            if request := next(todo, None):
                waiting.send(request)
                busy += 1
        began, own = time.perf_counter(), time.process_time()
        while busy:
            events = selector.select(30)
            assert events, "The server does not answer."
            for key, _ in events:
                status = key.data.status()
                if status is None:
                    continue
                times.append(time.perf_counter() - key.data.sent_at)
                statuses[status] = statuses.get(status, 0) + 1
                if request := next(todo, None):
                    key.data.send(request)
                else:
                    busy -= 1
        took, own = time.perf_counter() - began, time.process_time() - own
    times.sort()
    return Load(
        len(times) / took,
        times[len(times) // 2] * 1e3,
        times[int(len(times) * 0.99)] * 1e3,
        own / len(times) * 1e6,
        statuses,
    )

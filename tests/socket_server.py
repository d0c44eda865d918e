"""Slack's end of Socket Mode, by hand: `apps.connections.open` over HTTP, and the WebSockets it names.

All on one loopback port, and as unreliable as a test asks for.
"""

import json
import socket
import struct
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha1
from itertools import count
from typing import Any

PATIENCE = 15
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

# What Slack answers instead: a status, a body, and headers; None cuts the connection.
Answer = tuple[int, str, dict[str, str]] | None


def said(status: int = 200, headers: dict[str, str] | None = None, **body: object) -> Answer:
    """An answer in Slack's form."""
    return status, json.dumps(body), headers or {}


class Link:
    """A WebSocket as the server has it: what came in is in `received`, and `pings` counts the bot's."""

    def __init__(self, connection: socket.socket, *, is_mute: bool) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self.is_mute = is_mute
        self.received: list[dict[str, Any]] = []
        self.pings = 0
        self.closing: bytes | None = None
        self.is_gone = threading.Event()

    def send(self, message: dict[str, Any] | str) -> None:
        """A text frame."""
        text = message if isinstance(message, str) else json.dumps(message)
        self._frame(TEXT, text.encode())

    def ping(self) -> None:
        """A ping, as Slack sends them."""
        self._frame(PING, b"Ping from the server")

    def say_goodbye(self) -> None:
        """A CLOSE frame, and the end."""
        self._frame(CLOSE, struct.pack("!H", 1000))
        self.cut()

    def cut(self) -> None:
        """The end of the connection without a CLOSE frame."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def reset(self) -> None:
        """The end by a TCP reset."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # The thread that reads wakes up and closes it: a close() from elsewhere would wait for that thread.
        self._connection.shutdown(socket.SHUT_RD)

    def envelope(self, kind: str, payload: dict[str, Any], name: str = "e1") -> None:
        """A request of a member's."""
        self.send({"type": kind, "envelope_id": name, "payload": payload, "accepts_response_payload": True})

    def acks(self, name: str = "e1") -> list[dict[str, Any]]:
        """What the bot answered to an envelope."""
        return [each for each in self.received if each.get("envelope_id") == name]

    def read(self) -> None:
        """Take in frames until the end."""
        try:
            while True:
                opcode, content = self._next()
                if opcode == TEXT:
                    self.received.append(json.loads(content))
                elif opcode == PING:
                    self.pings += 1
                    if not self.is_mute:
                        self._frame(PONG, content)
                elif opcode == CLOSE:
                    self.closing = content
                    break
        except (OSError, EOFError):
            pass
        finally:
            self.is_gone.set()

    def _frame(self, opcode: int, content: bytes) -> None:
        length = len(content)
        head = bytes([0x80 | opcode, length]) if length < 126 else struct.pack("!BBH", 0x81, 126, length)
        with self._sending, suppress(OSError):
            self._connection.sendall(head + content)

    def _next(self) -> tuple[int, bytes]:
        first, second = exactly(self._connection, 2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", exactly(self._connection, 2))
        elif length == 127:
            (length,) = struct.unpack("!Q", exactly(self._connection, 8))
        mask = exactly(self._connection, 4)
        content = exactly(self._connection, length)
        return first & 0x0F, bytes(byte ^ mask[i % 4] for i, byte in enumerate(content))


def exactly(connection: socket.socket, length: int) -> bytes:
    """So many bytes. Raises EOFError."""
    found = b""
    while len(found) < length:
        piece = connection.recv(length - len(found))
        if not piece:
            raise EOFError
        found += piece
    return found


class SocketServer:
    """Slack as the bot meets it; what it does from now on is said by its attributes.

    `opening` answers `apps.connections.open` where it gives something; without `greets` no hello is said,
    and `is_mute` leaves pings unanswered.
    """

    def __init__(self) -> None:
        self.opening: Callable[[int], Answer | str] = lambda number: ""
        self.greets = True
        self.is_mute = False
        self.takes_links = True
        self.other: dict[str, Answer] = {}  # what other methods answer
        self.links: list[Link] = []
        self.calls: list[tuple[str, float]] = []
        self._numbers = count(1)
        self._open: set[socket.socket] = set()
        self.port = 0
        self._listener: socket.socket
        self.listen()

    @property
    def api(self) -> str:
        """The address of the Web API."""
        return f"http://127.0.0.1:{self.port}/api/"

    def listen(self) -> None:
        """Begin to take connections, again on the same port."""
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=32)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._take, args=(self._listener,), daemon=True).start()

    def stop_listening(self) -> None:
        """Refuse connections from now on; those there are stay."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def close(self) -> None:
        """End everything."""
        self.stop_listening()
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def calls_of(self, method: str) -> list[float]:
        """When a method was called."""
        return [at for name, at in self.calls if name == method]

    @property
    def live(self) -> list[Link]:
        """The WebSockets still open."""
        return [link for link in self.links if not link.is_gone.is_set()]

    def link(self, number: int = 1) -> Link:
        """The WebSocket with this number, as soon as there is one."""
        until(f"connection {number}", lambda: len(self.links) >= number)
        return self.links[number - 1]

    def _take(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self._open.add(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, EOFError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += exactly(connection, 1)
            lines = head.decode().split("\r\n")
            method = lines[0].split(" ")[1].removeprefix("/api/")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
            if "upgrade" in headers:
                self._upgrade(connection, headers)
            else:
                exactly(connection, int(headers.get("content-length", 0)))
                self.calls.append((method, time.monotonic()))
                self._answer(connection, method)
        self._open.discard(connection)
        connection.close()

    def _answer(self, connection: socket.socket, method: str) -> None:
        found: Answer | str = said(ok=True, team_id="T1", user_id="UBOT", bot_id="BBOT", url="", team="")
        if method == "apps.connections.open":
            url = f"ws://127.0.0.1:{self.port}/link"
            found = self.opening(next(self._numbers)) or said(ok=True, url=url)
            if isinstance(found, str):
                found = said(ok=True, url=found)
        elif method in self.other:
            found = self.other[method]
        if found is None:
            return
        status, body, headers = found
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body.encode())}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    def _upgrade(self, connection: socket.socket, headers: dict[str, str]) -> None:
        if not self.takes_links:
            return
        token = b64encode(sha1(headers["sec-websocket-key"].encode() + _MAGIC).digest()).decode()
        connection.sendall(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {token}\r\n\r\n".encode()
        )
        link = Link(connection, is_mute=self.is_mute)
        if self.greets:
            link.send({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}})
        self.links.append(link)
        link.read()


@contextmanager
def slack_server() -> Iterator[SocketServer]:
    """A Slack for a block."""
    found = SocketServer()
    try:
        yield found
    finally:
        found.close()


def until(what: str, happened: Callable[[], Any], within: float = PATIENCE) -> Any:
    """What `happened` gives as soon as it gives something."""
    deadline = time.monotonic() + within
    while not (found := happened()):
        assert time.monotonic() < deadline, f"Not within {within} s: {what}"
        time.sleep(0.005)
    return found

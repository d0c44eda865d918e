"""The HTTP server as it is run: what a socket sees of it, however odd or slow the other side is."""

import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from signing import SECRET, signed

from bot.front import BODY_MOST, PATH

ROOT = Path(__file__).parent.parent
PATIENCE_S = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def received(connection: socket.socket) -> bytes:
    """One answer, or what came before the other side hung up."""
    got = b""
    while True:
        more = connection.recv(65_536)
        if not more:
            return got
        got += more
        head, end, body = got.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        if end and length and len(body) >= int(length[1]):
            return got


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def request(body: bytes, *more: bytes, method: bytes = b"POST", path: bytes = PATH.encode()) -> bytes:
    """A signed request as it goes over the wire, with some headers more."""
    environ = signed(body)
    lines = [
        method + b" " + path + b" HTTP/1.1",
        b"Host: bot.example",
        b"Content-Type: application/x-www-form-urlencoded",
        b"X-Slack-Request-Timestamp: " + environ["HTTP_X_SLACK_REQUEST_TIMESTAMP"].encode(),
        b"X-Slack-Signature: " + environ["HTTP_X_SLACK_SIGNATURE"].encode(),
        *more,
    ]
    if not any(line.lower().startswith((b"content-length", b"transfer-encoding")) for line in more):
        lines.append(b"Content-Length: " + str(len(body)).encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


PROGRAM = """
import sys, threading, time
from slack_sdk.signature import SignatureVerifier
from bot import logs, web
from bot.front import Front
web.BODY_WITHIN_S = float(sys.argv[2])
logs.set_up()

def app(environ, start_response):
    body = environ["wsgi.input"].read()
    if body.startswith(b"sleep="):
        time.sleep(float(body[6:]))
    if body == b"boom":
        raise ValueError("a secret title")
    start_response("200 OK", [("content-type", "text/plain"), ("content-length", str(len(body)))])
    return [body]

front = Front(app, SignatureVerifier(sys.argv[3]))
counted = []
web.Web(front, "127.0.0.1", int(sys.argv[1]), lambda *one: counted.append(one)).run(
    lambda: print("started", flush=True), lambda: print("stopping", flush=True)
)
print("counted", sorted(set(counted)), flush=True)
web.leave(0)
"""


class Process:
    """The server in a process of its own."""

    def __init__(self, body_within_s: float = 1.0) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(self.port), str(body_within_s), SECRET],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == "started\n"

    def connect(self) -> socket.socket:
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
            except ConnectionRefusedError:
                assert time.monotonic() < give_up_at

    def send(self, content: bytes) -> bytes:
        with self.connect() as connection:
            connection.sendall(content)
            return received(connection)

    def worked_s(self) -> float:
        """How long processors have worked for it, in seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self) -> tuple[int, str, str]:
        """Tell it to stop; its exit code and what it wrote."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        out, errors = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, errors


@pytest.fixture(scope="module")
def server() -> Iterator[Process]:
    found = Process()
    yield found
    if found.process.poll() is None:
        found.stop()


def test_what_slack_signed_is_answered_and_the_connection_serves_the_next(server: Process) -> None:
    with server.connect() as connection:
        for body in (b"one", "Größe 🎉".encode(), b"x" * BODY_MOST):
            connection.sendall(request(body))
            answer = received(connection)
            assert status(answer) == 200
            assert answer.endswith(body)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (request(b"text", b"Content-Length: 4", b"Content-Length: 5"), 400),
        (request(b"text", b"Content-Length: +4"), 400),
        (request(b"text", b"Content-Length: 4, 4"), 400),
        (request(b"text", b"Content-Length: " + b"9" * 40), 400),
        (request(b"4\r\ntext\r\n0\r\n\r\n", b"Transfer-Encoding: chunked"), 411),
        (request(b"4\r\ntext\r\n0\r\n\r\n", b"Transfer-Encoding: chunked", b"Content-Length: 4"), 411),
        (request(b"4\r\ntext\r\n0\r\n\r\n", b"Content-Length: 4", b"Transfer-Encoding: chunked"), 411),
        (request(b"text", b"Transfer-Encoding: xchunked", b"Content-Length: 4"), 400),
        (request(b"text", b"Content-Length: 5000000"), 413),
        (request(b"text", b"Content-Length: 1000001"), 413),
        (request(b"text", method=b"GET"), 405),
        (request(b"text", method=b"PUT"), 405),
        (request(b"text", path=b"/"), 404),
        (request(b"text", path=b"/slack/events/"), 404),
        (request(b"text", path=b"/slack/../slack/events"), 404),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 404),
        (b"\x16\x03\x01\x00\x01\r\n\r\n", 400),
        (request(b"text", b"X-Long: " + b"x" * 600_000), 431),
        (request(b"text", *(b"X-%d: x" % number for number in range(300))), 431),
    ],
)
def test_what_is_odd_on_the_wire_is_refused(server: Process, content: bytes, expected: int) -> None:
    assert status(server.send(content)) == expected


def test_the_later_version_of_http_is_not_spoken(server: Process) -> None:
    assert server.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0" * 9) == b""


def test_requests_sent_in_one_go_are_answered_one_after_the_other(server: Process) -> None:
    with server.connect() as connection:
        connection.sendall(request(b"first") + request(b"second") + request(b"third", b"Connection: close"))
        got = b""
        while more := connection.recv(65_536):
            got += more
    assert re.findall(rb"\r\n\r\n(first|second|third)", got) == [b"first", b"second", b"third"]


def test_what_was_hidden_behind_a_shorter_length_is_no_request_of_its_own(server: Process) -> None:
    """Whatever follows a body has to be signed itself."""
    with server.connect() as connection:
        connection.sendall(request(b"text", b"Content-Length: 4") + b"POST /slack/events HTTP/1.1\r\n\r\n")
        assert status(received(connection)) == 200
        assert status(received(connection)) == 411


TRIES = 20
REFUSED_WITHIN_S = 0.005


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-Slack-Signature": "v0=x"}, 401),
        ({"X-Slack-Signature": "v0=é"}, 401),
        ({"X-Slack-Request-Timestamp": "abc"}, 401),
        ({"X-Slack-Request-Timestamp": "-1"}, 401),
        ({"X-Slack-Request-Timestamp": "9" * 5000}, 401),
        ({"X-Slack-Request-Timestamp": "1e9"}, 401),
        ({}, 401),
        ({"Content-Length": "5000000"}, 413),
    ],
)
@pytest.mark.parametrize(
    "body",
    [b"[" * 20_000, b"a=1&" * 200_000, b"{", b"x" * BODY_MOST],
    ids=["deep JSON", "200,000 fields", "broken JSON", "1 MB"],
)
def test_what_slack_did_not_sign_is_refused_within_five_milliseconds(
    server: Process, headers: dict[str, str], expected: int, body: bytes
) -> None:
    """Every try is answered. The server works less than that on each; so long takes the quickest as a whole.

    The machine may be busy with other things, so that the slower tries tell of those.
    """
    sent = {
        "X-Slack-Request-Timestamp": str(int(time.time())),
        "X-Slack-Signature": "v0=" + "0" * 64,
        "Content-Length": str(len(body)),
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items()).encode("latin-1")
    content = b"POST " + PATH.encode() + b" HTTP/1.1\r\nHost: bot.example\r\n" + head + b"\r\n"
    times, worked_before = [], server.worked_s()
    for _ in range(TRIES):
        with server.connect() as connection:
            began = time.perf_counter()
            connection.sendall(content)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused before all was read
                connection.sendall(body)
            answer = received(connection)
            times.append(time.perf_counter() - began)
        assert status(answer) == expected
        assert answer.endswith(b"\r\n\r\n")
    assert min(times) < REFUSED_WITHIN_S
    assert (server.worked_s() - worked_before) / TRIES < REFUSED_WITHIN_S


def test_bodies_that_come_slowly_keep_nobody_waiting_and_are_given_up() -> None:
    server = Process(body_within_s=1.0)
    slow = [server.connect() for _ in range(64)]
    for connection in slow:
        connection.sendall(request(b"x" * 5000)[:-4990])
    began = time.monotonic()
    assert status(server.send(request(b"quick"))) == 200
    assert time.monotonic() - began < 0.9
    assert {status(received(connection)) for connection in slow} == {408}
    for connection in slow:
        connection.close()
    assert server.stop()[0] == 0


def test_an_answer_that_takes_long_keeps_nobody_waiting(server: Process) -> None:
    with server.connect() as slow, server.connect() as quick:
        slow.sendall(request(b"sleep=1.5"))
        for _ in range(5):
            quick.sendall(request(b"command=quick"))
            assert status(received(quick)) == 200
        assert select.select([slow], [], [], 0)[0] == []
        assert status(received(slow)) == 200


def test_one_who_leaves_in_the_middle_of_a_body_is_no_error() -> None:
    server = Process()
    for _ in range(5):
        with server.connect() as connection:
            connection.sendall(request(b"x" * 5000)[:-100])
    assert status(server.send(request(b"next"))) == 200
    code, _, errors = server.stop()
    assert (code, errors) == (0, "")


def test_told_to_stop_it_finishes_what_is_under_way_and_takes_nothing_more() -> None:
    server = Process()
    with server.connect() as connection:
        connection.sendall(request(b"sleep=1.5"))
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.stdout
        assert server.process.stdout.readline() == "stopping\n"
        time.sleep(0.3)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), timeout=1)
        assert status(received(connection)) == 200
    code, out, errors = server.stop()
    assert code == 0
    assert "counted" in out
    assert errors == ""


def test_an_error_behind_the_front_is_an_answer_and_a_place_in_the_log() -> None:
    server = Process()
    assert status(server.send(request(b"boom"))) == 500
    assert status(server.send(request(b"next"))) == 200
    code, out, errors = server.stop()
    assert code == 0
    assert "A request was not answered." in errors
    assert re.search(r"ValueError at .*:\d+ app", errors)
    assert "secret" not in errors + out
    assert "Traceback" not in errors
    assert "('refused', 500)" in out


def test_a_process_that_is_killed_leaves_the_port_to_the_next() -> None:
    server = Process()
    os.kill(server.process.pid, signal.SIGKILL)
    assert server.process.wait(PATIENCE_S) == -signal.SIGKILL
    server.process.communicate()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)

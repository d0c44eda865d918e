"""Told to stop, the bot finishes what it has acknowledged, takes nothing more, and ends well and in time."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from signing import SECRET, signed

from bot.clients import OneToken
from bot.console import LocalClient
from bot.courier import WAITING_MOST, Courier
from bot.views.blocks import Reply

ROOT = Path(__file__).parent.parent
PATIENCE_S = 15
STOPS_WITHIN_S = 9


class SlowSlack(ThreadingHTTPServer):
    """A Slack that takes its time where a click's answer is posted, and keeps what it was told."""

    daemon_threads = True

    def __init__(self, takes_s: float) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.takes_s = takes_s
        self.was_asked = threading.Event()
        self.told: list[str] = []


class Answering(BaseHTTPRequestHandler):
    server: SlowSlack

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        if self.path == "/respond":
            self.server.was_asked.set()
            time.sleep(self.server.takes_s)
            self.server.told.append(json.loads(body)["text"])
        content = json.dumps(
            {"ok": True, "team_id": "T1", "user_id": "U0BOT", "bot_id": "B1", "user": {"tz": "UTC"}}
        ).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def running(folder: Path, slack: SlowSlack) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`ce-bot run` by HTTP, ready, and its port."""
    threading.Thread(target=slack.serve_forever, daemon=True).start()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    variables = {
        "PATH": os.defpath,
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": f"http://127.0.0.1:{slack.server_port}/api/",
        "CE_BOT_PORT": str(port),
    }
    command = [sys.executable, "-m", "bot", "run", "--db", str(folder / "ce.db")]
    with subprocess.Popen(command, env=variables, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        try:
            give_up_at = time.monotonic() + PATIENCE_S
            while asked(port, "GET", "/readyz")[0] != 200:
                assert process.poll() is None, process.stderr and process.stderr.read()
                assert time.monotonic() < give_up_at
                time.sleep(0.02)
            yield process, port
        finally:
            process.kill()
            slack.shutdown()
            slack.server_close()


def asked(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int | None, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except ConnectionRefusedError:
        return None, b""
    finally:
        connection.close()


def click(port: int, slack: SlowSlack) -> int | None:
    payload = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "user": {"id": "UALICE"},
        "trigger_id": "1.click",
        "response_url": f"http://127.0.0.1:{slack.server_port}/respond",
        "actions": [{"type": "button", "action_id": "ce:run:1", "value": "help"}],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    environ = signed(body)
    status, _ = asked(
        port,
        "POST",
        "/slack/events",
        body,
        **{
            "Content-Type": environ["CONTENT_TYPE"],
            "X-Slack-Request-Timestamp": environ["HTTP_X_SLACK_REQUEST_TIMESTAMP"],
            "X-Slack-Signature": environ["HTTP_X_SLACK_SIGNATURE"],
        },
    )
    return status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_acknowledged_is_finished_before_the_bot_ends(tmp_path: Path, number: int) -> None:
    slack = SlowSlack(takes_s=1.0)
    with running(tmp_path, slack) as (process, port):
        assert click(port, slack) == 200
        assert slack.was_asked.wait(PATIENCE_S)
        process.send_signal(number)
        time.sleep(0.3)
        assert click(port, slack) is None  # nobody listens any more
        process.send_signal(number)  # told again, it goes on with what it is at
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr
        said = process.stderr.read()
    assert len(slack.told) == 1
    assert "Listening on http://127.0.0.1:" in said
    assert len(said.splitlines()) == 1, said


@pytest.mark.soak
def test_what_takes_too_long_is_cut_off_before_a_supervisor_kills(tmp_path: Path) -> None:
    slack = SlowSlack(takes_s=20)
    with running(tmp_path, slack) as (process, port):
        assert click(port, slack) == 200
        assert slack.was_asked.wait(PATIENCE_S)
        began = time.monotonic()
        process.terminate()
        assert process.wait(PATIENCE_S) == 1
        assert time.monotonic() - began < STOPS_WITHIN_S
        assert process.stderr
        assert "Not all that was under way could be finished within 8 s." in process.stderr.read()


def test_while_slack_takes_nothing_only_so_much_waits_for_it(caplog: pytest.LogCaptureFixture) -> None:
    goes_on = threading.Event()
    sent: list[str] = []

    def send(url: str, payload: dict[str, Any]) -> None:
        assert goes_on.wait(PATIENCE_S)
        sent.append(payload["text"])

    courier = Courier(OneToken(LocalClient([])), send=send)
    for number in range(WAITING_MOST + 5):
        courier.respond("https://hooks.example/1", Reply(str(number), []), replace=True)
    assert caplog.text.count("A message to Slack was given up: 1000 others wait.") == 5
    goes_on.set()
    courier.close()
    assert sorted(sent, key=int) == [str(number) for number in range(WAITING_MOST)]

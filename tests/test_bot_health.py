"""Whether the bot is well, and where whoever watches it is told so."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from bot.health import ALIVE, READY, Health, Reach
from bot.ledger import Ledger
from bot.monitor import Monitor
from bot.rounds import Sent
from bot.settings import SettingsError, read_settings
from bot.watching import METRICS, Watching

ROOT = Path(__file__).parent.parent
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Checked(Health):
    """Health with one check of each sort that can be switched."""

    def __init__(self) -> None:
        super().__init__()
        self.is_alive = self.is_ready = True
        self.asked = 0
        self.alive["heart"] = lambda: self.is_alive
        self.checks["database"] = self._look

    def _look(self) -> bool:
        self.asked += 1
        return self.is_ready


def page(health: Health, name: str, method: str = "GET") -> tuple[int, Any]:
    started: list[str] = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": name}
    content = b"".join(health.pages()[name](environ, lambda status, headers: started.append(status)))
    return int(started[0].split()[0]), json.loads(content) if content else None


@pytest.mark.parametrize("name", [ALIVE, READY])
def test_where_all_is_well_it_is_said(name: str) -> None:
    assert page(Checked(), name) == (200, {"status": "ok"})


def test_whoever_asks_for_the_head_alone_gets_no_body() -> None:
    assert page(Checked(), READY, "HEAD") == (200, None)


def test_what_is_not_ready_is_named_and_is_alive_nevertheless() -> None:
    health = Checked()
    health.is_ready = False
    assert page(health, READY) == (503, {"status": "failing", "failing": ["database"]})
    assert page(health, ALIVE) == (200, {"status": "ok"})


def test_what_is_dead_is_not_ready_either() -> None:
    health = Checked()
    health.is_alive = False
    assert page(health, ALIVE) == (503, {"status": "failing", "failing": ["heart"]})
    assert page(health, READY) == (503, {"status": "failing", "failing": ["heart"]})


def test_a_check_that_cannot_be_made_has_failed(caplog: pytest.LogCaptureFixture) -> None:
    health = Health()
    health.checks["odd"] = lambda: 1 // 0 == 1
    assert health.failing(READY) == ("odd",)
    assert "The check odd could not be made." in caplog.text


def test_however_often_somebody_asks_it_is_looked_once_a_second() -> None:
    health = Checked()
    for _ in range(100):
        page(health, READY)
    assert health.asked == 1


@pytest.mark.parametrize(
    ("outcomes", "is_reached"),
    [
        ([], True),
        (["ok"], True),
        (["unreachable"], False),
        (["unreachable", "ratelimited"], True),
        (["ok", "unreachable"], False),
        (["unreachable", "channel_not_found"], True),
    ],
)
def test_slack_is_in_reach_if_it_answered_last_whatever_it_said(
    outcomes: list[str], is_reached: bool
) -> None:
    reach = Reach()
    for outcome in outcomes:
        reach.note(outcome)
    assert reach.is_reached is is_reached


# What is watched of a bot


@pytest.fixture
def watching(ledger: Ledger) -> Watching:
    found = Watching()
    found.watch_ledger(ledger, lambda: NOON)
    return found


def test_a_database_that_can_be_written_is_ready(watching: Watching) -> None:
    assert watching.health.failing(READY) == ()


def test_one_that_is_locked_is_not(watching: Watching, ledger: Ledger) -> None:
    other = sqlite3.connect(ledger.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert watching.health.failing(READY) == ("database",)
    other.close()


def test_one_that_is_gone_is_not(watching: Watching, ledger: Ledger) -> None:
    Path(ledger.path).rename(f"{ledger.path}.gone")
    assert watching.health.failing(READY) == ("database",)


def test_looking_whether_it_can_be_written_writes_nothing(watching: Watching, ledger: Ledger) -> None:
    before = Path(ledger.path + "-wal").stat().st_size
    assert watching.health.failing(READY) == ()
    assert Path(ledger.path + "-wal").stat().st_size == before
    assert watching.metrics.registry.get_sample_value("ce_bot_ledger_writes_total", {"outcome": "saved"}) == 0


def test_slack_out_of_reach_is_not_ready(watching: Watching) -> None:
    watching.called("chat.postMessage", "unreachable", 1.0)
    assert watching.health.failing(READY) == ("slack",)


def test_without_a_connection_by_socket_mode_it_is_not_ready(watching: Watching) -> None:
    watching.watch_connection(lambda: False)
    assert watching.health.failing(READY) == ("socket",)
    assert watching.metrics.registry.get_sample_value("ce_bot_socket_connected") == 0


# The port for monitoring


@pytest.fixture
def monitor(watching: Watching) -> Iterator[Monitor]:
    found = watching.monitor(0)
    found.start()
    yield found
    found.stop()


def asked(monitor: Monitor, path: str, method: str = "GET") -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", monitor.port, timeout=5)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_figures_and_health_can_be_read_there(monitor: Monitor, watching: Watching) -> None:
    watching.count_round(Sent(3, 1, 0))
    status, figures = asked(monitor, METRICS)
    assert status == 200
    assert 'ce_bot_reminders_total{outcome="sent"} 3.0' in figures
    assert asked(monitor, READY) == (200, '{"status": "ok"}')
    assert asked(monitor, ALIVE) == (200, '{"status": "ok"}')
    assert asked(monitor, "/")[0] == 404
    assert asked(monitor, "/slack/events", "POST")[0] == 404
    assert asked(monitor, METRICS, "POST")[0] == 405


def test_it_listens_on_this_machine_alone(monitor: Monitor) -> None:
    assert monitor._server.server_address[0] == "127.0.0.1"


def test_while_one_says_nothing_others_are_answered(monitor: Monitor) -> None:
    with socket.create_connection(("127.0.0.1", monitor.port)):
        assert asked(monitor, ALIVE)[0] == 200


def test_a_port_that_is_taken_cannot_be_listened_on(monitor: Monitor, watching: Watching) -> None:
    with pytest.raises(OSError, match="in use"):
        watching.monitor(monitor.port)


# Settings


SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}


def test_without_settings_there_is_no_port_and_the_log_is_text() -> None:
    found = read_settings(SLACK)
    assert (found.metrics_port, found.log) == (None, "text")


@pytest.mark.parametrize("port", ["1", "9464", "65535"])
def test_a_port_for_monitoring_is_taken(port: str) -> None:
    assert read_settings({**SLACK, "CE_BOT_METRICS_PORT": port}).metrics_port == int(port)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "abc", "٣", "1e3", "123456"])
def test_what_is_no_port_is_refused(port: str) -> None:
    with pytest.raises(SettingsError, match=r"CE_BOT_METRICS_PORT is .*a port from 1 to 65535"):
        read_settings({**SLACK, "CE_BOT_METRICS_PORT": port})


@pytest.mark.parametrize(("written", "form"), [("json", "json"), ("JSON", "json"), ("text", "text")])
def test_the_form_of_the_log_can_be_chosen(written: str, form: str) -> None:
    assert read_settings({**SLACK, "CE_BOT_LOG": written}).log == form


@pytest.mark.parametrize("form", ["xml", "true", "xoxb-1-secret"])
def test_another_form_is_refused(form: str) -> None:
    with pytest.raises(SettingsError, match=r"CE_BOT_LOG is .*: it takes text or json") as caught:
        read_settings({**SLACK, "CE_BOT_LOG": form})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["CE_BOT_METRICS_PORT", "CE_BOT_PORT"])
def test_a_port_that_is_taken_ends_the_start_with_a_sentence(tmp_path: Path, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        variables = {**SLACK, "SLACK_API_URL": "http://127.0.0.1:9/", "CE_BOT_PORT": "1024", name: port}
        done = subprocess.run(
            [sys.executable, "-m", "bot", "run", "--db", str(tmp_path / "x.db")],
            capture_output=True,
            text=True,
            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), **variables},
            cwd=tmp_path,
            timeout=30,
        )
    assert done.returncode == 2
    assert f"{port} cannot be listened on (Address already in use): set" in done.stderr
    assert name in done.stderr
    assert len(done.stderr.splitlines()) == 1

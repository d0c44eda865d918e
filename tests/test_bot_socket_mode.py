"""The connection to Slack by Socket Mode: however it ends, there is another one in time."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Slack
from slack_bolt import App
from socket_server import Answer, Link, SocketServer, said, slack_server, until

from bot.clients import direct_client
from bot.settings import SlackRefusedError
from bot.socket_mode import USUAL, Patience, SocketMode

# The same, many times as fast.
QUICK = Patience(
    answer_s=0.3,
    ping_after_s=0.1,
    unanswered_most=2,
    pause_s=0.01,
    pause_most_s=0.04,
    lasting_s=0.3,
    leave_s=0.1,
    away_s=15.0,
)
SOON_TIRED = QUICK._replace(away_s=0.2)
AGAIN_WITHIN = 10.0
COMMAND = {
    "command": "/ce",
    "text": "help",
    "user_id": "UALICE",
    "team_id": "T1",
    "channel_id": "C1",
    "trigger_id": "t1",
    "response_url": "https://hooks.example/1",
    "is_enterprise_install": "false",
}


class Running:
    """The bot's end of Socket Mode, in a thread as in earnest; `ended` is what became of it."""

    def __init__(self, app: App, server: SocketServer, patience: Patience) -> None:
        client = direct_client("xapp-1", server.api, wait_s=max(1, int(patience.answer_s)))
        self.mode = SocketMode(app, "xapp-1", client, patience)
        self.stop = threading.Event()
        self.ended: list[bool | SlackRefusedError] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.ended.append(self.mode.run(self.stop))
        except SlackRefusedError as error:
            self.ended.append(error)

    def end(self) -> float:
        """Stop as serving does; how long it took."""
        began = time.monotonic()
        self.stop.set()
        self._thread.join(15)
        self.mode.finish()
        self.mode.leave()
        assert not self._thread.is_alive()
        return time.monotonic() - began


@pytest.fixture
def server() -> Iterator[SocketServer]:
    with slack_server() as found:
        yield found


@contextmanager
def connected(slack: Slack, server: SocketServer, patience: Patience = QUICK) -> Iterator[Running]:
    """The bot with a connection to the server."""
    running = Running(slack.app, server, patience)
    try:
        server.link()
        until("connected", lambda: running.mode.is_connected)
        yield running
    finally:
        running.end()


def answered(link: Link, name: str = "e1") -> dict[str, Any]:
    """What the bot answers to a command that comes by this connection."""
    link.envelope("slash_commands", COMMAND, name)
    (found,) = until("an answer", lambda: link.acks(name))
    return found


def again(server: SocketServer, running: Running, before: int = 1) -> Link:
    """The connection in the place of so many before, as soon as the bot answers by it."""
    link = until("another connection", lambda: len(server.links) > before and server.links[-1])
    until("connected again", lambda: running.mode.is_connected)
    assert answered(link, "again")["payload"]["text"]
    return link


def silence(server: SocketServer) -> None:
    server.links[-1].is_mute = True


def disconnect(reason: str) -> Callable[[SocketServer], None]:
    return lambda server: server.links[-1].send({"type": "disconnect", "reason": reason})


ENDS: dict[str, Callable[[SocketServer], None]] = {
    "a reset": lambda server: server.links[-1].reset(),
    "no CLOSE": lambda server: server.links[-1].cut(),
    "a CLOSE": lambda server: server.links[-1].say_goodbye(),
    "silence": silence,
    "warning": disconnect("warning"),
    "refresh_requested": disconnect("refresh_requested"),
    "link_disabled": disconnect("link_disabled"),
    "a frame that is none": lambda server: server.links[-1]._connection.sendall(b"\xff" * 20),
}
REFUSALS: dict[str, Answer | str] = {
    "500": said(500),
    "503 in HTML": (503, "<html>Busy</html>", {}),
    "no JSON": (200, "<html>", {}),
    "a list": (200, "[]", {}),
    "nothing": (200, "", {}),
    "cut": None,
    "no address": said(ok=True),
    "a number for an address": said(ok=True, url=5),
    "an address that is none": "ws://a..b/",
    "a name nobody knows": "ws://[::1]:1/",
    "another error": said(ok=False, error="internal_error"),
    "429 soon": said(429, {"Retry-After": "soon"}, ok=False, error="ratelimited"),
    "429 without a word": said(429, ok=False, error="ratelimited"),
    "429 negative": said(429, {"Retry-After": "-1"}, ok=False, error="ratelimited"),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_connection_that_ends_is_followed_by_another(slack: Slack, server: SocketServer, end: str) -> None:
    with connected(slack, server) as running:
        assert answered(server.link())["payload"]["text"]
        ENDS[end](server)
        again(server, running)


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_refuses_a_connection_for_a_while_is_asked_again(
    slack: Slack, server: SocketServer, refusal: str
) -> None:
    with connected(slack, server) as running:
        server.opening = lambda number: REFUSALS[refusal] if number < 4 else ""
        if refusal == "cut":  # None stands for the usual answer there
            server.opening = lambda number: (0, "", {}) if number < 4 else ""
        server.link().reset()
        again(server, running)
        assert len(server.calls_of("apps.connections.open")) == 4


def test_a_server_that_refuses_connections_is_asked_again(slack: Slack, server: SocketServer) -> None:
    with connected(slack, server) as running:
        server.stop_listening()
        server.link().reset()
        until("away", lambda: not running.mode.is_connected)
        time.sleep(0.1)
        server.listen()
        again(server, running)


@pytest.mark.parametrize("what", ["greets", "takes_links"])
def test_a_connection_without_a_hello_is_given_up(slack: Slack, server: SocketServer, what: str) -> None:
    with connected(slack, server) as running:
        setattr(server, what, False)
        server.link().reset()
        until("asked again", lambda: len(server.calls_of("apps.connections.open")) > 2)
        assert not running.mode.is_connected
        setattr(server, what, True)
        until("connected again", lambda: running.mode.is_connected)


@pytest.mark.parametrize(("asked", "waited"), [("1", 1.0), ("0", 0.0)])
def test_slack_is_left_alone_for_as_long_as_it_asks(
    slack: Slack, server: SocketServer, asked: str, waited: float
) -> None:
    with connected(slack, server) as running:
        refusal = said(429, {"Retry-After": asked}, ok=False, error="ratelimited")
        server.opening = lambda number: refusal if number == 2 else ""
        server.link().reset()
        again(server, running)
    _, second, third = server.calls_of("apps.connections.open")
    assert waited <= third - second < waited + 0.5


@pytest.mark.parametrize("error", ["invalid_auth", "not_allowed_token_type", "token_revoked"])
def test_a_token_that_is_of_no_use_ends_it_at_once(slack: Slack, server: SocketServer, error: str) -> None:
    with connected(slack, server) as running:
        server.opening = lambda number: said(ok=False, error=error)
        server.link().reset()
        (ended,) = until("ended", lambda: running.ended)
        assert str(ended) == (
            f"Slack does not accept SLACK_APP_TOKEN ({error}): create it anew with connections:write."
        )
        assert len(server.calls_of("apps.connections.open")) == 2


def test_it_ends_where_slack_stays_away(slack: Slack, server: SocketServer) -> None:
    with connected(slack, server, SOON_TIRED) as running:
        server.opening = lambda number: said(500)
        server.link().reset()
        assert until("ended", lambda: running.ended) == [False]


def test_it_ends_where_slack_was_never_there(slack: Slack, server: SocketServer) -> None:
    server.opening = lambda number: said(500)
    running = Running(slack.app, server, SOON_TIRED)
    assert until("ended", lambda: running.ended) == [False]
    running.end()


def test_being_away_costs_next_to_nothing(slack: Slack, server: SocketServer) -> None:
    with connected(slack, server, QUICK._replace(pause_most_s=0.1)):
        server.opening = lambda number: said(500)
        server.link().reset()
        time.sleep(0.3)
        began, calls = time.process_time(), len(server.calls)
        time.sleep(0.5)
        # Both ends of five calls, twenty times as many as in earnest.
        assert time.process_time() - began < 0.25
        assert len(server.calls) - calls <= 6


def test_connections_that_end_at_once_are_not_made_ever_faster(slack: Slack, server: SocketServer) -> None:
    with connected(slack, server, QUICK._replace(pause_s=0.02, pause_most_s=0.2)):
        server.opening = lambda number: (threading.Timer(0.02, lambda: server.links[-1].cut()).start(), "")[1]
        server.link().cut()
        time.sleep(0.6)
        assert 3 < len(server.links) <= 8


def test_an_answer_goes_where_its_request_came_from_even_if_that_is_ending(
    slack: Slack, server: SocketServer
) -> None:
    with connected(slack, server) as running:
        first = server.link()
        first.send({"type": "disconnect", "reason": "warning"})
        second = again(server, running)
        assert answered(first, "e2")
        assert second.acks("e2") == []
        until("the old one is ended", lambda: first.is_gone.is_set())
        assert first.closing
        assert running.mode.is_connected


def holding(slack: Slack) -> tuple[threading.Event, threading.Event]:
    """What lets the command `help hold` go on, and what says that it has come."""
    held, is_there = threading.Event(), threading.Event()

    @slack.app.middleware
    def hold(body: dict[str, Any], next: Callable[[], None]) -> None:  # noqa: A002
        if body.get("text") == "help hold":
            is_there.set()
            held.wait(5)
        next()

    return held, is_there


def test_an_answer_whose_connection_is_gone_takes_the_next(slack: Slack, server: SocketServer) -> None:
    held, is_there = holding(slack)
    # Bolt runs middleware in the order it is told of it; commands come after all of it.
    with connected(slack, server) as running:
        server.link().envelope("slash_commands", {**COMMAND, "text": "help hold"}, "e9")
        assert is_there.wait(5)
        server.link().reset()
        link = again(server, running)
        held.set()
        assert until("an answer", lambda: link.acks("e9"))


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "[]", "5", "null", "[" * 50_000, '{"type": 5}', '{"type": "slash_commands"}', "{}"],
)
def test_messages_that_are_none_end_nothing(slack: Slack, server: SocketServer, text: str) -> None:
    with connected(slack, server):
        link = server.link()
        link.send(text)
        assert answered(link)
        assert len(server.links) == 1


def test_pings_are_answered_and_are_a_sign_of_life(slack: Slack, server: SocketServer) -> None:
    with connected(slack, server):
        link = server.link()
        for _ in range(8):
            link.ping()
            time.sleep(0.04)
        assert link.pings == 0
        until("asked for a sign of life", lambda: link.pings)
        assert len(server.links) == 1


def test_what_was_taken_on_is_finished_at_a_stop(slack: Slack, server: SocketServer) -> None:
    held, is_there = holding(slack)
    with connected(slack, server) as running:
        link = server.link()
        link.envelope("slash_commands", {**COMMAND, "text": "help hold"}, "e1")
        assert is_there.wait(5)
        ending = threading.Thread(target=running.end)
        ending.start()
        until("stopping", lambda: running.ended)
        time.sleep(0.1)
        link.envelope("slash_commands", COMMAND, "late")
        time.sleep(0.1)
        held.set()
        ending.join(5)
        assert until("an answer", lambda: link.acks("e1"))
        assert link.acks("late") == []
        assert until("a goodbye", lambda: link.closing)


@pytest.mark.parametrize("while_", ["away", "connecting", "asked for patience"])
def test_a_stop_waits_for_no_connection(slack: Slack, server: SocketServer, while_: str) -> None:
    with connected(slack, server, USUAL) as running:
        if while_ == "connecting":
            server.greets = False
        elif while_ == "asked for patience":
            server.opening = lambda number: said(429, {"Retry-After": "30"}, ok=False, error="ratelimited")
        else:
            server.stop_listening()
        server.link().reset()
        until("away", lambda: not running.mode.is_connected)
        time.sleep(0.2)
        assert running.end() < 1


def test_as_patient_as_it_usually_is_it_comes_back_in_time() -> None:
    """Silence, a server that takes the connection and does not greet, a pause and a connection after it."""
    unheard = USUAL.ping_after_s * (USUAL.unanswered_most + 1)
    assert unheard + USUAL.pause_s < AGAIN_WITHIN - 2
    # Slack came back just after a try began to be in vain, for whichever reason.
    assert USUAL.answer_s + USUAL.pause_most_s < AGAIN_WITHIN - 2


class Started:
    """The bot in a process of its own, as a supervisor starts it."""

    def __init__(self, server: SocketServer, folder: Path) -> None:
        environment = {
            "PATH": os.defpath,
            "SLACK_API_URL": server.api,
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_APP_TOKEN": "xapp-1",
        }
        command = [sys.executable, "-m", "bot", "run", "--db", str(folder / "ce.db")]
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={**environment, "PYTHONPATH": str(Path(__file__).parents[1])},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def stop(self) -> None:
        self._process.terminate()

    def end(self) -> tuple[int, str, float]:
        """With which code it ended, what it said last, and how long that took."""
        began = time.monotonic()
        try:
            output, _ = self._process.communicate(timeout=20)
        finally:
            self._process.kill()
        return self._process.returncode, output.splitlines()[-1], time.monotonic() - began


@pytest.fixture
def started(server: SocketServer, tmp_path: Path) -> Started:
    found = Started(server, tmp_path)
    server.link()
    until("greeted", lambda: server.live)
    return found


@pytest.mark.soak
def test_a_process_stopped_before_it_knows_who_it_is_ends_well_and_at_once(
    server: SocketServer, tmp_path: Path
) -> None:
    server.other = {"auth.test": said(500)}
    process = Started(server, tmp_path)
    until("asked", lambda: server.calls_of("auth.test"))
    process.stop()
    code, last, took = process.end()
    assert (code, took < 3) == (0, True)
    assert "WARNING" in last


@pytest.mark.soak
def test_a_process_stopped_while_slack_is_away_ends_soon(server: SocketServer, started: Started) -> None:
    time.sleep(0.5)
    server.stop_listening()
    server.link().reset()
    time.sleep(1)
    started.stop()
    code, _, took = started.end()
    assert (code, took < 8) == (0, True)


@pytest.mark.soak
def test_a_process_whose_token_is_revoked_ends_with_a_sentence(
    server: SocketServer, started: Started
) -> None:
    server.opening = lambda number: said(ok=False, error="invalid_auth")
    time.sleep(0.5)
    server.link().reset()
    code, last, took = started.end()
    assert (code, took < 8) == (1, True)
    assert last == (
        "ce-bot: Slack does not accept SLACK_APP_TOKEN (invalid_auth): create it anew with connections:write."
    )


@pytest.mark.soak
@pytest.mark.parametrize("end", ENDS)
def test_in_earnest_it_is_back_within_ten_seconds(slack: Slack, server: SocketServer, end: str) -> None:
    with connected(slack, server, USUAL) as running:
        ENDS[end](server)
        began = time.monotonic()
        again(server, running)
        assert time.monotonic() - began < AGAIN_WITHIN

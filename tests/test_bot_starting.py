"""The start: who the bot is, asked of Slack once, and again while Slack is away."""

from collections.abc import Iterator

import pytest
from socket_server import Answer, SocketServer, said, slack_server

from bot.app import build_app
from bot.clients import OneToken, direct_client
from bot.courier import Courier
from bot.desk import Desk
from bot.settings import SlackRefusedError
from bot.starting import identity

AWAY: dict[str, Answer] = {
    "502": (502, "<html>Bad gateway</html>", {}),
    "500": said(500, ok=False, error="internal_error"),
    "an answer that is none": (200, "<html>", {}),
    "a list": (200, "[]", {}),
    "nobody": said(ok=True),
    "cut": (0, "", {}),
    "429": said(429, {"Retry-After": "soon"}, ok=False, error="ratelimited"),
}


@pytest.fixture
def server() -> Iterator[SocketServer]:
    with slack_server() as found:
        yield found


class Waiting:
    """Time that passes only by waiting; Slack answers otherwise after so many pauses."""

    def __init__(self, server: SocketServer, well_after: int) -> None:
        self.pauses: list[float] = []
        self._server = server
        self._well_after = well_after

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if len(self.pauses) == self._well_after:
            self._server.other = {}

    def timer(self) -> float:
        return sum(self.pauses)


@pytest.mark.parametrize("away", AWAY)
def test_a_slack_that_is_away_is_asked_again(
    server: SocketServer, away: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.other = {"auth.test": AWAY[away]}
    waiting = Waiting(server, well_after=3)
    found = identity(direct_client("xoxb-1", server.api), pause=waiting.pause, timer=waiting.timer)
    assert found["team_id"] == "T1"
    assert waiting.pauses == [0.5, 1.0, 2.0]
    said = [record.getMessage() for record in caplog.records if record.name == "bot.starting"]
    assert all(each.startswith(f"Slack at {server.api} ") for each in said)
    assert [each.rpartition("; ")[2] for each in said] == [
        f"trying again for {left} s." for left in (60, 60, 58)
    ]


def test_it_waits_as_long_as_slack_asks_for(server: SocketServer) -> None:
    server.other = {"auth.test": said(429, {"Retry-After": "20"}, ok=False, error="ratelimited")}
    waiting = Waiting(server, well_after=1)
    identity(direct_client("xoxb-1", server.api), pause=waiting.pause, timer=waiting.timer)
    assert waiting.pauses == [20]


@pytest.mark.parametrize("away", AWAY)
def test_after_a_minute_it_says_so(server: SocketServer, away: str) -> None:
    server.other = {"auth.test": AWAY[away]}
    waiting = Waiting(server, well_after=1000)
    with pytest.raises(SlackRefusedError) as caught:
        identity(direct_client("xoxb-1", server.api), pause=waiting.pause, timer=waiting.timer)
    assert str(caught.value).startswith(f"Slack at {server.api} ")
    assert str(caught.value).endswith(": check the network, or try again later.")
    assert "token anew" not in str(caught.value)
    assert 50 < sum(waiting.pauses) <= 60


@pytest.mark.parametrize("error", ["invalid_auth", "account_inactive", "token_revoked"])
def test_a_token_that_slack_does_not_accept_is_no_matter_of_patience(
    server: SocketServer, error: str
) -> None:
    server.other = {"auth.test": said(ok=False, error=error)}
    waiting = Waiting(server, well_after=1)
    with pytest.raises(SlackRefusedError, match=f"SLACK_BOT_TOKEN .{error}.: copy the bot token anew"):
        identity(direct_client("xoxb-1", server.api), pause=waiting.pause, timer=waiting.timer)
    assert waiting.pauses == []


def test_who_the_bot_is_is_asked_once(server: SocketServer, desk: Desk) -> None:
    client = direct_client("xoxb-1", server.api)
    app = build_app(desk, Courier(OneToken(client)), client, identity=identity(client))
    assert app.client.token == "xoxb-1"
    assert len(server.calls_of("auth.test")) == 1

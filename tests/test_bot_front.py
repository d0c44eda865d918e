"""What HTTP lets through to Bolt: bounded bodies that Slack has signed, and nothing else."""

import json
import statistics
import time
from collections.abc import Iterable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from signing import through
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier

from bot.app import build_app
from bot.clients import OneToken
from bot.console import LocalClient, at_once
from bot.courier import Courier
from bot.desk import Desk
from bot.front import BODY_MOST, PATH, Front, Served, UnavailableError
from bot.listeners.commands import name_of
from bot.metrics import Metrics
from bot.receiving import Receiver

SECRET = "0123456789abcdef"
NOW = 1_764_676_800
FIVE_MINUTES = 300


class Standing(SlackClock):
    """A clock that stands still."""

    def now(self) -> float:
        return NOW


class Behind:
    """Stands in for the app behind the front: keeps what reached it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.bodies.append(environ["wsgi.input"].read())
        start_response("200 OK", [("content-type", "text/plain")])
        return [b"behind"]


class Body(BytesIO):
    """A request's body that knows whether it was read."""

    was_read = False

    def read(self, *size: int) -> bytes:
        self.was_read = True
        return super().read(*size)


VERIFIER = SignatureVerifier(SECRET, clock=Standing())


def signed(body: bytes, at: int = NOW, **changes: Any) -> dict[str, Any]:
    """A request as Slack sends it, but for some variables (None: left out)."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": PATH,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "HTTP_X_SLACK_REQUEST_TIMESTAMP": str(at),
        "HTTP_X_SLACK_SIGNATURE": signature(body, at),
        "wsgi.input": Body(body),
    }
    return {name: value for name, value in {**environ, **changes}.items() if value is not None}


def signature(body: bytes, at: int | str) -> str:
    try:
        found = VERIFIER.generate_signature(timestamp=str(at), body=body)
    except UnicodeDecodeError:
        found = "v0=" + "0" * 64
    assert found
    return found


def status_of(environ: dict[str, Any], behind: Behind) -> int:
    """The status with which the front answers."""
    statuses: list[str] = []
    answer = through(Front(behind, VERIFIER), environ, lambda status, headers: statuses.append(status))
    body = b"".join(answer)
    (status,) = statuses
    if status != "200 OK":
        assert body == b""
    return int(status.split()[0])


@pytest.mark.parametrize("body", [b"command=%2Fce&text=help", b"", "text=Über 🎉".encode(), b"x" * BODY_MOST])
def test_what_slack_signed_reaches_the_app_whole(body: bytes) -> None:
    behind = Behind()
    assert status_of(signed(body), behind) == 200
    assert behind.bodies == [body]


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        (404, {"PATH_INFO": "/"}),
        (404, {"PATH_INFO": PATH + "/"}),
        (404, {"PATH_INFO": None}),
        (404, {"PATH_INFO": "/slack/EVENTS"}),
        (405, {"REQUEST_METHOD": "GET"}),
        (405, {"REQUEST_METHOD": "post"}),
        (405, {"REQUEST_METHOD": None}),
        (411, {"CONTENT_LENGTH": None}),
        (411, {"CONTENT_LENGTH": ""}),
        (411, {"CONTENT_LENGTH": "-1"}),
        (411, {"CONTENT_LENGTH": "+4"}),
        (411, {"CONTENT_LENGTH": "4.0"}),
        (411, {"CONTENT_LENGTH": "many"}),
        (411, {"CONTENT_LENGTH": "٤"}),
        (413, {"CONTENT_LENGTH": str(BODY_MOST + 1)}),
        (413, {"CONTENT_LENGTH": "9" * 5000}),
    ],
)
def test_what_cannot_be_from_slack_is_refused_unread(status: int, changes: dict[str, Any]) -> None:
    behind = Behind()
    environ = signed(b"text", **changes)
    assert status_of(environ, behind) == status
    assert behind.bodies == []
    assert not environ["wsgi.input"].was_read


@pytest.mark.parametrize(
    "changes",
    [
        {"HTTP_X_SLACK_SIGNATURE": None},
        {"HTTP_X_SLACK_SIGNATURE": ""},
        {"HTTP_X_SLACK_SIGNATURE": "v0=" + "0" * 64},
        {"HTTP_X_SLACK_SIGNATURE": "v0=é"},
        {"HTTP_X_SLACK_SIGNATURE": signature(b"other", NOW)},
        {"HTTP_X_SLACK_REQUEST_TIMESTAMP": None},
        {"HTTP_X_SLACK_REQUEST_TIMESTAMP": ""},
        {"HTTP_X_SLACK_REQUEST_TIMESTAMP": "abc"},
        {"HTTP_X_SLACK_REQUEST_TIMESTAMP": "inf"},
        {"HTTP_X_SLACK_REQUEST_TIMESTAMP": "9" * 5000},
        {"HTTP_X_SLACK_REQUEST_TIMESTAMP": str(NOW + 1)},
        {"wsgi.input": Body(b"tex")},
        {"wsgi.input": Body(b"Text")},
    ],
)
def test_what_slack_did_not_sign_is_refused(changes: dict[str, Any]) -> None:
    behind = Behind()
    assert status_of(signed(b"text", **changes), behind) == 401
    assert behind.bodies == []


def test_a_body_that_is_no_utf_8_is_refused() -> None:
    behind = Behind()
    assert status_of(signed(b"\xff\xfe"), behind) == 401
    assert behind.bodies == []


@pytest.mark.parametrize(
    ("age", "status"),
    [(0, 200), (FIVE_MINUTES, 200), (FIVE_MINUTES + 1, 401), (-FIVE_MINUTES, 200), (-FIVE_MINUTES - 1, 401)],
)
def test_a_signature_is_good_for_five_minutes(age: int, status: int) -> None:
    assert status_of(signed(b"text", at=NOW - age), Behind()) == status


def test_the_signature_of_another_app_is_refused() -> None:
    other = SignatureVerifier("another secret", clock=Standing())
    found = other.generate_signature(timestamp=str(NOW), body=b"text")
    assert status_of(signed(b"text", HTTP_X_SLACK_SIGNATURE=found), Behind()) == 401


def test_the_refusals_of_broken_json_and_forms_cost_no_parsing() -> None:
    behind = Behind()
    for body in (b"[" * 20_000, b"a=1&" * 200_000, b"{"):
        assert status_of(signed(body, HTTP_X_SLACK_SIGNATURE="v0=x"), behind) == 401
    assert behind.bodies == []


@pytest.mark.parametrize(
    ("stamp", "is_read"),
    [
        (str(NOW), True),
        (str(NOW - FIVE_MINUTES), True),
        (str(NOW - FIVE_MINUTES - 1), False),
        (str(NOW + FIVE_MINUTES + 1), False),
        ("abc", False),
        ("9" * 5000, False),
        ("9" * 13, False),
        (f"-{NOW}", False),
        (f"+{NOW}", False),
        (f" {NOW}", False),
        (f"{NOW}.0", False),
        ("1_764_676_800", False),
        ("".join(chr(ord(digit) + 0xFEE0) for digit in str(NOW)), False),  # fullwidth digits
        ("nan", False),
        ("", False),
    ],
)
def test_a_body_is_read_only_where_its_moment_may_be_right(stamp: str, is_read: bool) -> None:
    environ = signed(b"text", HTTP_X_SLACK_REQUEST_TIMESTAMP=stamp)
    environ["HTTP_X_SLACK_SIGNATURE"] = "v0=" + "0" * 64
    assert status_of(environ, Behind()) == 401
    assert environ["wsgi.input"].was_read is is_read


@pytest.mark.parametrize(
    "found",
    [
        "",
        "v0=",
        "v0=" + "0" * 63,
        "v0=" + "0" * 65,
        "v1=" + "0" * 64,
        "V0=" + "0" * 64,
        "v0=" + "A" * 64,
        "v0=" + "g" * 64,
        "v0=" + "é" * 64,
        "v0=" + "0" * 64 + "\n",
        "0" * 64,
        "\udcff" * 67,
    ],
)
def test_a_body_is_read_only_where_its_signature_may_be_one(found: str) -> None:
    environ = signed(b"text", HTTP_X_SLACK_SIGNATURE=found)
    assert status_of(environ, Behind()) == 401
    assert not environ["wsgi.input"].was_read


# Pages


class Page:
    """Stands in for a page: keeps what it was asked with."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked.append(environ)
        start_response("200 OK", [("content-type", "text/html")])
        return [environ["wsgi.input"].read(), b"page"]


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/slack/install", "GET", 200),
        ("/slack/install", "HEAD", 200),
        ("/slack/install", "POST", 405),
        ("/slack/install", "DELETE", 405),
        ("/slack/install", None, 405),
        ("/slack/install/", "GET", 404),
        ("/slack/install\n", "GET", 404),
        ("/slack", "GET", 404),
    ],
)
def test_pages_are_read_without_a_signature_and_without_a_body(
    path: str, method: str | None, status: int
) -> None:
    page, behind, started = Page(), Behind(), []
    front = Front(behind, VERIFIER, pages={"/slack/install": page})
    body = Body(b"something sent along")
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "code=x", "wsgi.input": body}
    answer = b"".join(through(front, environ, lambda line, headers: started.append(line)))
    assert int(started[0].split()[0]) == status
    assert answer == (b"page" if status == 200 else b"")
    assert [one["QUERY_STRING"] for one in page.asked] == ["code=x"] * (status == 200)
    assert not body.was_read
    assert behind.bodies == []


# Calendars

TOKEN = "a-Token_of_43_characters_" + "x" * 18
ICS = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


class Calendars:
    """Stands in for what looks calendars up: keeps what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_broken = False

    def __call__(self, token: str) -> Served | None:
        self.asked.append(token)
        if self.is_broken:
            raise UnavailableError
        return Served(ICS, "tag1") if token == TOKEN else None


class Answer:
    """The front's answer to somebody who asks for a calendar."""

    def __init__(self, path: str, calendars: Calendars | None, **changes: Any) -> None:
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "wsgi.input": Body(b"text"), **changes}
        started: list[tuple[str, list[tuple[str, str]]]] = []
        self.behind = Behind()
        front = Front(self.behind, VERIFIER, calendars)
        answer = through(front, environ, lambda status, headers: started.append((status, headers)))
        self.body = b"".join(answer)
        ((status, headers),) = started
        self.status = int(status.split()[0])
        self.headers = dict(headers)
        assert len(self.headers) == len(headers)
        assert self.behind.bodies == []
        assert not environ["wsgi.input"].was_read


def test_a_calendar_is_served_at_its_address_to_whoever_knows_it() -> None:
    found = Answer(f"/calendar/{TOKEN}.ics", Calendars())
    assert (found.status, found.body) == (200, ICS)
    assert found.headers == {
        "cache-control": "private, max-age=3600",
        "etag": '"tag1"',
        "x-content-type-options": "nosniff",
        "content-type": "text/calendar; charset=utf-8",
        "content-disposition": 'inline; filename="ce-dates.ics"',
        "content-length": str(len(ICS)),
    }


def test_whoever_asks_for_its_head_gets_no_body() -> None:
    whole, head = (
        Answer(f"/calendar/{TOKEN}.ics", Calendars(), REQUEST_METHOD=method) for method in ("GET", "HEAD")
    )
    assert (head.status, head.headers, head.body) == (200, whole.headers, b"")


@pytest.mark.parametrize(
    ("known", "status"),
    [('"tag1"', 304), ('W/"tag1"', 304), ('"tag0", "tag1"', 304), ('"tag0"', 200), ("", 200), (None, 200)],
)
def test_one_who_has_it_already_is_told_so(known: str | None, status: int) -> None:
    found = Answer(f"/calendar/{TOKEN}.ics", Calendars(), HTTP_IF_NONE_MATCH=known)
    assert (found.status, found.body) == (status, ICS if status == 200 else b"")
    assert found.headers["etag"] == '"tag1"'


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "get", "", None])
def test_a_calendar_can_only_be_read(method: str | None) -> None:
    calendars = Calendars()
    found = Answer(f"/calendar/{TOKEN}.ics", calendars, REQUEST_METHOD=method)
    assert (found.status, found.body, found.headers["allow"]) == (405, b"", "GET, HEAD")
    assert calendars.asked == []


def test_an_address_that_leads_nowhere_is_looked_for_like_any_other() -> None:
    calendars = Calendars()
    for token in (TOKEN[:-1], TOKEN + "x", "x", TOKEN.swapcase()):
        found = Answer(f"/calendar/{token}.ics", calendars)
        assert (found.status, found.body) == (404, b"")
        assert found.headers["cache-control"] == "no-store"
    assert len(calendars.asked) == 4


@pytest.mark.parametrize(
    "path",
    [
        "/calendar/",
        "/calendar",
        "/calendar/.ics",
        f"/calendar/{TOKEN}",
        f"/calendar/{TOKEN}.ics/",
        f"/calendar/{TOKEN}.ics\n",
        f"/calendar/x/{TOKEN}.ics",
        f"/calendar/../{TOKEN}.ics",
        f"//calendar/{TOKEN}.ics",
        f"/Calendar/{TOKEN}.ics",
        f"/calendar/{'x' * 101}.ics",
        "/calendar/é.ics",
        "/calendar/%00.ics",
    ],
)
def test_what_is_no_such_address_is_not_even_looked_for(path: str) -> None:
    calendars = Calendars()
    assert Answer(path, calendars).status == 404
    assert calendars.asked == []


def test_where_calendars_have_no_addresses_there_is_nothing() -> None:
    assert Answer(f"/calendar/{TOKEN}.ics", None).status == 404


def test_while_they_cannot_be_looked_up_it_is_said_and_the_log_does_not_tell_the_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calendars = Calendars()
    calendars.is_broken = True
    found = Answer(f"/calendar/{TOKEN}.ics", calendars)
    assert (found.status, found.body, found.headers["retry-after"]) == (503, b"", "60")
    assert "A calendar could not be looked up." in caplog.text
    assert TOKEN not in caplog.text


def test_beside_calendars_slack_is_served_as_before() -> None:
    behind = Behind()
    statuses: list[str] = []
    front = Front(behind, VERIFIER, Calendars())
    b"".join(through(front, signed(b"text"), lambda status, headers: statuses.append(status)))
    assert (statuses, behind.bodies) == (["200 OK"], [b"text"])


# The whole chain


@pytest.fixture
def served(desk: Desk):
    """The app as HTTP serves it: status, headers and body of the answer to a request."""
    client = LocalClient([])
    app = build_app(desk, Courier(OneToken(client), submit=at_once), client, signing_secret=SECRET)
    front = Front(Receiver(app, Metrics(), name_of), SignatureVerifier(SECRET))

    def send(environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        started: list[tuple[str, Any]] = []
        answer = through(front, environ, lambda status, headers: started.append((status, headers)))
        body = b"".join(answer)
        ((status, headers),) = started
        return int(status.split()[0]), {name.lower(): value for name, value in headers}, body

    return send


def command(text: str) -> bytes:
    """The body of a slash command."""
    return urlencode(
        {
            "command": "/ce",
            "text": text,
            "user_id": "UALICE",
            "team_id": "T1",
            "channel_id": "C1",
            "trigger_id": "1.1",
            "response_url": "https://hooks.example/1",
            "is_enterprise_install": "false",
        }
    ).encode()


def test_a_signed_command_is_answered_by_the_whole_chain(served) -> None:
    # Bolt checks the signature again, by its own clock: so this one is signed now.
    status, headers, body = served(signed(command("help"), at=int(time.time())))
    assert status == 200
    assert headers["content-type"].startswith("application/json")
    answer = json.loads(body)
    assert answer["response_type"] == "ephemeral"
    assert "/ce add" in answer["text"]


def test_a_command_with_letters_from_everywhere_arrives_whole(served) -> None:
    _, _, body = served(signed(command('add course "Jira für Größen 🎉"'), at=int(time.time())))
    assert 'course "Jira für Größen 🎉"' in json.loads(body)["text"]


def test_an_unsigned_command_gets_no_answer_from_the_whole_chain(served) -> None:
    environ = signed(command("help"), at=int(time.time()), HTTP_X_SLACK_SIGNATURE="v0=" + "0" * 64)
    assert served(environ)[::2] == (401, b"")


def test_the_address_check_of_the_events_api_is_answered(served) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c1", "token": "t"}).encode()
    environ = signed(body, at=int(time.time()), CONTENT_TYPE="application/json")
    status, _, answer = served(environ)
    assert status == 200
    assert b"c1" in answer


def test_an_answer_does_not_wait_for_a_poll(served) -> None:
    """Unless told otherwise Bolt looks every 10 ms whether a listener has answered."""
    times = []
    for _ in range(21):
        environ = signed(command("help"), at=int(time.time()))
        began = time.perf_counter()
        assert served(environ)[0] == 200
        times.append(time.perf_counter() - began)
    assert statistics.median(times) < 0.010

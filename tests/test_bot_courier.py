"""What goes to Slack beside the answer to a request, and whose day it is."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from conftest import ALICE
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

import rules
from bot.clients import OneToken, direct_client, slack_client
from bot.console import at_once
from bot.courier import USER_WAIT_S, Courier
from bot.desk import Desk
from bot.ledger import Ledger, Member
from bot.outcomes import Person
from bot.views.blocks import Reply

REPLY = Reply("text", [{"type": "section", "text": {"type": "mrkdwn", "text": "text"}}])
URL = "https://hooks.example/1"


class Client(WebClient):
    """Stands in for Slack's Web API: keeps the calls, and answers what it was given or raises it."""

    def __init__(self, answer: Any = None) -> None:
        super().__init__(token="xoxb-test")
        self.answer = answer
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def api_call(self, api_method: str, **request: Any) -> Any:
        self.calls.append((api_method, {**(request.get("params") or {}), **(request.get("json") or {})}))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Box:
    """Stands in for response_urls: keeps what was sent there, or raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, url: str, payload: dict[str, Any]) -> None:
        if self.error:
            raise self.error
        self.sent.append((url, payload))


def never(work: Callable[[], Any]) -> "Future[Any]":
    """A pool that does not come round to it."""
    return Future()


def refused(error: str) -> SlackApiError:
    return SlackApiError("refused", {"ok": False, "error": error})


# Messages


@pytest.mark.parametrize("thread_ts", [None, "1.0"])
def test_a_post_goes_to_its_channel_and_thread_without_previews(thread_ts: str | None) -> None:
    client = Client()
    Courier(OneToken(client), submit=at_once).post("T1", "C1", REPLY, thread_ts)
    ((method, sent),) = client.calls
    assert method == "chat.postMessage"
    assert (sent["channel"], sent["text"], sent.get("thread_ts")) == ("C1", "text", thread_ts)
    assert sent["unfurl_links"] is False
    assert list(sent["blocks"]) == REPLY.blocks


@pytest.mark.parametrize("replace", [True, False])
def test_a_reply_to_a_click_goes_to_its_address(replace: bool) -> None:
    box = Box()
    Courier(OneToken(Client()), submit=at_once, send=box).respond(URL, REPLY, replace=replace)
    assert box.sent == [(URL, {"text": "text", "blocks": REPLY.blocks, "replace_original": replace})]


@pytest.mark.parametrize(
    "error", [refused("not_in_channel"), ConnectionResetError("gone"), ValueError("odd")]
)
def test_what_cannot_be_sent_is_logged_and_nobody_has_to_catch_it(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    courier = Courier(OneToken(Client(error)), submit=at_once, send=Box(error))
    with caplog.at_level(logging.ERROR):
        courier.post("T1", "C1", REPLY)
        courier.respond(URL, REPLY, replace=True)
    assert [record.getMessage() for record in caplog.records] == ["A message to Slack was not sent."] * 2
    assert [record.exc_info and record.exc_info[1] for record in caplog.records] == [error, error]


def test_messages_are_sent_in_other_threads_and_finished_before_the_end() -> None:
    box = Box()
    courier = Courier(OneToken(Client()), send=box)
    for number in range(20):
        courier.respond(f"{URL}/{number}", REPLY, replace=False)
    courier.close()
    assert {url for url, _ in box.sent} == {f"{URL}/{number}" for number in range(20)}


# Time zones


@pytest.mark.parametrize(
    ("answer", "timezone"),
    [
        ({"user": {"id": "UALICE", "tz": "Asia/Tokyo"}}, "Asia/Tokyo"),
        ({"user": {"id": "UALICE"}}, None),
        ({"user": {"tz": None}}, None),
        ({"user": {"tz": 9}}, None),
        ({}, None),
        (refused("user_not_found"), None),
        (refused("missing_scope"), None),
        (ConnectionRefusedError("down"), None),
        (TimeoutError("slow"), None),
    ],
)
def test_a_time_zone_is_what_slack_names_or_unknown(answer: Any, timezone: str | None) -> None:
    client = Client(answer)
    assert Courier(OneToken(client), submit=at_once).timezone_of(ALICE) == timezone
    assert client.calls[0][0] == "users.info"
    assert client.calls[0][1]["user"] == "UALICE"


def test_a_time_zone_that_takes_too_long_is_not_waited_for() -> None:
    began = time.monotonic()
    assert Courier(OneToken(Client()), submit=never).timezone_of(ALICE) is None
    assert time.monotonic() - began < USER_WAIT_S + 1
    assert USER_WAIT_S < 1.5  # a write may wait as long again, and Slack waits 3 seconds


# What people are called, and whether they can be in a team


@pytest.mark.parametrize(
    ("user", "person"),
    [
        ({"name": "alice"}, Person("alice")),
        ({"name": "alice", "profile": {"real_name": "Alice A."}}, Person("Alice A.")),
        ({"name": "a", "profile": {"real_name": "A", "display_name": "Ally"}}, Person("Ally")),
        ({"name": "alice", "profile": {"display_name": ""}}, Person("alice")),
        ({"name": " A\u202el\nlie  "}, Person("A l lie")),
        ({"name": 7}, Person("")),
        ({}, Person("")),
        ({"name": "bot", "is_bot": True}, Person("bot", is_bot=True)),
        ({"name": "gone", "deleted": True}, Person("gone", is_gone=True)),
        ({"name": "alice", "team_id": "T1"}, Person("alice")),
        ({"name": "eve", "team_id": "T2"}, Person("eve", is_elsewhere=True)),
        ({"name": "a", "team_id": "T2", "enterprise_user": {"teams": ["T1", "T2"]}}, Person("a")),
    ],
)
def test_people_are_what_slack_says_they_are(user: dict[str, Any], person: Person) -> None:
    assert Courier(OneToken(Client({"user": user})), submit=at_once).people_of([ALICE]) == {ALICE: person}


def test_slacks_own_bot_is_a_bot_though_slack_does_not_say_so() -> None:
    slackbot = Member("T1", "USLACKBOT")
    found = Courier(OneToken(Client({"user": {"name": "slackbot"}})), submit=at_once).people_of([slackbot])
    assert found[slackbot].is_bot


@pytest.mark.parametrize("answer", [refused("user_not_found"), ConnectionRefusedError("down")])
def test_whom_slack_does_not_know_is_left_out(answer: Any) -> None:
    assert Courier(OneToken(Client(answer)), submit=at_once).people_of([ALICE]) == {}


def test_many_people_are_asked_about_at_once_and_those_named_in_time_are_known() -> None:
    people = [Member("T1", f"U{number}") for number in range(20)]
    slow = {f"U{number}" for number in (3, 17)}

    def submit(work: Any) -> "Future[Any]":
        return never(work) if work.args[0].id in slow else at_once(work)

    began = time.monotonic()
    found = Courier(OneToken(Client({"user": {"name": "n"}})), submit=submit).people_of([*people, *people])
    assert time.monotonic() - began < USER_WAIT_S + 1
    assert [who.id for who in found] == [who.id for who in people if who.id not in slow]


# Whose day it is


class Zones:
    """Stands in for Slack: names a time zone and counts how often it was asked."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.asked: list[Member] = []

    def __call__(self, who: Member) -> str | None:
        self.asked.append(who)
        return self.name


class Moment:
    """A clock that stands at a moment."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


NOON = datetime(2025, 12, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "at", "today"),
    [
        ("UTC", datetime(2025, 12, 1, 23, 59, 59, tzinfo=UTC), date(2025, 12, 1)),
        ("UTC", datetime(2025, 12, 2, tzinfo=UTC), date(2025, 12, 2)),
        ("Asia/Tokyo", datetime(2025, 12, 1, 14, 59, 59, tzinfo=UTC), date(2025, 12, 1)),
        ("Asia/Tokyo", datetime(2025, 12, 1, 15, 0, 0, tzinfo=UTC), date(2025, 12, 2)),
        ("America/Los_Angeles", datetime(2025, 12, 2, 7, 59, 59, tzinfo=UTC), date(2025, 12, 1)),
        ("America/Los_Angeles", datetime(2025, 12, 2, 8, 0, 0, tzinfo=UTC), date(2025, 12, 2)),
        ("Europe/Berlin", datetime(2025, 6, 30, 21, 59, 59, tzinfo=UTC), date(2025, 6, 30)),
        ("Europe/Berlin", datetime(2025, 6, 30, 22, 0, 0, tzinfo=UTC), date(2025, 7, 1)),
        ("Europe/Berlin", datetime(2025, 12, 31, 22, 59, 59, tzinfo=UTC), date(2025, 12, 31)),
        ("Pacific/Kiritimati", datetime(2025, 12, 1, 10, 0, 0, tzinfo=UTC), date(2025, 12, 2)),
    ],
)
def test_today_is_the_members_own_day(
    ledger: Ledger, policy: rules.Policy, timezone: str, at: datetime, today: date
) -> None:
    desk = Desk(ledger, policy, Moment(at), Zones(timezone))
    assert desk.today(ALICE) == today
    assert desk.today(ALICE) == today  # as asked, and as remembered


@pytest.mark.parametrize("name", ["Nowhere/Nothing", "../../etc/passwd", "", "America", "x" * 500, None])
def test_a_zone_nobody_knows_is_utc(ledger: Ledger, policy: rules.Policy, name: str | None) -> None:
    moment = Moment(datetime(2025, 12, 1, 23, 59, 59, tzinfo=UTC))
    desk = Desk(ledger, policy, moment, Zones(name))
    assert desk.today(ALICE) == date(2025, 12, 1)
    moment.now += timedelta(seconds=1)
    assert desk.today(ALICE) == date(2025, 12, 2)


def test_slack_is_asked_for_a_zone_once_in_30_days(ledger: Ledger, policy: rules.Policy) -> None:
    moment, zones = Moment(NOON), Zones("Asia/Tokyo")
    desk = Desk(ledger, policy, moment, zones)
    desk.today(ALICE)
    moment.now = NOON + timedelta(days=30)
    desk.today(ALICE)
    assert zones.asked == [ALICE]
    moment.now += timedelta(seconds=1)
    zones.name = "Europe/Berlin"
    desk.today(ALICE)
    desk.today(ALICE)
    assert zones.asked == [ALICE, ALICE]
    assert ledger.timezone(ALICE) == ("Europe/Berlin", moment.now)


def test_where_slack_names_no_zone_it_is_asked_again_after_an_hour_for_each_member(
    ledger: Ledger, policy: rules.Policy
) -> None:
    moment, zones, bob = Moment(NOON), Zones(None), Member("T1", "UBOB")
    desk = Desk(ledger, policy, moment, zones)
    for later in (timedelta(), timedelta(minutes=59, seconds=59)):
        moment.now = NOON + later
        desk.today(ALICE)
    assert zones.asked == [ALICE]
    desk.today(bob)
    assert zones.asked == [ALICE, bob]
    moment.now = NOON + timedelta(hours=1)
    desk.today(ALICE)
    desk.today(bob)
    assert zones.asked == [ALICE, bob, ALICE]
    zones.name = "Asia/Tokyo"
    moment.now = NOON + timedelta(hours=2)
    desk.today(ALICE)
    assert ledger.timezone(ALICE) == ("Asia/Tokyo", moment.now)
    assert ledger.timezone(bob) == (None, None)


def test_each_member_has_a_zone_of_their_own(ledger: Ledger, policy: rules.Policy) -> None:
    zones = {ALICE: "Asia/Tokyo", Member("T2", ALICE.id): "America/Los_Angeles"}
    desk = Desk(ledger, policy, Moment(datetime(2025, 12, 1, 16, tzinfo=UTC)), zones.__getitem__)
    assert [desk.today(who).day for who in (*zones, *zones)] == [2, 1, 2, 1]


def test_a_zone_once_known_stays_when_slack_does_not_say(ledger: Ledger, policy: rules.Policy) -> None:
    moment, zones = Moment(datetime(2025, 12, 1, 16, tzinfo=UTC)), Zones("Asia/Tokyo")
    desk = Desk(ledger, policy, moment, zones)
    assert desk.today(ALICE) == date(2025, 12, 2)
    zones.name = None
    moment.now += timedelta(days=31)
    assert desk.today(ALICE) == date(2026, 1, 2)
    zones.name = "UTC"
    assert desk.today(ALICE) == date(2026, 1, 2), "Slack is left in peace for an hour"
    moment.now += timedelta(hours=1)
    assert desk.today(ALICE) == date(2026, 1, 1)


# Whoever takes a message and never says so


@pytest.fixture
def mute() -> Iterator[tuple[str, list[str]]]:
    """The address of a Slack that hangs up once it has read a call, and what it was sent."""
    came: list[str] = []

    class HangsUp(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            came.append(self.path)
            self.close_connection = True

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), HangsUp) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", came
        server.shutdown()


def test_what_slack_may_have_taken_is_not_sent_again(
    mute: tuple[str, list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    """slack_sdk, left to itself, sends it a second time."""
    url, came = mute
    clients = OneToken(slack_client("xoxb-1", url), direct_client("xoxb-1", url))
    courier = Courier(clients, submit=at_once)
    courier.post("T1", "C1", REPLY)
    courier.respond(f"{url}response", REPLY, replace=False)
    courier.deliver("T1", "UALICE", REPLY)
    assert came == ["/chat.postMessage", "/response", "/chat.postMessage"]
    assert caplog.text.count("A message to Slack was not sent.") == 2

"""A round: what is due is sent, whatever Slack answers, and nobody waits for anybody else's trouble."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import ALICE, TODAY
from reminding import DAY, NOW, ON, World
from slack_limits import problems
from slack_sdk import WebClient

import rules
from bot.clients import OneToken, direct_client
from bot.console import Console
from bot.courier import Courier
from bot.ledger import Ledger, LedgerBusyError, LedgerFullError, Member, Stage
from bot.outcomes import Bundle, Delivered, Delivery, TryLater, Undeliverable
from bot.refusals import HOUR_S, SOON_S, UNREACHABLE, became
from bot.reminders import LEASE
from bot.rounds import AT_ONCE, CONSOLE, ZONES_IN_A_ROUND, Rounds, Sent, Ticker, in_slack, to_the_end
from bot.views.blocks import Reply

BOB = Member("T1", "UBOB")
SUSPENDS_ON = date(2026, 2, 26)
DUE = datetime(2025, 12, 3, 9, tzinfo=UTC)
REPLY = Reply("text", [{"type": "section", "text": {"type": "mrkdwn", "text": "text"}}])
LIMITED = TryLater(30, "ratelimited", whole_workspace=True)
REFUSED = TryLater(HOUR_S, "token_revoked", whole_workspace=True, counts_for_all=True)


class Post:
    """Stands in for the courier: keeps what was delivered, and answers what it was given."""

    def __init__(self, answer: Callable[[str], Delivery] = lambda _: Delivered()) -> None:
        self.answer = answer
        self.sent: list[tuple[str, Reply]] = []

    def deliver(self, workspace: str, addressee: str, reply: Reply) -> Delivery:
        delivery = self.answer(addressee)
        self.sent.append((addressee, reply))
        return delivery

    @property
    def addressees(self) -> list[str]:
        return [addressee for addressee, _ in self.sent]


@pytest.fixture
def world(ledger: Ledger, policy: rules.Policy) -> World:
    return World(ledger, policy)


@pytest.fixture
def post() -> Post:
    return Post()


def rounds_of(world: World, post: Post, **options: Any) -> Rounds:
    return Rounds(world.desk, post, world.clock, in_slack, **options)  # type: ignore[arg-type]


@pytest.fixture
def rounds(world: World, post: Post) -> Rounds:
    return rounds_of(world, post)


def due(world: World, *members: Member) -> None:
    """Members with a notice that is due now."""
    for who in members:
        world.holds(who, SUSPENDS_ON)
        world.wants(who)
    world.clock.now = DUE


def crowd(number: int, workspace: str = "T1") -> list[Member]:
    return [Member(workspace, f"U{one:03}") for one in range(number)]


# A round


def test_a_round_sends_each_addressee_what_is_due_once(world: World, rounds: Rounds, post: Post) -> None:
    due(world, ALICE, BOB)
    assert rounds.send() == Sent(2, 0, 0)
    assert rounds.send() == Sent(0, 0, 0)
    assert sorted(post.addressees) == [ALICE.id, BOB.id]
    assert all("ACP-620" in reply.text for _, reply in post.sent)


def test_more_are_told_than_one_claim_takes(world: World, rounds: Rounds, post: Post) -> None:
    members = crowd(AT_ONCE * 2 + 1)
    due(world, *members)
    assert rounds.send().sent == len(members)
    assert sorted(post.addressees) == [who.id for who in members]


def test_a_member_and_a_channel_are_told_in_their_own_ways(world: World, rounds: Rounds, post: Post) -> None:
    due(world, ALICE)
    world.team(ALICE, days=(30,), digest_day=1)
    rounds.send()
    world.clock.now = datetime(2025, 12, 8, 9, tzinfo=UTC)
    rounds.send()
    world.clock.now = datetime(2026, 1, 27, 9, tzinfo=UTC)
    rounds.send()
    (own, first), (digest_to, digest), (channel, notice), *_ = [
        (addressee, reply) for addressee, reply in post.sent if addressee == "C1" or reply is post.sent[0][1]
    ]
    assert (own, digest_to, channel) == (ALICE.id, "C1", "C1")
    assert "/ce remind off" in first.text
    assert "Ualice" in digest.text
    assert "Ualice" in notice.text
    for _, reply in post.sent:
        assert problems({"text": reply.text, "blocks": reply.blocks}) == []


def test_the_consoles_members_are_not_told_by_the_bot_in_slack(
    world: World, rounds: Rounds, post: Post
) -> None:
    at_home = Member(CONSOLE, "UYOU")
    due(world, at_home, ALICE)
    assert rounds.send() == Sent(1, 0, 0)
    assert post.addressees == [ALICE.id]
    assert world.rows(at_home, Stage.PLANNED)


def test_workspaces_take_turns(world: World, rounds: Rounds, post: Post) -> None:
    many = crowd(AT_ONCE * 2, "T1")
    one = Member("T2", "UONE")
    due(world, *many, one)
    rounds.send()
    assert post.addressees.index(one.id) == AT_ONCE


def test_a_workspace_that_removed_the_bot_is_told_nothing(world: World, rounds: Rounds, post: Post) -> None:
    due(world, ALICE)
    with world.ledger.write() as writer:
        writer._db.execute("INSERT INTO departures (workspace, left_at) VALUES ('T1', '2025-12-02')")
    assert rounds.send() == Sent(0, 0, 0)
    assert post.sent == []


@pytest.mark.parametrize(("days", "is_kept"), [(13, True), (14, False)])
def test_what_is_kept_of_a_workspace_that_left_is_deleted_in_time(
    world: World, rounds: Rounds, days: int, is_kept: bool
) -> None:
    due(world, ALICE)
    world.desk.forgetting.note_departure("T1")
    world.clock.now += DAY * days
    while rounds.see_to():
        pass
    assert bool(world.rows(ALICE)) is is_kept
    assert bool(world.ledger.facts(ALICE).credentials) is is_kept


# Trouble


def test_what_one_cannot_be_sent_keeps_nobody_else_from_being_told(world: World, post: Post) -> None:
    members = crowd(AT_ONCE + 10)
    broken = {members[0].id: Undeliverable("user_disabled"), members[1].id: TryLater(60, "http_500")}
    post.answer = lambda addressee: broken.get(addressee, Delivered())
    due(world, *members)
    assert rounds_of(world, post).send() == Sent(len(members) - 2, 1, 1)


def test_after_a_rate_limit_the_workspace_is_left_in_peace_and_others_are_not(
    world: World, post: Post
) -> None:
    here, there = crowd(5), crowd(5, "T2")
    answers = {0: LIMITED}
    post.answer = lambda _: answers.get(len(post.sent), Delivered())
    due(world, *here, *there)
    rounds = rounds_of(world, post)
    assert rounds.send() == Sent(5, 0, 5)
    assert rounds.resumes_at == DUE + timedelta(seconds=30)
    world.clock.now += timedelta(seconds=29)
    assert rounds.send() == Sent(0, 0, 5)
    world.clock.now += timedelta(seconds=1)
    assert rounds.resumes_at is None
    assert rounds.send() == Sent(4, 0, 1), "what was tried waits a minute"
    world.clock.now += timedelta(seconds=30)
    assert rounds.send() == Sent(1, 0, 0)
    assert [row.reason for who in here for row in world.rows(who, Stage.SENT)] == [""] * 5


def test_while_a_token_is_refused_one_is_asked_about_for_all_and_a_new_one_finds_them_waiting(
    world: World, post: Post
) -> None:
    members = crowd(AT_ONCE + 5)
    post.answer = lambda _: REFUSED
    due(world, *members)
    rounds = rounds_of(world, post)
    for tried in range(3):
        assert rounds.send() == Sent(0, 0, len(members))
        assert rounds.send() == Sent(0, 0, len(members))
        assert len(post.sent) == tried + 1
        world.clock.now += timedelta(hours=1)
    for _ in range(4 * 24):  # somebody sees to it after a long weekend
        assert rounds.send() == Sent(0, 0, len(members))
        world.clock.now += timedelta(hours=1)
    world.clock.now += DAY
    post.answer = lambda _: Delivered()
    assert rounds_of(world, post).send() == Sent(len(members), 0, 0)


def test_where_a_token_is_refused_for_weeks_everything_is_given_up(world: World, post: Post) -> None:
    members = crowd(3)
    post.answer = lambda _: REFUSED
    due(world, *members)
    rounds = rounds_of(world, post)
    parked = 0
    while not parked:
        parked = rounds.send().parked
        world.clock.now += timedelta(hours=1)
    assert parked == len(members)
    assert timedelta(days=13) < world.clock.now - DUE < timedelta(days=15)
    with world.ledger.outbox() as outbox:
        assert outbox.health(world.clock()).parked == {"token_revoked": len(members)}
    post.answer = lambda _: Delivered()
    world.clock.now = datetime(2025, 12, 28, 9, tzinfo=UTC)
    assert rounds.send() == Sent(len(members), 0, 0), "the next notice is sent as usual"


def test_a_fault_in_one_message_is_logged_and_tried_again_and_the_others_are_sent(
    world: World, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    def answer(addressee: str) -> Delivery:
        if addressee == ALICE.id:
            raise KeyError("odd")
        return Delivered()

    post.answer = answer
    due(world, ALICE, BOB)
    with caplog.at_level(logging.ERROR):
        assert rounds_of(world, post).send() == Sent(1, 0, 1)
    assert [record.getMessage() for record in caplog.records] == ["A reminder could not be made."]
    (row,) = world.rows(ALICE)
    assert (row.stage, row.reason, row.due_at) == (Stage.PLANNED, "KeyError", DUE + timedelta(minutes=1))


def test_a_fault_in_looking_at_one_member_is_logged_and_the_others_are_sent(
    world: World, rounds: Rounds, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    due(world, ALICE, BOB)
    with world.ledger.write() as writer:
        writer._db.execute("UPDATE reminders SET days = 'odd' WHERE member = 'UALICE'")
    with caplog.at_level(logging.ERROR):
        assert rounds.send() == Sent(1, 0, 1)
    assert post.addressees == [BOB.id]
    assert [record.getMessage() for record in caplog.records] == ["What a reminder is to say cannot be told."]
    assert rounds.send() == Sent(0, 0, 1)


def test_what_was_sent_is_kept_however_busy_the_database_is(world: World, post: Post) -> None:
    due(world, ALICE)
    settle, failed = world.reminders.settle, []

    def busy(bundle: Bundle, delivery: Delivery) -> Stage:
        if len(failed) < 4:
            failed.append(bundle)
            raise LedgerBusyError("busy")
        return settle(bundle, delivery)

    world.reminders.settle = busy  # type: ignore[method-assign]
    assert rounds_of(world, post).send() == Sent(1, 0, 0)
    assert len(failed) == 4


def test_a_fault_in_planning_what_comes_next_does_not_send_it_again(
    world: World, rounds: Rounds, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    due(world, ALICE, BOB)

    def broken(*_: object, **__: object) -> None:
        raise KeyError("odd")

    world.reminders._plan_next = broken  # type: ignore[method-assign]
    with caplog.at_level(logging.ERROR):
        assert rounds.send() == Sent(2, 0, 0)
    assert {record.getMessage() for record in caplog.records} == {
        "What comes after a reminder cannot be planned."
    }
    assert [row.stage for row in world.rows(ALICE)] == [Stage.SENT]


def test_where_nothing_can_be_kept_nothing_more_is_sent(world: World, post: Post) -> None:
    """A full disk would have the same reminder sent again and again."""
    due(world, *crowd(3))

    def full(bundle: Bundle, delivery: Delivery) -> Stage:
        raise LedgerFullError("full")

    world.reminders.settle = full  # type: ignore[method-assign]
    with pytest.raises(LedgerFullError):
        rounds_of(world, post).send()
    assert len(post.sent) == 1


def test_what_was_sent_and_could_not_be_kept_is_kept_later_and_not_sent_again(
    world: World, post: Post
) -> None:
    due(world, ALICE)
    settle = world.reminders.settle

    def full(bundle: Bundle, delivery: Delivery) -> Stage:
        raise LedgerFullError("full")

    world.reminders.settle = full  # type: ignore[method-assign]
    rounds = rounds_of(world, post)
    with pytest.raises(LedgerFullError):
        rounds.send()
    world.reminders.settle = settle  # type: ignore[method-assign]
    world.clock.now += LEASE
    assert rounds.send() == Sent(1, 0, 0)
    assert post.addressees == [ALICE.id]
    assert len(world.rows(ALICE, Stage.SENT)) == 1


def test_told_to_stop_a_round_ends_after_the_message_under_way_and_gives_back_the_rest(
    world: World, post: Post
) -> None:
    due(world, *crowd(5))
    rounds = rounds_of(world, post)

    def answer(_: str) -> Delivery:
        rounds.stop.set()
        return Delivered()

    post.answer = answer
    assert rounds.send().sent == 1
    post.answer = lambda _: Delivered()
    assert rounds_of(world, post).send().sent == 4


# Time zones


def test_a_time_zone_unknown_for_long_is_asked_for_but_not_of_everybody_at_once(
    world: World, rounds: Rounds, post: Post
) -> None:
    members = crowd(ZONES_IN_A_ROUND + 10)
    due(world, *members)
    world.clock.now += DAY * 31
    asked: list[Member] = []

    def timezone_of(who: Member) -> str:
        asked.append(who)
        return "America/Los_Angeles"

    world.desk._days._timezone_of = timezone_of
    assert rounds.send() == Sent(10, 0, 0)
    assert len(asked) == ZONES_IN_A_ROUND
    world.clock.now += timedelta(hours=8)
    assert rounds.send() == Sent(ZONES_IN_A_ROUND, 0, 0)


def test_who_was_forgotten_while_slack_was_asked_for_their_time_zone_stays_so(
    world: World, rounds: Rounds, post: Post
) -> None:
    due(world, ALICE)
    world.clock.now += DAY * 31

    def timezone_of(who: Member) -> str:
        with world.ledger.write() as writer:
            for table in (
                "reminders",
                "standings",
                "outbox",
                "portal_dates",
                "credentials",
                "audit",
                "members",
            ):
                writer._db.execute(f"DELETE FROM {table}")
        return "Asia/Tokyo"

    world.desk._days._timezone_of = timezone_of
    assert rounds.send() == Sent(0, 0, 0)
    assert post.sent == []
    assert world.ledger.timezone(ALICE) == (None, None)


def test_channels_have_no_time_zone_to_ask_for(world: World, rounds: Rounds) -> None:
    world.team(ALICE, digest_day=1)
    world.clock.now = NOW + DAY * 6
    asked: list[Member] = []
    world.desk._days._timezone_of = lambda who: asked.append(who)  # type: ignore[func-returns-value]
    assert rounds.send() == Sent(1, 0, 0)
    assert asked == []


# To the end


def test_a_round_to_its_end_waits_where_slack_asks_for_it(world: World, post: Post) -> None:
    due(world, *crowd(4))
    answers = {1: LIMITED}
    post.answer = lambda _: answers.get(len(post.sent), Delivered())
    paused: list[float] = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        world.clock.now += timedelta(seconds=seconds)

    assert to_the_end(rounds_of(world, post), world.clock, pause) == Sent(3, 0, 1)
    assert paused == [30.0]


@pytest.mark.parametrize(("seconds", "pauses"), [(120, 5), (600, 1), (601, 0), (3600, 0)])
def test_but_not_for_ever(world: World, post: Post, seconds: int, pauses: int) -> None:
    due(world, *crowd(30))
    post.answer = lambda _: TryLater(seconds, "ratelimited", whole_workspace=True)
    paused: list[float] = []

    def pause(waited: float) -> None:
        paused.append(waited)
        world.clock.now += timedelta(seconds=waited)

    found = to_the_end(rounds_of(world, post), world.clock, pause)
    assert found.sent == 0
    assert found.later
    assert len(paused) == pauses


def test_told_to_stop_it_waits_no_longer(world: World, post: Post) -> None:
    due(world, *crowd(3))
    post.answer = lambda _: LIMITED
    rounds = rounds_of(world, post)
    assert to_the_end(rounds, world.clock, lambda _: rounds.stop.set()) == Sent(0, 0, 3)
    assert len(post.sent) == 1


def test_a_round_to_its_end_sees_to_what_is_stale_first(world: World, rounds: Rounds, post: Post) -> None:
    due(world, ALICE)
    with world.ledger.write() as writer:
        writer._db.execute("DELETE FROM outbox")
        writer._db.execute("UPDATE standings SET policy = 'older', suspends_on = '2027-01-01'")
    world.clock.now = DUE
    assert to_the_end(rounds, world.clock, lambda _: None) == Sent(0, 0, 0)
    assert world.rows(ALICE, Stage.PLANNED)
    world.clock.now += DAY
    assert rounds.send() == Sent(1, 0, 0)


def test_whoever_cannot_be_computed_anew_keeps_nobody_else_from_being_seen_to(
    world: World, rounds: Rounds, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    due(world, ALICE, BOB)
    with world.ledger.write() as writer:
        writer._db.execute("UPDATE standings SET policy = 'older'")
        writer._db.execute("DELETE FROM outbox WHERE member = 'UBOB'")
        writer._db.execute("UPDATE reminders SET days = 'odd' WHERE member = 'UALICE'")
    world.clock.now -= timedelta(hours=1)
    with caplog.at_level(logging.ERROR):
        assert to_the_end(rounds, world.clock, lambda _: None) == Sent(0, 0, 0)
    assert [record.getMessage() for record in caplog.records] == [
        "Where a member stands cannot be computed anew."
    ]
    world.clock.now = DUE
    with caplog.at_level(logging.ERROR):
        rounds.send()
    assert post.addressees == [BOB.id]


# Every minute


def wait_for(happened: Callable[[], object]) -> None:
    """Give another thread up to five seconds."""
    gone = threading.Event()
    for _ in range(500):
        if happened():
            return
        gone.wait(0.01)
    raise AssertionError("it did not happen")


def test_a_ticker_does_one_round_after_another_until_it_is_stopped(world: World, post: Post) -> None:
    due(world, ALICE)
    ticker = Ticker(rounds_of(world, post), every_s=0.01)
    ticker.start()
    wait_for(lambda: len(post.sent) == 1)
    world.clock.now = datetime(2025, 12, 28, 9, tzinfo=UTC)
    wait_for(lambda: len(post.sent) == 2)
    ticker.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "reminders"]


def test_a_round_that_fails_is_logged_and_the_next_one_goes_on(
    world: World, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    due(world, ALICE)
    claim, calls = world.reminders.claim, []

    def broken(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 1:
            raise LedgerFullError("full")
        return claim(*arguments)

    world.reminders.claim = broken  # type: ignore[method-assign]
    ticker = Ticker(rounds_of(world, post), every_s=0.01)
    with caplog.at_level(logging.ERROR):
        ticker.start()
        wait_for(lambda: post.sent)
        ticker.stop()
    assert [record.getMessage() for record in caplog.records] == [
        "A round of reminders failed; there will be another in a minute."
    ]


def test_a_process_whose_main_thread_ends_ends_its_ticker_too() -> None:
    """As in the worker of an HTTP server, which tells its threads nothing."""
    program = (
        "from bot.rounds import Sent, Ticker\n"
        "import threading\n"
        "class Rounds:\n"
        "    stop = threading.Event()\n"
        "    def send(self):\n        print('sent', flush=True)\n        return Sent()\n"
        "    def see_to(self): pass\n"
        "Ticker(Rounds()).start()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (0, "sent\n", "")


# What Slack's refusals mean


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        (200, "channel_not_found", Undeliverable("channel_not_found")),
        (200, "not_in_channel", Undeliverable("not_in_channel")),
        (200, "is_archived", Undeliverable("is_archived")),
        (200, "user_not_found", Undeliverable("user_not_found")),
        (200, "user_disabled", Undeliverable("user_disabled")),
        (200, "messages_tab_disabled", Undeliverable("messages_tab_disabled")),
        (200, "restricted_action", Undeliverable("restricted_action")),
        (200, "msg_too_long", Undeliverable("msg_too_long")),
        (200, "invalid_auth", REFUSED._replace(reason="invalid_auth")),
        (200, "token_revoked", REFUSED._replace(reason="token_revoked")),
        (401, "account_inactive", REFUSED._replace(reason="account_inactive")),
        (200, "missing_scope", REFUSED._replace(reason="missing_scope")),
        (200, "no_permission", Undeliverable("no_permission")),
        (200, "access_denied", TryLater(SOON_S, "access_denied")),
        (200, "ekm_access_denied", TryLater(SOON_S, "ekm_access_denied")),
        (200, "internal_error", TryLater(SOON_S, "internal_error")),
        (200, "brand_new_error", TryLater(SOON_S, "brand_new_error")),
        (500, None, TryLater(SOON_S, "http_500")),
        (503, "<html>Service Unavailable</html>", TryLater(SOON_S, "http_503")),
        (200, "Received a response in a non-JSON format: <html>", TryLater(SOON_S, "http_200")),
        (200, {"odd": 1}, TryLater(SOON_S, "http_200")),
        (200, "ratelimited", LIMITED._replace(seconds=SOON_S)),
    ],
)  # fmt: skip
def test_what_slack_answers_says_whether_and_when_to_try_again(
    status: int, error: object, outcome: Delivery
) -> None:
    assert became(status, error) == outcome


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30), ("1", 1), ("0", 1), ("3600", 3600), ("3601", 3600), ("9" * 400, 3600),
        (None, 60), ("", 60), ("soon", 60), ("-5", 60), ("1.5", 60), ("٣", 60), ("²", 60),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 60),
    ],
)  # fmt: skip
def test_what_slack_asks_to_wait_is_bounded_and_need_not_be_readable(
    header: str | None, seconds: int
) -> None:
    assert became(429, "ratelimited", header) == TryLater(seconds, "ratelimited", whole_workspace=True)


# The courier, over real HTTP


class Answers(BaseHTTPRequestHandler):
    """Answers every call of the Web API as told, and keeps what came."""

    status, headers_out, body, team = 200, {}, '{"ok": true, "ts": "1.0", "channel": "D1"}', "T1"
    came: list[tuple[str, dict[str, Any]]]

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_json = content.startswith(b"{")
        self.came.append((self.path.rpartition("/")[2], json.loads(content) if is_json else {}))
        if self.status == 0:
            self.connection.close()
            return
        is_auth = self.path.endswith("auth.test")
        body = (json.dumps({"ok": True, "team_id": self.team}) if is_auth else self.body).encode()
        self.send_response(200 if is_auth else self.status)
        for name, value in self.headers_out.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        pass


@contextmanager
def an_api(
    status: int = 200,
    body: str = Answers.body,
    headers: dict[str, str] | None = None,
    *,
    team: str = Answers.team,
) -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    came: list[tuple[str, dict[str, Any]]] = []
    told = {"status": status, "body": body, "headers_out": headers or {}, "came": came, "team": team}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Told", (Answers,), told))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/", came
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def delivered(url: str) -> Delivery:
    clients = OneToken(WebClient(token="xoxb-1"), direct_client("xoxb-1", url))
    return Courier(clients).deliver("T1", "UALICE", REPLY)


@pytest.mark.parametrize(
    ("status", "body", "headers", "outcome"),
    [
        (200, Answers.body, {}, Delivered()),
        (200, '{"ok": false, "error": "user_disabled"}', {}, Undeliverable("user_disabled")),
        (200, '{"ok": false, "error": "token_revoked"}', {}, REFUSED),
        (429, '{"ok": false, "error": "ratelimited"}', {"Retry-After": "7"}, LIMITED._replace(seconds=7)),
        (429, '{"ok": false, "error": "ratelimited"}', {"retry-after": "7"}, LIMITED._replace(seconds=7)),
        (429, "", {"Retry-After": "soon"}, LIMITED._replace(seconds=60)),
        (429, "", {}, LIMITED._replace(seconds=60)),
        (500, "<html>", {}, TryLater(60, "http_500")),
        (503, '{"ok": false, "error": "service_unavailable"}', {}, TryLater(60, "service_unavailable")),
        (200, "<html>a proxy's page</html>", {}, TryLater(60, "http_200")),
        (0, "", {}, UNREACHABLE),
    ],
)
def test_a_delivery_says_what_became_of_it_and_tries_nothing_twice(
    status: int, body: str, headers: dict[str, str], outcome: Delivery
) -> None:
    with an_api(status, body, headers) as (url, came):
        assert delivered(url) == outcome
    ((method, sent),) = came
    assert method == "chat.postMessage"
    assert (sent["channel"], sent["text"], sent["blocks"]) == ("UALICE", "text", REPLY.blocks)


def test_where_nobody_listens_the_whole_workspace_waits_a_minute() -> None:
    with an_api() as (url, _):
        pass
    assert delivered(url) == TryLater(60, "unreachable", whole_workspace=True)


# ce-bot remind


def remind(database: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "remind", "--db", str(database)],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=database.parent,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parent.parent), **environment},
    )


@pytest.fixture
def due_now(ledger: Ledger, policy: rules.Policy) -> Path:
    """A database with a reminder that is due, whatever the time is."""
    world = World(ledger, policy)
    now = world.clock.now = datetime.now(UTC)
    world.holds(ALICE, now.date() + DAY * 20)
    world.wants(ALICE, ON)
    with ledger.write() as writer:
        writer._db.execute("UPDATE outbox SET due_at = '2020-01-01T00:00:00+00:00'")
    return Path(ledger.path)


TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def test_remind_does_one_round_and_says_in_a_line_what_became_of_it(due_now: Path) -> None:
    with an_api() as (url, came):
        first = remind(due_now, SLACK_API_URL=url, **TOKENS)
        second = remind(due_now, SLACK_API_URL=url, **TOKENS)
    assert (first.returncode, first.stdout) == (0, "Sent 1 reminder, 0 parked, 0 to try again.\n"), (
        first.stderr
    )
    assert (second.returncode, second.stdout) == (0, "Sent 0 reminders, 0 parked, 0 to try again.\n")
    assert [method for method, _ in came].count("chat.postMessage") == 1


def test_remind_says_what_is_left_to_try_again_and_fails(due_now: Path) -> None:
    with an_api(500, "") as (url, _):
        done = remind(due_now, SLACK_API_URL=url, **TOKENS)
    assert (done.returncode, done.stdout) == (1, "Sent 0 reminders, 0 parked, 1 to try again.\n")
    assert "Traceback" not in done.stderr


def test_one_token_sends_nothing_to_another_workspace_that_the_database_knows(due_now: Path) -> None:
    with an_api(team="T2") as (url, came):
        done = remind(due_now, SLACK_API_URL=url, **TOKENS)
    assert (done.returncode, done.stdout) == (0, "Sent 0 reminders, 0 parked, 0 to try again.\n"), done.stderr
    assert [method for method, _ in came] == ["auth.test"]


def test_remind_needs_slack(tmp_path: Path) -> None:
    done = remind(tmp_path / "x.db")
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr
        == "ce-bot: Reminders are sent by Slack: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN as for ce-bot run.\n"
    )


# Through the real app


def told_on(console: Console, days: list[date]) -> list[date]:
    """The days on which the console's members are told something."""
    found = []
    for day in days:
        said = console.feed(f"!time {day}")
        assert {one.kind for one in said} <= {"message"}
        assert len(said) <= 1
        for one in said:
            assert one.to == "alice"
            assert problems({"text": one.text, "blocks": one.blocks}) == []
            found.append(day)
    return found


def every_day(first: date, last: date) -> list[date]:
    return [first + DAY * number for number in range((last - first).days + 1)]


def test_in_the_console_exactly_the_notices_days_bring_a_message(
    console: Console, tell: Callable[[str], str]
) -> None:
    tell("/ce cert add ACP-620 suspends 2026-04-15")
    tell("/ce remind on")
    suspends_on = date(2026, 4, 15)
    safe = date(2026, 7, 13)
    assert told_on(console, every_day(TODAY, date(2026, 9, 1))) == [
        *(suspends_on - DAY * days for days in (90, 60, 30, 14, 7, 1, 0)),
        *(safe - DAY * days for days in (30, 7)),
    ]


def test_in_the_console_some_days_at_once_bring_the_most_urgent_message_once(
    console: Console, tell: Callable[[str], str]
) -> None:
    tell("/ce cert add ACP-620 suspends 2026-04-15")
    tell("/ce remind on")
    (said,) = console.feed("!time 2026-04-05")
    assert "in 10 days" in said.text
    assert console.feed("!time 2026-04-05") == []
    assert console.feed("!time 2026-04-06") == []


@pytest.mark.parametrize("hour", [0, 9, 12, 13, 20, 23])
def test_in_the_console_a_day_brings_what_is_due_at_any_hour_of_it(
    console: Console, tell: Callable[[str], str], hour: int
) -> None:
    tell("/ce cert add ACP-620 suspends 2026-04-15")
    tell("/ce remind on")
    tell(f"/ce remind hour {hour}")
    assert told_on(console, every_day(date(2026, 3, 10), date(2026, 3, 20))) == [
        date(2026, 3, 10),
        date(2026, 3, 16),
    ]
    assert console.clock() == datetime(2026, 3, 20, 12, tzinfo=UTC)


def test_in_the_console_off_is_silence(console: Console, tell: Callable[[str], str]) -> None:
    tell("/ce cert add ACP-620 suspends 2026-04-15")
    tell("/ce remind on")
    tell("/ce remind off")
    assert told_on(console, every_day(TODAY, date(2026, 8, 1))) == []


def test_the_console_leaves_the_members_of_slack_alone(
    console: Console, tell: Callable[[str], str], ledger: Ledger, policy: rules.Policy
) -> None:
    """Trying it out on the real database must neither send, nor swallow, nor plan anything for others."""
    world = World(ledger, policy)
    due(world, ALICE)
    with ledger.write() as writer:
        writer._db.execute("UPDATE standings SET holds_before = '2025-12-10' WHERE workspace = 'T1'")
    was = world.rows(ALICE)
    assert console.feed("!time 2028-01-01") == []
    assert world.rows(ALICE) == was
    kept = ledger.kept_standings(ALICE, TODAY)
    assert kept
    assert kept.as_of == TODAY

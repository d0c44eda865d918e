"""A member's dates as a calendar: what stands in the file, and the private address it can be read at."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import icalendar
import pytest
from conftest import ALICE, TODAY, Slack, noon
from slack_limits import problems

import rules
from bot.calendars import calendar_file, tag_of, uid_of
from bot.console import Clock, Console
from bot.desk import Desk
from bot.front import Served
from bot.ledger import Ledger, Member
from bot.outcomes import Calendar
from bot.serve import calendars_of
from bot.settings import SettingsError, read_settings
from bot.views import exports
from rules import Activity, Credential, History, Kind

URL = "https://ce-bot.example.com"
NOW = datetime(2025, 12, 2, 9, 30, tzinfo=UTC)
CHANGED_AT = datetime(2025, 12, 1, 18, tzinfo=UTC)
ACP_620 = Credential("ACP-620", date(2024, 1, 1))
NINETY = tuple(
    Activity(str(number), Kind.COURSE, date(2024, 3, 1) + timedelta(days=30 * number)) for number in range(9)
)


def calendar(
    policy: rules.Policy,
    *held: Credential,
    today: date = TODAY,
    who: Member = ALICE,
    now: datetime = NOW,
    change: int = 7,
    activities: tuple[Activity, ...] = (),
) -> Calendar:
    found = rules.standings(History(today, held or (ACP_620,), activities), policy)
    return Calendar(who, today, now, found, (), CHANGED_AT, change)


def events_in(content: bytes) -> dict[str, icalendar.Event]:
    """The events of a file as a reader of calendars finds them, by their summary."""
    read = icalendar.Calendar.from_ical(content)
    found = {str(event["summary"]): event for event in read.walk("VEVENT")}
    assert len(found) == len(read.walk("VEVENT"))
    return found


def days(content: bytes) -> dict[str, str]:
    return {summary: str(event["dtstart"].dt) for summary, event in events_in(content).items()}


# The file


def test_each_certification_has_four_days(policy: rules.Policy) -> None:
    """B of the worked examples: suspends 2026-01-01, expires 2026-04-01, its exam half a year before that."""
    assert days(calendar_file(calendar(policy), policy)) == {
        "ACP-620: exam window opens": "2025-10-01",
        "ACP-620 suspends": "2026-01-01",
        "ACP-620: last safe day to renew": "2026-03-31",
        "ACP-620 expires": "2026-04-01",
    }


def test_an_event_says_what_is_missing_and_how_sure_its_day_is(policy: rules.Policy) -> None:
    """The text of a file as it stands, each line of at most 75 bytes, checked by hand against RFC 5545."""
    content = calendar_file(calendar(policy, activities=NINETY), policy)
    events = content.split(b"BEGIN:VEVENT\r\n")
    assert events[0] == (
        b"BEGIN:VCALENDAR\r\n"
        b"VERSION:2.0\r\n"
        b"PRODID:-//ce-bot//CE dates//EN\r\n"
        b"CALSCALE:GREGORIAN\r\n"
        b"DESCRIPTION:Suspension\\, last safe day\\, exam window and expiration of you\r\n"
        b" r Atlassian certifications.\r\n"
        b"NAME:CE dates\r\n"
        b"X-WR-CALNAME:CE dates\r\n"
        b"REFRESH-INTERVAL;VALUE=DURATION:PT12H\r\n"
    )
    assert events[2] == (
        b"SUMMARY:ACP-620 suspends\r\n"
        b"DTSTART;VALUE=DATE:20260101\r\n"
        b"DTEND;VALUE=DATE:20260102\r\n"
        b"DTSTAMP:20251202T093000Z\r\n"
        b"UID:" + uid_of(ALICE, "ACP-620", "suspension").encode() + b"\r\n"
        b"SEQUENCE:7\r\n"
        b"CLASS:PRIVATE\r\n"
        b"DESCRIPTION:From this day ACP-620 is suspended\\, unless it is renewed befo\r\n"
        b" re. It has 90 of 100 CE\\; missing 10: 1 more course\\, or 1 local event\\, o\r\n"
        b" r 1 global event.\\nDates: calculated from the day it was earned.\\nThe cand\r\n"
        b" idate portal has the last word: https://cp.certmetrics.com/atlassian\\nTold\r\n"
        b"  by CE Bot as of Tue 2025-12-02. What you did: /ce add\\, where you stand: \r\n"
        b" /ce status\r\n"
        b"LAST-MODIFIED:20251201T180000Z\r\n"
        b"TRANSP:TRANSPARENT\r\n"
        b"URL:https://cp.certmetrics.com/atlassian\r\n"
        b"BEGIN:VALARM\r\n"
        b"ACTION:DISPLAY\r\n"
        b"DESCRIPTION:ACP-620 suspends (Thu 2026-01-01)\r\n"
        b"TRIGGER:-P30D\r\n"
        b"END:VALARM\r\n"
        b"BEGIN:VALARM\r\n"
        b"ACTION:DISPLAY\r\n"
        b"DESCRIPTION:ACP-620 suspends (Thu 2026-01-01)\r\n"
        b"TRIGGER:-P7D\r\n"
        b"END:VALARM\r\n"
        b"END:VEVENT\r\n"
    )
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert content.endswith(b"END:VEVENT\r\nEND:VCALENDAR\r\n")


def test_a_reader_finds_the_text_as_it_was_meant(policy: rules.Policy) -> None:
    event = events_in(calendar_file(calendar(policy, activities=NINETY), policy))["ACP-620 suspends"]
    assert str(event["description"]).split("\n") == [
        (
            "From this day ACP-620 is suspended, unless it is renewed before. It has 90 of 100 CE; missing "
            "10: 1 more course, or 1 local event, or 1 global event."
        ),
        "Dates: calculated from the day it was earned.",
        "The candidate portal has the last word: https://cp.certmetrics.com/atlassian",
        "Told by CE Bot as of Tue 2025-12-02. What you did: /ce add, where you stand: /ce status",
    ]


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (ACP_620, "calculated from the day it was earned"),
        (
            Credential("ACP-620", None, (rules.PortalDates(date(2026, 5, 1), None, date(2025, 6, 1)),)),
            "as the portal shows them",
        ),
    ],
)
def test_calculated_days_are_told_from_the_portals(policy: rules.Policy, held: Credential, said: str) -> None:
    for event in events_in(calendar_file(calendar(policy, held), policy)).values():
        assert f"Dates: {said}." in str(event["description"])
        assert "last word" in str(event["description"])


def test_all_events_are_whole_days_on_which_nobody_is_busy(policy: rules.Policy) -> None:
    for event in events_in(calendar_file(calendar(policy), policy)).values():
        assert type(event["dtstart"].dt) is type(event["dtend"].dt) is date
        assert event["dtend"].dt - event["dtstart"].dt == timedelta(days=1)
        assert event["transp"] == "TRANSPARENT"


@pytest.mark.parametrize(
    ("today", "alarms"),
    [
        ("2025-12-31", {"ACP-620 suspends": [-30, -7], "ACP-620: last safe day to renew": [-30, -7]}),
        ("2026-01-01", {"ACP-620: last safe day to renew": [-30, -7]}),
    ],
)
def test_alarms_go_off_before_what_is_still_to_come(
    policy: rules.Policy, today: str, alarms: dict[str, list[int]]
) -> None:
    found = events_in(calendar_file(calendar(policy, today=date.fromisoformat(today)), policy))
    assert {
        summary: [alarm["trigger"].dt.days for alarm in event.walk("VALARM")]
        for summary, event in found.items()
        if event.walk("VALARM")
    } == alarms


def test_the_uid_is_the_same_for_good_and_no_others(policy: rules.Policy) -> None:
    """Spelt out: with another one, every calendar out there would show everything twice."""
    hashed = sha256(b"T1\nUALICE\nACP-620\nsuspension").hexdigest()[:32]
    assert uid_of(ALICE, "ACP-620", "suspension") == f"{hashed}@ce-bot"
    people = (ALICE, Member("T1", "UBOB"), Member("T2", "UALICE"))
    held = (ACP_620, Credential("ACP-120", date(2024, 2, 1)))
    uids = [
        str(event["uid"])
        for who in people
        for event in events_in(calendar_file(calendar(policy, *held, who=who), policy)).values()
    ]
    assert len(uids) == len(set(uids)) == len(people) * len(held) * 4
    assert not any("ALICE" in uid or "ACP" in uid for uid in uids)


def test_a_date_that_moves_keeps_its_uid_and_is_the_newer_version(policy: rules.Policy) -> None:
    before = events_in(calendar_file(calendar(policy, activities=NINETY), policy))
    renewed = (*NINETY, Activity("10", Kind.COURSE, date(2025, 12, 1)))
    later = NOW + timedelta(hours=1)
    after = events_in(calendar_file(calendar(policy, activities=renewed, change=9, now=later), policy))
    assert [str(one["uid"]) for one in after.values()] == [str(one["uid"]) for one in before.values()]
    assert str(after["ACP-620 suspends"]["dtstart"].dt) == "2027-12-01"
    assert (before["ACP-620 suspends"]["sequence"], after["ACP-620 suspends"]["sequence"]) == (7, 9)
    assert after["ACP-620 suspends"]["dtstamp"].dt == later


def test_read_twice_nothing_is_doubled(policy: rules.Policy) -> None:
    """What a calendar does that goes by UIDs."""
    kept: dict[str, str] = {}
    for activities in ((), NINETY, (*NINETY, Activity("10", Kind.COURSE, date(2025, 12, 1)))):
        content = calendar_file(calendar(policy, activities=activities), policy)
        kept |= {str(one["uid"]): str(one["dtstart"].dt) for one in events_in(content).values()}
    assert sorted(kept.values()) == ["2027-09-01", "2027-12-01", "2028-02-28", "2028-03-01"]


def test_the_tag_differs_when_something_else_is_said_and_not_by_the_clock(policy: rules.Policy) -> None:
    first = calendar_file(calendar(policy), policy)
    assert tag_of(calendar_file(calendar(policy, now=NOW + timedelta(hours=5)), policy)) == tag_of(first)
    for other in (
        calendar(policy, activities=NINETY[:1]),
        calendar(policy, change=8),
        calendar(policy, today=TODAY + timedelta(days=1)),
        calendar(policy, ACP_620, Credential("ACP-120", date(2024, 1, 1))),
    ):
        assert tag_of(calendar_file(other, policy)) != tag_of(first)


def test_a_calendar_without_a_certification_is_still_a_calendar(policy: rules.Policy) -> None:
    empty = calendar(policy)._replace(standings=())
    assert events_in(calendar_file(empty, policy)) == {}


# The command


@pytest.fixture
def file_of(tell: Callable[[str], str], ledger: Ledger) -> Callable[[str], bytes]:
    """Say a line and get the calendar that comes."""

    def read(line: str = "/ce calendar") -> bytes:
        path = Path(ledger.path).with_name("files") / "ce-dates.ics"
        path.unlink(missing_ok=True)
        tell(line)
        return path.read_bytes() if path.exists() else b""

    return read


def test_the_file_comes_by_direct_message(console: Console, ledger: Ledger) -> None:
    console.feed("/ce cert add ACP-620 earned 2024-01-01")
    answer, sent = console.feed("/ce calendar")
    assert "I am sending you `ce-dates.ics`" in answer.text
    assert "ACP-620" in answer.text
    assert (sent.to, sent.kind) == ("alice", "message")
    found = (Path(ledger.path).with_name("files") / "ce-dates.ics").read_bytes()
    assert days(found)["ACP-620 suspends"] == "2026-01-01"


def test_what_expires_or_is_removed_vanishes_from_it(
    tell: Callable[[str], str], file_of: Callable[[str], bytes]
) -> None:
    tell("/ce cert add ACP-620 earned 2024-01-01")
    tell("/ce cert add ACP-120 earned 2025-01-01")
    codes = ("ACP-120", "ACP-620")
    assert {summary[:7] for summary in days(file_of())} == set(codes)
    tell("!time 2026-03-31")
    assert {summary[:7] for summary in days(file_of())} == set(codes)
    tell("!time 2026-04-01")
    assert {summary[:7] for summary in days(file_of())} == {"ACP-120"}
    assert "Expired, so without dates: ACP-620." in tell("/ce calendar")
    tell("/ce cert remove ACP-120")
    tell("!click Save")
    assert file_of() == b""
    assert "All you hold here has expired" in tell("/ce calendar")


def test_without_a_certification_there_is_a_next_step(tell: Callable[[str], str]) -> None:
    assert tell("/ce calendar") == exports.NO_DATES


def test_each_change_makes_a_newer_version(tell: Callable[[str], str], file_of: Callable[[], bytes]) -> None:
    sequences = []
    for line in ("cert add ACP-620 earned 2024-01-01", 'add course "Jira" 2025-11-01', "undo", "calendar"):
        tell(f"/ce {line}")
        (event, *_) = events_in(file_of()).values()
        sequences.append(event["sequence"])
    assert all(first < second for first, second in pairwise(sequences[:3]))
    assert sequences[3] == sequences[2]


def test_where_the_bot_cannot_be_reached_from_the_web_only_the_file_is_offered(
    tell: Callable[[str], str], ledger: Ledger
) -> None:
    tell("/ce cert add ACP-620 earned 2024-01-01")
    assert "address" not in tell("/ce calendar")
    answer = tell("/ce calendar address")
    assert "cannot be reached from the web" in answer
    assert "Try: `/ce calendar`" in answer
    with closing(sqlite3.connect(ledger.path)) as db:
        assert db.execute("SELECT count(*) FROM calendars").fetchone() == (0,)


# The address


@pytest.fixture
def desk(ledger: Ledger, policy: rules.Policy, clock: Clock) -> Desk:
    """A desk that can be reached from the web."""
    return Desk(ledger, policy, clock, lambda who: "UTC", url=URL)


@pytest.fixture
def say(slack: Slack) -> Callable[..., str]:
    def speak(line: str, **rest: Any) -> str:
        found = json.loads(slack.command(line, **rest).body)
        assert problems(found) == []
        return str(found["text"])

    return speak


@pytest.fixture
def alice(say: Callable[..., str]) -> Callable[..., str]:
    say("cert add ACP-620 earned 2024-01-01")
    return say


def token_in(answer: str) -> str:
    """The end of the address that an answer shows."""
    (line,) = [line for line in answer.splitlines() if line.startswith(f"`{URL}/calendar/")]
    assert line.endswith(".ics`")
    return line.removeprefix(f"`{URL}/calendar/").removesuffix(".ics`")


def served(desk: Desk, token: str) -> Served | None:
    return calendars_of(desk)(token)


def test_an_address_is_shown_once_and_leads_to_the_dates(alice: Callable[..., str], desk: Desk) -> None:
    assert "/ce calendar address" in alice("calendar")
    token = token_in(alice("calendar address"))
    assert len(token) == 43
    found = served(desk, token)
    assert found
    assert days(found.content)["ACP-620 suspends"] == "2026-01-01"
    assert found.tag == tag_of(found.content)
    again = alice("calendar")
    assert "made on Tue 2025-12-02" in again
    assert token not in again


def test_only_the_hash_of_it_is_kept(alice: Callable[..., str], ledger: Ledger) -> None:
    """Not even in the answer that is kept for a delivery that comes twice."""
    token = token_in(alice("calendar address", key="k1"))
    with closing(sqlite3.connect(ledger.path)) as db:
        ((kept,),) = db.execute("SELECT address_hash FROM calendars").fetchall()
        assert kept == sha256(token.encode()).hexdigest()
        assert token not in "\n".join(db.iterdump())
    for file in Path(ledger.path).parent.glob("*.db*"):
        assert token.encode() not in file.read_bytes()


def test_delivered_twice_one_address_is_made_and_shown_once(alice: Callable[..., str], desk: Desk) -> None:
    token = token_in(alice("calendar address", key="k1"))
    again = alice("calendar address", key="k1")
    assert again == exports.ADDRESS_ONCE
    assert served(desk, token)


def test_a_new_address_ends_the_one_before(alice: Callable[..., str], desk: Desk) -> None:
    first, second = token_in(alice("calendar address")), token_in(alice("calendar address"))
    assert first != second
    assert served(desk, first) is None
    assert served(desk, second)


def test_a_revoked_address_leads_nowhere(alice: Callable[..., str], desk: Desk) -> None:
    token = token_in(alice("calendar address"))
    assert alice("calendar revoke") == exports.REVOKED
    assert served(desk, token) is None
    assert alice("calendar revoke") == exports.NOTHING_TO_REVOKE


def test_an_address_nobody_made_leads_nowhere(alice: Callable[..., str], desk: Desk) -> None:
    token = token_in(alice("calendar address"))
    for other in (token[:-1], token.swapcase(), sha256(token.encode()).hexdigest(), "x", ""):
        assert served(desk, other) is None


def test_each_member_has_an_address_of_their_own(alice: Callable[..., str], desk: Desk) -> None:
    own = token_in(alice("calendar address"))
    alice("cert add ACP-120 earned 2025-01-01", user="UBOB")
    others = token_in(alice("calendar address", user="UBOB"))
    for token, code in ((own, "ACP-620"), (others, "ACP-120")):
        found = served(desk, token)
        assert found
        assert {summary[:7] for summary in days(found.content)} == {code}


def test_a_forgotten_member_has_no_address(alice: Callable[..., str], desk: Desk) -> None:
    token = token_in(alice("calendar address"))
    _, seal = desk.forgetting.stored(ALICE)
    desk.forgetting.forget(ALICE, seal)
    assert served(desk, token) is None


def test_a_subscription_follows_what_changes(alice: Callable[..., str], desk: Desk) -> None:
    token = token_in(alice("calendar address"))
    before = served(desk, token)
    alice("portal ACP-620 suspends 2026-05-01 expires 2026-08-01")
    after = served(desk, token)
    assert before
    assert after
    assert before.tag != after.tag
    assert days(after.content)["ACP-620 suspends"] == "2026-05-01"


@pytest.mark.parametrize(
    ("timezone", "events"), [("Pacific/Auckland", 0), ("UTC", 4), ("America/Los_Angeles", 4)]
)
def test_the_day_is_the_members_own(
    ledger: Ledger, policy: rules.Policy, clock: Clock, timezone: str, events: int
) -> None:
    """At noon in London it is past midnight in Auckland: there it has expired."""
    desk = Desk(ledger, policy, clock, lambda who: timezone, url=URL)
    with ledger.write() as writer:
        writer.set_timezone(ALICE, timezone, noon(TODAY))
        desk.state_credential(writer, ALICE, "ACP-620", TODAY, earned_on=date(2024, 1, 1))
        token = desk.exporting.make_address(writer, ALICE).rpartition("/")[2].removesuffix(".ics")
    clock.moved_to = date(2026, 3, 31)
    found = served(desk, token)
    assert found
    assert len(days(found.content)) == events


def test_an_address_is_served_without_asking_slack(
    ledger: Ledger, policy: rules.Policy, clock: Clock, alice: Callable[..., str]
) -> None:
    token = token_in(alice("calendar address"))

    def nobody(_who: Member) -> str | None:
        raise AssertionError("Slack was asked")

    clock.moved_to = TODAY + timedelta(days=60)
    assert served(Desk(ledger, policy, clock, nobody, url=URL), token)


# The setting


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://ce-bot.example.com", "https://ce-bot.example.com"),
        ("https://ce-bot.example.com/", "https://ce-bot.example.com"),
        ("HTTPS://CE-Bot.Example.com:8443", "https://ce-bot.example.com:8443"),
        ("https://10.0.0.1:443", "https://10.0.0.1:443"),
        ("https://localhost", "https://localhost"),
        ("", None),
        (" ", None),
    ],
)
def test_the_address_of_the_bot_can_be_set(typed: str, url: str | None) -> None:
    assert read_settings({"CE_BOT_URL": typed}).url == url


@pytest.mark.parametrize(
    "typed",
    [
        "http://ce-bot.example.com",
        "ce-bot.example.com",
        "https://",
        "https:///x",
        "https://ce-bot.example.com/bot",
        "https://ce-bot.example.com//",
        "https://ce-bot.example.com/..",
        "https://ce-bot.example.com?x=1",
        "https://ce-bot.example.com#x",
        "https://me:secret@ce-bot.example.com",
        "https://ce-bot.example.com\\@evil.example",
        "https://ce-bot.example.com:0x50",
        "https://ce-bot.example.com:99999",
        "https://-ce.example.com",
        "https://ce_bot.example.com",
        "https://ce-bot.example.com\nhttps://x",
        "https://cé.example.com",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_such_address_is_one_sentence(typed: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"CE_BOT_URL": typed})
    assert str(caught.value).startswith("CE_BOT_URL ")
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")

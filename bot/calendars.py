"""A member's dates as a calendar file (iCalendar, RFC 5545)."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from typing import NamedTuple

from icalendar import Alarm, Event
from icalendar import Calendar as File

from rules import Policy, Standing, Status

from .ledger import Member
from .outcomes import Calendar
from .views import words

NAME = "CE dates"
ABOUT = "Suspension, last safe day, exam window and expiration of your Atlassian certifications."
PRODUCT = "-//ce-bot//CE dates//EN"
REFRESH = timedelta(hours=12)
DAY = timedelta(days=1)
ALARMS = (timedelta(days=30), timedelta(days=7))

EXAM = "{code}: exam window opens"
EXAM_TEXT = "From this day to {closes}, passing the exam of {code} again renews it, whatever its CE units."
SUSPENDED = "{code} suspends"
SUSPENDED_TEXT = "From this day {code} is suspended, unless it is renewed before. {missing}"
SAFE = "{code}: last safe day to renew"
SAFE_TEXT = (
    "The last day on which {code} still renews by every reading of its grace period, if it is not renewed "
    "before. {missing}"
)
EXPIRED = "{code} expires"
EXPIRED_TEXT = (
    "From this day {code} is gone, unless it is renewed before: earning it again is the way back. {missing}"
)
MISSING = "It has {credited} of {required} CE; missing {missing}: {needs}."
HOW_SURE = "Dates: {how_sure}."
LAST_WORD = "The candidate portal has the last word: {portal}"
AS_OF = "Told by CE Bot as of {today}. What you did: /ce add, where you stand: /ce status"


class _Date(NamedTuple):
    """One date of a certification: what it is called for good, and what is said of it."""

    what: str
    on: date
    summary: str
    text: str
    alarms: tuple[timedelta, ...] = ()


def calendar_file(found: Calendar, policy: Policy) -> bytes:
    """The dates as the text of an .ics file: for each certification four all-day events.

    An event keeps its UID when its date moves, so that reading the file again moves it and adds nothing.
    """
    file = File()
    file.add("prodid", PRODUCT)
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    file.add("name", NAME)
    file.add("x-wr-calname", NAME)
    file.add("description", ABOUT)
    file.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for standing in found.standings:
        for one in _dates_of(standing, found.today, policy):
            file.add_component(_event(one, standing, found, policy))
    return bytes(file.to_ical())


def tag_of(content: bytes) -> str:
    """A short text that differs whenever a calendar file says something else, whenever it was made."""
    lines = content.splitlines()
    return sha256(b"\n".join(line for line in lines if not line.startswith(b"DTSTAMP"))).hexdigest()[:32]


def uid_of(who: Member, code: str, what: str) -> str:
    """What an event is known by for good; it tells nobody whose it is."""
    named = "\n".join((who.workspace, who.id, code, what))
    return f"{sha256(named.encode()).hexdigest()[:32]}@ce-bot"


def _dates_of(standing: Standing, today: date, policy: Policy) -> Iterator[_Date]:
    code, cycle, window = standing.code, standing.cycle, standing.exam_window
    missing = MISSING.format(
        credited=standing.credited,
        required=standing.required,
        missing=standing.missing,
        needs=words.needs(standing, today, policy),
    )
    says = {"code": code, "missing": missing, "closes": words.day(window.closes_on)}
    yield _Date("exam", window.opens_on, EXAM.format(**says), EXAM_TEXT.format(**says))
    # Of what has happened there is nothing to warn any more.
    alarms = ALARMS if standing.status is Status.ACTIVE else ()
    yield _Date(
        "suspension", cycle.suspends_on, SUSPENDED.format(**says), SUSPENDED_TEXT.format(**says), alarms
    )
    yield _Date("safe day", standing.last_safe_day, SAFE.format(**says), SAFE_TEXT.format(**says), ALARMS)
    yield _Date("expiration", cycle.expires_on, EXPIRED.format(**says), EXPIRED_TEXT.format(**says))


def _event(one: _Date, standing: Standing, found: Calendar, policy: Policy) -> Event:
    event = Event()
    event.add("uid", uid_of(found.who, standing.code, one.what))
    event.add("dtstamp", found.now)
    event.add("last-modified", found.changed_at)
    event.add("sequence", found.change)
    event.add("dtstart", one.on)
    event.add("dtend", one.on + DAY)
    event.add("summary", one.summary)
    event.add(
        "description",
        "\n".join(
            (
                one.text,
                HOW_SURE.format(how_sure=words.HOW_SURE[standing.cycle.dates]),
                LAST_WORD.format(portal=policy.links.portal),
                AS_OF.format(today=words.day(found.today)),
            )
        ),
    )
    event.add("url", policy.links.portal)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")  # nobody is busy because of it
    for before in one.alarms:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"{one.summary} ({words.day(one.on)})")
        alarm.add("trigger", -before)
        event.add_component(alarm)
    return event

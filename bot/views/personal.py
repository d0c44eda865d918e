"""The line under an answer that is computed for its asker alone."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from faq.entry import Personal
from rules import Dates, Outlook, Policy, Status

from ..outcomes import ForYou
from . import words

FOR_YOU = "*For you:* {lines}"
ENROL = (
    "Tell me what you hold and I add your own dates here: `/ce cert add ACP-620 earned 2024-01-01`, with the "
    "day you earned it."
)
OTHERS = "{more}: `/ce status`"
# More certifications than this are better read in the status.
MOST_LINES = 6
EXPIRED = "{code} expired on {day} ({sure}); it comes back only by earning it again."
DATES = "{code} suspends {suspends}, {away}, and expires {expires} ({sure})."
SUSPENDED = "{code} is suspended since {suspends} and expires {expires} ({sure})."
MISSING = "{code} needs {needs}, by {last} to stay active; last safe day {safe} ({sure})."
MISSING_SUSPENDED = "{code} needs {needs} by {safe} (last safe day; {sure})."
NOTHING_MISSING = "{code} has the {required} CE it needs; what the portal shows counts."
TOO_LATE = (
    "{code} needs {needs}, and its last safe day, {safe}, has passed ({sure}): before {expires} it may still "
    "renew, so check the portal now."
)
WAITING = (
    "Finish {needs} {on} and {code} suspends {soonest}; finish on {last} and it suspends {days} later, never "
    "suspended in between. {risk}"
)
WAITING_GAINS_NOTHING = "Finish {needs} {on} and {code} suspends {soonest}. {risk}"
RISK = "From {suspends} on it is suspended until you finish; last safe day {safe} ({sure})."
EXAM_OPEN = "Passing the exam of {code} renews it now, until {closes} ({sure})."
EXAM_LATER = "Passing the exam of {code} renews it from {opens} to {closes} ({sure})."
ACTIVE_SAFE = "{code} is active; it suspends {suspends}, and its last safe day would be {safe} ({sure})."
SUSPENDED_SAFE = "{code} is suspended since {suspends}; last safe day {safe}, {away} ({sure})."


def lines(found: ForYou, policy: Policy) -> str:
    """What is computed for the asker, or how to let it be computed."""
    if not found.outlooks:
        return ""
    shown = [_line(found.kind, one, found.today, policy) for one in found.outlooks[:MOST_LINES]]
    more = found.others + len(found.outlooks) - len(shown)
    if more:
        shown.append(OTHERS.format(more=words.count(more, "more certification", "more certifications")))
    return FOR_YOU.format(lines=("\n" if len(shown) > 2 else " ").join(shown))


def _line(kind: Personal, found: Outlook, today: date, policy: Policy) -> str:
    standing = found.standing
    if standing.status is Status.EXPIRED:
        day = words.day(standing.cycle.expires_on)
        return EXPIRED.format(code=standing.code, day=day, sure=_sure(found))
    return _LINES[kind](found, today, policy)


def _dates(found: Outlook, today: date, _policy: Policy) -> str:
    return (SUSPENDED if found.standing.status is Status.SUSPENDED else DATES).format(**_said(found, today))


def _missing(found: Outlook, today: date, policy: Policy) -> str:
    standing, said = found.standing, _said(found, today)
    if not standing.missing:
        return NOTHING_MISSING.format(**said, required=standing.required)
    said["needs"] = words.needs(standing, today, policy)
    if found.last_active:
        return MISSING.format(**said, last=words.day(found.last_active.renewed_on))
    return (MISSING_SUSPENDED if found.last_safe else TOO_LATE).format(**said)


def _waiting(found: Outlook, today: date, policy: Policy) -> str:
    soonest, last, said = found.soonest, found.last_active, _said(found, today)
    if not (soonest and found.ways and found.last_safe):
        return _missing(found, today, policy)
    said["needs"] = words.needs(found.standing, today, policy)
    said["on"] = words.when(soonest.renewed_on, today)
    said["soonest"], said["risk"] = words.day(soonest.dates.suspends_on), RISK.format(**said)
    if last is None or not last.later:
        return WAITING_GAINS_NOTHING.format(**said)
    days = words.count(last.later, "day", "days")
    return WAITING.format(**said, last=words.day(last.renewed_on), days=days)


def _exam_window(found: Outlook, today: date, _policy: Policy) -> str:
    window, said = found.standing.exam_window, _said(found, today)
    closes = words.day(window.closes_on)
    if today < window.opens_on:
        return EXAM_LATER.format(**said, opens=words.day(window.opens_on), closes=closes)
    return EXAM_OPEN.format(**said, closes=closes)


def _lateness(found: Outlook, today: date, policy: Policy) -> str:
    standing, said = found.standing, _said(found, today)
    if standing.status is Status.ACTIVE:
        return ACTIVE_SAFE.format(**said)
    if found.last_safe is None:
        return _missing(found, today, policy)
    said["away"] = words.days_from(today, standing.last_safe_day)
    return SUSPENDED_SAFE.format(**said)


_LINES: Mapping[Personal, Callable[[Outlook, date, Policy], str]] = MappingProxyType(
    {
        "dates": _dates,
        "several": _dates,
        "missing": _missing,
        "waiting": _waiting,
        "exam_window": _exam_window,
        "lateness": _lateness,
    }
)


def _said(found: Outlook, today: date) -> dict[str, str]:
    """What every line may say of a certification."""
    standing = found.standing
    return {
        "code": standing.code,
        "suspends": words.day(standing.cycle.suspends_on),
        "away": words.days_from(today, standing.cycle.suspends_on),
        "expires": words.day(standing.cycle.expires_on),
        "safe": words.day(standing.last_safe_day),
        "sure": _sure(found),
    }


def _sure(found: Outlook) -> str:
    return "by the portal's dates" if found.standing.cycle.dates is Dates.PORTAL else "calculated"

"""Days, amounts and activities in words for people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from rules import Dates, Kind, Policy, Standing, Status, Way, is_courses_alone, ways_to_renew

from ..dates import in_quotes, with_weekday
from ..ledger import LoggedActivity
from ..outcomes import News
from .blocks import escaped, plain

HOW_SURE = {
    Dates.EARNED: "calculated from the day it was earned",
    Dates.PORTAL: "as the portal shows them",
    Dates.CALCULATED: "calculated from its last renewal",
}
STATUS_MARK = {
    Status.ACTIVE: ":large_green_circle:",
    Status.SUSPENDED: ":warning:",
    Status.EXPIRED: ":no_entry:",
}
DONE = {
    "add activity": "logging {subject}",
    "edit activity": "the edit of {subject}",
    "remove activity": "the removal of {subject}",
    "enter activities": "marking {subject} as entered in the portal",
    "unmark activities": "marking {subject} as not in the portal",
    "state certification": "what you said of {subject}",
    "remove certification": "the removal of {subject}",
    "state exam": "the exam {subject}",
    "confirm dates": "your word that the portal agrees about {subject}",
    "remove exam": "the removal of the exam {subject}",
    "attach proof": "adding proof to {subject}",
    "remove proof": "the removal of proof of {subject}",
    "import": "{subject}",
}
WAYS_SHOWN = 3
KINDS_SHOWN = 2
CODES_SHOWN = 6
LONGEST_PROOF = 600
BAR = 10

Names = tuple[tuple[Kind, tuple[str, str]], ...]

day = lru_cache(maxsize=4096)(with_weekday)


def count(number: int, singular: str, plural: str) -> str:
    """An amount with its noun."""
    return f"{number} {singular if number == 1 else plural}"


def days_from(today: date, until: date) -> str:
    """How far away a day is, in days."""
    days = (until - today).days
    if days == 0:
        return "today"
    if days < 0:
        return f"{count(-days, 'day', 'days')} ago"
    return f"in {count(days, 'day', 'days')}"


def kinds(counted: Mapping[Kind, int], policy: Policy) -> str:
    """Amounts of activities by kind: `2 courses and 1 local event`."""
    return amounts(tuple(counted.items()), policy)


def file(name: str) -> str:
    """The name of somebody's file in a sentence."""
    return plain(in_quotes(name))


def news(found: News, policy: Policy) -> str:
    """What a file brings: `2 courses, 1 certification and 1 exam`."""
    counted = Counter(one.kind for one in found.activities)
    named = dict(policy.names)
    parts = [(counted[kind], *named[kind]) for kind in named]
    parts += [
        (len(found.credentials), "certification", "certifications"),
        (len(found.exams), "exam", "exams"),
    ]
    return listed([count(number, *names) for number, *names in parts if number])


def amounts(way: Way, policy: Policy) -> str:
    """The same of a set that renews."""
    return _amounts(way, policy.names)


def _amounts(counted: Way, names: Names) -> str:
    named = dict(names)
    return listed([count(number, *named[kind]) for kind, number in counted])


def listed(parts: Sequence[str]) -> str:
    """Parts in a sentence: `a, b and c`."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]])) if parts else ""


def codes(found: Sequence[str]) -> str:
    """Certifications in a sentence, of many the first: `ACP-620, ACP-120 and 4 more`."""
    more = len(found) - CODES_SHOWN
    return listed([*found[:CODES_SHOWN], f"{more} more"] if more > 0 else found)


def needs(standing: Standing, today: date, policy: Policy) -> str:
    """What would renew: `2 more courses, or 1 global event, or 1 course and 1 local event`."""
    return _ways(ways_to_renew(standing.missing, standing.used, today, policy), policy.names)


@lru_cache(maxsize=1024)
def _ways(ways: tuple[Way, ...], names: Names) -> str:
    courses_alone = list(filter(is_courses_alone, ways))
    others = [way for way in ways if way not in courses_alone and len(way) <= KINDS_SHOWN]
    shown = [*courses_alone, *others][:WAYS_SHOWN]
    return more(", or ".join(_amounts(way, names) for way in shown))


def more(amounts: str) -> str:
    """Amounts on top of what there is: `2 more courses`."""
    first, _, rest = amounts.partition(" ")
    return f"{first} more {rest}"


def when(day_: date, today: date) -> str:
    """A day in a sentence: `today`, or `on Mon 2025-12-01`."""
    return "today" if day_ == today else f"on {day(day_)}"


def bar(standing: Standing) -> str:
    """How far along a cycle is: `█████████░`."""
    filled = min(standing.credited * BAR // standing.required, BAR)
    return "█" * filled + "░" * (BAR - filled)


def activity(one: LoggedActivity, policy: Policy) -> str:
    """An activity in a line, with its number: `3 · course "Jira Automation", Mon 2025-12-01`."""
    return f"*{one.number}* · {unnumbered(one, policy)}"


def unnumbered(one: LoggedActivity, policy: Policy) -> str:
    """An activity in a line: `course "Jira Automation", Mon 2025-12-01`."""
    units = f", {one.units} CE" if one.units else ""
    proof = f" · <{escaped(one.link)}|proof>" if one.link else ""
    if len(proof) > LONGEST_PROOF:
        proof = " · proof kept, its link is too long to show"
    return f'{policy.kinds[one.kind].name} "{plain(one.title)}", {day(one.done_on)}{units}{proof}'


def done(action: str, subject: str) -> str:
    """What a change of the audit did: `logging activity 3`."""
    return DONE[action].format(subject=subject)

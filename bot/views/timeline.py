"""A member's certifications over time: in words what the picture shows."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rules import By, Done, Life, Policy, Renewal, Status

from ..outcomes import Timeline
from . import words
from .blocks import Reply, reply
from .standing import FIRST_STEP

PICTURE_COMES = (
    "The picture comes as a direct message in a moment. Why something counts or not: `/ce why {code}`"
)
NOT_PICTURED = "The picture has no room for {codes}. A picture of them: `/ce timeline {named}`"
NOT_ALL = "Not all of it fits into one message. Name the certifications to look at: `/ce timeline {code}`"
ABOUT = "Your certifications on {today}:"
NOTHING_DONE = "No activity so far."
# So many renewals are named; of more, the number and the last.
RENEWALS_MOST = 3


def timeline(found: Timeline, policy: Policy) -> Reply:
    """The answer to `/ce timeline`, after which the picture comes."""
    if not found.lives:
        return reply(FIRST_STEP)
    code, left_out = found.lives[0].code, found.left_out
    no_room = NOT_PICTURED.format(codes=words.listed(left_out), named=" ".join(left_out))
    return reply(
        *("\n".join(_lines(life, found, policy)) for life in found.lives),
        small=[no_room if left_out else "", PICTURE_COMES.format(code=code)],
        left_out=NOT_ALL.format(code=code),
    )


def about(found: Timeline) -> str:
    """What is said of the picture, for whoever does not see it."""
    return "\n".join([ABOUT.format(today=words.day(found.today)), *map(_in_short, found.pictured)])


def _lines(life: Life, found: Timeline, policy: Policy) -> Iterator[str]:
    yield f"{words.STATUS_MARK[life.status]} *{life.code}* · {life.status.value}"
    yield f"From {words.day(life.cycles[0].cycle.started_on)} on{_renewed(life)}."
    yield _dates(life, found)
    yield _done(life, policy)


def _renewed(life: Life) -> str:
    renewals = [lived.renewal for lived in life.cycles if lived.renewal]
    if not renewals:
        return ""
    if len(renewals) > RENEWALS_MOST:
        return f", renewed {len(renewals)} times, the last on {_renewal(renewals[-1])}"
    return f", renewed on {words.listed([_renewal(one) for one in renewals])}"


def _renewal(renewal: Renewal) -> str:
    return words.day(renewal.renewed_on) + (" by its exam" if renewal.by is By.EXAM else "")


def _dates(life: Life, found: Timeline) -> str:
    cycle, safe, today = life.cycle, life.present.last_safe_day, found.today
    suspends, expires = words.day(cycle.suspends_on), words.day(cycle.expires_on)
    if life.status is Status.EXPIRED:
        dates = f"Suspended on {suspends}, last safe day {words.day(safe)}, expired on *{expires}*"
    elif life.status is Status.SUSPENDED:
        near = words.days_from(today, safe)
        dates = f"Suspended since {suspends}, last safe day *{words.day(safe)}* ({near}), expires {expires}"
    else:
        near = words.days_from(today, cycle.suspends_on)
        dates = f"Suspends *{suspends}* ({near}), last safe day {words.day(safe)}, expires {expires}"
    return f"{dates}; {words.HOW_SURE[cycle.dates]}."


def _done(life: Life, policy: Policy) -> str:
    counted = [one for one in life.activities if one.credited]
    rest = [one for one in life.activities if not one.credited]
    parts = [
        f"{label}: {_kinds(some, policy)}."
        for label, some in (("Counted", counted), ("Did not count", rest))
        if some
    ]
    parts += [
        f"Its exam on {words.day(exam.passed_on)} renewed nothing." for exam in life.exams if not exam.renewed
    ]
    return " ".join(parts) or NOTHING_DONE


def _kinds(some: Sequence[Done], policy: Policy) -> str:
    """How many of each kind, and from when to when."""
    first, last = some[0].done_on, some[-1].done_on
    when = words.day(first) if first == last else f"{words.day(first)} to {words.day(last)}"
    return f"{words.kinds(Counter(one.kind for one in some), policy)}, {when}"


def _in_short(life: Life) -> str:
    cycle, safe = life.cycle, words.day(life.present.last_safe_day)
    expires = words.day(cycle.expires_on)
    if life.status is Status.EXPIRED:
        dates = f"expired {expires}"
    elif life.status is Status.SUSPENDED:
        dates = f"suspended, last safe day {safe}, expires {expires}"
    else:
        dates = f"suspends {words.day(cycle.suspends_on)}, last safe day {safe}, expires {expires}"
    counted = sum(one.credited > 0 for one in life.activities)
    rest = len(life.activities) - counted
    not_counted = f", {rest} not" if rest else ""
    return f"{life.code}: {dates}; {words.count(counted, 'activity', 'activities')} counted{not_counted}."

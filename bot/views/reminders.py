"""The reminder itself: what is suspended when, what keeps it, by when, and how to be left in peace."""

from collections.abc import Sequence
from datetime import date, timedelta

from rules import Policy, Standing, Status, next_cycle

from ..outcomes import Bundle, urgency
from . import words
from .blocks import Block, Reply, beside, commands, reply
from .questions import BUTTONS_MOST, PORTAL_FORM, stated_words
from .standing import FIRST_STEP

# The command that "Renewed in the portal" stands for, with the certifications; nobody types it.
RENEWED = "remind renewed"

SUSPENDS = ":bell: *{code}* suspends {away}, on *{suspends}* ({sure})."
SUSPENDS_TODAY = ":warning: *{code}* is suspended from today on, {suspends} ({sure}). {safe}"
SUSPENDED = ":warning: *{code}* is suspended since {suspends} ({sure}). {safe}"
LAST_SAFE_DAY = "Its last safe day is *{day}*, {away}."
SAFE_DAYS_OVER = "Its last safe day, {day}, is over: check the portal now."
STAYS_ACTIVE = "To stay active it needs, by *{last}*: {needs}{exam}."
IS_RENEWED = "To be renewed it needs by then: {needs}{exam}."
HAS_ALL = "As I count, it has the {required} CE it needs: check in the portal that all of them are entered."
EXAM = ", or its exam passed again"
EXAM_LATER = ", or its exam passed again (from {opens} on)"
SHORT = "• *{code}* suspends {away}, on {suspends}; missing {missing} CE."
SHORT_SUSPENDED = "• *{code}* is suspended; last safe day {safe}, {away}; missing {missing} CE."
COUNTS_FOR_ALL = "An activity counts for all of these at once."
STOP = "Stop these: `/ce remind off`"
NOT_ALL = "Not all of it fits into one message: `/ce status` shows the rest."
# Of more certifications than this, the less urgent have one line each.
IN_FULL = 8
SNOOZES = (
    ("Snooze 3 days", "remind snooze 3 days"),
    ("Snooze 1 week", "remind snooze 1 week"),
    ("Snooze until…", "remind snooze until"),
)

TELL_ME = (
    "Which dates does <{portal}|the portal> show now? Press the certification, or put them in the place of "
    "the ones below and send it to me: the portal has the last word, and I remind you by its dates from then "
    "on."
)
IF_RENEWED_TODAY = "*{code}*, with the dates that a renewal today would give:\n`{command}`"
AS_KNOWN = "*{code}*, with the dates I have:\n`{command}`"
# So long before its suspension nobody is reminded of it: a date as late as this is the renewed one.
RENEWED_ALREADY = timedelta(days=365)


def message(bundle: Bundle, policy: Policy) -> Reply:
    """A member's reminder: each certification whose notice has come, the most urgent first (R15)."""
    found = sorted((due.standing for due in bundle.notices), key=urgency)
    short = [_short(one, bundle.today) for one in found[IN_FULL:]]
    return reply(
        *[_in_full(one, bundle.today, policy) for one in found[:IN_FULL]],
        "\n".join(short),
        small=[COUNTS_FOR_ALL if len(found) > 1 else "", STOP],
        buttons=_buttons([one.code for one in found]),
        left_out=NOT_ALL,
    )


def renewed(found: Sequence[Standing], today: date, policy: Policy) -> Reply:
    """The answer to "Renewed in the portal": the line that states its dates, for each certification."""
    if not found:
        return reply(FIRST_STEP)
    lines, buttons = [], []
    for standing in found:
        stated = portal_words(standing, today, policy)
        said = AS_KNOWN if _is_known(standing, today) else IF_RENEWED_TODAY
        lines.append(said.format(code=standing.code, command=f"/ce portal {stated}"))
        buttons.append((standing.code, f"{PORTAL_FORM} {stated}"))
    return reply(
        TELL_ME.format(portal=policy.links.portal), *lines, buttons=commands(*buttons[:BUTTONS_MOST])
    )


def portal_words(standing: Standing, today: date, policy: Policy) -> str:
    """What the portal shows by now, after `/ce portal`: the dates of a renewal, of today or known already."""
    after = standing._replace(cycle=next_cycle(standing.cycle, today, policy))
    return stated_words(standing if _is_known(standing, today) else after)


def _is_known(standing: Standing, today: date) -> bool:
    return standing.cycle.suspends_on - today > RENEWED_ALREADY


def _in_full(standing: Standing, today: date, policy: Policy) -> str:
    cycle = standing.cycle
    is_active = standing.status is Status.ACTIVE
    said = {
        "code": standing.code,
        "away": _away(today, cycle.suspends_on),
        "suspends": words.day(cycle.suspends_on),
        "sure": words.HOW_SURE[cycle.dates],
        "safe": _safe(standing, today),
    }
    lead = SUSPENDS if is_active else SUSPENDS_TODAY if today == cycle.suspends_on else SUSPENDED
    lines = [lead.format(**said)]
    if not standing.missing:
        lines.append(HAS_ALL.format(required=standing.required))
    elif today <= standing.last_safe_day:
        last = cycle.suspends_on - timedelta(days=1) if is_active else standing.last_safe_day
        needs = (STAYS_ACTIVE if is_active else IS_RENEWED).format(
            needs=words.needs(standing, today, policy),
            last=f"today, {words.day(last)}" if last == today else words.day(last),
            exam=_exam(standing, today, last),
        )
        lines.append(needs)
    return "\n".join(lines)


def _safe(standing: Standing, today: date) -> str:
    last = standing.last_safe_day
    if today > last:
        return SAFE_DAYS_OVER.format(day=words.day(last))
    return LAST_SAFE_DAY.format(day=words.day(last), away=_away(today, last))


def _exam(standing: Standing, today: date, last: date) -> str:
    """That the exam renews it, too, if it can be passed until then."""
    opens_on = standing.exam_window.opens_on
    if opens_on > last:
        return ""
    return EXAM if opens_on <= today else EXAM_LATER.format(opens=words.day(opens_on))


def _away(today: date, day: date) -> str:
    return "tomorrow" if day - today == timedelta(days=1) else words.days_from(today, day)


def _short(standing: Standing, today: date) -> str:
    is_active = standing.status is Status.ACTIVE
    day = standing.cycle.suspends_on if is_active else standing.last_safe_day
    return (SHORT if is_active else SHORT_SUSPENDED).format(
        code=standing.code,
        away=_away(today, day),
        suspends=words.day(day),
        safe=words.day(day),
        missing=standing.missing,
    )


def _buttons(codes: Sequence[str]) -> list[Block]:
    return beside(
        ("Log activity", "form add"),
        ("Plan", f"plan {codes[0]}" if len(codes) == 1 else "plan"),
        *SNOOZES,
        ("Renewed in the portal", f"{RENEWED} {' '.join(codes)}"),
    )

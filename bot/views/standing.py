"""Where a member stands, at one look."""

from collections.abc import Sequence
from datetime import date

from rules import Dates, Policy, Standing, Status

from ..outcomes import Overview
from . import words
from .blocks import Reply, commands, fitting, plain, reply

FIRST_STEP = (
    "I know of no certification of yours yet. Tell me one, with the day you earned it or the date the "
    "portal shows:\n"
    "`/ce cert add ACP-620 earned 2024-01-01`\n"
    "`/ce cert add ACP-620 suspends 2026-01-01`"
)
ADD = ("Add certification", "form cert")
KEPT = "{activities} logged so far: kept, and applied as soon as I know a certification."
PORTAL_HAS_THE_LAST_WORD = "Dates not marked as the portal's are calculated; the portal has the last word."
NOT_ALL = "Not all of your certifications fit into one message; the most urgent do. All: `/ce cert list`"
TO_ENTER = "{activities} not yet in the portal: `/ce export proof`"
MAY_I_REMIND = "I can remind you before a suspension: `/ce remind on`"
NEXT_STEP = 'Log what you did: `/ce add course "Jira Automation" yesterday` · all commands: `/ce help`'
MORE_WARNINGS = ":information_source: {more} not shown here."
# Slack takes 3,000 characters in a small line; a warning has some 150, with two long titles some 2,500.
WARNINGS_MOST = 8
WARNING_CHARACTERS_MOST = 2_700
LEVELS = {"ACP": "Professional", "ACA": "Associate"}


def overview(found: Overview, policy: Policy) -> Reply:
    """The answer to `/ce status`."""
    if not found.standings:
        kept = words.count(found.activities, "activity", "activities") if found.activities else ""
        return first_step(KEPT.format(activities=kept) if kept else "")
    sure = all(standing.cycle.dates is Dates.PORTAL for standing in found.standings)
    small = [] if sure else [PORTAL_HAS_THE_LAST_WORD]
    if found.to_enter:
        activities = words.count(found.to_enter, "activity", "activities")
        small.append(TO_ENTER.format(activities=activities))
    if not found.is_asked:
        small.append(MAY_I_REMIND)
    small.append(NEXT_STEP)
    return reply(
        *[credential(standing, found.today, policy) for standing in found.standings],
        small=["\n".join(warnings(found.standings)), "\n".join(small)],
        left_out=NOT_ALL,
    )


def first_step(small: str = "") -> Reply:
    """What to say to those of whom no certification is known yet: how to add one, in words or by a form."""
    return reply(FIRST_STEP, small=[small], buttons=commands(ADD))


def credential(standing: Standing, today: date, policy: Policy) -> str:
    """One credential: bar, what counts, what is missing, until when, how sure, the exam beside it."""
    level = LEVELS.get(standing.level, standing.level)
    mark = words.STATUS_MARK[standing.status]
    lines = [f"{mark} *{standing.code}* · {level} · {standing.status.value}"]
    if standing.status is Status.EXPIRED:
        lines.append(expired(standing))
    else:
        lines += [
            f"`{words.bar(standing)}` {_credited(standing)}{_counted(standing, policy)}",
            f"Missing {standing.missing}: {words.needs(standing, today, policy)}.",
            _until(standing, today),
            _exam(standing, today),
        ]
    return "\n".join(lines)


def warnings(found: Sequence[Standing]) -> list[str]:
    """What deserves a second look, each once, with the certifications it is about; of many the first."""
    about: dict[str, list[str]] = {}
    for standing in found:
        for warning in standing.warnings:
            about.setdefault(warning, []).append(standing.code)
    if not about:
        return []
    lines = [
        f":information_source: {plain(warning)}" + (f" ({words.listed(codes)})" if len(found) > 1 else "")
        for warning, codes in about.items()
    ]
    shown = fitting(lines, WARNINGS_MOST, WARNING_CHARACTERS_MOST)
    more = len(lines) - len(shown)
    if not more:
        return shown
    return [*shown, MORE_WARNINGS.format(more=words.count(more, "more is", "more are"))]


def _credited(standing: Standing) -> str:
    return f"{standing.credited} of {standing.required} CE"


def _counted(standing: Standing, policy: Policy) -> str:
    return f" ({words.kinds(standing.used, policy)})" if standing.used else ""


def _until(standing: Standing, today: date) -> str:
    cycle = standing.cycle
    how_sure = words.HOW_SURE[cycle.dates]
    if standing.status is Status.SUSPENDED and today > standing.last_safe_day:
        return (
            f"Suspended since {words.day(cycle.suspends_on)}. The last safe day was "
            f"*{words.day(standing.last_safe_day)}*: what is finished before {words.day(cycle.expires_on)} "
            f"still renews if the grace period is counted in months, as I do, and not in days, as a page "
            f"says: check the portal now; {how_sure}."
        )
    if standing.status is Status.SUSPENDED:
        return (
            f"Suspended since {words.day(cycle.suspends_on)}. Last safe day to finish: "
            f"*{words.day(standing.last_safe_day)}* ({words.days_from(today, standing.last_safe_day)}); "
            f"expires {words.day(cycle.expires_on)}; {how_sure}."
        )
    return (
        f"Suspends *{words.day(cycle.suspends_on)}* ({words.days_from(today, cycle.suspends_on)}), expires "
        f"{words.day(cycle.expires_on)}; {how_sure}."
    )


def _exam(standing: Standing, today: date) -> str:
    window = standing.exam_window
    if today < window.opens_on:
        when = f"from {words.day(window.opens_on)} to {words.day(window.closes_on)}"
    else:
        when = f"open now, until {words.day(window.closes_on)}"
    return f"Or pass its exam again: {when}."


def expired(standing: Standing) -> str:
    """What to say of a credential that is gone: since when, and how it comes back."""
    return (
        f"Expired on {words.day(standing.cycle.expires_on)}, with {_credited(standing)}; "
        f"{words.HOW_SURE[standing.cycle.dates]}. It comes back only by earning it again. On the day you "
        f"have: `/ce cert add {standing.code} earned today`"
    )

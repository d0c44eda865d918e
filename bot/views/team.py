"""A team: where everybody in it stands, and what its channel is told.

All of it may be read by the whole channel, so people appear by name: a mention would notify them.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import accumulate

from rules import Policy, Standing, Status

from ..outcomes import Bundle, Due, SharedStatus, TeamCount, TeamRow, TeamView
from . import words
from .blocks import SECTION_MOST, Reply, beside, commands, cut, escaped, plain, reply

# The commands that buttons stand for.
ALL, FORECAST, SETTINGS = "team all", "team forecast", "team settings"

# Who is named in a post is mentioned, if they allow it, from so long before the date on.
MENTIONED_WITHIN = timedelta(days=14)
# What comes later than this is not worth a line in the weekly digest.
SOON = timedelta(days=90)
SHOWN_MOST = 15
NOTICES_MOST = 40
LINES_OF_A_SECTION = 40
SECTIONS_OF_A_PAGE = 3
NAMES_MOST = 15
CODES_MOST = 20
NAME_WIDTH = 18

NAMELESS = "somebody"
LEAD = "*Where this team stands* on {day}: {members}, {certifications}"
PAGE_LEAD = "*Where this team stands* on {day}, page {page} of {pages}"
HEADINGS = ("who", "code", "status", "until", "days", "missing")
LEGEND = (
    "Until: the day it suspends; of a suspended one, the last safe day to renew it; of an expired one, the "
    "day it did. Missing: CE units."
)
STEPS = "Be in it: `/ce team join` · what I count for you: `/ce status`"
NO_CERTIFICATION = (
    "Nobody in this team has told me a certification yet. Whoever holds one can, and only they see the "
    "answer: `/ce cert add ACP-620 earned 2024-01-01`"
)
ACTIVE_NOW = "*Active now:* {counts}"
WITHOUT = "*No certification told yet:* {names}"
LESS_URGENT = "{more} less urgent and not shown here: `/ce team all`"

SHARED = "*{name}* on {day}:"
SHARED_NOTHING = "{name} has told me no certification yet. Where you stand: `/ce status`"
SHARED_SMALL = "You share a team, so they see as much of yours: where this stands, when, and what is missing."

SUSPENDS = ":bell: *{code}* of {name} is suspended on *{day}* ({away}): {missing} CE missing."
SUSPENDS_TODAY = (
    ":warning: *{code}* of {name} is suspended from today on, {day}: {missing} CE missing. {safe}"
)
SUSPENDED = ":warning: *{code}* of {name} is suspended since {day}: {missing} CE missing. {safe}"
SAFE = "Last safe day to renew it: *{day}* ({away})."
SAFE_OVER = "Its last safe day, {day}, is over."
MORE_NOTICES = "And {more} more: `/ce team`"
DIGEST = "*The week of this team*, {day}"
CALM = "Nothing is suspended before {day}: {code} of {name} is the first."
ALL_EXPIRED = "All that was held here has expired, and comes back only by earning it again."
POST_SMALL = "What <{portal}|the portal> shows has the last word. All of this team: `/ce team`"


# Asked for


def team(view: TeamView) -> Reply:
    """The answer to `/ce team`, for the whole channel: the most urgent, and how many hold what."""
    lead = LEAD.format(
        day=words.day(view.today),
        members=words.count(view.members, "member", "members"),
        certifications=words.count(len(view.rows), "certification", "certifications"),
    )
    shown = view.rows[:SHOWN_MOST]
    more = len(view.rows) - len(shown)
    buttons = [("Forecast", FORECAST), *([("Show all", ALL)] if more else []), ("Settings", SETTINGS)]
    return reply(
        lead,
        *_tables(shown, view.today),
        _counts(view.counts),
        _without(view.without),
        small=[_less_urgent(more), LEGEND if shown else "", STEPS],
        buttons=beside(*buttons),
    )._replace(everyone=True)


def page(view: TeamView, number: int) -> Reply:
    """One page of all that a team holds, for the eyes of who asked; the last where there are fewer pages."""
    sections = _tables(view.rows, view.today)
    pages = [sections[at : at + SECTIONS_OF_A_PAGE] for at in range(0, len(sections), SECTIONS_OF_A_PAGE)]
    number = min(number, len(pages))
    others = (("Previous page", number - 1), ("Next page", number + 1))
    return reply(
        PAGE_LEAD.format(day=words.day(view.today), page=number, pages=len(pages)),
        *pages[number - 1],
        small=[LEGEND] if view.rows else (),
        buttons=commands(*[(label, f"{ALL} {at}") for label, at in others if 1 <= at <= len(pages)]),
    )


def shared_status(found: SharedStatus) -> Reply:
    """The answer to `/ce status @member`, of one who shares a team with the asker."""
    name = named(found.name)
    if not found.rows:
        return reply(SHARED_NOTHING.format(name=name))
    lines = [_status(row, found.today) for row in found.rows]
    return reply(SHARED.format(name=name, day=words.day(found.today)), "\n".join(lines), small=[SHARED_SMALL])


def named(name: str) -> str:
    """What somebody is called, made safe; a word for those whom Slack did not name."""
    return plain(cut(name)) or NAMELESS


def names(found: Iterable[str], most: int = NAMES_MOST) -> str:
    """What people are called, in a sentence; of many the first."""
    called = [named(name) for name in found]
    more = len(called) - most
    return words.listed([*called[:most], f"{more} more"] if more > 0 else called)


# Posted by the bot itself


def post(bundle: Bundle, view: TeamView | None, policy: Policy) -> Reply:
    """What a channel is told on a day: the notices that have come, and the weekly digest on its day."""
    shown = bundle.notices[:NOTICES_MOST]
    more = len(bundle.notices) - len(shown)
    mentioned: set[str] = set()
    lines = [_notice(due, bundle.today, mentioned) for due in shown]
    return reply(
        "\n".join([*lines, *([MORE_NOTICES.format(more=more)] if more else [])]),
        *(_digest(view) if view else ()),
        small=[POST_SMALL.format(portal=policy.links.portal)],
    )


def _notice(due: Due, today: date, mentioned: set[str]) -> str:
    """One line; its member is mentioned if that is due and allowed, and was not done before in this post."""
    standing = due.standing
    cycle, safe = standing.cycle, standing.last_safe_day
    name = named(due.name)
    if due.may_mention and due.who.id not in mentioned and _is_close(standing, today):
        mentioned.add(due.who.id)
        name = f"<@{due.who.id}>"
    if standing.status is Status.ACTIVE:
        said = SUSPENDS
    else:
        said = SUSPENDS_TODAY if cycle.suspends_on == today else SUSPENDED
    until = SAFE if today <= safe else SAFE_OVER
    return said.format(
        code=standing.code,
        name=name,
        day=words.day(cycle.suspends_on),
        away=words.days_from(today, cycle.suspends_on),
        missing=standing.missing,
        safe=until.format(day=words.day(safe), away=words.days_from(today, safe)),
    )


def _is_close(standing: Standing, today: date) -> bool:
    days = (standing.cycle.suspends_on, standing.last_safe_day)
    return any(timedelta() <= day - today <= MENTIONED_WITHIN for day in days)


def _digest(view: TeamView) -> list[str]:
    """The week of a team: what is urgent, and a line where nothing is."""
    left = [row for row in view.rows if row.status is not Status.EXPIRED]
    soon = [row for row in left if row.until - view.today <= SOON]
    if soon:
        said = _tables(soon[:SHOWN_MOST], view.today)
    elif left:
        first = left[0]
        said = [CALM.format(day=words.day(first.until), code=first.code, name=named(first.name))]
    else:
        said = [ALL_EXPIRED if view.rows else NO_CERTIFICATION]
    return [
        DIGEST.format(day=words.day(view.today)),
        *said,
        _less_urgent(len(soon) - SHOWN_MOST),
        _counts(view.counts),
        _without(view.without),
    ]


# Inside


def _tables(rows: Sequence[TeamRow], today: date) -> list[str]:
    """Rows under their headings, in as many sections as they need; a sentence where there are none."""
    if not rows:
        return [NO_CERTIFICATION]
    head, *lines = (_line(cells) for cells in (HEADINGS, *(_cells(row, today) for row in rows)))
    parts: list[list[str]] = [[head]]
    for line in lines:
        length = sum(len(one) + 1 for one in parts[-1])
        if len(parts[-1]) > LINES_OF_A_SECTION or length + len(line) > SECTION_MOST - 10:
            parts.append([head])
        parts[-1].append(line)
    return ["```\n" + "\n".join(part) + "\n```" for part in parts]


def _cells(row: TeamRow, today: date) -> tuple[str, ...]:
    is_over = row.status is Status.EXPIRED
    return (
        row.name or NAMELESS,
        row.code,
        row.status.value,
        words.day(row.until),
        "" if is_over else str((row.until - today).days),
        "" if is_over else f"{row.missing} CE",
    )


def _line(cells: Sequence[str]) -> str:
    """A line of the table: so wide each, the numbers to the right."""
    who, code, status, until, days, missing = cells
    line = f"{_fitted(who, NAME_WIDTH)}  {code:<8}  {status:<9}  {until:<14}  {days:>4}  {missing:>7}"
    return escaped(line.rstrip()).replace("`", "'")


def _fitted(text: str, width: int) -> str:
    """A text cut or filled to so many columns; letters of East Asia and most emoji take two."""
    ends = list(accumulate(map(_columns, text)))
    if ends and ends[-1] > width:
        text = text[: sum(end < width for end in ends)] + "…"
    return text + " " * (width - sum(map(_columns, text)))


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _counts(counts: Sequence[TeamCount]) -> str:
    """How many hold each certification now, against the targets: `ACP-620 2 of 3 (1 short), ACP-120 1`."""
    if not counts:
        return ""
    # What falls short comes first, and stays where there is not room for all.
    by_need = sorted(counts, key=lambda count: (-_short(count), count.code))
    more = len(counts) - CODES_MOST
    shown = [_count(count) for count in by_need[:CODES_MOST]]
    return ACTIVE_NOW.format(counts=" · ".join([*shown, *([f"{more} more"] if more > 0 else [])]))


def _count(count: TeamCount) -> str:
    if count.target is None:
        return f"{count.code} {count.active}"
    short = f" ({_short(count)} short)" if _short(count) else ""
    return f"{count.code} {count.active} of {count.target}{short}"


def _short(count: TeamCount) -> int:
    return max((count.target or 0) - count.active, 0)


def _without(found: Sequence[str]) -> str:
    return WITHOUT.format(names=names(found)) if found else ""


def _less_urgent(more: int) -> str:
    return LESS_URGENT.format(more=words.count(more, "is", "are")) if more > 0 else ""


def _status(row: TeamRow, today: date) -> str:
    """One certification of somebody else's, in a line."""
    until = f"{words.day(row.until)} ({words.days_from(today, row.until)})"
    expires = f"expires {words.day(row.expires_on)}; {row.missing} CE missing"
    lead = f"{words.STATUS_MARK[row.status]} *{row.code}*"
    match row.status:
        case Status.ACTIVE:
            return f"{lead}: active, suspends {until}, {expires}"
        case Status.SUSPENDED:
            since = words.day(row.suspends_on)
            return f"{lead}: suspended since {since}, last safe day {until}, {expires}"
        case Status.EXPIRED:
            return f"{lead}: expired on {until}"

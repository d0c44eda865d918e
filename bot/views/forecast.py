"""A team's forecast: in words and numbers what the picture shows."""

from collections.abc import Iterator
from datetime import date

from rules import Holders, Prospect

from ..outcomes import TeamForecast
from . import words
from .blocks import Reply, cut, plain, reply
from .team import NAMELESS

LEAD = "How many hold each certification actively, from {first} to {last}."
ABOUT = "Active holders on {today}, and in {months} months if nobody renews / if all follow their plans:"
NO_TARGETS = "None of these has a target: a lead sets one with `/ce team settings target {code} 3`"
PICTURE_COMES = (
    "The picture comes to this channel in a moment. Plans are those of `/ce plan`, with courses alone; all "
    "of it is calculated from what the members told me."
)
DRAWING = (
    "I am working out the next two years of {people}: the numbers and the picture come to this channel in a "
    "moment."
)
NOTHING_HELD = "Nobody in this team has told me a certification yet, so there is nothing to foresee."
FIRST_STEP = "Everybody tells me their own: `/ce cert add ACP-620 earned 2024-01-01`"
NOT_PICTURED = "The picture has no room for {codes}. A picture of them: `/ce team forecast {named}`"
NOT_ALL = (
    "Not all of it fits into one message. Name the certifications to look at: `/ce team forecast {code}`"
)
NAMES_MOST = 3
LONGEST_NAME = 40
NOBODY_RENEWS = "If nobody renews"
ALL_FOLLOW = "If all follow their plans"


def forecast(found: TeamForecast) -> Reply:
    """The answer to `/ce team forecast`, after which the picture comes."""
    if not found.prospects:
        return reply(NOTHING_HELD, FIRST_STEP)
    code = found.prospects[0].code
    return reply(
        LEAD.format(first=words.day(found.from_on), last=words.day(found.until_on)),
        *("\n".join(_lines(prospect, found)) for prospect in found.prospects),
        small=[_no_targets(found), _no_room(found), PICTURE_COMES],
        left_out=NOT_ALL.format(code=code),
    )


def drawing(people: int) -> Reply:
    """The answer for a team so large that everything comes later."""
    return reply(DRAWING.format(people=words.count(people, "person", "people")))


def about(found: TeamForecast) -> str:
    """What is said of the picture, in the channel and for whoever does not see it: all numbers, no names."""
    months = words.listed([str(after) for after, _ in found.milestones])
    lead = ABOUT.format(today=words.day(found.from_on), months=months)
    lines = [_in_short(one, found) for one in found.pictured]
    return "\n".join(line for line in (lead, *lines, _no_room(found)) if line)


def _no_targets(found: TeamForecast) -> str:
    if any(one.target is not None for one in found.prospects):
        return ""
    return NO_TARGETS.format(code=found.prospects[0].code)


def _no_room(found: TeamForecast) -> str:
    left_out = found.left_out
    if not left_out:
        return ""
    return NOT_PICTURED.format(codes=words.listed(left_out), named=" ".join(left_out))


def _lines(prospect: Prospect, found: TeamForecast) -> Iterator[str]:
    target = "" if prospect.target is None else f", target {prospect.target}"
    yield f"*{prospect.code}* · {prospect.idle.counts[0]} active now{target}"
    for lead, holders, below_on in (
        (NOBODY_RENEWS, prospect.idle, prospect.idle_below_on),
        (ALL_FOLLOW, prospect.planned, prospect.planned_below_on),
    ):
        missed = "" if prospect.target is None else f"; {_missed(below_on, found)}"
        yield f"{lead}: {_numbers(holders, found)}{missed}."
    if prospect.idle.leaves:
        yield f"First to be suspended: {_leaves(prospect, found)}."


def _numbers(holders: Holders, found: TeamForecast) -> str:
    """How many there are on the days on the way: `4 in 6 months, 2 in 12, 1 in 18, 0 in 24`."""
    if len({*holders.counts}) == 1:
        return f"{holders.counts[0]} all the time"
    first, *rest = [f"{holders.on(day)} in {months}" for months, day in found.milestones]
    return ", ".join([f"{first} months", *rest])


def _missed(below_on: date | None, found: TeamForecast) -> str:
    if below_on is None:
        return "never below the target"
    if below_on == found.from_on:
        return "*below the target now*"
    return f"below the target from *{words.day(below_on)}* on"


def _leaves(prospect: Prospect, found: TeamForecast) -> str:
    """Whose certification suspends first, if they do nothing."""
    leaves = prospect.idle.leaves
    named = [f"{_called(found.names[who])} on {words.day(day)}" for day, who in leaves[:NAMES_MOST]]
    more = len(leaves) - len(named)
    if more:
        named.append(f"{more} more by {words.day(found.until_on)}")
    return words.listed(named)


def _called(name: str) -> str:
    return plain(cut(name, LONGEST_NAME)) or NAMELESS


def _in_short(prospect: Prospect, found: TeamForecast) -> str:
    target = "" if prospect.target is None else f" (target {prospect.target})"
    idle, planned = (
        ", ".join(str(holders.on(day)) for _, day in found.milestones) + _below(below_on, found)
        for holders, below_on in (
            (prospect.idle, prospect.idle_below_on),
            (prospect.planned, prospect.planned_below_on),
        )
    )
    return f"{prospect.code}{target}: {prospect.idle.counts[0]} now; {idle} / {planned}"


def _below(below_on: date | None, found: TeamForecast) -> str:
    if below_on is None:
        return ""
    since = "now" if below_on == found.from_on else f"from {words.day(below_on)}"
    return f", below target {since}"

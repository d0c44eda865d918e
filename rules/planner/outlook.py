"""One certification at a time: when to renew it, and what a given set of activities does to each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from ..cycle import DAY, Cycle, Status, next_cycle
from ..history import Activity, History
from ..needs import Way, is_courses_alone, ways_to_renew
from ..policy import Policy
from ..replay import Reason, Renewal
from ..standing import Standing, standings


class Gain(NamedTuple):
    """How much later a suspension date lies than another: whole calendar months, then days."""

    months: int
    days: int


class Renewed(NamedTuple):
    """A renewal that could be had.

    `dates` is the cycle it opens, `gain` what that adds to the dates of now, and `later` by how many days
    it suspends later than after a renewal on the soonest day.
    """

    renewed_on: date
    dates: Cycle
    gain: Gain
    later: int


class Outlook(NamedTuple):
    """What renews one certification, and what choosing the day is worth.

    `ways` are the sets of activities that renew it, fewest first. `soonest` is the day asked for (a day
    later where the cycle starts on that day); `last_active` the last day on which it has never been
    suspended; `last_safe` the last safe day (R15), past which nobody is sent; `exam` the soonest renewal
    by its own exam, which costs the other certifications nothing (R10). None where it is past; an expired
    certification has none of them and is only earned anew (R11).
    """

    standing: Standing
    ways: tuple[Way, ...]
    soonest: Renewed | None
    last_active: Renewed | None
    last_safe: Renewed | None
    exam: Renewed | None


class Outcome(NamedTuple):
    """What a set of activities does to one certification.

    `renewals` are those that there would not be without it. `older` and `over_cap` name the activities (by
    id) that do nothing for it because they are not younger than its cycle, or above a limit of its cycle.
    """

    before: Standing
    after: Standing
    renewals: tuple[Renewal, ...]
    gain: Gain
    older: tuple[str, ...]
    over_cap: tuple[str, ...]


class Renewing(NamedTuple):
    """A set of activities, all done on one day, and what it does to each certification."""

    way: Way
    done_on: date
    outcomes: tuple[Outcome, ...]


def gain_of(before: Cycle, after: Cycle) -> Gain:
    """How much later `after` suspends than `before` (W9: 10 months for the younger, 24 for the older)."""
    between = relativedelta(after.suspends_on, before.suspends_on)
    return Gain(between.years * 12 + between.months, between.days)


def outlooks(history: History, policy: Policy, on: date | None = None) -> tuple[Outlook, ...]:
    """How each certification can be renewed from `on` (the history's day, or one after it) onwards.

    Raises NothingToComputeError for a credential without an earned date and portal dates.
    """
    asked = replace(history, as_of=on or history.as_of)
    return tuple(_outlook(standing, asked.as_of, policy) for standing in standings(asked, policy))


def _outlook(standing: Standing, on: date, policy: Policy) -> Outlook:
    cycle, window = standing.cycle, standing.exam_window
    if standing.status is Status.EXPIRED:
        return Outlook(standing, (), None, None, None, None)
    first = max(on, cycle.started_on + DAY)
    at_first = next_cycle(cycle, first, policy)

    def renewed(day: date, last: date) -> Renewed | None:
        if not first <= day <= last:
            return None
        dates = next_cycle(cycle, day, policy)
        later = (dates.suspends_on - at_first.suspends_on).days
        return Renewed(day, dates, gain_of(cycle, dates), later)

    return Outlook(
        standing,
        ways_to_renew(standing.missing, standing.used, first, policy),
        soonest=renewed(first, cycle.expires_on - DAY),
        last_active=renewed(cycle.suspends_on - DAY, standing.last_safe_day),
        last_safe=renewed(standing.last_safe_day, standing.last_safe_day),
        exam=renewed(max(first, window.opens_on), window.closes_on),
    )


def what_if(history: History, activities: Sequence[Activity], policy: Policy) -> tuple[Outcome, ...]:
    """What the activities would do to each certification, as of the last of their days if that is to come.

    Their ids must not occur in the history.
    Raises NothingToComputeError for a credential without an earned date and portal dates.
    """
    without = replace(history, as_of=max([history.as_of, *(one.done_on for one in activities)]))
    with_them = replace(without, activities=(*history.activities, *activities))
    pairs = zip(standings(without, policy), standings(with_them, policy), strict=True)
    return tuple(_outcome(before, after) for before, after in pairs)


def _outcome(before: Standing, after: Standing) -> Outcome:
    return Outcome(
        before,
        after,
        renewals=tuple(renewal for renewal in after.renewals if renewal not in before.renewals),
        gain=gain_of(before.cycle, after.cycle),
        older=tuple(one.id for one in after.activities if one.reason is Reason.BEFORE_CYCLE),
        over_cap=tuple(one.id for one in after.activities if one.reason is Reason.OVER_CAP),
    )


def renewing(history: History, code: str, policy: Policy, on: date | None = None) -> tuple[Renewing, ...]:
    """What renewing a certification on `on` does to all: by courses alone, then by the smallest set if other.

    Nothing where it cannot be renewed on that day.
    Raises NothingToComputeError for a credential without an earned date and portal dates.
    """
    on = on or history.as_of
    (outlook,) = (found for found in outlooks(history, policy, on) if found.standing.code == code)
    if outlook.soonest is None or outlook.soonest.renewed_on != on:
        return ()
    by_courses = filter(is_courses_alone, outlook.ways)
    ways = dict.fromkeys((*by_courses, *outlook.ways[:1]))
    return tuple(Renewing(way, on, what_if(history, done(way, on), policy)) for way in ways)


def done(way: Way, on: date) -> tuple[Activity, ...]:
    """The activities of a way as if they were done on a day, under ids that say they are not."""
    return tuple(
        Activity(f"planned {on} {kind} {number}", kind, on) for kind, count in way for number in range(count)
    )

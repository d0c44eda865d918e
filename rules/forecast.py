"""A team over time: how many hold each certification if nobody acts, and if all follow their plans."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate
from typing import NamedTuple

from .cycle import Status, plus_months
from .history import History
from .planner import courses_plan
from .policy import Policy
from .standing import standings

# From a day on (included) up to another (excluded), somebody is active: by the place of their history.
Spell = tuple[date, date, int]


class Holders(NamedTuple):
    """How many hold a certification actively: `counts[n]` from `days[n]` to the day before `days[n + 1]`.

    `leaves` has who (the place of a history) is no longer active from which day on, the first day first.
    """

    days: tuple[date, ...]
    counts: tuple[int, ...]
    leaves: tuple[tuple[date, int], ...]

    def on(self, day: date) -> int:
        """How many there are on a day of the forecast."""
        return self.counts[bisect_right(self.days, day) - 1]

    def below(self, target: int) -> date | None:
        """The first day on which there are fewer than `target`, or None; the forecast's first, if already."""
        return next((day for day, count in zip(self.days, self.counts, strict=True) if count < target), None)


class Prospect(NamedTuple):
    """One certification: who holds it if nobody does anything and if all follow their plans.

    `idle_below_on` and `planned_below_on` are the first days with fewer than `target`; None for never, and
    where there is no target.
    """

    code: str
    idle: Holders
    planned: Holders
    target: int | None
    idle_below_on: date | None
    planned_below_on: date | None


class Forecast(NamedTuple):
    """The prospects of all certifications held or aimed at, by code, for the days from one to another."""

    from_on: date
    until_on: date
    prospects: tuple[Prospect, ...]


def forecast(
    histories: Sequence[History], policy: Policy, months: int = 24, targets: Mapping[str, int] | None = None
) -> Forecast:
    """How many people hold each certification actively (R2) on each of the coming days.

    The histories, one a person, are of one day. The plans are those with courses alone, as events cannot be
    had on any day one likes. Credentials without a date to compute from are left out.
    Raises ValueError without a history, and where they are of different days.
    """
    if len({history.as_of for history in histories}) != 1:
        raise ValueError("A forecast needs at least one history, and all of them as of the same day.")
    from_on = histories[0].as_of
    until_on = plus_months(from_on, months)
    idle: defaultdict[str, list[Spell]] = defaultdict(list)
    planned: defaultdict[str, list[Spell]] = defaultdict(list)
    for who, history in enumerate(histories):
        known = tuple(one for one in history.credentials if one.known_on(from_on))
        person = replace(history, credentials=known)
        active = [
            (standing.code, from_on, standing.cycle.suspends_on)
            for standing in standings(person, policy)
            if standing.status is Status.ACTIVE
        ]
        renewed = [
            (code, cycle.started_on, cycle.suspends_on)
            for step in courses_plan(person, policy).steps
            for code, cycle in step.renewed
        ]
        for code, first_on, suspends_on in active:
            idle[code].append((first_on, suspends_on, who))
        for code, first_on, suspends_on in (*active, *renewed):
            planned[code].append((first_on, suspends_on, who))
    held = {credential.code for history in histories for credential in history.credentials}
    targets = targets or {}
    prospects = []
    for code in sorted({*held, *targets}):
        if_idle = _holders(idle[code], from_on, until_on)
        if_planned = _holders(_joined(planned[code]), from_on, until_on)
        target = targets.get(code)
        below = [None if target is None else one.below(target) for one in (if_idle, if_planned)]
        prospects.append(Prospect(code, if_idle, if_planned, target, *below))
    return Forecast(from_on, until_on, tuple(prospects))


def _joined(spells: Iterable[Spell]) -> list[Spell]:
    """The spells of each person, those that touch or overlap made one; they come in order of their days."""
    of_person: defaultdict[int, list[Spell]] = defaultdict(list)
    for first_on, end_on, who in spells:
        own = of_person[who]
        if own and first_on <= own[-1][1]:
            own[-1] = (own[-1][0], max(end_on, own[-1][1]), who)
        else:
            own.append((first_on, end_on, who))
    return [spell for own in of_person.values() for spell in own]


def _holders(spells: Iterable[Spell], from_on: date, until_on: date) -> Holders:
    change = Counter({from_on: 0})
    leaves = []
    for first_on, end_on, who in spells:
        change[first_on] += 1
        change[end_on] -= 1
        if end_on <= until_on:
            leaves.append((end_on, who))
    days = sorted(day for day, more in change.items() if day == from_on or (more and day <= until_on))
    counts = tuple(accumulate(change[day] for day in days))
    return Holders(tuple(days), counts, tuple(sorted(leaves)))

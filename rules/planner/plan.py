"""The best plan for several certifications together, and the proof by replay that it does what it says."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from sys import maxsize
from typing import NamedTuple

from ..cycle import DAY, Cycle, Dates, Status, last_safe_day, plus_months
from ..history import History, Kind
from ..needs import Way, ways_to_renew
from ..policy import Policy
from ..standing import Standing, standings
from .outlook import done
from .search import Draft, Held, Progress, Search, Supply


class Step(NamedTuple):
    """What to do from `from_on` on, the last of it, of kind `last`, on `renews_on`, and what that renews.

    The others may be done on any of these days. Where both days are the same, all is done on it.
    """

    from_on: date
    renews_on: date
    way: Way
    last: Kind
    renewed: tuple[tuple[str, Cycle], ...]


class Plan(NamedTuple):
    """Steps after which nothing is suspended until after `until_on`, and the cycle each code ends in.

    `expired` are not in it: they are only earned anew (R11). `gaps` cannot be kept without a lapse.
    `courses_alone` is how many activities it takes without events. `proven` says that every other plan was
    ruled out, `examined` how many were looked at, in whole or in part.
    """

    until_on: date
    steps: tuple[Step, ...]
    ends: tuple[tuple[str, Cycle], ...]
    expired: tuple[str, ...]
    gaps: tuple[str, ...]
    courses_alone: int
    proven: bool
    examined: int

    @property
    def activities(self) -> int:
        """How many activities the plan takes."""
        return sum(count for step in self.steps for _, count in step.way)


def best_plan(
    history: History, policy: Policy, codes: Sequence[str] = (), on: date | None = None, months: int = 60
) -> Plan:
    """The plan for the certifications with these codes (none given: all) that takes the fewest activities.

    From `on` (the history's day, or one after it) each is renewed before its suspension date, a suspended one
    by its last safe day (R15) or at once if that is past, again and again until it is suspended after the
    coming `months`. Among plans with equally many activities the one whose suspension dates, summed up at the
    end, are latest. What is planned with are kinds of published value that no other kind replaces in full
    (a course is worth a local event and has no limit). Renewals completed by different activities fall on
    different days, and nothing is planned on a day on which something has been renewed before: what a day
    brings beyond a renewal would be dropped (R9). Only where the days do not suffice for that, or figures
    change within the months, is all done at once on the last possible day, and the plan is not `proven`.

    The dates are those of a replay with the plan's activities added, each on its step's last day.
    Raises NothingToComputeError for a credential without an earned date and portal dates.
    """
    asked = _asked(history, codes, on or history.as_of)
    until_on = plus_months(asked.as_of, months)
    before = standings(asked, policy)
    alone = _outline(asked, before, until_on, policy, events=False)
    mixed = _outline(asked, before, until_on, policy, events=True)
    best = min(mixed, alone, key=_size)
    best = best._replace(proven=mixed.proven, examined=alone.examined + mixed.examined)
    return _replayed(best, _size(alone), asked, before, until_on, policy)


def courses_plan(
    history: History, policy: Policy, codes: Sequence[str] = (), on: date | None = None, months: int = 60
) -> Plan:
    """The best plan with courses alone: with nothing but the kind that counts without a limit.

    Raises NothingToComputeError for a credential without an earned date and portal dates.
    """
    asked = _asked(history, codes, on or history.as_of)
    until_on = plus_months(asked.as_of, months)
    before = standings(asked, policy)
    alone = _outline(asked, before, until_on, policy, events=False)
    return _replayed(alone, _size(alone), asked, before, until_on, policy)


def _asked(history: History, codes: Sequence[str], on: date) -> History:
    """The facts known on `on` about these codes: a fact of a later day would change what a plan does."""
    credentials = (one for one in history.credentials if not codes or one.code in codes)
    return History(
        on,
        tuple(
            replace(
                one,
                earned_on=one.earned_on if one.earned_on and one.earned_on <= on else None,
                portal=tuple(shown for shown in one.portal if shown.confirmed_on <= on),
            )
            for one in credentials
        ),
        tuple(one for one in history.activities if one.done_on <= on),
        tuple(exam for exam in history.exams if exam.passed_on <= on),
    )


class _Outline(NamedTuple):
    """A plan before its replay: `renewed` of its steps is still empty."""

    steps: tuple[Step, ...]
    proven: bool
    examined: int


def _size(outline: _Outline) -> int:
    return sum(count for step in outline.steps for _, count in step.way)


def _outline(
    asked: History, now: tuple[Standing, ...], until_on: date, policy: Policy, *, events: bool
) -> _Outline:
    steps: tuple[Step, ...] = ()
    examined = 0
    while True:
        on, changes_on = asked.as_of, policy.changes_after(asked.as_of)
        supplies = _supplies(on, policy, events=events)
        held = [one for one in now if one.status is not Status.EXPIRED]
        pending = [one for one in held if one.cycle.suspends_on <= until_on]
        if not (pending and supplies):
            return _Outline(steps, not steps, examined)
        if changes_on is None or changes_on > until_on:
            first_on = max(on, *(one.cycle.started_on + DAY for one in held))
            start = [_progress(one, on, supplies[:-1], policy) for one in held]
            found = Search(start, supplies, first_on, until_on, policy).best()
            examined += found.examined
            if found.draft:
                # Where surplus is carried over, the bound that the search goes by is not exact.
                proven = found.proven and not steps and policy.readings.surplus.choice == "dropped"
                return _Outline((*steps, *_steps(found.draft, supplies, first_on)), proven, examined)
        step = _at_once(asked, now, until_on, policy, events=events)
        steps = (*steps, step)
        activities = (*asked.activities, *done(step.way, step.renews_on))
        asked = replace(asked, as_of=step.renews_on + DAY, activities=activities)
        now = standings(asked, policy)


def _deadline(cycle: Cycle, on: date, policy: Policy) -> date:
    """The last day to renew: the last active one; in the grace period the last safe one, or else `on`."""
    return cycle.suspends_on - DAY if on < cycle.suspends_on else max(on, last_safe_day(cycle, policy))


def _supplies(on: date, policy: Policy, *, events: bool) -> list[Supply]:
    """The kinds to plan with: each of them but the last is worth more than the next, and has a cap.

    Empty where no kind of published value counts without limit.
    """
    figures = [(kind, *of_kind.on(on)) for kind, of_kind in policy.kinds.items()]
    known = [Supply(kind, worth, cap or maxsize) for kind, worth, cap in figures if worth]
    useful: list[Supply] = []
    for one in sorted(known, key=lambda one: (one.worth, one.cap), reverse=True):
        if not useful or one.cap > useful[-1].cap:
            useful.append(one)
    if not useful or useful[-1].cap < maxsize:
        return []
    return useful if events else useful[-1:]


def _progress(one: Standing, on: date, events: Sequence[Supply], policy: Policy) -> Progress:
    missing = one.required - one.credited  # none, where surplus is carried: the next activity renews
    used = tuple(min(one.used.get(event.kind, 0), event.cap) for event in events)
    return Progress(Held(one.cycle, _deadline(one.cycle, on, policy)), missing, one.required, used)


def _steps(draft: Draft, supplies: Sequence[Supply], from_on: date) -> Iterator[Step]:
    for window, day in zip(draft.windows, draft.days, strict=True):
        pairs = zip(reversed(supplies), reversed(window.counts), strict=True)
        way = tuple((supply.kind, number) for supply, number in pairs if number)
        yield Step(from_on, day, way, supplies[window.last].kind, ())
        from_on = day + DAY


def _at_once(
    asked: History, now: tuple[Standing, ...], until_on: date, policy: Policy, *, events: bool
) -> Step:
    """Whatever is due first is renewed on the last possible day, each by its smallest set, all at once."""
    on = asked.as_of
    deadlines = {
        place: _deadline(one.cycle, on, policy)
        for place, one in enumerate(now)
        if one.status is not Status.EXPIRED and one.cycle.suspends_on <= until_on
    }
    day = min(deadlines.values())
    counts: Counter[Kind] = Counter()
    for place in (place for place, deadline_on in deadlines.items() if deadline_on == day):
        activities = (*asked.activities, *done(tuple(counts.items()), day))
        one = standings(replace(asked, as_of=day, activities=activities), policy)[place]
        if one.cycle.started_on < day:
            ways = ways_to_renew(max(one.missing, 1), one.used, day, policy)
            allowed = {supply.kind for supply in _supplies(day, policy, events=events)}
            counts.update(dict(next((way for way in ways if {kind for kind, _ in way} <= allowed), ())))
    way = tuple(counts.items())
    return Step(day, day, way, max(counts, key=lambda kind: counts[kind], default=Kind.COURSE), ())


def _replayed(
    outline: _Outline,
    courses_alone: int,
    asked: History,
    before: tuple[Standing, ...],
    until_on: date,
    policy: Policy,
) -> Plan:
    """The plan with the dates that the rules themselves give it."""
    planned = tuple(one for step in outline.steps for one in done(step.way, step.renews_on))
    longer = replace(asked, as_of=until_on, activities=(*asked.activities, *planned))
    renewed: dict[date, list[tuple[str, Cycle]]] = {step.renews_on: [] for step in outline.steps}
    ends, expired, gaps = [], [], []
    for now, then in zip(before, standings(longer, policy), strict=True):
        if now.status is Status.EXPIRED:
            expired.append(now.code)
            continue
        ends.append((now.code, then.cycle))
        lapsed = then.cycle.suspends_on <= until_on
        suspends_on = now.cycle.suspends_on if now.status is Status.ACTIVE else date.max
        for day, _, next_suspends_on, expires_on in then.renewals[len(now.renewals) :]:
            renewed[day].append((now.code, Cycle(day, next_suspends_on, expires_on, Dates.CALCULATED)))
            lapsed = lapsed or day >= suspends_on
            suspends_on = next_suspends_on
        if lapsed:
            gaps.append(now.code)
    return Plan(
        until_on,
        tuple(step._replace(renewed=tuple(renewed[step.renews_on])) for step in outline.steps if step.way),
        tuple(ends),
        tuple(expired),
        tuple(gaps),
        courses_alone,
        outline.proven and not gaps,
        outline.examined,
    )

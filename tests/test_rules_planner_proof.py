"""The planner against brute force: in a small world every plan is tried, day by day, and none is better."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from importlib import resources
from random import Random
from typing import NamedTuple

import pytest
from rules_reference import add_months

import rules
from rules import Activity, Credential, History, Kind, PortalDates, best_plan, courses_plan

TEXT = (resources.files("rules") / "policies" / "atlassian.yml").read_text(encoding="utf-8")
COURSE, SAFE_DAYS, MONTHS = 10, 26, 1  # a month active, a month of grace, 26 days of it safe


class Figures(NamedTuple):
    """What renews a Professional and an Associate, what a global event is worth (CE units), and its cap."""

    professional: int
    associate: int
    event: int
    cap: int


def small_policy(figures: Figures) -> rules.Policy:
    """The shipped policy with months instead of years, and smaller figures."""
    text = TEXT
    for keys, value in (
        (("active_months:",), MONTHS),
        (("grace_months:",), MONTHS),
        (("safe_grace_days:",), SAFE_DAYS),
        (("required:", "  ACP:"), figures.professional),
        (("required:", "  ACA:"), figures.associate),
        (("kinds:", "  global_event:", "units:"), figures.event),
        (("kinds:", "  global_event:", "cap:"), figures.cap),
    ):
        place = 0
        for key in (*keys, "2024-08-01: "):
            place = text.index(key, place) + len(key)
        text = text[:place] + str(value) + text[text.index("\n", place) :]
    return rules.read_policy(text, "small.yml")


class Held(NamedTuple):
    """A certification as brute force sees it; days as ordinals."""

    started: int
    suspends: int
    expires: int
    required: int
    units: int = 0
    events: int = 0


MONTH_AFTER: dict[int, int] = {}


def month_after(day: int) -> int:
    if day not in MONTH_AFTER:
        MONTH_AFTER[day] = add_months(date.fromordinal(day), MONTHS).toordinal()
    return MONTH_AFTER[day]


def opened(day: int, required: int) -> Held:
    suspends = month_after(day)
    return Held(day, suspends, month_after(suspends), required)


def units_with(held: Held, courses: int, events: int, figures: Figures) -> int:
    return held.units + courses * COURSE + min(events, figures.cap - held.events) * figures.event


def after_a_day(held: Held, day: int, courses: int, events: int, figures: Figures) -> Held:
    """What a day's activities make of a certification."""
    if not held.started < day < held.expires:
        return held
    units = units_with(held, courses, events, figures)
    if units >= held.required:
        return opened(day, held.required)
    return held._replace(units=units, events=min(held.events + events, figures.cap))


class World(NamedTuple):
    """A random case: the facts, and the same as brute force takes them."""

    figures: Figures
    history: History
    held: tuple[Held, ...]
    until: int


def world_of(seed: int, most: int, months: int) -> World:
    random = Random(seed)
    figures = Figures(
        random.choice((20, 25, 30, 40)),
        random.choice((10, 20)),
        random.choice((20, 25, 30)),
        random.choice((1, 1, 2)),
    )
    on = date(2026, random.choice((1, 2, 5, 11)), random.randint(1, 28))
    credentials, held = [], []
    for code in random.sample(("ACP-100", "ACP-120", "ACA-100", "ACP-620"), random.randint(1, most)):
        required = figures.professional if code.startswith("ACP") else figures.associate
        earned_on = on - timedelta(days=random.choice((random.randrange(62), random.randint(20, 31))))
        suspends_on = add_months(earned_on, MONTHS)
        portal: tuple[PortalDates, ...] = ()
        if random.random() < 0.2:
            suspends_on = on + timedelta(days=random.randint(1, 70))
            portal = (PortalDates(suspends_on, None, on, earned_on),)
        credentials.append(Credential(code, earned_on, portal))
        days = (earned_on, suspends_on, add_months(suspends_on, MONTHS))
        held.append(Held(*(day.toordinal() for day in days), required))
    kinds = random.choices((Kind.COURSE, Kind.GLOBAL_EVENT), weights=(3, 1), k=random.randrange(6))
    activities = [
        Activity(str(number), kind, on - timedelta(days=random.randrange(50)))
        for number, kind in enumerate(kinds)
    ]
    for day in range(on.toordinal() - 70, on.toordinal() + 1):
        done = [one.kind for one in activities if one.done_on.toordinal() == day]
        courses, events = done.count(Kind.COURSE), done.count(Kind.GLOBAL_EVENT)
        if done:
            held = [after_a_day(one, day, courses, events, figures) for one in held]
    history = History(on, tuple(credentials), tuple(activities))
    return World(figures, history, tuple(held), add_months(on, months).toordinal())


def last_day(held: Held, on: int) -> int:
    """The last day to renew what stands so on the day the plan is made."""
    if on < held.suspends:
        return held.suspends - 1
    return max(min(held.suspends + SAFE_DAYS, held.expires) - 1, on)


def best_by_brute_force(world: World, most: int, events: bool = True) -> tuple[int, int] | None:
    """The fewest activities that keep everything, and the latest final suspension days, summed up.

    Plans of more than `most` activities are not looked at.
    """
    on = world.history.as_of.toordinal()
    start = tuple(held for held in world.held if on < held.expires)
    last = {held[:3]: last_day(held, on) for held in start}
    if all(held.suspends > world.until for held in start):
        return 0, sum(held.suspends for held in start)
    found: tuple[int, int] | None = None
    best = max(COURSE, world.figures.event)
    plans = {start: 0}
    for day in range(on, world.until):
        further: dict[tuple[Held, ...], int] = {}
        for state, size in plans.items():
            may_take = (-found[0] if found else most) - size
            for after, more in choices(state, day, world.figures, may_take if events else 0, may_take):
                pending = [held for held in after if held.suspends <= world.until]
                left = may_take - more
                if any(held.units + left * best < held.required for held in pending):
                    continue
                if not pending:
                    result = -(size + more), sum(held.suspends for held in after)
                    found = max(found, result) if found else result
                elif all(day < last.get(held[:3], held.suspends - 1) for held in pending):
                    further[after] = min(size + more, further.get(after, size + more))
        plans = further
    return (-found[0], found[1]) if found else None


def choices(
    state: tuple[Held, ...], day: int, figures: Figures, most_events: int, most: int
) -> Iterator[tuple[tuple[Held, ...], int]]:
    """Nothing, and everything that may be done on a day: where it leads, and how many activities it takes."""
    yield state, 0
    if any(held.started == day for held in state):  # something has been renewed on this day before
        return
    useful = max(-(-(held.required - held.units) // COURSE) for held in state)
    for events in range(min(figures.cap, most_events) + 1):
        for courses in range(0 if events else 1, min(useful, most - events) + 1):
            after = tuple(after_a_day(held, day, courses, events, figures) for held in state)
            renewed = [old for old, new in zip(state, after, strict=True) if new.started == day]
            # What is renewed on one day is completed by one and the same activity.
            one_less = [(courses - 1, events)] * bool(courses) + [(courses, events - 1)] * bool(events)
            if not renewed or any(
                all(units_with(held, *fewer, figures) < held.required for held in renewed)
                for fewer in one_less
            ):
                yield after, courses + events


POLICIES: dict[Figures, rules.Policy] = {}


def assert_none_is_better(world: World, months: int) -> Iterator[str]:
    """The planner's plan is the best; yields what there was to get wrong."""
    if world.figures not in POLICIES:
        POLICIES[world.figures] = small_policy(world.figures)
    policy = POLICIES[world.figures]
    for make, events in ((best_plan, True), (courses_plan, False)):
        plan = make(world.history, policy, months=months)
        brute = best_by_brute_force(world, plan.activities, events)
        dates = sum(cycle.suspends_on.toordinal() for _, cycle in plan.ends)
        # Where the days are too few for a plan of the kind that is looked for, the planner says so.
        assert plan.proven == (brute is not None)
        assert brute in (None, (plan.activities, dates))
        yield f"{make.__name__} of {min(len(plan.steps), 4)} windows"
        if not plan.proven:
            yield "days too few"
        elif events:
            yield f"{len(plan.ends)} certifications"
            if plan.activities < plan.courses_alone:
                yield "events save activities"
            if any(step.last is Kind.GLOBAL_EVENT and len(step.way) > 1 for step in plan.steps):
                yield "an event completes a window with courses"
    on = world.history.as_of.toordinal()
    if any(held.suspends <= on < held.expires for held in world.held):
        yield "suspended"


def assert_best(seeds: range, most: int, months: int) -> Counter[str]:
    """No plan is better in worlds of up to `most` certifications over so many months."""
    return Counter(
        corner for seed in seeds for corner in assert_none_is_better(world_of(seed, most, months), months)
    )


def test_no_plan_is_better_than_the_planners_in_a_month():
    seen = assert_best(range(250), most=3, months=1)
    assert {corner: count for corner, count in seen.items() if count < 3} == {}
    assert len(seen) == 16, sorted(seen)


def test_no_plan_is_better_than_the_planners_in_several_cycles():
    seen = assert_best(range(20), most=2, months=2)
    seen += assert_best(range(10), most=1, months=3)
    assert seen["best_plan of 3 windows"] + seen["best_plan of 4 windows"] > 5


@pytest.mark.parametrize("seed", [30605, 30686, 30779])
def test_where_the_days_are_too_few_the_search_ends(seed):
    """What renews one certification could be done forever without getting on with the other."""
    world = world_of(seed, most=3, months=1)
    plan = best_plan(world.history, small_policy(world.figures), months=1)
    assert (plan.proven, plan.gaps) == (False, ())
    assert plan.examined < 100


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 21_000, 2_000))
def test_no_plan_is_better_in_a_month_at_length(first):
    assert_best(range(first, first + 2_000), most=3, months=1)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(1_000, 1_400, 40))
def test_no_plan_is_better_in_several_cycles_at_length(first):
    assert_best(range(first, first + 40), most=2, months=2)


@pytest.mark.soak
def test_no_plan_is_better_for_one_certification_over_four_months():
    assert_best(range(1_000, 1_060), most=1, months=4)

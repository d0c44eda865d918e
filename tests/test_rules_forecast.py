"""A team over time: the numbers of each day against standings asked for on that day."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from test_rules_reference import POLICY

import rules
from rules import Activity, Credential, History, Kind, Status, courses_plan, forecast

DAY = timedelta(days=1)
ON = date(2026, 6, 1)
CODES = ("ACP-620", "ACP-120", "ACA-100")


def holder(**earned: date) -> History:
    held = tuple(Credential(code.replace("_", "-"), day) for code, day in earned.items())
    return History(ON, held)


def someone(random: Random) -> History:
    """A person with some certifications, in all states, and up to forty activities."""
    codes = random.sample(CODES, random.randint(1, 3))
    held = tuple(Credential(code, ON - timedelta(days=random.randrange(900))) for code in codes)
    done = tuple(
        Activity(
            f"a{number}",
            random.choice((Kind.COURSE, Kind.COURSE, Kind.LOCAL_EVENT, Kind.GLOBAL_EVENT)),
            ON - timedelta(days=random.randrange(900)),
        )
        for number in range(random.randrange(40))
    )
    return History(ON, held, done)


def planned(history: History) -> History:
    """The history with the activities of the plan done, each step's on its last day."""
    more = [
        Activity(f"p{place}{kind}{number}", kind, step.renews_on)
        for place, step in enumerate(courses_plan(history, POLICY).steps)
        for kind, count in step.way
        for number in range(count)
    ]
    return replace(history, activities=(*history.activities, *more))


def active(history: History, day: date) -> set[str]:
    standings = rules.standings(replace(history, as_of=day), POLICY)
    return {one.code for one in standings if one.status is Status.ACTIVE}


def test_on_every_day_as_many_are_active_as_their_standings_say():
    random = Random(7)
    team = [holder(ACP_620=date(2024, 5, 20)), *(someone(random) for _ in range(20))]
    found = forecast(team, POLICY)
    assert (found.from_on, found.until_on) == (ON, date(2028, 6, 1))
    assert [one.code for one in found.prospects] == sorted(CODES)

    changes = {day for one in found.prospects for day in (*one.idle.days, *one.planned.days)}
    regular = {ON + timedelta(days=30 * number) for number in range(24)}
    near = {day + more for day in changes for more in (-DAY, timedelta(0), DAY)}
    followed = [planned(history) for history in team]
    renewed = 0
    for day in sorted(one for one in {*regular, *near, found.until_on} if ON <= one <= found.until_on):
        idle_on, planned_on = ([active(one, day) for one in each] for each in (team, followed))
        for one in found.prospects:
            assert one.idle.on(day) == sum(one.code in codes for codes in idle_on)
            assert one.planned.on(day) == sum(one.code in codes for codes in planned_on)
            renewed += one.planned.on(day) > one.planned.on(ON)
    assert renewed  # somebody suspended becomes active again


def test_the_numbers_change_on_the_days_that_are_listed_and_on_no_other():
    random = Random(8)
    for one in forecast([someone(random) for _ in range(30)], POLICY).prospects:
        for holders in (one.idle, one.planned):
            assert holders.days[0] == ON
            assert list(holders.days) == sorted(set(holders.days))
            assert all(a != b for a, b in zip(holders.counts, holders.counts[1:], strict=False))


def test_who_leaves_on_which_day_is_told():
    team = [holder(ACP_620=date(2025, 1, 1)), holder(ACP_120=ON), holder(ACP_620=date(2024, 9, 1))]
    (other, own) = forecast(team, POLICY).prospects
    assert own.idle.leaves == ((date(2026, 9, 1), 2), (date(2027, 1, 1), 0))
    assert own.idle.days == (ON, date(2026, 9, 1), date(2027, 1, 1))
    assert own.idle.counts == (2, 1, 0)
    assert own.planned == ((ON,), (2,), ())
    assert other.idle.leaves == ((date(2028, 6, 1), 1),)  # the last day is part of the forecast
    assert forecast(team, POLICY, months=23).prospects[0].idle.leaves == ()


@pytest.mark.parametrize(
    ("target", "idle_below_on"),
    [(0, None), (1, date(2027, 1, 1)), (2, date(2026, 9, 1)), (3, ON)],
)
def test_a_target_is_missed_on_the_first_day_with_fewer(target, idle_below_on):
    team = [holder(ACP_620=date(2025, 1, 1)), holder(ACP_620=date(2024, 9, 1))]
    (found,) = forecast(team, POLICY, targets={"ACP-620": target}).prospects
    assert (found.target, found.idle_below_on) == (target, idle_below_on)
    assert found.planned_below_on == (ON if target == 3 else None)


def test_where_all_follow_their_plans_a_target_missed_today_is_met_from_the_renewal_on():
    suspended = holder(ACP_620=date(2024, 5, 20))
    (found,) = forecast([suspended], POLICY, targets={"ACP-620": 1}).prospects
    assert found.idle.counts == (0,)
    assert found.planned_below_on == ON
    renewed_on = date(2026, 8, 17)  # the last safe day
    assert (found.planned.on(renewed_on - DAY), found.planned.on(renewed_on)) == (0, 1)


def test_nobody_counts_who_has_expired_or_has_no_date_to_compute_from():
    gone = holder(ACP_620=date(2023, 1, 1))
    unknown = History(ON, (Credential("ACP-620", None), Credential("ACP-120", date(2025, 6, 1))))
    other, own = forecast([gone, unknown], POLICY).prospects
    assert (own.code, own.idle, own.planned) == ("ACP-620", ((ON,), (0,), ()), ((ON,), (0,), ()))
    assert other.idle.counts == (1, 0)
    assert other.idle.leaves == ((date(2027, 6, 1), 1),)


def test_a_certification_nobody_holds_is_below_its_target_from_the_first_day():
    found = forecast([holder(ACP_620=ON)], POLICY, targets={"ACP-100": 1}).prospects[0]
    assert (found.code, found.idle_below_on, found.planned_below_on) == ("ACP-100", ON, ON)


def test_without_a_target_no_day_is_below_it():
    (found,) = forecast([holder(ACP_620=date(2024, 9, 1))], POLICY).prospects
    assert (found.target, found.idle_below_on, found.planned_below_on) == (None, None, None)


@pytest.mark.parametrize("histories", [[], [holder(ACP_620=ON), replace(holder(ACP_620=ON), as_of=ON + DAY)]])
def test_a_forecast_is_of_at_least_one_history_and_of_one_day(histories):
    with pytest.raises(ValueError, match="as of the same day"):
        forecast(histories, POLICY)

"""A credential over time: what stands in its life, against the standings of the same history."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from test_rules_properties import POLICY, for_all, histories

import rules
from rules import (
    Activity,
    By,
    Credential,
    ExamPass,
    History,
    Kind,
    Life,
    PortalDates,
    Reason,
    Sat,
    State,
    Status,
    lives,
)

NINE = tuple(map(date.fromisoformat, (
    "2024-03-01", "2024-05-01", "2024-07-01", "2024-09-01", "2024-11-01",
    "2025-01-10", "2025-03-01", "2025-05-01", "2025-06-01",
)))  # fmt: skip
B = Credential("ACP-620", date(2024, 1, 1))


def courses(*days: date) -> tuple[Activity, ...]:
    return tuple(Activity(str(number), Kind.COURSE, day) for number, day in enumerate(days, start=1))


def life(
    as_of: date,
    activities: tuple[Activity, ...] = (),
    exams: tuple[ExamPass, ...] = (),
    held: Credential = B,
) -> Life:
    (found,) = lives(History(as_of, (held,), activities, exams), POLICY)
    return found


def test_a_renewal_closes_one_cycle_and_opens_the_next() -> None:
    """W1: the tenth course on 2025-12-01."""
    found = life(date(2025, 12, 2), courses(*NINE, date(2025, 12, 1)))
    first, second = found.cycles
    assert first.renewal
    assert first.renewal.by is By.UNITS
    assert (first.cycle.started_on, first.ends_on) == (date(2024, 1, 1), date(2025, 12, 1))
    assert (second.cycle.started_on, second.ends_on) == (date(2025, 12, 1), date(2028, 3, 1))
    assert second.renewal is None
    assert (found.present, found.cycle) == (second, second.cycle)
    assert second.last_safe_day == date(2028, 2, 28)


@pytest.mark.parametrize(
    ("as_of", "status"),
    [
        (date(2025, 12, 31), Status.ACTIVE),
        (date(2026, 1, 1), Status.SUSPENDED),
        (date(2026, 3, 31), Status.SUSPENDED),
        (date(2026, 4, 1), Status.EXPIRED),
    ],
)
def test_its_status_is_that_of_the_day(as_of: date, status: Status) -> None:
    assert life(as_of, courses(*NINE)).status is status


def test_what_counted_in_a_closed_cycle_counted() -> None:
    found = life(date(2026, 6, 1), courses(*NINE, date(2025, 12, 1), date(2026, 2, 1)))
    assert [one.credited for one in found.activities] == [10] * 11


@pytest.mark.parametrize(
    ("activity", "credited"),
    [
        (Activity("1", Kind.COURSE, date(2024, 1, 1)), 0),  # the start day
        (Activity("1", Kind.COURSE, date(2024, 1, 2)), 10),
        (Activity("1", Kind.COURSE, date(2026, 3, 31)), 10),
        (Activity("1", Kind.COURSE, date(2026, 4, 1)), 0),  # the expiration day
        (Activity("1", Kind.COURSE, date(2025, 5, 5), state=State.REJECTED), 0),
        (Activity("1", Kind.PRESENTATION, date(2025, 5, 5)), 0),
        (Activity("1", Kind.PRESENTATION, date(2025, 5, 5), units=30), 30),
    ],
)
def test_what_an_activity_counted(activity: Activity, credited: int) -> None:
    (done,) = life(date(2026, 6, 1), (activity,)).activities
    assert (done.id, done.kind, done.done_on, done.credited) == (
        "1",
        activity.kind,
        activity.done_on,
        credited,
    )


def test_what_is_over_a_cap_counted_nothing() -> None:
    """W18: the fifth local event."""
    days = [date(2024, month, 1) for month in (2, 4, 6, 8)] + [date(2025, 3, 20)]
    local = tuple(Activity(str(number), Kind.LOCAL_EVENT, day) for number, day in enumerate(days))
    assert [one.credited for one in life(date(2025, 6, 1), local).activities] == [10, 10, 10, 10, 0]


def test_what_comes_after_the_day_asked_for_is_left_out() -> None:
    on = date(2025, 6, 1)
    found = life(on, courses(*NINE, on + timedelta(days=1)), (ExamPass("ACP-620", on + timedelta(days=1)),))
    assert [one.done_on for one in found.activities] == [*NINE]
    assert found.exams == ()


def test_activities_come_by_day_and_in_a_day_by_number() -> None:
    day = date(2025, 5, 5)
    mixed = tuple(Activity(id_, Kind.COURSE, on) for id_, on in
                  (("10", day), ("3", date(2025, 6, 1)), ("9", day), ("1", date(2024, 5, 5))))  # fmt: skip
    assert [one.id for one in life(date(2025, 7, 1), mixed).activities] == ["1", "9", "10", "3"]


@pytest.mark.parametrize(
    ("passed_on", "renewed"),
    [
        (date(2025, 9, 30), False),  # the window opens on 2025-10-01
        (date(2025, 10, 1), True),
        (date(2026, 3, 31), True),
        (date(2026, 4, 1), False),
    ],
)
def test_an_exam_stands_there_with_what_it_did(passed_on: date, renewed: bool) -> None:
    found = life(date(2026, 6, 1), courses(*NINE[:3]), (ExamPass("ACP-620", passed_on),))
    assert found.exams == (Sat(passed_on, renewed=renewed),)
    assert len(found.cycles) == 1 + renewed
    assert [one.credited for one in found.activities] == [10, 10, 10], "they counted until the cycle ended"


def test_the_exam_that_earned_it_and_exams_of_others_are_left_out() -> None:
    exams = (ExamPass("ACP-620", date(2024, 1, 1)), ExamPass("ACP-120", date(2025, 11, 1)))
    assert life(date(2026, 1, 1), exams=exams).exams == ()


def test_exams_come_by_day() -> None:
    days = (date(2025, 11, 1), date(2023, 1, 1), date(2024, 6, 1))
    found = life(date(2026, 1, 1), exams=tuple(ExamPass("ACP-620", day) for day in days))
    assert [(one.passed_on, one.renewed) for one in found.exams] == [
        (days[1], False), (days[2], False), (days[0], True)
    ]  # fmt: skip


def test_a_life_begins_with_what_the_portal_shows() -> None:
    shown = PortalDates(date(2026, 3, 10), date(2026, 6, 10), date(2025, 1, 1))
    found = life(date(2025, 6, 1), courses(*NINE), held=Credential("ACP-620", date(2024, 1, 1), (shown,)))
    (only,) = found.cycles
    assert only.cycle.started_on == date(2024, 3, 10)
    assert [one.credited for one in found.activities][:2] == [0, 10]


@for_all
@given(histories())
def test_a_life_agrees_with_the_standing_of_the_same_credential(history: History) -> None:
    standings = rules.standings(history, POLICY)
    for found, standing in zip(lives(history, POLICY), standings, strict=True):
        assert (found.code, found.status, found.cycle) == (standing.code, standing.status, standing.cycle)
        assert found.present.last_safe_day == standing.last_safe_day
        assert tuple(one.renewal for one in found.cycles if one.renewal) == standing.renewals
        done = {one.id: one for one in found.activities}
        future = {one.id for one in standing.activities if one.reason is Reason.FUTURE}
        assert done.keys() == {one.id for one in standing.activities} - future
        for one in standing.activities:
            if one.reason is Reason.COUNTED:
                assert done[one.id].credited == one.credited
            elif one.reason is Reason.CLOSED_CYCLE:
                assert done[one.id].credited > 0
            elif one.reason is not Reason.BEFORE_CYCLE and one.reason is not Reason.FUTURE:
                assert done[one.id].credited == 0
        for before, after in zip(found.cycles, found.cycles[1:], strict=False):
            assert before.ends_on == after.cycle.started_on
            assert before.cycle.started_on < before.ends_on < before.cycle.expires_on

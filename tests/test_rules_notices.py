"""Which notice belongs to which day: thresholds, quiet weekends, silence, dates that move or lie close."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rules
from rules import DAYS, SAFE_DAYS, Credential, Notice, NoticeSettings, PortalDates, Standing, Status

POLICY = rules.load_policy()
DAY = timedelta(days=1)
EARNED_ON = date(2024, 1, 1)
SUSPENDS_ON, LAST_SAFE_DAY, EXPIRES_ON = date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1)
EVERY_DAY = NoticeSettings()
WEEKDAYS = NoticeSettings(quiet_weekends=True)
Told = set[tuple[str, date]]


def standing_on(day: date, shown: PortalDates | None = None) -> Standing:
    """ACP-620, earned on 2024-01-01 and nothing done since, or as the portal shows it."""
    credential = Credential("ACP-620", None, (shown,)) if shown else Credential("ACP-620", EARNED_ON)
    (found,) = rules.standings(rules.History(day, (credential,)), POLICY)
    return found


def shown(suspends_on: date, expires_on: date | None = None) -> PortalDates:
    return PortalDates(suspends_on, expires_on, date(2020, 1, 1))


def table(settings: NoticeSettings = EVERY_DAY, portal: PortalDates | None = None) -> dict[str, str]:
    """Which threshold is told on which day."""
    found = rules.notices(standing_on(date(2025, 1, 1), portal), settings)
    return {str(one.on): one.threshold for one in found}


def walk(
    start: date,
    days: int,
    settings: NoticeSettings = EVERY_DAY,
    portal: PortalDates | None = None,
    told: Told | None = None,
) -> Iterator[tuple[date, Notice]]:
    """What somebody is told who is looked after every day from `start`."""
    told = set() if told is None else told
    for day in (start + DAY * n for n in range(days)):
        due = rules.next_notice(standing_on(day, portal), settings, day, told)
        if due and due.on <= day:
            told.add((due.threshold, due.suspends_on))
            yield day, due


def test_the_thresholds_are_those_of_the_design() -> None:
    assert DAYS == (90, 60, 30, 14, 7, 1)
    assert SAFE_DAYS == (30, 7)


def test_each_notice_belongs_to_one_day() -> None:
    assert table() == {
        "2025-10-03": "90",
        "2025-11-02": "60",
        "2025-12-02": "30",
        "2025-12-18": "14",
        "2025-12-25": "7",
        "2025-12-31": "1",
        "2026-01-01": "0",
        "2026-03-01": "safe 30",
        "2026-03-24": "safe 7",
    }


def test_a_notice_is_named_by_its_threshold_and_the_suspension_date() -> None:
    first, *_ = rules.notices(standing_on(date(2025, 1, 1)), EVERY_DAY)
    assert first == Notice("ACP-620", "90", SUSPENDS_ON, date(2025, 10, 3))


@pytest.mark.parametrize(
    ("today", "threshold", "on"),
    [
        (date(2025, 10, 2), "90", date(2025, 10, 3)),
        (date(2025, 10, 3), "90", date(2025, 10, 3)),
        (date(2025, 10, 4), "90", date(2025, 10, 4)),
        (date(2025, 11, 1), "90", date(2025, 11, 1)),
        (date(2025, 11, 2), "60", date(2025, 11, 2)),
        (date(2025, 12, 1), "60", date(2025, 12, 1)),
        (date(2025, 12, 2), "30", date(2025, 12, 2)),
        (date(2025, 12, 17), "30", date(2025, 12, 17)),
        (date(2025, 12, 18), "14", date(2025, 12, 18)),
        (date(2025, 12, 24), "14", date(2025, 12, 24)),
        (date(2025, 12, 25), "7", date(2025, 12, 25)),
        (date(2025, 12, 30), "7", date(2025, 12, 30)),
        (date(2025, 12, 31), "1", date(2025, 12, 31)),
        (date(2026, 1, 1), "0", date(2026, 1, 1)),
        (date(2026, 2, 28), "0", date(2026, 2, 28)),
        (date(2026, 3, 1), "safe 30", date(2026, 3, 1)),
        (date(2026, 3, 23), "safe 30", date(2026, 3, 23)),
        (date(2026, 3, 24), "safe 7", date(2026, 3, 24)),
        (date(2026, 3, 31), "safe 7", date(2026, 3, 31)),
    ],
)
def test_who_was_told_nothing_is_told_the_most_urgent_at_once(today: date, threshold: str, on: date) -> None:
    due = rules.next_notice(standing_on(today), EVERY_DAY, today, ())
    assert due == Notice("ACP-620", threshold, SUSPENDS_ON, on)


@pytest.mark.parametrize("today", [date(2026, 4, 1), date(2026, 4, 2), date(2027, 1, 1)])
def test_what_has_expired_gets_no_notice(today: date) -> None:
    assert standing_on(today).status is Status.EXPIRED
    assert rules.notices(standing_on(today), EVERY_DAY) == ()
    assert rules.next_notice(standing_on(today), EVERY_DAY, today, ()) is None


def test_after_the_last_safe_day_nothing_is_told_although_it_has_not_expired_yet() -> None:
    # Suspended on 1 December 2027: three months end on 1 March, 90 days on 29 February.
    portal = shown(date(2027, 12, 1))
    standing = standing_on(date(2028, 2, 29), portal)
    assert (standing.last_safe_day, standing.cycle.expires_on) == (date(2028, 2, 28), date(2028, 3, 1))
    assert standing.status is Status.SUSPENDED
    assert rules.next_notice(standing, EVERY_DAY, date(2028, 2, 29), ()) is None
    before = standing_on(date(2028, 2, 28), portal)
    due = rules.next_notice(before, EVERY_DAY, date(2028, 2, 28), ())
    assert due
    assert due.threshold == "safe 7"


@pytest.mark.parametrize(
    ("told", "threshold", "on"),
    [
        ({"60"}, "30", date(2025, 12, 2)),
        ({"90"}, "60", date(2025, 11, 20)),
        ({"90", "60"}, "30", date(2025, 12, 2)),
        ({"30"}, "14", date(2025, 12, 18)),
        ({"7", "90"}, "1", date(2025, 12, 31)),
        ({"1"}, "0", date(2026, 1, 1)),
        ({"0"}, "safe 30", date(2026, 3, 1)),
        ({"safe 30"}, "safe 7", date(2026, 3, 24)),
        ({"45"}, "30", date(2025, 12, 2)),
        ({"61"}, "60", date(2025, 11, 20)),
    ],
)
def test_what_was_told_and_what_is_less_urgent_is_not_told_again(
    told: set[str], threshold: str, on: date
) -> None:
    today = date(2025, 11, 20)
    keys = {(one, SUSPENDS_ON) for one in told}
    assert rules.next_notice(standing_on(today), EVERY_DAY, today, keys) == Notice(
        "ACP-620", threshold, SUSPENDS_ON, on
    )


def test_when_all_is_told_nothing_is_left() -> None:
    today = date(2026, 3, 25)
    assert rules.next_notice(standing_on(today), EVERY_DAY, today, {("safe 7", SUSPENDS_ON)}) is None


def test_what_was_told_about_other_dates_tells_nothing_about_these() -> None:
    today = date(2025, 12, 20)
    told = {("14", SUSPENDS_ON + DAY), ("1", date(2024, 1, 1))}
    due = rules.next_notice(standing_on(today), EVERY_DAY, today, told)
    assert due
    assert due.threshold == "14"


def test_one_month_is_silent_and_the_next_is_not() -> None:
    assert list(walk(date(2025, 8, 1), 63)) == []
    told = [(str(day), due.threshold) for day, due in walk(date(2025, 12, 1), 31)]
    assert told == [
        ("2025-12-01", "60"),
        ("2025-12-02", "30"),
        ("2025-12-18", "14"),
        ("2025-12-25", "7"),
        ("2025-12-31", "1"),
    ]


def test_between_the_suspension_and_the_first_safe_notice_there_is_silence() -> None:
    told = {("0", SUSPENDS_ON)}
    assert list(walk(SUSPENDS_ON, 59, told=told)) == []
    assert [due.threshold for _, due in walk(date(2026, 3, 1), 90, told=told)] == ["safe 30", "safe 7"]


def test_after_days_of_downtime_the_most_urgent_is_told_once() -> None:
    told = {("90", SUSPENDS_ON)}
    assert [(day, due.threshold) for day, due in walk(date(2025, 12, 20), 5, told=told)] == [
        (date(2025, 12, 20), "14")
    ]


# Own days


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((45,), ["45", "0", "safe 30", "safe 7"]),
        ((7, 60, 30), ["60", "30", "7", "0", "safe 30", "safe 7"]),
        ((30, 30), ["30", "0", "safe 30", "safe 7"]),
        ((365, 1), ["365", "1", "0", "safe 30", "safe 7"]),
        ((), ["0", "safe 30", "safe 7"]),
    ],
)
def test_the_suspension_date_and_the_safe_days_come_with_whatever_days_are_chosen(
    days: tuple[int, ...], expected: list[str]
) -> None:
    assert list(table(NoticeSettings(days=days)).values()) == expected


# Quiet weekends


def test_a_weekends_notice_belongs_to_the_friday_before() -> None:
    quiet = table(WEEKDAYS)
    assert quiet == {
        "2025-10-03": "90",
        "2025-10-31": "60",  # Sunday 2 November
        "2025-12-02": "30",
        "2025-12-18": "14",
        "2025-12-25": "7",
        "2025-12-31": "1",
        "2026-01-01": "0",
        "2026-02-27": "safe 30",  # Sunday 1 March
        "2026-03-24": "safe 7",
    }


@pytest.mark.parametrize(
    ("suspends_on", "expected"),
    [
        (date(2026, 1, 2), {"2026-01-01": "1", "2026-01-02": "0"}),  # Friday
        (date(2026, 1, 3), {"2026-01-02": "0"}),  # Saturday: the day before and the day itself, on Friday
        (date(2026, 1, 4), {"2026-01-02": "0"}),  # Sunday
        (date(2026, 1, 5), {"2026-01-02": "1", "2026-01-05": "0"}),  # Monday
    ],
)
def test_of_two_that_come_to_one_friday_the_most_urgent_is_told(
    suspends_on: date, expected: dict[str, str]
) -> None:
    settings = NoticeSettings(days=(1,), quiet_weekends=True)
    found = {day: one for day, one in table(settings, shown(suspends_on)).items() if "safe" not in one}
    assert found == expected


@pytest.mark.parametrize(
    ("today", "on"),
    [
        (date(2025, 10, 30), date(2025, 10, 31)),  # Thursday
        (date(2025, 10, 31), date(2025, 10, 31)),  # Friday
        (date(2025, 11, 1), date(2025, 11, 3)),  # Saturday
        (date(2025, 11, 2), date(2025, 11, 3)),
        (date(2025, 11, 3), date(2025, 11, 3)),
        (date(2025, 11, 4), date(2025, 11, 4)),
    ],
)
def test_where_the_friday_is_past_it_is_told_on_the_next_weekday(today: date, on: date) -> None:
    told = {("90", SUSPENDS_ON)}
    assert rules.next_notice(standing_on(today), WEEKDAYS, today, told) == Notice(
        "ACP-620", "60", SUSPENDS_ON, on
    )


@pytest.mark.parametrize(
    ("today", "suspends_on", "on"),
    [
        (date(2026, 1, 3), date(2026, 1, 3), date(2026, 1, 3)),  # on the Saturday itself
        (date(2026, 1, 3), date(2026, 1, 4), date(2026, 1, 3)),  # suspended on Sunday: told on Saturday
        (date(2026, 1, 3), date(2026, 1, 5), date(2026, 1, 5)),  # on Monday: Monday will do
        (date(2026, 1, 4), date(2026, 1, 3), date(2026, 1, 5)),  # suspended since yesterday: Monday will do
    ],
)
def test_a_weekend_is_not_quiet_where_monday_would_be_too_late(
    today: date, suspends_on: date, on: date
) -> None:
    portal = shown(suspends_on)
    due = rules.next_notice(standing_on(today, portal), WEEKDAYS, today, ())
    assert due
    assert (due.on, due.suspends_on) == (on, suspends_on)


def test_the_last_safe_days_weekend_is_not_quiet_either() -> None:
    portal = shown(date(2026, 1, 1), date(2026, 3, 16))  # the last safe day is Sunday 15 March
    saturday, friday = date(2026, 3, 14), date(2026, 3, 13)
    standing = standing_on(saturday, portal)
    assert standing.last_safe_day == date(2026, 3, 15)
    due = rules.next_notice(standing, WEEKDAYS, saturday, ())
    assert due
    assert (due.on, due.threshold) == (saturday, "safe 7")
    due = rules.next_notice(standing_on(friday, portal), WEEKDAYS, friday, ())
    assert due
    assert (due.on, due.threshold) == (friday, "safe 7")


# Silence


def silent(until: date, *, quiet_weekends: bool = False) -> NoticeSettings:
    return NoticeSettings(quiet_weekends=quiet_weekends, silent_until=until)


@pytest.mark.parametrize(
    ("until", "first"),
    [
        (date(2025, 10, 3), ("2025-10-03", "90")),
        (date(2025, 10, 4), ("2025-10-04", "90")),
        (date(2025, 12, 17), ("2025-12-17", "30")),
        (date(2025, 12, 18), ("2025-12-18", "14")),
        (date(2026, 1, 1), ("2026-01-01", "0")),
        (date(2026, 1, 2), ("2026-01-02", "0")),
        (date(2026, 2, 28), ("2026-02-28", "0")),
        (date(2026, 3, 1), ("2026-03-01", "safe 30")),
        (date(2026, 3, 31), ("2026-03-31", "safe 7")),
    ],
)
def test_what_belongs_to_silent_days_is_told_when_the_silence_ends_the_most_urgent_alone(
    until: date, first: tuple[str, str]
) -> None:
    assert next(iter(table(silent(until)).items())) == first


def test_a_silence_beyond_the_last_safe_day_leaves_nothing_to_tell() -> None:
    assert table(silent(LAST_SAFE_DAY + DAY)) == {}
    today = date(2025, 12, 1)
    assert rules.next_notice(standing_on(today), silent(LAST_SAFE_DAY + DAY), today, ()) is None


def test_a_silence_that_is_over_changes_nothing() -> None:
    assert table(silent(date(2025, 10, 2))) == table()
    today = date(2025, 12, 20)
    due = rules.next_notice(standing_on(today), silent(date(2025, 12, 1)), today, ())
    assert due
    assert (due.on, due.threshold) == (today, "14")


@pytest.mark.parametrize(
    ("until", "on"),
    [
        (date(2025, 12, 19), "2025-12-19"),  # Friday
        (date(2025, 12, 20), "2025-12-22"),
        (date(2025, 12, 21), "2025-12-22"),
        (date(2025, 12, 22), "2025-12-22"),
        (date(2026, 1, 3), "2026-01-05"),  # the suspension date is over, so Monday will do
    ],
)
def test_a_silence_that_ends_at_a_quiet_weekend_lasts_until_monday(until: date, on: date | str) -> None:
    assert next(iter(table(silent(until, quiet_weekends=True)))) == on


def test_a_silence_of_three_days_delays_what_is_due_and_nothing_else() -> None:
    told = [(str(day), due.threshold) for day, due in walk(date(2025, 12, 1), 62, silent(date(2025, 12, 19)))]
    assert told == [
        ("2025-12-19", "14"),
        ("2025-12-25", "7"),
        ("2025-12-31", "1"),
        ("2026-01-01", "0"),
    ]


# Dates that lie close, and dates that move


@pytest.mark.parametrize(
    ("expires_on", "after"),
    [
        (date(2026, 1, 2), {}),  # the last safe day is the suspension date itself
        (date(2026, 1, 9), {}),  # 7 days before the last safe day is the suspension date
        (date(2026, 1, 10), {"2026-01-02": "safe 7"}),
        (date(2026, 2, 1), {"2026-01-24": "safe 7"}),
        (date(2026, 2, 2), {"2026-01-02": "safe 30", "2026-01-25": "safe 7"}),
    ],
)
def test_safe_notices_come_after_the_suspension_date_or_not_at_all(
    expires_on: date, after: dict[str, str]
) -> None:
    found = table(portal=shown(SUSPENDS_ON, expires_on))
    assert {day: one for day, one in found.items() if one.startswith("safe")} == after
    assert found["2026-01-01"] == "0"


def test_a_safe_notice_is_not_brought_forward_to_before_the_suspension() -> None:
    # Suspended on Saturday; 7 days before the last safe day is Sunday, which is told on Monday.
    found = table(WEEKDAYS, shown(date(2026, 1, 3), date(2026, 1, 12)))
    assert list(found.items())[-2:] == [("2026-01-02", "0"), ("2026-01-05", "safe 7")]


def test_when_the_date_moves_what_was_told_is_void() -> None:
    told: Told = set()
    before = [due.threshold for _, due in walk(date(2025, 12, 18), 8, told=told)]
    assert before == ["14", "7"]
    later = shown(date(2027, 12, 1))
    assert list(walk(date(2025, 12, 26), 600, portal=later, told=told)) == []
    after = [(str(day), due.threshold) for day, due in walk(date(2027, 8, 30), 40, portal=later, told=told)]
    assert after == [("2027-09-02", "90"), ("2027-10-02", "60")]


# Of any standing


DATES = st.dates(date(2024, 6, 1), date(2028, 12, 31))
CHOSEN = st.lists(st.integers(1, 365), max_size=6).map(tuple)


@st.composite
def portals(draw: st.DrawFn) -> PortalDates:
    suspends_on = draw(DATES)
    grace = draw(st.one_of(st.none(), st.integers(1, 130)))
    return shown(suspends_on, suspends_on + DAY * grace if grace else None)


@st.composite
def chosen(draw: st.DrawFn) -> NoticeSettings:
    days, quiet = draw(st.one_of(st.just(DAYS), CHOSEN)), draw(st.booleans())
    return NoticeSettings(days, quiet, draw(st.one_of(st.none(), DATES)))


def urgency(threshold: str) -> tuple[bool, int]:
    return "safe" in threshold, -int(threshold.split()[-1])


@given(portals(), chosen())
def test_of_any_standing_one_notice_a_day_ever_more_urgent_and_none_after_the_last_safe_day(
    portal: PortalDates, settings: NoticeSettings
) -> None:
    standing = standing_on(portal.suspends_on, portal)
    found = rules.notices(standing, settings)
    assert [one.on for one in found] == sorted({one.on for one in found})
    assert [one.threshold for one in found] == sorted((one.threshold for one in found), key=urgency)
    assert all(one.on <= standing.last_safe_day for one in found)
    if settings.silent_until:
        assert all(one.on >= settings.silent_until for one in found)
    else:
        warned_of = {one.on: one.threshold for one in found if "safe" not in one.threshold}
        assert all(on <= portal.suspends_on for on in warned_of)
        assert "0" in warned_of.values()


@given(portals(), chosen(), st.integers(0, 400), st.data())
def test_the_next_notice_is_never_told_before_nor_less_urgent_and_never_in_the_past(
    portal: PortalDates, settings: NoticeSettings, ahead: int, data: st.DataObject
) -> None:
    today = portal.suspends_on - DAY * ahead
    standing = standing_on(today, portal)
    thresholds = st.sampled_from([*map(str, (*settings.days, 0)), *(f"safe {days}" for days in SAFE_DAYS)])
    told = {(one, portal.suspends_on) for one in data.draw(st.sets(thresholds))}
    due = rules.next_notice(standing, settings, today, told)
    if due:
        assert all(urgency(due.threshold) > urgency(one) for one, _ in told)
        assert today <= due.on <= standing.last_safe_day
        assert not (settings.silent_until and due.on < settings.silent_until)
        # Nothing comes between: told every day until then, it is the same notice.
        days_between = (due.on - today).days
        later = today + DAY * data.draw(st.integers(0, days_between))
        assert rules.next_notice(standing_on(later, portal), settings, later, told) == due
        weekend = due.on.weekday() >= 5
        if settings.quiet_weekends and weekend:
            monday = due.on + DAY * (7 - due.on.weekday())
            assert monday > portal.suspends_on >= due.on or monday > standing.last_safe_day


@given(portals(), chosen(), st.integers(100, 160))
def test_looked_after_daily_each_threshold_is_told_once_and_nobody_is_suspended_by_surprise(
    portal: PortalDates, settings: NoticeSettings, ahead: int
) -> None:
    start = portal.suspends_on - DAY * ahead
    told = list(walk(start, ahead + 140, settings, portal))
    keys = [due.threshold for _, due in told]
    assert len(set(keys)) == len(keys)
    assert keys == sorted(keys, key=urgency)
    assert all(day == due.on for day, due in told)
    if settings.silent_until is None or settings.silent_until <= portal.suspends_on:
        near = [due for day, due in told if portal.suspends_on - DAY * 14 <= day <= portal.suspends_on]
        assert near
        assert near[-1].threshold == "0"
    elif settings.silent_until <= standing_on(portal.suspends_on, portal).last_safe_day:
        assert any(day >= settings.silent_until for day, _ in told)


@given(portals(), chosen(), st.integers(0, 120), st.integers(0, 120))
def test_a_later_day_never_gives_a_less_urgent_notice(
    portal: PortalDates, settings: NoticeSettings, ahead: int, later: int
) -> None:
    today = portal.suspends_on - DAY * ahead
    first, second = (
        rules.next_notice(standing_on(day, portal), settings, day, ()) for day in (today, today + DAY * later)
    )
    if second:
        assert first
        assert urgency(first.threshold) <= urgency(second.threshold)
        assert first.on <= second.on

"""What is still needed, and the shortcut for one more activity, against slower and surer ways."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_rules_reference import POLICY, Chance

import rules
from rules import Activity, History, Kind, ways_to_renew

DAY = date(2025, 6, 1)
WORTH = {Kind.COURSE: 10, Kind.GLOBAL_EVENT: 30, Kind.LOCAL_EVENT: 10}
CAPS = {Kind.COURSE: 99, Kind.GLOBAL_EVENT: 1, Kind.LOCAL_EVENT: 4}


def ways(missing: int, **used: int) -> list[Mapping[Kind, int]]:
    found = ways_to_renew(missing, {Kind(kind): times for kind, times in used.items()}, DAY, POLICY)
    return [dict(way) for way in found]


def test_twenty_units_can_come_in_four_ways_fewest_activities_first():
    assert ways(20) == [
        {Kind.GLOBAL_EVENT: 1},
        {Kind.COURSE: 2},
        {Kind.LOCAL_EVENT: 2},
        {Kind.COURSE: 1, Kind.LOCAL_EVENT: 1},
    ]


def test_what_the_cap_has_used_up_is_no_way():
    assert ways(20, global_event=1, local_event=3) == [
        {Kind.COURSE: 2},
        {Kind.COURSE: 1, Kind.LOCAL_EVENT: 1},
    ]
    assert ways(10, global_event=5, local_event=9) == [{Kind.COURSE: 1}]


@pytest.mark.parametrize("missing", [0, -10])
def test_nothing_missing_needs_nothing(missing):
    assert ways(missing) == []


@given(
    missing=st.integers(1, 120),
    used=st.fixed_dictionaries({Kind.GLOBAL_EVENT: st.integers(0, 2), Kind.LOCAL_EVENT: st.integers(0, 5)}),
)
def test_the_ways_are_all_the_sets_that_reach_it_with_none_too_many(missing, used):
    left = {kind: max(cap - used.get(kind, 0), 0) for kind, cap in CAPS.items()}
    expected = []
    for courses, global_events, local_events in product(
        range(13), range(left[Kind.GLOBAL_EVENT] + 1), range(left[Kind.LOCAL_EVENT] + 1)
    ):
        way = {Kind.COURSE: courses, Kind.GLOBAL_EVENT: global_events, Kind.LOCAL_EVENT: local_events}
        way = {kind: times for kind, times in way.items() if times}
        worth = sum(WORTH[kind] * times for kind, times in way.items())
        if worth >= missing and all(worth - WORTH[kind] < missing for kind in way):
            expected.append(way)
    found = [dict(way) for way in ways_to_renew(missing, used, DAY, POLICY)]
    assert sorted(map(str, found)) == sorted(map(str, expected))
    assert [sum(way.values()) for way in found] == sorted(sum(way.values()) for way in found)


def test_one_more_activity_told_without_a_replay_is_what_the_replay_tells():
    told = 0
    for seed in range(3000):
        chance = Chance(seed)
        history = chance.history()
        days = [history.as_of - timedelta(days=back) for back in (0, 1, 30, 200)]
        kind = list(Kind)[seed % 4]
        more = Activity(
            "new", kind, days[seed % 4], f"A title of its own {seed}", 30 if seed % 8 == 3 else None
        )
        if kind is not Kind.PRESENTATION:
            more = more._replace(units=None)
        longer = History(history.as_of, history.credentials, (*history.activities, more), history.exams)
        try:
            before, after = rules.standings(history, POLICY), rules.standings(longer, POLICY)
        except rules.NothingToComputeError:
            continue
        for short, full in zip(before, after, strict=True):
            found = rules.with_one_more(short, more, POLICY)
            if found is None:
                continue
            told += 1
            own = next(credited for credited in full.activities if credited.id == "new")
            assert found.activities == (own,)
            assert found._replace(activities=(), used={}) == full._replace(activities=(), used={})
            assert dict(found.used) == dict(full.used)
    assert told > 200

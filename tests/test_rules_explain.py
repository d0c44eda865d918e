"""Every date and every unit can be explained: the tree of reasons, and that it says what was computed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from test_rules_properties import histories

import rules
from rules import Activity, Credential, ExamPass, Explanation, History, Kind, PortalDates, State, Status
from rules.scenarios import as_line, read_scenarios

FILE = Path(__file__).parent / "scenarios" / "worked_examples.yml"
SCENARIOS = {row.id: row for row in read_scenarios(FILE.read_text(encoding="utf-8"), FILE.name)}
POLICY = rules.load_policy()
CODE = "ACP-620"
KEYS = ["key", "value", "unit", "rule", "effective_from", "sources", "note", "children"]

for_all = settings(max_examples=60, deadline=None, database=None, derandomize=True)


def nodes(explanation: Explanation) -> Iterator[Explanation]:
    """The node itself and all below it."""
    yield explanation
    for child in explanation.children:
        yield from nodes(child)


def below(explanation: Explanation, path: str) -> list[Explanation]:
    """The nodes at the end of a path of keys, such as `suspends_on/renewal/surplus`."""
    found = [explanation]
    for key in path.split("/"):
        found = [child for node in found for child in node.children if child.key == key]
    return found


def one(explanation: Explanation, path: str) -> Explanation:
    """The only node at the end of a path."""
    (found,) = below(explanation, path)
    return found


def activities_in(explanation: Explanation) -> list[Explanation]:
    return [node for node in nodes(explanation) if node.key.startswith("activity ")]


def course(number: int, done_on: str, **rest: Any) -> Activity:
    return Activity(f"a{number}", Kind.COURSE, date.fromisoformat(done_on), f"Course {number}", **rest)


def history_of(*activities: Activity, as_of: str = "2025-12-02", exams: tuple[str, ...] = ()) -> History:
    """An ACP earned on 2024-01-01, which suspends on 2026-01-01 and expires on 2026-04-01."""
    return History(
        date.fromisoformat(as_of),
        (Credential(CODE, date(2024, 1, 1)),),
        activities,
        tuple(ExamPass(CODE, date.fromisoformat(day)) for day in exams),
    )


def changed(path: tuple[Any, ...], value: Any) -> rules.Policy:
    """The shipped policy with one value set, or with one entry of a list left out where `value` is ...."""
    tree = POLICY.model_dump()
    node: Any = tree
    for part in path[:-1]:
        node = node[part]
    if value is ...:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return rules.Policy.model_validate(tree)


NINE = tuple(course(number, f"2025-0{number}-01") for number in range(1, 10))


# What was computed


def assert_tells(history: History, policy: rules.Policy) -> None:
    """The standings are those of `standings`, and each tree tells of each activity once, and rightly."""
    found = rules.explained(history, policy)
    assert tuple(standing for standing, _ in found) == rules.standings(history, policy)
    kept = sorted(activity.id for activity in history.activities)
    for standing, explanation in found:
        told = activities_in(explanation)
        assert sorted(node.key.removeprefix("activity ") for node in told) == kept
        assert one(explanation, "credited").value == standing.credited
        now = {node.key: node.value for node in activities_in(one(explanation, "credited"))}
        for line in standing.activities:
            assert now.get(f"activity {line.id}", 0) == line.credited
        renewed = [node.value for node in nodes(explanation) if node.key == "renewal"]
        assert sorted(renewed) == [renewal.renewed_on for renewal in standing.renewals]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_worked_example_is_explained_as_it_is_computed(name):
    row = SCENARIOS[name]
    assert_tells(row.history, POLICY)
    for standing, explanation in rules.explained(row.history, POLICY):
        expected = row.expect[standing.code]
        assert explanation.key == "status"
        assert explanation.value == expected["status"]
        assert one(explanation, "suspends_on").value == expected["suspends"]
        assert one(explanation, "expires_on").value == expected["expires"]
        assert one(explanation, "credited").value == expected["units"]
        assert one(explanation, "missing").value == standing.missing
        assert one(explanation, f"policy.required.{standing.level}").value == standing.required
        assert one(explanation, "last_safe_day").value == standing.last_safe_day
        renewals = [f"{renewal.renewed_on} by {renewal.by}" for renewal in standing.renewals]
        told = [*below(explanation, "earlier/renewal"), *below(explanation, "suspends_on/renewal")]
        by = {"R7": "units", "R10": "exam"}
        assert [f"{node.value} by {by[node.rule]}" for node in told] == renewals == expected["renewals"]


@for_all
@given(histories())
def test_random_histories_are_explained_as_they_are_computed(history):
    assert_tells(history, POLICY)


@pytest.mark.parametrize(
    "choice",
    [
        *(("surplus", "carried"), ("same_day", "in_order"), ("start_day", "counted")),
        *(("expiration_day", "counted"), ("grace_activity", "suspension_date")),
        *(("exam_window", "before_suspension"), ("exam_renewal", "keeps_units")),
        *(("before_programme", "ignored"), ("same_title", "counted_once")),
    ],
    ids=lambda choice: choice[0],
)
def test_by_other_readings_too_histories_are_explained_as_they_are_computed(choice):
    name, other = choice
    policy = changed(("readings", name, "choice"), other)

    @settings(for_all, max_examples=25)
    @given(histories())
    def look_at(history: History) -> None:
        assert_tells(history, policy)

    look_at()
    for row in SCENARIOS.values():
        assert_tells(row.history, policy)
    twice = NINE[0]._replace(id="again", done_on=date(2025, 9, 1))
    assert_tells(history_of(*NINE, course(10, "2024-01-01"), course(11, "2026-04-01"), twice), policy)


@for_all
@given(histories())
def test_the_order_of_entry_changes_nothing_and_a_tree_is_made_alike_each_time(history):
    back = replace(history, activities=history.activities[::-1], exams=history.exams[::-1])
    told = [explanation for _, explanation in rules.explained(history, POLICY)]
    assert [explanation for _, explanation in rules.explained(back, POLICY)] == told
    assert [rules.explain(credential.code, history, POLICY) for credential in history.credentials] == told


def test_a_code_that_is_not_held_is_refused_with_those_that_are():
    with pytest.raises(rules.NoSuchCredentialError, match=r"has no ACP-120; its credentials: ACP-620\.$"):
        rules.explain("ACP-120", history_of(), POLICY)


def test_a_credential_without_any_date_has_nothing_to_explain():
    history = History(date(2025, 1, 1), (Credential(CODE, None),))
    for ask in (lambda: rules.explain(CODE, history, POLICY), lambda: rules.explained(history, POLICY)):
        with pytest.raises(rules.NothingToComputeError):
            ask()


# The worked examples, place by place


@pytest.mark.parametrize(
    ("name", "path", "values"),
    [
        ("W1a", "suspends_on/policy.active_months", [24]),
        ("W1a", "suspends_on/renewal/activity a10/done_on", [date(2025, 12, 1)]),
        ("W1a", "expires_on/policy.grace_months", [3]),
        ("W1a", "expires_on/policy.grace_months/policy.grace_months.differs", ["a 90-day grace period"]),
        ("W1a", "expires_on/policy.grace_months/policy.verified_on", [POLICY.verified_on]),
        ("W1a", "days_left", [729]),
        ("W1a", "earlier/earned_on", [date(2024, 1, 1)]),
        ("W1a", "earlier/earned_on/suspends_on", [date(2026, 1, 1)]),
        ("W1a", "earlier/earned_on/expires_on", [date(2026, 4, 1)]),
        ("W1a", "suspends_on/renewal/surplus", []),
        ("W1a", "suspends_on/renewal/reading.same_day", []),
        ("W1a", "suspends_on/renewal/reading.grace_activity", []),
        ("W1a", "suspends_on/renewal/activity a10/reading.suspension_day", []),
        ("W1a", "suspends_on/renewal/activity a3/reading.before_programme", ["counted_with_warning"]),
        ("W1a", "suspends_on/renewal/activity a3/policy.programme_began_on", [date(2024, 8, 1)]),
        ("W1a", "suspends_on/renewal/activity a4/reading.before_programme", []),
        ("W1c", "days_left", [12]),
        ("W1c", "days_left.safe", [11]),
        ("W1c", "last_safe_day/expires_on by days", [date(2026, 4, 1)]),
        ("W1c", "last_safe_day/expires_on by months", [date(2026, 4, 1)]),
        ("W1c", "last_safe_day/expires_on by days/policy.safe_grace_days", [90]),
        ("W1c", "missing/ways/way 1/way 1 course", [1]),
        ("W2", "suspends_on/renewal/surplus", [20]),
        ("W2", "suspends_on/renewal/surplus/reading.surplus", ["dropped"]),
        ("W2", "suspends_on/renewal/reading.several_days", ["last_day"]),
        ("W2", "suspends_on/renewal/activity a11", [30]),
        ("W2", "credited/kind course", [1]),
        ("W2", "credited/kind course/activity a10", [10]),
        ("W3a", "credited/kind local_event", [4]),
        ("W3a", "credited/kind local_event/policy.cap.local_event", [4]),
        ("W3a", "credited/kind local_event/activity a9", [0]),
        ("W3a", "credited/kind local_event/activity a9/policy.cap.local_event", [4]),
        ("W3a", "credited/kind local_event/activity a9/reading.caps", ["per_cycle"]),
        ("W3b", "suspends_on/renewal/activity a5", [0]),
        ("W3b", "suspends_on/renewal/activity a5/policy.cap.global_event", [1]),
        ("W4", "suspends_on/renewal/activity a10/reading.suspension_day", ["counted"]),
        ("W4", "suspends_on/renewal/reading.grace_activity", []),
        ("W5a", "suspends_on/renewal/reading.grace_activity", ["own_date"]),
        ("W5c", "after_expiry", [1]),
        ("W5c", "after_expiry/activity a10/reading.expiration_day", ["excluded"]),
        ("W6a", "earlier", [1]),
        ("W6a", "earlier/renewal", [date(2025, 12, 1)]),
        ("W6a", "earlier/renewal/suspends_on", [date(2027, 12, 1)]),
        ("W6a", "earlier/renewal/expires_on", [date(2028, 3, 1)]),
        ("W6b", "after_expiry", [2]),
        ("W6b", "after_expiry/activity a20/reading.expiration_day", []),
        ("W6b", "credited/kind course", [9]),
        ("W10", "certification", ["ACP-620"]),
        ("W11", "suspends_on/renewal/exam_window/exam_window.opens_on", [date(2025, 10, 1)]),
        ("W11", "suspends_on/renewal/ended", [90]),
        ("W11", "suspends_on/renewal/ended/reading.exam_renewal", ["ends_cycle"]),
        ("W11", "suspends_on/renewal/activity a1", [10]),
        ("W12", "exam_window/exam", [date(2025, 9, 15)]),
        ("W12", "exam_window/exam_window.opens_on", [date(2025, 10, 1)]),
        ("W12", "exam_window/exam_window.opens_on/policy.exam_window_months", [6]),
        ("W12", "exam_window/exam_window.opens_on/reading.exam_window", ["before_expiration"]),
        ("W12", "exam_window/exam_window.closes_on", [date(2026, 3, 31)]),
        ("W13", "suspends_on/renewal/reading.grace_activity", ["own_date"]),
        ("W14", "suspends_on/renewal/reading.same_day", ["whole_day"]),
        ("W15", "missing/ways", []),
        ("W15", "days_left", []),
        ("W19", "suspends_on/portal", [date(2024, 3, 15)]),
        ("W19", "suspends_on/portal/started_on", [date(2024, 2, 29)]),
        ("W19", "suspends_on/portal/started_on/policy.active_months", [24]),
        ("W19", "expires_on/policy.grace_months", [3]),
        ("W19", "before_cycle/activity a1/reading.start_day", ["excluded"]),
        ("W19", "before_cycle/activity a1/reading.same_day", []),
        ("R5a", "credited/kind presentation", [0]),
        ("R5a", "credited/kind presentation/activity a10/policy.units.presentation", [None]),
        ("R5b", "suspends_on/renewal/activity a10", [10]),
    ],
)
def test_a_reason_stands_at_its_place(name, path, values):
    ((_, explanation), *_) = rules.explained(SCENARIOS[name].history, POLICY)
    assert [node.value for node in below(explanation, path)] == values


def test_w8_what_is_older_than_a_credential_is_told_with_the_day_its_cycle_started():
    explanation = rules.explain("ACP-520", SCENARIOS["W8"].history, POLICY)
    older = one(explanation, "before_cycle")
    assert older.value == 7
    assert "2025-03-01" in older.note
    assert [node.key for node in older.children if below(node, "reading.start_day")] == ["activity a7"]
    assert {node.value for node in older.children} == {0}


def test_w9_both_renew_by_the_same_activities():
    told = [explanation for _, explanation in rules.explained(SCENARIOS["W9"].history, POLICY)]
    made_by = [activities_in(one(explanation, "suspends_on/renewal")) for explanation in told]
    older, younger = ([(node.key, node.value) for node in found] for found in made_by)
    assert older == younger == [(f"activity a{number}", 10) for number in range(1, 11)]


def test_w10_each_renewal_of_an_associate_names_its_own_requirement():
    explanation = rules.explain("ACA-100", SCENARIOS["W10"].history, POLICY)
    assert [node.value for node in below(explanation, "earlier/renewal/policy.required.ACA")] == [50]
    assert one(explanation, "suspends_on/renewal/policy.required.ACA").value == 50


def test_w17_and_w16_month_ends_are_reached_by_calendar_months():
    explanation = rules.explain(CODE, SCENARIOS["W17"].history, POLICY)
    assert one(explanation, "expires_on").note == "It expires on 2027-02-28, 3 months after it suspends."
    explanation = rules.explain(CODE, SCENARIOS["W16"].history, POLICY)
    assert (
        one(explanation, "suspends_on").note
        == "It suspends on 2030-02-28, 24 months after it renewed on 2028-02-29."
    )


def test_w18_the_fifth_local_event_is_over_the_cap_for_one_and_the_first_for_the_other():
    (_, older), (_, younger) = rules.explained(SCENARIOS["W18"].history, POLICY)
    fifth = one(older, "credited/kind local_event/activity a5")
    assert fifth.value == 0
    assert "only 4 local events can count in a cycle" in fifth.note
    assert one(younger, "credited/kind local_event/activity a5").value == 10


# Why an activity does not count


def test_rejected_and_future_activities_are_told_apart_from_those_that_count():
    found = rules.explain(
        CODE,
        history_of(
            course(1, "2025-02-01"),
            course(2, "2025-03-01", state=State.REJECTED),
            course(3, "2025-12-02"),
            course(4, "2025-12-03"),
            course(5, "2025-12-04", state=State.REJECTED),
        ),
        POLICY,
    )
    assert [node.key for node in one(found, "rejected").children] == ["activity a2"]
    assert [node.key for node in one(found, "future").children] == ["activity a4", "activity a5"]
    assert {node.value for key in ("rejected", "future") for node in one(found, key).children} == {0}
    assert [node.value for node in below(found, "credited/kind course")] == [2]


def test_stated_units_count_without_a_figure_of_the_policy():
    talk = Activity("a1", Kind.PRESENTATION, date(2025, 2, 1), "Talk", 30)
    found = one(rules.explain(CODE, history_of(talk), POLICY), "credited/kind presentation/activity a1")
    assert (found.value, found.effective_from, found.sources) == (30, None, ())
    assert found.note == 'The presentation "Talk" counts 30 CE units, as stated for it.'


def test_the_same_title_twice_is_doubted_at_the_second():
    again = course(2, "2025-03-01")._replace(title="course 1")
    found = rules.explain(CODE, history_of(course(1, "2025-02-01"), again), POLICY)
    first, second = one(found, "credited/kind course").children[2:]
    assert below(first, "reading.same_title") == []
    assert one(second, "reading.same_title").value == "counted_with_warning"


def test_a_carried_surplus_is_told_where_it_was_left_and_where_it_counts():
    policy = changed(("readings", "surplus", "choice"), "carried")
    event = Activity("e", Kind.GLOBAL_EVENT, date(2025, 10, 8))
    found = rules.explain(CODE, history_of(*NINE, event), policy)
    assert one(found, "credited").value == 20
    assert one(found, "credited/carried").value == 20
    assert one(found, "credited/carried/reading.surplus").value == "carried"
    assert below(rules.explain(CODE, history_of(*NINE, event), POLICY), "credited/carried") == []


def test_from_the_day_the_programme_began_nothing_is_doubted():
    found = rules.explain(CODE, history_of(course(1, "2024-07-31"), course(2, "2024-08-01")), POLICY)
    before, on_it = below(found, "credited/kind course")[0].children[2:]
    assert [child.key for child in before.children] == [
        "done_on",
        "reading.before_programme",
        "policy.programme_began_on",
    ]
    assert [child.key for child in on_it.children] == ["done_on"]


def test_a_late_renewal_runs_from_the_day_that_the_reading_names():
    late = history_of(*NINE, course(10, "2026-02-15"), as_of="2026-02-15")
    own = one(rules.explain(CODE, late, POLICY), "suspends_on").note
    assert own == "It suspends on 2028-02-15, 24 months after it renewed on 2026-02-15."
    policy = changed(("readings", "grace_activity", "choice"), "suspension_date")
    other = one(rules.explain(CODE, late, policy), "suspends_on").note
    assert other == "It suspends on 2028-01-01, 24 months after it had suspended on 2026-01-01."


def test_the_portal_is_asked_about_the_grace_period_only_where_the_readings_end_on_different_days():
    ends = {}
    for name in ("W1a", "W1c"):
        ((_, explanation),) = rules.explained(SCENARIOS[name].history, POLICY)
        ends[name] = one(explanation, "last_safe_day/expires_on by days").note
    assert ends["W1a"] == (
        "By 90 days the grace period would end on 2028-02-29. Look in the portal which date it shows."
    )
    assert ends["W1c"] == "By 90 days the grace period would end on 2026-04-01."


# Where it starts, and what else is said


def test_the_portals_dates_are_told_with_the_day_they_were_confirmed():
    portal = PortalDates(date(2026, 3, 1), date(2026, 6, 1), date(2025, 6, 1), date(2024, 3, 1))
    history = replace(history_of(), credentials=(Credential(CODE, date(2024, 1, 1), (portal,)),))
    found = rules.explain(CODE, history, POLICY)
    assert one(found, "suspends_on").note == "It suspends on 2026-03-01, as the portal showed on 2025-06-01."
    assert one(found, "expires_on").note == "It expires on 2026-06-01, as the portal showed on 2025-06-01."
    assert one(found, "suspends_on").rule == one(found, "expires_on").rule == "R13"
    assert one(found, "suspends_on/portal").value == date(2025, 6, 1)
    assert one(found, "suspends_on/portal/started_on").value == date(2024, 3, 1)
    assert below(found, "expires_on/policy.grace_months") == []


def test_a_cycle_of_the_portal_starts_no_earlier_than_it_was_earned():
    portal = PortalDates(date(2026, 3, 1), None, date(2025, 6, 1))
    history = replace(history_of(), credentials=(Credential(CODE, date(2024, 9, 1), (portal,)),))
    started = one(rules.explain(CODE, history, POLICY), "suspends_on/portal/started_on")
    assert started.value == date(2024, 9, 1)
    assert "never before it was earned" in started.note


@pytest.mark.parametrize(
    ("code", "key"), [("ACP-200", "policy.retired"), ("ACP-620", None), ("ACP-999", "policy.listed")]
)
def test_a_retired_and_an_unlisted_code_are_told_with_the_list(code, key):
    history = replace(history_of(), credentials=(Credential(code, date(2024, 1, 1)),))
    found = rules.explain(code, history, POLICY)
    lists = [node.key for node in one(found, "certification").children if node.key.startswith("policy.")]
    assert lists == ([key] if key else [])
    assert bool(below(found, "certification/reading.retired")) is (key == "policy.retired")


@pytest.mark.parametrize(
    ("earned_on", "moved"),
    [
        (date(2021, 10, 31), False),
        (date(2021, 11, 1), True),
        (date(2022, 6, 29), True),
        (date(2022, 6, 30), False),
    ],
)
def test_an_expiration_in_the_pause_of_2024_is_told_with_its_span(earned_on, moved):
    history = History(date(2024, 1, 1), (Credential(CODE, earned_on),))
    found = rules.explain(CODE, history, POLICY)
    assert [node.value for node in below(found, "policy.pause")] == [date(2024, 9, 30)] * moved


def test_each_warning_of_the_standing_is_a_reason():
    for row in SCENARIOS.values():
        for standing, explanation in rules.explained(row.history, POLICY):
            told = [node.note for node in below(explanation, "warning")]
            assert told == list(standing.warnings)


def test_exams_that_renewed_nothing_are_told_with_why():
    # Not told: the exam by which it was earned.
    history = history_of(as_of="2026-01-05", exams=("2023-12-31", "2025-09-30", "2024-01-01", "2026-01-06"))
    told = {node.value: node.note for node in below(rules.explain(CODE, history, POLICY), "exam_window/exam")}
    assert list(told) == [date(2023, 12, 31), date(2025, 9, 30), date(2026, 1, 6)]
    assert "no cycle was open" in told[date(2023, 12, 31)]
    assert "from 2025-10-01 to 2026-03-31" in told[date(2025, 9, 30)]
    assert "dated after 2026-01-05" in told[date(2026, 1, 6)]


def test_readings_and_differences_say_what_to_look_at_in_the_portal():
    seen = set()
    for row in SCENARIOS.values():
        for _, explanation in rules.explained(row.history, POLICY):
            for node in nodes(explanation):
                if node.key.startswith("reading.") or node.key.endswith(".differs"):
                    seen.add(node.key)
                    assert "in the portal" in node.note
    assert seen == {
        *("policy.grace_months.differs", "policy.safe_grace_days.differs"),
        *("reading.surplus", "reading.same_day", "reading.start_day", "reading.suspension_day"),
        *("reading.expiration_day", "reading.grace_activity", "reading.caps", "reading.exam_window"),
        *("reading.exam_renewal", "reading.before_programme", "reading.several_days"),
    }


def test_a_value_that_changed_is_told_with_the_day_it_took_effect():
    later = {**POLICY.kinds[Kind.COURSE].units.values, date(2025, 6, 1): 15}
    policy = changed(("kinds", Kind.COURSE, "units", "values"), later)
    found = rules.explain(CODE, history_of(course(1, "2025-05-31"), course(2, "2025-06-01")), policy)
    before, after = (one(found, f"credited/kind course/activity a{number}") for number in (1, 2))
    assert (before.value, before.effective_from) == (10, date(2024, 8, 1))
    assert (after.value, after.effective_from) == (15, date(2025, 6, 1))
    assert one(found, "credited/kind course/policy.units.course").value == 15


def test_every_figure_of_the_policy_is_told_with_its_day_and_its_sources():
    for row in SCENARIOS.values():
        for _, explanation in rules.explained(row.history, POLICY):
            for node in nodes(explanation):
                assert set(node.sources) <= set(POLICY.sources)
                if node.key.startswith("policy.") and node.effective_from:
                    assert node.sources
                    assert node.rule
                    assert one(node, "policy.verified_on").value == POLICY.verified_on
                assert node.note[0] == node.note[0].upper() or node.note[0] == '"'
                assert node.note.endswith(".")


# Flipping any figure of the policy


TEXTS = {
    "id",
    "title",
    "address",
    "portal",
    "policies_page",
    "says",
    "unit",
    "rule",
    "note",
    "name",
    "plural",
    "source",
}


def other_choices(name: str) -> tuple[str, ...]:
    reading = type(POLICY.readings).model_fields[name].annotation
    choices = get_args(reading.model_fields["choice"].annotation)
    return tuple(choice for choice in choices if choice != getattr(POLICY.readings, name).choice)


def flips(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Each figure in a part of the policy, by its path, with another value for it; ... leaves it out."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from flips(value, (*path, key))
    elif path[0] == "certifications" and isinstance(node, list) and path[1] != "sources":
        yield from (((*path, place), ...) for place in range(len(node)))
    elif path[-1] == "sources":
        yield path, [next(name for name in POLICY.sources if name not in node)]
    elif isinstance(node, list):
        for place, value in enumerate(node):
            yield from flips(value, (*path, place))
    elif isinstance(node, date):
        yield path, node + timedelta(days=1)
    elif isinstance(node, int):
        yield path, node + 1
    elif node is None:
        yield path, 7
    elif node == "no limit":
        yield path, 3
    elif path[-1] == "choice":
        yield from ((path, choice) for choice in other_choices(path[1]))
    else:
        assert path[-1] in TEXTS, f"{path} is neither a text nor a figure that is known here"


FLIPS = list(flips(POLICY.model_dump()))


def histories_for_figures() -> list[History]:
    """The worked examples, and what no worked example has: every code, the pause, a title twice."""
    codes = [*POLICY.certifications.listed, "ACA-100"]
    again = NINE[0]._replace(id="again", done_on=date(2025, 9, 1))
    return [
        *(row.history for row in SCENARIOS.values()),
        History(date(2025, 1, 1), tuple(Credential(code, date(2024, 1, 1)) for code in codes)),
        History(date(2024, 1, 1), (Credential(CODE, date(2022, 1, 15)),)),
        history_of(*NINE, again),
    ]


BEFORE = [rules.explained(history, POLICY) for history in histories_for_figures()]


@pytest.mark.parametrize(("path", "value"), FLIPS, ids=[".".join(map(str, path)) for path, _ in FLIPS])
def test_flipping_any_figure_of_the_policy_changes_some_explanation(path, value):
    policy = changed(path, value)
    after = [rules.explained(history, policy) for history in histories_for_figures()]
    trees = [[explanation for _, explanation in found] for found in after]
    assert trees != [[explanation for _, explanation in found] for found in BEFORE]


def test_the_flips_reach_every_part_of_the_policy():
    reached = {path[0] for path, _ in FLIPS}
    assert reached == set(type(POLICY).model_fields) - {"id", "title", "links", "sources"}
    for path, dated in POLICY.dated.items():
        found = [flip for flip, _ in FLIPS if tuple(map(str, flip[: len(path)])) == path]
        assert len(found) == len(dated.values) + 1  # each value, and the sources


def test_moving_the_day_a_value_took_effect_changes_some_explanation():
    for path, dated in POLICY.dated.items():
        real = tuple(Kind(part) if part in set(Kind) else part for part in path)
        moved = {day + timedelta(days=1): value for day, value in dated.values.items()}
        policy = changed((*real, "values"), moved)
        after = [rules.explained(history, policy) for history in histories_for_figures()]
        assert after != BEFORE, path


# As JSON


def run(*arguments: str, lines: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "rules", *arguments],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def as_plain(explanation: Explanation) -> dict[str, Any]:
    """A tree as JSON has it, put together here once more."""

    def iso(value: object) -> object:
        return value.isoformat() if isinstance(value, date) else value

    found = {key: iso(getattr(explanation, key)) for key in KEYS[:5]}
    found |= {"sources": list(explanation.sources), "note": explanation.note}
    return {**found, "children": [as_plain(child) for child in explanation.children]}


def test_the_command_explains_when_asked_and_is_as_before_when_not():
    lines = "".join(as_line(row.history) + "\n" for row in SCENARIOS.values())
    bare, told = run(lines=lines), run("--explain", lines=lines)
    assert len(told) == len(SCENARIOS)
    for row, answer in zip(SCENARIOS.values(), told, strict=True):
        explanations = [standing.pop("explanation") for standing in answer["standings"]]
        assert explanations == [as_plain(found) for _, found in rules.explained(row.history, POLICY)]
        assert list(explanations[0]) == KEYS
    assert told == bare


def test_explaining_belongs_to_histories_alone():
    done = subprocess.run(
        [sys.executable, "-m", "rules", "--explain", "lint"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "--explain is about histories" in done.stderr


def test_the_status_is_explained_in_a_sentence_of_its_own():
    for as_of, status, words in (
        ("2025-12-31", Status.ACTIVE, "is active"),
        ("2026-01-01", Status.SUSPENDED, "is suspended since 2026-01-01"),
        ("2026-04-01", Status.EXPIRED, "expired on 2026-04-01: it comes back only by earning it again"),
    ):
        found = rules.explain(CODE, history_of(as_of=as_of), POLICY)
        assert found.value == status
        assert words in found.note

"""What is true of every history, whatever is in it; and one thing that is not, though one would think so."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules_reference import plain

import rules
from rules import Activity, Credential, ExamPass, History, Kind, PortalDates, State

POLICY = rules.load_policy()
CODES = ("ACP-620", "ACP-520", "ACA-100")  # no ACA code is known: the last number is made up
ORDER = ("active", "suspended", "expired")

# The same histories in every run; the comparison with the reference draws far more of them.
for_all = settings(max_examples=150, deadline=None, database=None, derandomize=True)


def days(count: int) -> timedelta:
    return timedelta(days=count)


# Most first dates, suspensions and expirations of the credentials drawn below lie in this time.
FIRST, LAST = date(2023, 12, 1), date(2028, 6, 30)
any_day = st.sampled_from([FIRST + days(count) for count in range((LAST - FIRST).days)])
month_ends = st.sampled_from([date(2024, 2, 29), date(2024, 11, 30), date(2025, 2, 28), date(2024, 8, 31)])
earned_days = st.one_of(st.dates(FIRST, date(2025, 6, 30)), month_ends)


@st.composite
def courses_that_may_renew(draw: st.DrawFn) -> list[tuple[Kind, date, int | None]]:
    last = draw(any_day)
    back = draw(st.lists(st.sampled_from(range(400)), min_size=4, max_size=11))
    return [(Kind.COURSE, last - days(count), None) for count in back]


@st.composite
def events(draw: st.DrawFn) -> list[tuple[Kind, date, int | None]]:
    first = draw(any_day)
    kinds = draw(st.lists(st.sampled_from([Kind.GLOBAL_EVENT, Kind.LOCAL_EVENT]), max_size=9))
    return [(kind, first + days(draw(st.sampled_from(range(200)))), None) for kind in kinds]


talks = st.lists(
    st.tuples(st.just(Kind.PRESENTATION), any_day, st.sampled_from([None, 5, 20, 100])), max_size=2
)


@st.composite
def activities(draw: st.DrawFn) -> tuple[Activity, ...]:
    series = draw(st.lists(courses_that_may_renew(), max_size=3))
    done = [*draw(talks), *draw(events()), *(course for courses in series for course in courses)]
    states = draw(st.lists(st.sampled_from(State), min_size=len(done), max_size=len(done)))
    ids = draw(st.permutations([f"a{number}" for number in range(1, len(done) + 1)]))
    return tuple(
        Activity(id_, kind, done_on, units=units, state=state)
        for id_, (kind, done_on, units), state in zip(ids, done, states, strict=True)
    )


@st.composite
def portal_dates(draw: st.DrawFn) -> PortalDates:
    suspends_on = draw(st.one_of(st.dates(date(2025, 1, 1), LAST), st.just(date(2026, 2, 28))))
    return PortalDates(
        suspends_on=suspends_on,
        expires_on=draw(st.one_of(st.none(), st.just(suspends_on + days(90)))),
        confirmed_on=draw(any_day),
        cycle_started_on=draw(st.one_of(st.none(), st.just(suspends_on - days(700)))),
    )


@st.composite
def credentials(draw: st.DrawFn) -> tuple[Credential, ...]:
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True))
    return tuple(
        Credential(code, draw(earned_days), tuple(draw(st.lists(portal_dates(), max_size=2))))
        for code in codes
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    held = draw(credentials())
    earned_on = max(credential.earned_on for credential in held)
    near_the_window = st.integers(630, 830).map(lambda count: earned_on + days(count))
    exam = st.builds(ExamPass, st.sampled_from([*CODES, held[0].code]), st.one_of(near_the_window, any_day))
    as_of = draw(st.one_of(near_the_window, any_day, any_day.map(lambda day: day + days(500))))
    return History(
        as_of=max(earned_on, as_of),
        credentials=held,
        activities=draw(activities()),
        exams=tuple(draw(st.lists(exam, max_size=4))),
    )


def standings(history: History) -> list[dict[str, Any]]:
    """The standings without their warnings: a warning may be about facts that change nothing."""
    return [plain(standing) for standing in rules.standings(history, POLICY)]


def without_line(standing: dict[str, Any], *ids: str) -> dict[str, Any]:
    return standing | {"activities": [line for line in standing["activities"] if line["id"] not in ids]}


def test_the_histories_drawn_here_renew_suspend_expire_and_go_over_the_cap():
    seen: set[str] = set()

    @for_all
    @given(histories())
    def look_at(history: History) -> None:
        for standing in standings(history):
            seen.add(standing["status"])
            seen.update(line["reason"] for line in standing["activities"])
            seen.update(f"by {renewal['by']}" for renewal in standing["renewals"])
            seen.add(standing["cycle"]["dates"])
            seen.add(f"renewed {min(2, len(standing['renewals']))} times")

    look_at()
    assert seen == {
        *ORDER,
        *("counted", "over_cap", "before_cycle", "closed_cycle", "after_expiry"),
        *("value_unconfirmed", "rejected", "future"),
        *("by units", "by exam", "earned", "portal", "calculated"),
        *("renewed 0 times", "renewed 1 times", "renewed 2 times"),
    }


@for_all
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_facts_were_entered_changes_nothing(history, random):
    shuffled = replace(
        history,
        activities=tuple(random.sample(history.activities, len(history.activities))),
        exams=tuple(random.sample(history.exams, len(history.exams))),
    )
    assert standings(shuffled) == standings(history)


@for_all
@given(histories())
def test_replaying_twice_gives_the_same_and_leaves_the_history_as_it_was(history):
    copy = replace(history, activities=tuple(done._replace() for done in history.activities))
    first = rules.standings(history, POLICY)
    assert rules.standings(history, POLICY) == first
    assert history == copy


@for_all
@given(histories(), st.data())
def test_credentials_are_independent_of_each_other(history, data):
    order = data.draw(st.permutations(history.credentials))
    alone = [standings(replace(history, credentials=(credential,)))[0] for credential in order]
    assert standings(replace(history, credentials=tuple(order))) == alone


@for_all
@given(histories())
def test_what_is_over_the_cap_changes_nothing(history):
    for credential, standing in zip(history.credentials, standings(history), strict=True):
        over = [line["id"] for line in standing["activities"] if line["reason"] == "over_cap"]
        kept = tuple(done for done in history.activities if done.id not in over)
        (left,) = standings(replace(history, credentials=(credential,), activities=kept))
        assert left == without_line(standing, *over)


@for_all
@given(st.integers(0, 400), st.integers(1, 300), st.sampled_from([Kind.GLOBAL_EVENT, Kind.LOCAL_EVENT]))
def test_one_use_more_than_the_cap_of_a_cycle_changes_nothing_but_its_own_line(start, later, kind):
    used_on = date(2024, 2, 1) + days(start)
    cap = {Kind.GLOBAL_EVENT: 1, Kind.LOCAL_EVENT: 4}[kind]
    used = tuple(Activity(f"a{number}", kind, used_on) for number in range(cap))
    history = History(LAST, (Credential("ACP-620", date(2024, 1, 1)),), used)
    more = Activity("a9", kind, used_on + days(later))
    (before,) = standings(history)
    (after,) = standings(replace(history, activities=(more, *used)))
    assert without_line(after, "a9") == before
    assert {"id": "a9", "credited": 0, "reason": "over_cap"} in after["activities"]


@for_all
@given(histories(), st.sampled_from([Kind.COURSE, Kind.GLOBAL_EVENT]), any_day)
def test_adding_a_rejected_activity_changes_nothing_but_its_own_line(history, kind, done_on):
    rejected = Activity("rejected", kind, done_on, state=State.REJECTED)
    after = standings(replace(history, activities=(rejected, *history.activities)))
    assert [without_line(standing, "rejected") for standing in after] == standings(history)
    for standing in after:
        (line,) = [line for line in standing["activities"] if line["id"] == "rejected"]
        assert line["credited"] == 0
        assert line["reason"] == ("future" if done_on > history.as_of else "rejected")


@for_all
@given(histories(), st.integers(0, 500), st.integers(1, 500))
def test_the_status_never_improves_once_the_last_fact_is_past(history, wait, longer):
    last = max(
        [credential.earned_on for credential in history.credentials]
        + [shown.confirmed_on for credential in history.credentials for shown in credential.portal]
        + [done.done_on for done in history.activities]
        + [exam.passed_on for exam in history.exams]
    )
    early = standings(replace(history, as_of=last + days(wait)))
    late = standings(replace(history, as_of=last + days(wait + longer)))
    for before, after in zip(early, late, strict=True):
        assert ORDER.index(after["status"]) >= ORDER.index(before["status"])
        assert after["cycle"] == before["cycle"]


@for_all
@given(histories())
def test_a_calculated_renewal_never_moves_the_suspension_day_earlier(history):
    for credential in history.credentials:
        # A start that the portal shows need not be 24 months before the suspension day that it shows.
        portal = tuple(replace(shown, cycle_started_on=None) for shown in credential.portal)
        alone = replace(history, credentials=(replace(credential, portal=portal),))
        (standing,) = standings(alone)
        (first,) = standings(replace(alone, activities=(), exams=()))
        suspensions = [first["cycle"]["suspends_on"]]
        suspensions += [renewal["suspends_on"] for renewal in standing["renewals"]]
        assert suspensions == sorted(suspensions)
        assert standing["cycle"]["suspends_on"] == suspensions[-1]


@for_all
@given(histories())
def test_the_last_safe_day_is_before_the_expiration_day_and_at_most_89_days_after_suspension(history):
    for standing in rules.standings(history, POLICY):
        last_safe_day = date.fromisoformat(plain(standing)["cycle"]["last_safe_day"])
        last_of_each_reading = (standing.cycle.suspends_on + days(89), standing.cycle.expires_on - days(1))
        assert last_safe_day == min(last_of_each_reading)
        assert last_safe_day < standing.cycle.expires_on


@for_all
@given(histories(), st.integers(0, 1200))
def test_as_of_a_day_only_the_facts_up_to_that_day_are_used(history, back):
    as_of = history.as_of - days(back)
    for credential in history.credentials:
        held = Credential(
            credential.code,
            credential.earned_on if credential.earned_on <= as_of else None,
            tuple(shown for shown in credential.portal if shown.confirmed_on <= as_of),
        )
        known = History(
            as_of=as_of,
            credentials=(held,),
            activities=tuple(done for done in history.activities if done.done_on <= as_of),
            exams=tuple(exam for exam in history.exams if exam.passed_on <= as_of),
        )
        everything = replace(history, as_of=as_of, credentials=(credential,))
        if held.earned_on is None and not held.portal:
            with pytest.raises(rules.NothingToComputeError):
                rules.standings(everything, POLICY)
            continue
        (standing,) = standings(everything)
        future = [done.id for done in history.activities if done.done_on > as_of]
        assert without_line(standing, *future) == standings(known)[0]
        for line in standing["activities"]:
            assert (line["reason"] == "future") == (line["id"] in future)


@for_all
@given(histories())
def test_the_units_are_the_sum_of_what_the_activities_count_and_stay_below_the_requirement(history):
    for standing in standings(history):
        units = standing["units"]
        assert units["credited"] == sum(line["credited"] for line in standing["activities"])
        assert units["missing"] == units["required"] - units["credited"] > 0
        for line in standing["activities"]:
            assert line["credited"] == 0 or line["reason"] == "counted"
        assert sorted(line["id"] for line in standing["activities"]) == sorted(
            done.id for done in history.activities
        )


@for_all
@given(histories())
def test_each_renewal_lies_in_the_cycle_before_it_and_opens_the_one_after_it(history):
    for standing in rules.standings(history, POLICY):
        for before, after in zip(standing.renewals, standing.renewals[1:], strict=False):
            assert before.renewed_on < after.renewed_on < before.expires_on
        if standing.renewals:
            last = standing.renewals[-1]
            cycle = standing.cycle
            assert (cycle.started_on, cycle.suspends_on, cycle.expires_on, cycle.dates) == (
                last.renewed_on,
                last.suspends_on,
                last.expires_on,
                "calculated",
            )
        else:
            assert standing.cycle.dates in ("earned", "portal")


def test_it_is_not_true_that_adding_an_activity_never_makes_anything_worse():
    """W6 is the counterexample: one course more, an older one, and the certification lapses."""
    done = (
        [date(2024, month, 1) for month in (3, 5, 7, 9, 11)]
        + [date(2025, 1, 10), date(2025, 3, 1), date(2025, 5, 1), date(2025, 6, 1), date(2025, 12, 1)]
        + [date(2026, month, 15) for month in range(1, 9)]
        + [date(2027, 12, 15), date(2027, 12, 16)]
    )
    without = History(
        as_of=date(2027, 12, 16),
        credentials=(Credential("ACP-620", date(2024, 1, 1)),),
        activities=tuple(Activity(f"a{number}", Kind.COURSE, day) for number, day in enumerate(done)),
    )
    older = Activity("older", Kind.COURSE, date(2025, 7, 1))
    with_it = replace(without, activities=(*without.activities, older))

    (before,), (after,) = rules.standings(without, POLICY), rules.standings(with_it, POLICY)

    assert (before.status, after.status) == ("active", "expired")
    assert (before.cycle.suspends_on, after.cycle.suspends_on) == (date(2029, 12, 16), date(2027, 7, 1))

"""Both sides of every edge in the rules, as tables; R1 to R15 are the numbers of the rules."""

import json
import subprocess
import sys
from datetime import date, timedelta

import pytest
from rules_reference import plain

import rules
from rules import Activity, Credential, ExamPass, History, Kind, PortalDates, State

POLICY = rules.load_policy()
ONE_DAY = timedelta(days=1)

ACP = "ACP-620"
ACA = "ACA-100"  # no ACA code is known: this number is made up

EARNED_ON = date(2024, 1, 1)
SUSPENDS_ON = date(2026, 1, 1)
EXPIRES_ON = date(2026, 4, 1)
NINETY_UNITS = tuple(date(2024, month, 10) for month in range(2, 11))
FORTY_UNITS = NINETY_UNITS[:4]
LONG_AFTER = date(2032, 1, 1)


def done(kind, *days, units=None, state=State.LOGGED, prefix=""):
    """Activities of one kind, with ids that no other kind has."""
    return tuple(
        Activity(f"{prefix or kind.value}{number}", kind, day, units=units, state=state)
        for number, day in enumerate(days, start=1)
    )


def courses(*days):
    return done(Kind.COURSE, *days)


def standing_of(credential, as_of, activities=(), exams=()):
    history = History(as_of, (credential,), tuple(activities), tuple(exams))
    (standing,) = rules.standings(history, POLICY)
    return standing


def earned(as_of, activities=(), exams=(), code=ACP, earned_on=EARNED_ON):
    return standing_of(Credential(code, earned_on), as_of, activities, exams)


def shown(as_of, *portal, activities=(), exams=(), earned_on=None):
    return standing_of(Credential(ACP, earned_on, portal), as_of, activities, exams)


def lines_of(standing):
    return {line.id: (line.credited, line.reason) for line in standing.activities}


def renewals_of(standing):
    return [(renewal.renewed_on, renewal.by) for renewal in standing.renewals]


def last_safe_day_of(standing):
    return date.fromisoformat(plain(standing)["cycle"]["last_safe_day"])


# R1 and R2


@pytest.mark.parametrize(
    ("as_of", "status"),
    [
        (date(2024, 1, 1), "active"),
        (date(2025, 12, 31), "active"),
        (date(2026, 1, 1), "suspended"),
        (date(2026, 3, 31), "suspended"),
        (date(2026, 4, 1), "expired"),
        (date(2032, 1, 1), "expired"),
    ],
)
def test_the_status_changes_on_the_suspension_and_on_the_expiration_day_itself(as_of, status):
    assert earned(as_of).status == status


@pytest.mark.parametrize(
    ("earned_on", "suspends_on", "expires_on"),
    [
        (date(2024, 1, 1), date(2026, 1, 1), date(2026, 4, 1)),
        (date(2024, 2, 28), date(2026, 2, 28), date(2026, 5, 28)),
        (date(2024, 2, 29), date(2026, 2, 28), date(2026, 5, 28)),  # and not 29 May: suspension comes first
        (date(2024, 3, 1), date(2026, 3, 1), date(2026, 6, 1)),
        (date(2024, 11, 28), date(2026, 11, 28), date(2027, 2, 28)),
        (date(2024, 11, 29), date(2026, 11, 29), date(2027, 2, 28)),
        (date(2024, 11, 30), date(2026, 11, 30), date(2027, 2, 28)),  # W17
        (date(2024, 12, 1), date(2026, 12, 1), date(2027, 3, 1)),
        (date(2025, 11, 29), date(2027, 11, 29), date(2028, 2, 29)),
        (date(2025, 11, 30), date(2027, 11, 30), date(2028, 2, 29)),
        (date(2025, 12, 1), date(2027, 12, 1), date(2028, 3, 1)),
        (date(2025, 12, 31), date(2027, 12, 31), date(2028, 3, 31)),
        (date(2025, 3, 31), date(2027, 3, 31), date(2027, 6, 30)),
        (date(2025, 8, 31), date(2027, 8, 31), date(2027, 11, 30)),
    ],
)
def test_the_first_dates_are_24_months_and_then_3_months_clamped_to_the_month(
    earned_on, suspends_on, expires_on
):
    cycle = earned(earned_on, earned_on=earned_on).cycle
    assert (cycle.started_on, cycle.suspends_on, cycle.expires_on) == (earned_on, suspends_on, expires_on)
    assert cycle.dates == "earned"


def test_a_credential_not_yet_earned_and_without_portal_dates_cannot_be_computed():
    assert earned(EARNED_ON).status == "active"
    with pytest.raises(rules.NothingToComputeError):
        earned(EARNED_ON - ONE_DAY)


# R3


@pytest.mark.parametrize(
    ("done_on", "credited", "reason"),
    [
        (EARNED_ON - ONE_DAY, 0, "before_cycle"),
        (EARNED_ON, 0, "before_cycle"),
        (EARNED_ON + ONE_DAY, 10, "counted"),
        (SUSPENDS_ON - ONE_DAY, 10, "counted"),
        (SUSPENDS_ON, 10, "counted"),
        (SUSPENDS_ON + ONE_DAY, 10, "counted"),
        (EXPIRES_ON - ONE_DAY, 10, "counted"),
        (EXPIRES_ON, 0, "after_expiry"),
        (EXPIRES_ON + ONE_DAY, 0, "after_expiry"),
    ],
)
def test_a_cycle_takes_the_days_after_its_start_and_before_its_expiration(done_on, credited, reason):
    standing = earned(LONG_AFTER, courses(done_on))
    assert lines_of(standing) == {"course1": (credited, reason)}
    assert standing.credited == credited


@pytest.mark.parametrize(
    ("as_of", "state", "credited", "reason"),
    [
        (date(2024, 5, 1), State.LOGGED, 0, "future"),
        (date(2024, 5, 1), State.REJECTED, 0, "future"),
        (date(2024, 5, 2), State.LOGGED, 10, "counted"),
        (date(2024, 5, 2), State.ENTERED, 10, "counted"),
        (date(2024, 5, 2), State.CONFIRMED, 10, "counted"),
        (date(2024, 5, 2), State.REJECTED, 0, "rejected"),
    ],
)
def test_an_activity_counts_from_its_own_day_unless_it_was_rejected(as_of, state, credited, reason):
    standing = earned(as_of, done(Kind.COURSE, date(2024, 5, 2), state=state))
    assert lines_of(standing) == {"course1": (credited, reason)}


@pytest.mark.parametrize("done_on", [EARNED_ON - ONE_DAY, EARNED_ON, EXPIRES_ON, EXPIRES_ON + ONE_DAY])
def test_a_rejected_activity_is_rejected_before_it_is_anything_else(done_on):
    standing = earned(LONG_AFTER, done(Kind.COURSE, done_on, state=State.REJECTED))
    assert lines_of(standing) == {"course1": (0, "rejected")}


def test_a_rejected_tenth_course_does_not_renew():
    tenth = done(Kind.COURSE, date(2025, 1, 10), state=State.REJECTED, prefix="tenth")
    standing = earned(LONG_AFTER, courses(*NINETY_UNITS) + tenth)
    assert (standing.credited, renewals_of(standing)) == (90, [])


# R5


@pytest.mark.parametrize(
    ("kind", "uses", "credited", "over_cap"),
    [
        (Kind.COURSE, 1, 10, 0),
        (Kind.COURSE, 9, 90, 0),
        (Kind.GLOBAL_EVENT, 1, 30, 0),
        (Kind.GLOBAL_EVENT, 2, 30, 1),
        (Kind.LOCAL_EVENT, 1, 10, 0),
        (Kind.LOCAL_EVENT, 4, 40, 0),
        (Kind.LOCAL_EVENT, 5, 40, 1),
        (Kind.LOCAL_EVENT, 9, 40, 5),
    ],
)
def test_each_kind_has_its_value_and_its_cap(kind, uses, credited, over_cap):
    standing = earned(date(2025, 1, 1), done(kind, *NINETY_UNITS[:uses]))
    reasons = [line.reason for line in standing.activities]
    assert standing.credited == credited
    assert reasons.count("over_cap") == over_cap
    assert reasons.count("counted") == uses - over_cap


def test_the_use_over_the_cap_is_the_last_by_date_and_within_a_day_by_id():
    standing = earned(
        date(2025, 1, 1),
        [
            Activity("a10", Kind.GLOBAL_EVENT, date(2024, 4, 30)),
            Activity("a9", Kind.GLOBAL_EVENT, date(2024, 4, 30)),
            Activity("a1", Kind.GLOBAL_EVENT, date(2024, 5, 1)),
        ],
    )
    assert lines_of(standing) == {"a9": (30, "counted"), "a10": (0, "over_cap"), "a1": (0, "over_cap")}


def test_a_use_over_the_cap_triggers_nothing_where_a_use_within_it_renews():
    seventy = courses(*NINETY_UNITS[:7])
    day = date(2025, 4, 9)
    within = earned(day, seventy + done(Kind.GLOBAL_EVENT, day))
    over = earned(day, courses(*NINETY_UNITS[:6]) + done(Kind.GLOBAL_EVENT, date(2024, 1, 20), day))
    assert renewals_of(within) == [(day, "units")]
    assert (over.credited, renewals_of(over)) == (90, [])


def test_the_caps_are_unused_again_in_the_next_cycle():
    renewed_on = date(2025, 4, 9)
    activities = courses(*NINETY_UNITS[:7]) + done(Kind.GLOBAL_EVENT, renewed_on, renewed_on + ONE_DAY)
    standing = earned(LONG_AFTER, activities)
    assert standing.cycle.started_on == renewed_on
    assert lines_of(standing)["global_event1"] == (0, "closed_cycle")
    assert lines_of(standing)["global_event2"] == (30, "counted")


def test_what_was_over_the_cap_of_a_closed_cycle_served_no_renewal():
    first, second = date(2024, 4, 30), date(2024, 6, 1)
    standing = earned(LONG_AFTER, courses(*NINETY_UNITS[:7]) + done(Kind.GLOBAL_EVENT, first, second))
    assert standing.cycle.started_on == NINETY_UNITS[6]
    assert lines_of(standing)["global_event1"] == (0, "closed_cycle")
    assert lines_of(standing)["global_event2"] == (0, "before_cycle")


@pytest.mark.parametrize(
    ("units", "credited", "reason"),
    [(None, 0, "value_unconfirmed"), (1, 1, "counted"), (10, 10, "counted"), (99, 99, "counted")],
)
def test_a_presentation_counts_the_units_stated_for_it_and_none_otherwise(units, credited, reason):
    standing = earned(date(2025, 1, 1), done(Kind.PRESENTATION, date(2024, 5, 1), units=units))
    assert lines_of(standing) == {"presentation1": (credited, reason)}
    assert (standing.credited, standing.missing) == (credited, 100 - credited)


def test_presentations_have_no_cap():
    standing = earned(date(2025, 1, 1), done(Kind.PRESENTATION, *NINETY_UNITS, units=10))
    assert standing.credited == 90


def test_a_presentation_without_units_in_a_closed_cycle_served_no_renewal():
    talk = done(Kind.PRESENTATION, date(2024, 5, 1))
    standing = earned(LONG_AFTER, courses(*NINETY_UNITS, date(2025, 1, 10)) + talk)
    assert lines_of(standing)["presentation1"] == (0, "before_cycle")


def test_units_stated_for_a_kind_that_has_a_value_are_refused_with_that_value():
    def line(kind):
        activity = {"id": "a1", "kind": kind, "done_on": "2024-05-01", "units": 25}
        credential = {"code": ACP, "earned_on": "2024-01-01"}
        return json.dumps({"as_of": "2025-01-01", "credentials": [credential], "activities": [activity]})

    kinds = ["course", "global_event", "local_event", "presentation"]
    run = subprocess.run(
        [sys.executable, "-m", "rules"],
        input="\n".join(line(kind) for kind in kinds),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    answers = [json.loads(answer) for answer in run.stdout.splitlines()]
    assert run.returncode == 1
    for answer, value in zip(answers[:3], ["10", "30", "10"], strict=True):
        assert answer["error"]["field"] == "activities[0].units"
        assert value in answer["error"]["message"]
    assert answers[3]["standings"][0]["units"] == {"credited": 25, "required": 100, "missing": 75}


# R6 and R7


@pytest.mark.parametrize(
    ("code", "level", "required", "units", "renews"),
    [
        (ACP, "ACP", 100, 99, False),
        (ACP, "ACP", 100, 100, True),
        (ACP, "ACP", 100, 101, True),
        (ACA, "ACA", 50, 49, False),
        (ACA, "ACA", 50, 50, True),
        (ACA, "ACA", 50, 51, True),
    ],
)
def test_the_level_in_the_code_sets_the_requirement(code, level, required, units, renews):
    talk = done(Kind.PRESENTATION, date(2024, 5, 1), units=units)
    standing = earned(date(2025, 1, 1), talk, code=code)
    assert (standing.code, standing.level, standing.required) == (code, level, required)
    assert bool(standing.renewals) is renews
    assert standing.credited == (0 if renews else units)
    assert standing.missing == (required if renews else required - units)


def test_it_renews_on_the_first_day_that_reaches_the_requirement_and_not_as_of_the_day_before():
    day = date(2025, 12, 1)
    activities = courses(*NINETY_UNITS, day)
    before, after = earned(day - ONE_DAY, activities), earned(day, activities)
    assert (before.cycle.suspends_on, before.credited, renewals_of(before)) == (SUSPENDS_ON, 90, [])
    assert after.cycle.suspends_on == date(2027, 12, 1)
    assert renewals_of(after) == [(day, "units")]
    (renewal,) = after.renewals
    assert (renewal.suspends_on, renewal.expires_on) == (date(2027, 12, 1), date(2028, 3, 1))


def test_one_day_gives_one_renewal_however_much_was_done_on_it():
    day = date(2024, 5, 1)
    standing = earned(date(2024, 6, 1), courses(*[day] * 25))
    assert renewals_of(standing) == [(day, "units")]
    assert standing.credited == 0
    assert {reason for _, reason in lines_of(standing).values()} == {"closed_cycle"}


def test_the_surplus_of_the_day_is_dropped_and_the_next_day_counts_anew():
    day = date(2025, 12, 1)
    standing = earned(LONG_AFTER, courses(*NINETY_UNITS, day, day, day + ONE_DAY))
    assert standing.credited == 10
    assert lines_of(standing)["course11"] == (0, "closed_cycle")
    assert lines_of(standing)["course12"] == (10, "counted")


# R8 and R9: a renewal, by its day


@pytest.mark.parametrize(
    ("renewed_on", "suspends_on", "expires_on"),
    [
        (date(2028, 2, 28), date(2030, 2, 28), date(2030, 5, 28)),
        (date(2028, 2, 29), date(2030, 2, 28), date(2030, 5, 28)),  # W16
        (date(2028, 3, 1), date(2030, 3, 1), date(2030, 6, 1)),
        (date(2026, 11, 29), date(2028, 11, 29), date(2029, 2, 28)),
        (date(2026, 11, 30), date(2028, 11, 30), date(2029, 2, 28)),
        (date(2027, 11, 30), date(2029, 11, 30), date(2030, 2, 28)),
        (date(2026, 8, 31), date(2028, 8, 31), date(2028, 11, 30)),
        (date(2026, 12, 1), date(2028, 12, 1), date(2029, 3, 1)),
    ],
)
def test_the_dates_of_a_renewal_run_from_its_day(renewed_on, suspends_on, expires_on):
    activities = courses(*[date(2026, 6, 1)] * 9, renewed_on)
    cycle = earned(renewed_on, activities, earned_on=date(2026, 5, 1)).cycle
    assert (cycle.started_on, cycle.suspends_on, cycle.expires_on) == (renewed_on, suspends_on, expires_on)
    assert cycle.dates == "calculated"


# R10


@pytest.mark.parametrize(
    ("passed_on", "renews"),
    [
        (date(2025, 1, 1), False),
        (date(2025, 9, 30), False),
        (date(2025, 10, 1), True),
        (date(2025, 10, 2), True),
        (date(2025, 12, 31), True),
        (date(2026, 1, 1), True),
        (date(2026, 3, 31), True),
        (date(2026, 4, 1), False),
        (date(2026, 4, 2), False),
    ],
)
def test_an_exam_renews_from_six_months_before_the_expiration_day_up_to_the_day_before_it(passed_on, renews):
    standing = earned(passed_on, courses(*NINETY_UNITS), [ExamPass(ACP, passed_on)])
    if renews:
        assert renewals_of(standing) == [(passed_on, "exam")]
        assert (standing.cycle.started_on, standing.credited) == (passed_on, 0)
        assert {reason for _, reason in lines_of(standing).values()} == {"before_cycle"}
    else:
        assert renewals_of(standing) == []
        assert (standing.cycle.started_on, standing.credited) == (EARNED_ON, 90)


@pytest.mark.parametrize(
    ("earned_on", "opens_on", "closes_on"),
    [
        (date(2024, 1, 1), date(2025, 10, 1), date(2026, 3, 31)),
        (date(2024, 5, 31), date(2026, 2, 28), date(2026, 8, 30)),  # expires 2026-08-31
        (date(2025, 5, 30), date(2027, 2, 28), date(2027, 8, 29)),
        (date(2025, 5, 29), date(2027, 2, 28), date(2027, 8, 28)),
        (date(2024, 11, 30), date(2026, 8, 28), date(2027, 2, 27)),  # expires 2027-02-28
        (date(2025, 5, 31), date(2027, 2, 28), date(2027, 8, 30)),
        (date(2025, 7, 31), date(2027, 4, 30), date(2027, 10, 30)),
    ],
)
def test_the_exam_window_is_counted_from_the_expiration_day_at_both_ends(earned_on, opens_on, closes_on):
    window = earned(earned_on, earned_on=earned_on).exam_window
    assert (window.opens_on, window.closes_on) == (opens_on, closes_on)

    renewed_on = []
    for passed_on in (opens_on - ONE_DAY, opens_on, closes_on, closes_on + ONE_DAY):
        standing = earned(LONG_AFTER, exams=[ExamPass(ACP, passed_on)], earned_on=earned_on)
        renewed_on += [renewal.renewed_on for renewal in standing.renewals]
    assert renewed_on == [opens_on, closes_on]


def test_an_exam_renews_its_own_certification_alone_and_adds_no_units():
    passed_on = date(2025, 11, 15)
    history = History(
        as_of=passed_on,
        credentials=(Credential("ACP-620", EARNED_ON), Credential("ACP-520", EARNED_ON)),
        activities=courses(*NINETY_UNITS),
        exams=(ExamPass("ACP-520", passed_on),),
    )
    other, own = rules.standings(history, POLICY)
    assert (other.code, other.credited, renewals_of(other)) == ("ACP-620", 90, [])
    assert (own.code, own.credited, own.cycle.started_on) == ("ACP-520", 0, passed_on)


@pytest.mark.parametrize(("last_on", "by"), [(date(2025, 11, 15), "units"), (date(2025, 11, 16), "exam")])
def test_where_units_and_exam_fall_on_one_day_the_units_renew(last_on, by):
    standing = earned(LONG_AFTER, courses(*NINETY_UNITS, last_on), [ExamPass(ACP, date(2025, 11, 15))])
    assert renewals_of(standing) == [(date(2025, 11, 15), by)]


def test_what_is_done_on_the_day_of_an_exam_renewal_belongs_to_the_closed_cycle():
    passed_on = date(2025, 11, 15)
    standing = earned(LONG_AFTER, courses(passed_on, passed_on + ONE_DAY), [ExamPass(ACP, passed_on)])
    assert lines_of(standing) == {"course1": (0, "before_cycle"), "course2": (10, "counted")}


def test_what_served_a_renewal_by_units_is_still_said_to_have_after_a_renewal_by_exam():
    renewed_on, passed_on = date(2025, 1, 10), date(2026, 12, 1)
    activities = courses(*NINETY_UNITS, renewed_on, date(2025, 5, 1))
    standing = earned(LONG_AFTER, activities, [ExamPass(ACP, passed_on)])
    assert renewals_of(standing) == [(renewed_on, "units"), (passed_on, "exam")]
    assert lines_of(standing)["course10"] == (0, "closed_cycle")
    assert lines_of(standing)["course11"] == (0, "before_cycle")


@pytest.mark.parametrize(("started_on", "renews"), [(date(2025, 11, 14), True), (date(2025, 11, 15), False)])
def test_an_exam_passed_on_the_day_the_cycle_started_renews_nothing(started_on, renews):
    portal = PortalDates(SUSPENDS_ON, EXPIRES_ON, date(2025, 11, 20), started_on)
    standing = shown(LONG_AFTER, portal, exams=[ExamPass(ACP, date(2025, 11, 15))])
    assert bool(standing.renewals) is renews


def test_an_exam_renews_once_and_the_same_pass_renews_nothing_more():
    passed_on = date(2025, 11, 15)
    standing = earned(LONG_AFTER, exams=[ExamPass(ACP, passed_on), ExamPass(ACP, passed_on)])
    assert renewals_of(standing) == [(passed_on, "exam")]


# R11


@pytest.mark.parametrize(
    ("tenth_on", "status"), [(date(2026, 3, 31), "active"), (date(2026, 4, 1), "expired")]
)
def test_nothing_dated_on_or_after_the_expiration_day_renews(tenth_on, status):
    standing = earned(date(2026, 6, 1), courses(*NINETY_UNITS, tenth_on))
    assert standing.status == status


def test_an_expired_credential_stays_expired_whatever_is_done():
    many = courses(*[EXPIRES_ON + timedelta(days=n) for n in range(40)])
    standing = earned(LONG_AFTER, many, [ExamPass(ACP, EXPIRES_ON), ExamPass(ACP, date(2027, 1, 1))])
    assert (standing.status, standing.credited, renewals_of(standing)) == ("expired", 0, [])
    assert {reason for _, reason in lines_of(standing).values()} == {"after_expiry"}


def test_it_comes_back_by_earning_it_anew():
    old = courses(*NINETY_UNITS)
    standing = earned(date(2027, 6, 1), old, earned_on=date(2027, 5, 1))
    assert (standing.status, standing.cycle.suspends_on) == ("active", date(2029, 5, 1))
    assert {reason for _, reason in lines_of(standing).values()} == {"before_cycle"}


# R13


@pytest.mark.parametrize(
    ("suspends_on", "started_on"),
    [
        (date(2026, 2, 27), date(2024, 2, 27)),
        (date(2026, 2, 28), date(2024, 2, 29)),  # W19: the latest of two days that fit
        (date(2026, 3, 1), date(2024, 3, 1)),
        (date(2027, 2, 28), date(2025, 2, 28)),
        (date(2028, 2, 28), date(2026, 2, 28)),
        (date(2028, 2, 29), date(2026, 2, 28)),  # no day fits
        (date(2028, 3, 1), date(2026, 3, 1)),
        (date(2026, 12, 31), date(2024, 12, 31)),
    ],
)
def test_a_start_the_portal_does_not_show_is_the_latest_day_that_gives_its_suspension_day(
    suspends_on, started_on
):
    activities = courses(started_on, started_on + ONE_DAY)
    standing = shown(suspends_on - ONE_DAY, PortalDates(suspends_on, None, started_on), activities=activities)
    assert standing.cycle.started_on == started_on
    assert standing.cycle.dates == "portal"
    assert lines_of(standing) == {"course1": (0, "before_cycle"), "course2": (10, "counted")}


@pytest.mark.parametrize(
    ("earned_on", "cycle_started_on", "started_on"),
    [
        (None, None, date(2024, 1, 1)),
        (date(2023, 12, 31), None, date(2024, 1, 1)),
        (date(2024, 1, 2), None, date(2024, 1, 2)),
        (None, date(2023, 12, 1), date(2023, 12, 1)),
        (date(2023, 11, 30), date(2023, 12, 1), date(2023, 12, 1)),
        (date(2023, 12, 2), date(2023, 12, 1), date(2023, 12, 2)),
        (date(2022, 1, 1), date(2024, 6, 1), date(2024, 6, 1)),
        (date(2025, 6, 2), date(2023, 12, 1), date(2023, 12, 1)),  # not yet earned on the day asked for
    ],
)
def test_a_cycle_starts_where_the_portal_says_but_never_before_the_earned_date(
    earned_on, cycle_started_on, started_on
):
    portal = PortalDates(SUSPENDS_ON, EXPIRES_ON, date(2025, 6, 1), cycle_started_on)
    standing = shown(date(2025, 6, 1), portal, earned_on=earned_on)
    assert standing.cycle.started_on == started_on
    assert (standing.cycle.suspends_on, standing.cycle.expires_on) == (SUSPENDS_ON, EXPIRES_ON)


@pytest.mark.parametrize(
    ("as_of", "suspends_on", "dates"),
    [
        (date(2025, 5, 31), date(2026, 1, 1), "earned"),
        (date(2025, 6, 1), date(2026, 6, 1), "portal"),
        (date(2025, 7, 31), date(2026, 6, 1), "portal"),
        (date(2025, 8, 1), date(2026, 8, 2), "portal"),  # the later stated of the two of that day
    ],
)
def test_the_latest_portal_statement_counts_from_its_own_day_and_the_later_stated_on_a_tie(
    as_of, suspends_on, dates
):
    statements = (
        PortalDates(date(2026, 8, 1), None, date(2025, 8, 1)),
        PortalDates(date(2026, 8, 2), None, date(2025, 8, 1)),
        PortalDates(date(2026, 6, 1), None, date(2025, 6, 1)),
    )
    cycle = shown(as_of, *statements, earned_on=EARNED_ON).cycle
    assert (cycle.suspends_on, cycle.dates) == (suspends_on, dates)


def test_portal_dates_not_yet_confirmed_leave_nothing_to_compute_without_an_earned_date():
    portal = PortalDates(SUSPENDS_ON, EXPIRES_ON, date(2025, 6, 1))
    assert shown(date(2025, 6, 1), portal).status == "active"
    with pytest.raises(rules.NothingToComputeError):
        shown(date(2025, 5, 31), portal)


@pytest.mark.parametrize(
    ("expires_on", "expected"),
    [
        (None, date(2027, 2, 28)),
        (date(2027, 3, 15), date(2027, 3, 15)),
        (date(2027, 2, 1), date(2027, 2, 1)),
    ],
)
def test_an_expiration_day_the_portal_shows_counts_and_is_three_months_on_where_it_is_not_stated(
    expires_on, expected
):
    portal = PortalDates(date(2026, 11, 30), expires_on, date(2025, 6, 1))
    standing = shown(expected - ONE_DAY, portal)
    assert standing.cycle.expires_on == expected
    assert standing.status == "suspended"
    assert shown(expected, portal).status == "expired"


def test_what_was_done_since_the_start_the_portal_shows_is_replayed_from_there():
    portal = PortalDates(SUSPENDS_ON, EXPIRES_ON, date(2025, 11, 20))
    activities = courses(*NINETY_UNITS, date(2025, 11, 1))  # before the day the portal was looked at
    standing = shown(LONG_AFTER, portal, activities=activities)
    assert renewals_of(standing) == [(date(2025, 11, 1), "units")]
    assert standing.cycle.dates == "calculated"


def test_a_portal_statement_replaces_the_renewals_calculated_before_it():
    renewed_on = NINETY_UNITS[-1] + ONE_DAY
    activities = courses(*NINETY_UNITS, renewed_on)
    portal = PortalDates(SUSPENDS_ON, EXPIRES_ON, date(2025, 6, 1), cycle_started_on=renewed_on)
    before = shown(date(2025, 5, 31), portal, activities=activities, earned_on=EARNED_ON)
    after = shown(date(2025, 6, 1), portal, activities=activities, earned_on=EARNED_ON)
    assert (before.cycle.started_on, len(before.renewals)) == (renewed_on, 1)
    assert lines_of(before)["course10"] == (0, "closed_cycle")
    assert (after.cycle.suspends_on, renewals_of(after), after.cycle.dates) == (SUSPENDS_ON, [], "portal")
    assert lines_of(after)["course10"] == (0, "before_cycle")


def test_what_is_dated_before_a_start_after_the_portals_own_expiration_is_before_the_cycle():
    """Earned anew after the dates the portal showed: the start is then later than the expiration day."""
    portal = PortalDates(SUSPENDS_ON, EXPIRES_ON, date(2025, 6, 1))
    earned_on = date(2026, 5, 1)
    activities = courses(EXPIRES_ON, earned_on, earned_on + ONE_DAY)
    standing = shown(LONG_AFTER, portal, activities=activities, earned_on=earned_on)
    assert lines_of(standing) == {
        "course1": (0, "before_cycle"),
        "course2": (0, "before_cycle"),
        "course3": (0, "after_expiry"),
    }


# R15


@pytest.mark.parametrize(
    ("earned_on", "expires_on", "last_safe_day"),
    [
        (date(2024, 1, 1), date(2026, 4, 1), date(2026, 3, 31)),  # 90 days and 3 months are the same day
        (date(2025, 12, 1), date(2028, 3, 1), date(2028, 2, 28)),  # 90 days end a day earlier
        (date(2024, 5, 31), date(2026, 8, 31), date(2026, 8, 28)),  # two days
        (date(2024, 11, 30), date(2027, 2, 28), date(2027, 2, 27)),  # 90 days end on the expiration day
        (date(2024, 12, 1), date(2027, 3, 1), date(2027, 2, 28)),  # and here too
        (date(2024, 11, 29), date(2027, 2, 28), date(2027, 2, 26)),
        (date(2025, 1, 1), date(2027, 4, 1), date(2027, 3, 31)),
        (date(2025, 2, 1), date(2027, 5, 1), date(2027, 4, 30)),  # 3 months are only 89 days
    ],
)
def test_the_last_safe_day_is_the_day_before_the_earlier_of_90_days_and_3_months(
    earned_on, expires_on, last_safe_day
):
    standing = earned(earned_on, earned_on=earned_on)
    assert (standing.cycle.expires_on, last_safe_day_of(standing)) == (expires_on, last_safe_day)


@pytest.mark.parametrize(
    ("expires_on", "last_safe_day"),
    [
        (date(2026, 3, 31), date(2026, 3, 30)),
        (date(2026, 4, 1), date(2026, 3, 31)),
        (date(2026, 4, 2), date(2026, 3, 31)),
    ],
)
def test_the_last_safe_day_is_never_past_the_expiration_day_the_portal_shows(expires_on, last_safe_day):
    standing = shown(date(2025, 6, 1), PortalDates(SUSPENDS_ON, expires_on, date(2025, 6, 1)))
    assert last_safe_day_of(standing) == last_safe_day

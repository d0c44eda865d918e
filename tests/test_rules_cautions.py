"""R16: what is accepted but deserves a second look is said, in words that do not depend on entry order."""

from datetime import date
from itertools import permutations

import pytest

import rules
from rules import Activity, Credential, ExamPass, History, Kind, PortalDates, cautions_about

EARNED = Credential("ACP-620", date(2024, 9, 1))
AS_OF = date(2026, 1, 1)


def course(day: str, title: str, name: str = "") -> Activity:
    return Activity(name or day, Kind.COURSE, date.fromisoformat(day), title)


def warnings(
    *activities: Activity, credential: Credential = EARNED, exams=(), as_of=AS_OF
) -> tuple[str, ...]:
    return rules.standings(History(as_of, (credential,), activities, exams), rules.load_policy())[0].warnings


def test_an_ordinary_history_has_nothing_to_say():
    assert warnings(course("2025-01-01", "A"), course("2025-02-01", "B")) == ()


@pytest.mark.parametrize(("day", "said"), [("2024-07-31", True), ("2024-08-01", False)])
def test_an_activity_from_before_the_programme_is_named(day, said):
    found = warnings(course(day, "Old"), credential=Credential("ACP-620", date(2024, 1, 1)))
    assert any("before 2024-08-01" in text for text in found) is said


def test_the_same_title_is_named_whatever_its_case_and_the_order_of_entry():
    twice = (
        course("2025-01-01", "Jira", "b"),
        course("2025-02-01", "JIRA", "a"),
        course("2025-03-01", "Other"),
    )
    said = {warnings(*order) for order in permutations(twice)}
    assert len(said) == 1
    assert said.pop()[0].startswith('"JIRA" of 2025-02-01 and "Jira" of 2025-01-01 have the same title')


@pytest.mark.parametrize(("day", "said"), [("2024-09-01", True), ("2024-09-02", False)])
def test_an_activity_no_later_than_every_earned_date_is_named(day, said):
    assert any("counts for none" in text for text in warnings(course(day, "A"))) is said


def test_of_several_too_old_for_any_certification_their_number_is_said_once():
    one = warnings(course("2024-08-15", "A"))
    assert one == (
        '"A" of 2024-08-15 is dated no later than any certification was earned: that counts for none.',
    )
    several = [course(f"2024-08-{day}", title) for day, title in ((15, "A"), (16, "B"), (17, "C"))]
    assert warnings(*several) == (
        "3 activities are dated no later than any certification was earned: that counts for none.",
    )


def test_with_a_certification_known_by_its_portal_dates_alone_nothing_is_said_to_count_for_none():
    shown = Credential("ACP-120", None, (PortalDates(date(2026, 6, 1), None, date(2025, 1, 1)),))
    history = History(AS_OF, (EARNED, shown), (course("2024-08-15", "A"),))
    assert not any(
        "counts for none" in text
        for s in rules.standings(history, rules.load_policy())
        for text in s.warnings
    )


def test_a_presentation_without_units_is_named_until_they_are_stated():
    talk = Activity("t", Kind.PRESENTATION, date(2025, 5, 1), "Talk")
    assert "counts 0" in warnings(talk)[0]
    assert warnings(talk._replace(units=30)) == ()


@pytest.mark.parametrize(
    ("code", "said"),
    [("ACP-620", None), ("ACP-200", "retired"), ("ACP-999", "not among the codes"), ("ACA-999", None)],
)
def test_a_retired_or_unlisted_code_is_said(code, said):
    found = warnings(credential=Credential(code, date(2024, 9, 1)))
    assert (said in found[0]) if said else found == ()


@pytest.mark.parametrize(
    ("passed_on", "said"),
    [
        ("2026-05-31", "from 2026-06-01 to 2026-11-30"),
        ("2026-06-01", None),
        ("2024-08-31", "dated after"),
        ("2024-09-01", None),
    ],
)
def test_an_exam_that_renews_nothing_is_said_except_the_one_it_was_earned_by(passed_on, said):
    exam = (ExamPass("ACP-620", date.fromisoformat(passed_on)),)
    found = warnings(exams=exam, as_of=date(2026, 7, 1))
    assert (said in found[0]) if said else found == ()


@pytest.mark.parametrize(
    ("earned_on", "said"),
    [("2021-10-31", False), ("2021-11-01", True), ("2022-06-29", True), ("2022-06-30", False)],
)
def test_dates_that_fell_into_the_pause_of_2024_are_said(earned_on, said):
    found = warnings(credential=Credential("ACP-620", date.fromisoformat(earned_on)))
    assert any("moved expirations" in text for text in found) is said


def test_an_earning_after_the_portal_dates_had_run_out_is_said():
    old = (PortalDates(date(2024, 1, 1), date(2024, 4, 1), date(2023, 1, 1)),)
    assert any(
        "earlier holding" in text
        for text in warnings(credential=Credential("ACP-620", date(2024, 9, 1), old))
    )
    assert not any(
        "earlier holding" in text
        for text in warnings(credential=Credential("ACP-620", date(2024, 3, 31), old))
    )


@pytest.mark.parametrize(("expires_on", "said"), [(None, True), (date(2026, 9, 1), False)])
def test_an_expiration_date_the_portal_was_not_stated_to_show_is_said_to_be_calculated(expires_on, said):
    shown = (PortalDates(date(2026, 6, 1), expires_on, date(2025, 1, 1)),)
    found = warnings(credential=Credential("ACP-620", None, shown))
    assert any("2026-09-01 of ACP-620 is calculated" in text for text in found) is said


def test_what_is_said_about_one_activity_when_it_is_recorded():
    talk = Activity("t", Kind.PRESENTATION, date(2024, 7, 1), "Talk")
    again = course("2025-02-01", "Jira", "again")
    history = History(AS_OF, (EARNED,), (course("2025-01-01", "Jira"), again, talk))
    policy = rules.load_policy()
    assert [
        "before 2024-08-01" in cautions_about(talk, history, policy)[0],
        len(cautions_about(talk, history, policy)),
    ] == [True, 3]
    assert "same title" in cautions_about(again, history, policy)[0]
    assert cautions_about(history.activities[0], history, policy) == ()

"""The policy file: each mistake is refused with file, line and key; figures are looked up by day."""

from datetime import date
from importlib import resources

import pytest

import rules

TEXT = (resources.files("rules") / "policies" / "atlassian.yml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    assert TEXT.count(old) >= 1, old
    return TEXT.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "marked", "key", "problem"),
    [
        ("  rule: R15\n", "  rule: R15\n  rool: R1\n", "rool", "safe_grace_days.rool", "unknown key"),
        ("  course:\n", "  curse:\n", "curse", "kinds.curse", "unknown key"),
        ("choice: dropped", "choice: dropt", "choice: dropt", "readings.surplus.choice", "'dropped'"),
        ("2024-08-01: 100", "2024-08-01: many", ": many", "required.ACP.values.2024-08-01", "integer"),
        ("2024-08-01: 24\n", "2024-08-01: -24\n", "-24", "active_months.values.2024-08-01", "greater than 0"),
        ("      2024-08-01: 100", "      soon: 100", "soon", "required.ACP.values.soon", "unknown key"),
        ("[maintain, thread]", "[maintain, thred]", "thred", "active_months.sources.1", "no source"),
        ("- source: maintain", "- source: mantain", "mantain", "grace_months.differs.0.source", "no source"),
        ("2024-08-01: null", "2024-08-01: lots", "lots", "kinds.presentation.units", "integer"),
    ],
)
def test_a_mistake_is_refused_with_file_line_and_key(old, new, marked, key, problem):
    text = changed(old, new)
    with pytest.raises(rules.PolicyError) as caught:
        rules.read_policy(text, "mine.yml")
    assert str(caught.value).startswith(f"mine.yml, line {line_of(text, marked)}: {key}")
    assert problem in str(caught.value)


def test_a_missing_key_is_named_with_the_place_it_belongs_to():
    text = changed("  retired: [", "  retried: [")
    with pytest.raises(rules.PolicyError, match=r"mine\.yml, line \d+: certifications\.retired: missing"):
        rules.read_policy(text, "mine.yml")


def test_a_key_that_stands_twice_is_refused_with_its_line():
    text = changed("verified_on: 2026-11-22\n", "verified_on: 2026-11-22\nverified_on: 2026-11-23\n")
    with pytest.raises(rules.PolicyError, match=r'mine\.yml, line \d+: found duplicate key "verified_on"'):
        rules.read_policy(text, "mine.yml")


def test_a_kind_left_out_is_named():
    start, end = TEXT.index("  presentation:\n"), TEXT.index("certifications:\n")
    with pytest.raises(rules.PolicyError, match="kinds lacks presentation"):
        rules.read_policy(TEXT[:start] + TEXT[end:], "mine.yml")


@pytest.mark.parametrize("text", ["", "- a list", "id: [open", "just words", "id: 1\n\tx: 2"])
def test_what_is_no_policy_at_all_is_refused_in_one_line(text):
    with pytest.raises(rules.PolicyError) as caught:
        rules.read_policy(text, "mine.yml")
    assert str(caught.value).startswith("mine.yml, line ")
    assert "\n" not in str(caught.value)


def test_a_value_holds_from_its_day_and_the_first_also_before_it():
    policy = rules.read_policy(
        changed("2024-08-01: 100\n", "2024-08-01: 100\n      2027-01-01: 120\n"), "x.yml"
    )
    required = policy.required["ACP"]
    assert required.on(date(2000, 1, 1)) == 100
    assert required.on(date(2026, 12, 31)) == 100
    assert required.on(date(2027, 1, 1)) == 120
    assert required.newest == 120


def test_what_a_kind_is_worth_and_its_limit_each_change_on_their_own_day():
    text = changed("2024-08-01: 30\n", "2024-08-01: 30\n        2027-01-01: 40\n")
    text = text.replace("        2024-08-01: 1\n", "        2024-08-01: 1\n        2027-06-01: 2\n")
    kind = rules.read_policy(text, "x.yml").kinds[rules.Kind.GLOBAL_EVENT]
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 5, 31), date(2027, 6, 1)]
    assert [kind.on(day) for day in days] == [(30, 1), (40, 1), (40, 1), (40, 2)]


def test_a_course_of_a_day_before_a_change_keeps_its_value():
    text = changed("2024-08-01: 10\n", "2024-08-01: 10\n        2025-01-01: 20\n")
    policy = rules.read_policy(text, "x.yml")
    courses = tuple(
        rules.Activity(str(day), rules.Kind.COURSE, day) for day in (date(2024, 12, 31), date(2025, 1, 1))
    )
    history = rules.History(date(2025, 6, 1), (rules.Credential("ACP-620", date(2024, 1, 1)),), courses)
    (standing,) = rules.standings(history, policy)
    assert [credited.credited for credited in standing.activities] == [10, 20]


def test_every_value_of_the_shipped_policy_has_a_known_source(policy):
    dated = [policy.active_months, policy.grace_months, policy.safe_grace_days, policy.exam_window_months]
    dated += [
        *policy.required.values(),
        *(one for kind in policy.kinds.values() for one in (kind.units, kind.cap)),
    ]
    for value in dated:
        assert value.sources
        assert set(value.sources) <= set(policy.sources)


def test_the_two_figures_for_the_grace_period_stand_beside_each_other(policy):
    assert policy.grace_months.newest == 3
    assert "90-day" in policy.grace_months.differs[0].says
    assert policy.safe_grace_days.newest == 90


def test_what_nobody_publishes_is_given_as_unconfirmed(policy):
    figures = rules.figures(policy)
    assert figures["policy.units.presentation"] == "unconfirmed"
    assert figures["policy.cap.course"] == "no limit"


def test_derived_figures_follow_from_the_policy(policy):
    figures = rules.figures(policy)
    assert figures["policy.events_most"] == "70"
    assert (figures["policy.courses.ACP"], figures["policy.courses.ACA"]) == ("10", "5")
    assert figures["policy.courses_beside_events.ACP"] == "3"
    assert figures["policy.courses_beside_events.ACA"] == "0"


def test_the_fingerprint_changes_with_any_figure(policy):
    assert rules.fingerprint(policy) == rules.fingerprint(rules.read_policy(TEXT, "again.yml"))
    other = rules.read_policy(changed("2024-08-01: 24\n", "2024-08-01: 25\n"), "x.yml")
    assert rules.fingerprint(other) != rules.fingerprint(policy)

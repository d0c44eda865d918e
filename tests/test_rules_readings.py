"""Each reading is data: choosing the other one in the policy file changes what is computed, and only that."""

from datetime import date
from importlib import resources

import pytest

import rules
from rules import Activity, Credential, ExamPass, History, Kind

TEXT = (resources.files("rules") / "policies" / "atlassian.yml").read_text(encoding="utf-8")
EARNED_ON = date(2024, 9, 1)
NINE = (
    date(2024, 10, 1), date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1),
    date(2025, 3, 1), date(2025, 4, 1), date(2025, 5, 1), date(2025, 6, 1),
)  # fmt: skip


def with_reading(name: str, choice: str) -> rules.Policy:
    """The shipped policy with another choice for one reading."""
    start = TEXT.index(f"  {name}:", TEXT.index("readings:"))
    place = TEXT.index("choice: ", start) + len("choice: ")
    end = TEXT.index("\n", place)
    return rules.read_policy(TEXT[:place] + choice + TEXT[end:], f"{name}.yml")


def course(day: date, name: str = "") -> Activity:
    return Activity(f"{day}{name}", Kind.COURSE, day, name or str(day))


def standing_of(
    policy: rules.Policy,
    *activities: Activity,
    exams: tuple[ExamPass, ...] = (),
    as_of: date = date(2027, 6, 1),
) -> rules.Standing:
    history = History(as_of, (Credential("ACP-620", EARNED_ON),), activities, exams)
    return rules.standings(history, policy)[0]


B = tuple(course(day) for day in NINE)  # suspends 2026-09-01, expires 2026-12-01
EXAM = (ExamPass("ACP-620", date(2026, 7, 1)),)


@pytest.mark.parametrize(
    ("name", "choice", "activities", "exams", "shown", "otherwise"),
    [
        (
            "surplus",
            "carried",
            (*B, course(date(2025, 7, 1), "a"), course(date(2025, 7, 1), "b")),
            (),
            ("2027-07-01", 0),
            ("2027-07-01", 10),
        ),
        (
            "grace_activity",
            "suspension_date",
            (*B, course(date(2026, 10, 15))),
            (),
            ("2028-10-15", 0),
            ("2028-09-01", 0),
        ),
        (
            "expiration_day",
            "counted",
            (*B, course(date(2026, 12, 1))),
            (),
            ("2026-09-01", 90),
            ("2028-12-01", 0),
        ),
        ("start_day", "counted", (*B, course(EARNED_ON)), (), ("2026-09-01", 90), ("2027-06-01", 0)),
        ("exam_renewal", "keeps_units", B, EXAM, ("2028-07-01", 0), ("2028-07-01", 90)),
        (
            "exam_window",
            "before_suspension",
            B,
            (ExamPass("ACP-620", date(2026, 4, 1)),),
            ("2026-09-01", 90),
            ("2028-04-01", 0),
        ),
        (
            "same_title",
            "counted_once",
            (*B, Activity("x", Kind.COURSE, date(2025, 7, 1), str(NINE[0]))),
            (),
            ("2027-07-01", 0),
            ("2026-09-01", 90),
        ),
    ],
)
def test_the_other_choice_changes_the_answer(name, choice, activities, exams, shown, otherwise):
    chosen = standing_of(rules.load_policy(), *activities, exams=exams)
    other = standing_of(with_reading(name, choice), *activities, exams=exams)
    assert (chosen.cycle.suspends_on.isoformat(), chosen.credited) == shown
    assert (other.cycle.suspends_on.isoformat(), other.credited) == otherwise


def test_in_order_and_with_the_start_day_counted_the_rest_of_a_day_goes_to_the_new_cycle():
    text = TEXT
    for name, choice in (("same_day", "in_order"), ("start_day", "counted")):
        place = text.index("choice: ", text.index(f"  {name}:", text.index("readings:"))) + len("choice: ")
        text = text[:place] + choice + text[text.index("\n", place) :]
    day = date(2025, 7, 1)
    activities = (*B, course(day, "a"), course(day, "b"))
    assert standing_of(rules.load_policy(), *activities).credited == 0
    assert standing_of(rules.read_policy(text, "x.yml"), *activities).credited == 10


def test_activities_from_before_the_programme_can_be_left_out():
    history = History(
        date(2025, 1, 1),
        (Credential("ACP-620", date(2024, 1, 1)),),
        (course(date(2024, 7, 31)), course(date(2024, 8, 1))),
    )
    assert rules.standings(history, rules.load_policy())[0].credited == 20
    assert rules.standings(history, with_reading("before_programme", "ignored"))[0].credited == 10


@pytest.mark.parametrize("name", list(rules.load_policy().readings.__class__.model_fields))
def test_every_reading_has_a_note_and_a_rule_and_refuses_what_it_does_not_know(name):
    reading = getattr(rules.load_policy().readings, name)
    assert reading.note.endswith(".")
    assert reading.rule.startswith("R")
    with pytest.raises(rules.PolicyError, match=f"readings.{name}.choice"):
        with_reading(name, "nonsense")

"""When a standing is worse than before, and from which day on the policy's next figures hold."""

from datetime import date
from importlib import resources

import pytest

import rules
from rules import Cycle, Dates, Standing, Status

TEXT = (resources.files("rules") / "policies" / "atlassian.yml").read_text(encoding="utf-8")
SUSPENDS_ON, EXPIRES_ON = date(2026, 1, 1), date(2026, 4, 1)


def standing(
    suspends_on: date = SUSPENDS_ON, expires_on: date = EXPIRES_ON, status: Status = Status.SUSPENDED
) -> Standing:
    history = rules.History(date(2026, 2, 1), (rules.Credential("ACP-620", date(2024, 1, 1)),))
    (found,) = rules.standings(history, rules.load_policy())
    return found._replace(status=status, cycle=Cycle(date(2024, 1, 1), suspends_on, expires_on, Dates.EARNED))


@pytest.mark.parametrize(
    ("after", "worse"),
    [
        (standing(), False),
        (standing(suspends_on=date(2025, 12, 31)), True),
        (standing(suspends_on=date(2026, 1, 2)), False),
        (standing(expires_on=date(2026, 3, 31)), True),
        (standing(expires_on=date(2026, 4, 2)), False),
        (standing(suspends_on=date(2025, 12, 31), expires_on=date(2026, 4, 2)), True),
        (standing(suspends_on=date(2026, 1, 2), expires_on=date(2026, 3, 31)), True),
        (standing(status=Status.ACTIVE), False),
        (standing(status=Status.EXPIRED), True),
        (standing(date(2026, 1, 2), date(2026, 4, 2), Status.EXPIRED), True),
        (standing(date(2025, 12, 31), date(2026, 4, 1), Status.ACTIVE), True),
    ],
)
def test_a_standing_is_worse_with_a_date_a_day_earlier_or_a_lower_status(
    after: Standing, worse: bool
) -> None:
    assert rules.is_worse(standing(), after) is worse


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        (Status.ACTIVE, Status.ACTIVE, False),
        (Status.ACTIVE, Status.SUSPENDED, True),
        (Status.ACTIVE, Status.EXPIRED, True),
        (Status.EXPIRED, Status.EXPIRED, False),
        (Status.EXPIRED, Status.SUSPENDED, False),
        (Status.EXPIRED, Status.ACTIVE, False),
    ],
)
def test_active_is_better_than_suspended_and_that_better_than_expired(
    before: Status, after: Status, worse: bool
) -> None:
    assert rules.is_worse(standing(status=before), standing(status=after)) is worse


def test_what_counts_alone_makes_nothing_worse() -> None:
    assert not rules.is_worse(standing()._replace(credited=90), standing()._replace(credited=0))


def with_a_change(line: str, later: str) -> rules.Policy:
    """The policy with a later value below each such line."""
    assert line in TEXT
    indent = line[: len(line) - len(line.lstrip())]
    return rules.read_policy(TEXT.replace(line, f"{line}{indent}{later}\n"), "later.yml")


def test_the_shipped_policy_knows_of_no_change_after_its_last(policy: rules.Policy) -> None:
    assert policy.changes_after(policy.verified_on) is None


@pytest.mark.parametrize(
    ("line", "later"),
    [
        ("    2024-08-01: 24\n", "2027-01-01: 12"),
        ("      2024-08-01: 100\n", "2027-01-01: 120"),
        ("      2024-08-01: 50\n", "2027-01-01: 60"),
        ("        2024-08-01: 30\n", "2027-01-01: 40"),
        ("        2024-08-01: 4\n", "2027-01-01: 5"),
    ],
    ids=["active months", "required ACP", "required ACA", "units of a kind", "cap of a kind"],
)
def test_a_policy_changes_on_the_day_a_figure_does_and_not_after_it(line: str, later: str) -> None:
    policy = with_a_change(line, later)
    assert policy.changes_after(date(2026, 12, 31)) == date(2027, 1, 1)
    assert policy.changes_after(date(2025, 1, 1)) == date(2027, 1, 1)
    assert policy.changes_after(date(2027, 1, 1)) is None


def test_of_several_changes_the_next_is_named() -> None:
    policy = with_a_change("      2024-08-01: 100\n", "2027-01-01: 120\n      2027-06-01: 130")
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 5, 31), date(2027, 6, 1)]
    assert [policy.changes_after(day) for day in days] == [
        date(2027, 1, 1),
        date(2027, 6, 1),
        date(2027, 6, 1),
        None,
    ]

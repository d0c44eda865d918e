"""What the desk keeps with each change, and until when it trusts that."""

from datetime import date
from importlib import resources

import pytest
from conftest import ALICE, TODAY

import rules
from bot.console import Clock
from bot.desk import Desk
from bot.ledger import Ledger, LoggedActivity
from rules import Kind, PortalDates

CHANGES_ON = date(2027, 1, 1)
SHOWN = PortalDates(date(2027, 6, 1), date(2027, 9, 1), TODAY)


def changed(line: str, later: str) -> rules.Policy:
    """The policy with a later figure below the first such line."""
    text = (resources.files("rules") / "policies" / "atlassian.yml").read_text(encoding="utf-8")
    assert line in text
    return rules.read_policy(text.replace(line, f"{line}\n{later}", 1), "later.yml")


@pytest.fixture
def changing(ledger: Ledger, clock: Clock) -> Desk:
    """A desk over a policy that asks for more units from CHANGES_ON."""
    policy = changed("      2024-08-01: 100", f"      {CHANGES_ON}: 120")
    return Desk(ledger, policy, clock, lambda who: "UTC")


@pytest.mark.parametrize(("day", "required"), [(date(2026, 12, 31), 100), (CHANGES_ON, 120)])
def test_what_is_kept_holds_until_the_day_before_the_policy_changes(
    changing: Desk, ledger: Ledger, day: date, required: int
) -> None:
    with ledger.write() as writer:
        changing.state_credential(writer, ALICE, "ACP-620", TODAY, shown=SHOWN)
    kept = ledger.kept_standings(ALICE, TODAY)
    assert kept
    assert kept.holds_before == CHANGES_ON
    (standing,) = changing.overview(ALICE, day).standings
    assert (standing.code, standing.required) == ("ACP-620", required)


def test_what_is_kept_after_the_last_change_holds_on(changing: Desk, ledger: Ledger, clock: Clock) -> None:
    with ledger.write() as writer:
        changing.state_credential(writer, ALICE, "ACP-620", CHANGES_ON, shown=SHOWN)
    kept = ledger.kept_standings(ALICE, CHANGES_ON)
    assert kept
    assert kept.holds_before is None


def test_one_more_activity_leaves_the_day_until_which_it_holds(ledger: Ledger, clock: Clock) -> None:
    policy = changed("    2024-08-01: 6", f"    {CHANGES_ON}: 3")
    desk = Desk(ledger, policy, clock, lambda who: "UTC")
    with ledger.write() as writer:
        desk.state_credential(writer, ALICE, "ACP-620", TODAY, earned_on=date(2025, 1, 1))
        desk.add_activity(writer, ALICE, LoggedActivity(0, Kind.COURSE, TODAY, "Jira"), TODAY)
    kept = ledger.kept_standings(ALICE, TODAY)
    assert kept
    assert (kept.standings[0].credited, kept.holds_before) == (10, CHANGES_ON)


def test_a_fact_that_begins_to_matter_before_the_policy_changes_comes_first(
    changing: Desk, ledger: Ledger
) -> None:
    done_on = date(2025, 12, 3)
    with ledger.write() as writer:
        changing.state_credential(writer, ALICE, "ACP-620", TODAY, shown=SHOWN)
        changing.add_activity(writer, ALICE, LoggedActivity(0, Kind.COURSE, done_on, "Jira"), done_on)
        # Back home it is still the day before.
        changing.state_credential(writer, ALICE, "ACP-120", TODAY, shown=SHOWN)
    kept = ledger.kept_standings(ALICE, TODAY)
    assert kept
    assert kept.holds_before == done_on

"""`/ce plan`: what is the least that renews, what waiting is worth, and the best plan for all."""

from collections.abc import Callable
from datetime import date

import pytest
from conftest import ALICE, TODAY, noon
from slack_limits import problems

from bot.console import Console, DirectiveError
from bot.desk import Desk
from bot.ledger import Ledger, LoggedActivity
from bot.views import plans
from rules import Kind, Policy

Tell = Callable[[str], str]
NINE = ("2024-03-01", "2024-05-01", "2024-07-01", "2024-09-01", "2024-11-01",
        "2025-01-10", "2025-03-01", "2025-05-01", "2025-06-01")  # fmt: skip


@pytest.fixture
def told(tell: Tell) -> Tell:
    """B of the worked examples, on 2025-12-03."""
    tell("!time 2025-12-03")
    tell("/ce cert add ACP-620 earned 2024-01-01")
    for day in NINE:
        tell(f'/ce add course "Course of {day}" {day}')
    return tell


def test_the_last_safe_day_and_what_waiting_for_it_gains_stand_in_one_sentence(told: Tell) -> None:
    said = told("/ce plan ACP-620")
    assert "missing 10: 1 more course, or 1 local event, or 1 global event." in said
    assert (
        "If you finish 1 more course by *Tue 2026-03-31* (last safe day), it renews to *Fri 2028-03-31*; "
        "finishing today instead would end 119 days earlier, on Fri 2027-12-03." in said
    )


def test_the_risk_of_waiting_is_said_beside_it(told: Tell) -> None:
    assert (
        "But from Thu 2026-01-01 on it is suspended until you do. Never suspended: by *Wed 2025-12-31*, "
        "which renews it to Fri 2027-12-31." in told("/ce plan")
    )


def test_the_exam_stands_beside_it_with_its_window_and_costs_the_others_nothing(told: Tell) -> None:
    said = told("/ce plan")
    assert (
        "Or pass its exam again, now, until Tue 2026-03-31: passed on Wed 2025-12-03, it would suspend Fri"
        in said
    )
    assert "That renews it alone and costs the others nothing." in said
    told("/ce cert add ACP-120 earned 2025-06-01")
    assert "from Mon 2027-03-01 to Tue 2027-08-31: passed on Mon 2027-03-01" in told("/ce plan ACP-120")


def test_renewing_the_older_gains_the_younger_less(tell: Tell) -> None:
    """W9: 24 months and 10 months."""
    tell("!time 2026-01-01")
    for code, earned_on in (("ACP-620", "2024-01-01"), ("ACP-120", "2025-03-01")):
        tell(f"/ce cert add {code} earned {earned_on}")
    for month in range(4, 13):
        tell(f"/ce add course Course {month} 2025-{month:02}-15")
    said = tell("/ce plan")
    assert (
        "*1 course finished today*:\n"
        "• *ACP-620* renews: suspends Sat 2028-01-01, expires Sat 2028-04-01; 24 months gained.\n"
        "• *ACP-120* renews: suspends Sat 2028-01-01, expires Sat 2028-04-01; 10 months gained." in said
    )


def test_what_does_not_renew_says_why(told: Tell) -> None:
    """W8: older activities do not count for the younger certification."""
    told("/ce cert add ACP-120 earned 2025-03-01")
    assert (
        "• *ACP-120* does not renew: 30 of 100 CE then, 70 missing; 7 of your activities are no younger than "
        "its cycle, which began Sat 2025-03-01." in told("/ce plan ACP-620")
    )


def test_a_limit_of_the_cycle_is_named_where_it_was_reached(tell: Tell) -> None:
    tell("!time 2025-12-03")
    tell("/ce cert add ACP-620 earned 2024-01-01")
    tell("/ce cert add ACP-120 earned 2024-04-01")
    for day in range(1, 7):
        tell(f"/ce add course Course {day} 2024-03-{day:02}")
    for year in (2024, 2025):
        tell(f"/ce add global Team {year}-05-01")
    assert (
        "• *ACP-120* does not renew: 40 of 100 CE then, 60 missing; 6 of your activities are no younger than "
        "its cycle, which began Mon 2024-04-01; 1 is over a limit of its cycle." in tell("/ce plan ACP-620")
    )


def test_what_renews_all_is_shown_beside_what_renews_the_most_urgent(told: Tell) -> None:
    told("/ce cert add ACP-120 earned 2025-03-01")
    said = told("/ce plan")
    assert said.index("*1 course finished today*") < said.index("*8 courses finished today*")
    assert said.count("finished today*") == 2


def test_another_day_can_be_planned_from(told: Tell) -> None:
    said = told("/ce plan on 2025-12-20")
    assert "*1 course finished on Sat 2025-12-20*" in said
    assert "finishing on Sat 2025-12-20 instead would end 102 days earlier" in said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2025-12-31", "But from Thu 2026-01-01 on it is suspended until you do."),
        ("2026-01-01", "It is suspended since Thu 2026-01-01, and stays so until you do."),
        ("2026-03-31", "by *Tue 2026-03-31* (last safe day)"),
        ("2026-04-01", "It comes back only by earning it again."),
    ],
)
def test_the_words_change_with_the_status(told: Tell, day: str, said: str) -> None:
    told(f"!time {day}")
    assert said in told("/ce plan")


@pytest.mark.parametrize(("day", "passed"), [("2028-02-28", False), ("2028-02-29", True)])
def test_nobody_is_sent_past_the_last_safe_day(tell: Tell, day: str, passed: bool) -> None:
    """Suspended since 2027-12-01: 90 days end a day before three months do."""
    tell("!time 2027-11-01")
    tell("/ce cert add ACP-620 suspends 2027-12-01 expires 2028-03-01")
    tell(f"!time {day}")
    said = tell("/ce plan")
    assert ("The last safe day has passed." in said) is passed
    assert ("by *Mon 2028-02-28* (last safe day)" in said) is not passed


def test_the_plan_names_days_activities_and_what_they_renew(told: Tell) -> None:
    said = told("/ce plan")
    assert (
        "*The least for all of them until Tue 2030-12-03*: 17 activities, and nothing is ever suspended."
        in said
    )
    assert "• *Wed 2025-12-31*: 1 course renews ACP-620 to Fri 2027-12-31." in said
    assert (
        "the last of 7 courses and 1 global event (from Thu 2026-01-01 on, a course last) renews ACP-620"
        in said
    )
    assert "With courses alone it takes 21 courses" in said
    assert "none takes fewer" in said


def test_following_the_plan_keeps_what_it_promises(told: Tell) -> None:
    """The first step, done as the plan says, gives the date the plan names."""
    told("!time 2025-12-31")
    assert "now suspends *Fri 2027-12-31*" in told("/ce add course Tenth today")


def test_there_may_be_nothing_to_do(tell: Tell) -> None:
    tell("!time 2025-12-02")
    tell("/ce cert add ACP-620 suspends 2031-01-01")
    assert "*Until Mon 2030-12-02* there is nothing to do: nothing suspends before that." in tell("/ce plan")


def test_without_a_certification_the_first_step_is_named(tell: Tell) -> None:
    assert tell("/ce plan").startswith("I know of no certification of yours yet.")


def test_what_is_not_held_is_not_planned_for(told: Tell) -> None:
    assert told("/ce plan ACP-120").startswith("You do not hold ACP-120 here")


@pytest.mark.parametrize("line", ["/ce plan ACP-621", "/ce why ACP-621"])
def test_a_slip_of_a_code_gets_the_nearest_and_no_button(told: Tell, console: Console, line: str) -> None:
    assert "where ACP-620 is nearest" in told(line)
    with pytest.raises(DirectiveError, match="No button"):
        console.feed("!click is right")


def test_only_what_is_named_is_planned_for(told: Tell) -> None:
    told("/ce cert add ACP-120 earned 2025-03-01")
    said = told("/ce plan ACP-120")
    assert "*ACP-120* · missing 80" in said
    assert "*ACP-620* · missing" not in said
    assert said.count("renews ACP-620") == 0


def test_a_plan_looks_and_changes_nothing(told: Tell, ledger: Ledger) -> None:
    before = told("/ce status"), told("/ce list")
    told("/ce plan")
    assert (told("/ce status"), told("/ce list")) == before


def test_slack_takes_a_plan_for_twenty_certifications_and_200_activities(
    desk: Desk, ledger: Ledger, policy: Policy
) -> None:
    with ledger.write() as writer:
        change = writer.begin_change(ALICE, "import", "test", noon(TODAY))
        for number in range(20):
            writer.add_credential(
                ALICE, f"ACA-{100 + number}", date(2024, 1 + number % 12, 1 + number), change
            )
        for number in range(1, 201):
            day = date(2024, 1 + number % 12, 1 + number % 28)
            writer.add_activity(ALICE, LoggedActivity(number, Kind.COURSE, day, f"Course {number}"), change)
    said = plans.plan(desk.plan(ALICE, (), TODAY, TODAY), policy)
    assert problems({"text": said.text, "blocks": said.blocks}) == []
    assert "12 others, less urgent: name one to see what it needs: `/ce plan ACA-1" in said.text
    assert "*The least for all of them until" in said.text
    assert "the portal has the last word" in said.text

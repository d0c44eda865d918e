"""What makes a date worse is asked about before it is saved (R14); a renewal is held against the portal."""

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from conftest import ALICE, Slack
from talking import Talk

import rules
from bot.console import Clock
from bot.desk import Desk
from bot.ledger import Facts, Ledger, Member

Tell = Callable[[str], str]
NINE = ("2024-03-01", "2024-05-01", "2024-07-01", "2024-09-01", "2024-11-01",
        "2025-01-10", "2025-03-01", "2025-05-01", "2025-06-01")  # fmt: skip
B = ("cert add ACP-620 earned 2024-01-01", *(f"add course Course {day}" for day in NINE))
W1 = (*B, "add course Tenth 2025-12-01")
W6 = (
    *W1,
    *(f"add course Later 2026-{month:02}-15" for month in range(1, 9)),
    "add course Late 2027-12-15",
    "add course Last 2027-12-16",
)
W7 = (*W1, *(f"add course Later 2026-{month:02}-15" for month in range(1, 10)), "add course Late 2027-12-15")
OLDER = "add course Older 2025-07-01"
ASKS = ":warning: *Not saved yet.*"


@pytest.fixture
def alice(slack: Slack, clock: Clock) -> Iterator[Talk]:
    clock.moved_to = date(2028, 1, 10)
    return Talk(slack)


def dates(desk: Desk, code: str = "ACP-620") -> tuple[str, str, str]:
    """Status, suspension and expiration of Alice's certification."""
    today = desk.today(ALICE)
    (found,) = [one for one in desk.overview(ALICE, today).standings if one.code == code]
    return found.status.value, str(found.cycle.suspends_on), str(found.cycle.expires_on)


# Asked before it is saved


def test_an_older_course_that_lets_a_certification_lapse_is_asked_about_first(
    alice: Talk, desk: Desk, ledger: Ledger
) -> None:
    """W6."""
    alice.say(*W6)
    good, facts = dates(desk), ledger.facts(ALICE)
    assert good == ("active", "2029-12-16", "2030-03-16")
    asked = alice.say(OLDER)
    assert asked.startswith(
        f'{ASKS} Logging course "Older", Tue 2025-07-01 would make this worse:\n'
        "• *ACP-620* would suspend *Thu 2027-07-01* (now Sun 2029-12-16) and expire *Fri 2027-10-01* "
        "(now Sat 2030-03-16). It would be *expired* (now active). Its renewals of Mon 2025-12-01 and "
        "Thu 2027-12-16 would be gone. It would run from a renewal on Tue 2025-07-01 instead, with "
        "90 of 100 CE in the cycle after it."
    )
    assert alice.labels() == ["Save", "Cancel"]
    assert (dates(desk), ledger.facts(ALICE)) == (good, facts)
    answer = alice.click("Save")
    assert answer.startswith('Logged *21* · course "Older", Tue 2025-07-01.')
    assert ":warning: ACP-620 gets worse by this and it is expired" in answer
    assert dates(desk) == ("expired", "2027-07-01", "2027-10-01")


def test_an_older_course_that_brings_dates_forward_is_asked_about_and_cancelled(
    alice: Talk, desk: Desk, ledger: Ledger
) -> None:
    """W7."""
    alice.say(*W7)
    facts = ledger.facts(ALICE)
    asked = alice.say(OLDER)
    assert "suspend *Fri 2028-09-15* (now Sat 2029-12-15) and expire *Fri 2028-12-15*" in asked
    assert "`/ce portal ACP-620 suspends 2029-12-15 expires 2030-03-15`" in asked
    assert alice.click("Cancel").startswith("Left as it was; nothing was saved.")
    assert ledger.facts(ALICE) == facts
    assert dates(desk) == ("active", "2029-12-15", "2030-03-15")


def test_what_the_portal_shows_keeps_the_dates_when_it_is_told_first(alice: Talk, desk: Desk) -> None:
    """The way out that the question names."""
    alice.say(*W7)
    alice.say(OLDER)
    alice.say("portal ACP-620 suspends 2029-12-15 expires 2030-03-15")
    assert alice.say(OLDER).startswith("Logged")
    assert dates(desk) == ("active", "2029-12-15", "2030-03-15")


@pytest.mark.parametrize(
    ("before", "change", "what"),
    [
        (W1, "edit 10 2025-11-03", 'Changing *10* · course "Tenth", Mon 2025-12-01, to course "Tenth", Mon'),
        (W1, "remove 10", 'Removing *10* · course "Tenth", Mon 2025-12-01'),
        (W1, "undo", "Taking back logging activity 10"),
        (W1, "portal ACP-620 suspends 2027-11-30", "Changing what I know of ACP-620"),
        (W1, "exam ACP-620 2025-10-15", "Changing the exam ACP-620 of Wed 2025-10-15"),
        (W1, "cert remove ACP-620", "Removing ACP-620"),
        (B, "cert add ACP-620 earned 2023-12-31", "Changing what I know of ACP-620"),
        ((*B, "exam ACP-620 2025-11-15"), "exam remove ACP-620 2025-11-15", "Changing the exam ACP-620 of"),
        (B, "undo change 1", "Taking back what you said of ACP-620"),
    ],
)  # fmt: skip
def test_every_change_that_makes_something_worse_is_asked_about(
    slack: Slack, ledger: Ledger, before: tuple[str, ...], change: str, what: str
) -> None:
    alice = Talk(slack)
    alice.say(*before)
    facts = ledger.facts(ALICE)
    assert alice.say(change).startswith(f"{ASKS} {what}")
    assert ledger.facts(ALICE) == facts
    assert not alice.click("Save").startswith(ASKS)
    assert ledger.facts(ALICE) != facts


@pytest.mark.parametrize(
    ("before", "change"),
    [
        (B, "add course Tenth 2025-12-01"),
        (W1, "edit 10 2025-12-02"),
        (B, "remove 9"),
        (B, "undo"),
        (W1, "portal ACP-620 suspends 2027-12-01"),
        (W1, "portal ACP-620 suspends 2027-12-02"),
        (B, "exam ACP-620 2025-09-15"),
        (B, "exam ACP-620 2025-11-15"),
        (B, "cert add ACP-620 earned 2024-01-02"),
    ],
)
def test_what_makes_nothing_worse_is_saved_at_once(
    slack: Slack, ledger: Ledger, before: tuple[str, ...], change: str
) -> None:
    alice = Talk(slack)
    alice.say(*before)
    facts = ledger.facts(ALICE)
    assert not alice.say(change).startswith(ASKS)
    assert ledger.facts(ALICE) != facts


def test_letting_go_of_what_has_expired_is_no_loss_and_not_asked_about(slack: Slack, clock: Clock) -> None:
    alice = Talk(slack)
    alice.say(*B)
    clock.moved_to = date(2026, 3, 31)
    assert alice.say("cert remove ACP-620").startswith(ASKS)
    clock.moved_to = date(2026, 4, 1)
    assert alice.say("cert remove ACP-620").startswith("I no longer follow *ACP-620*")


def test_a_question_names_every_certification_that_gets_worse(slack: Slack) -> None:
    alice = Talk(slack)
    alice.say("cert add ACP-120 earned 2024-01-15", *W1)
    asked = alice.say("remove 10")
    assert "• *ACP-620* would suspend *Thu 2026-01-01*" in asked
    assert "• *ACP-120* would suspend *Thu 2026-01-15*" in asked


def test_whatever_is_saved_without_a_question_made_nothing_worse(
    slack: Slack, desk: Desk, clock: Clock, ledger: Ledger
) -> None:
    """Random changes: the bot asks exactly where a replay of all facts says that something got worse."""
    dice = random.Random(14)
    asked = 0
    for member in range(25):
        who, alice = Member("T1", f"U{member}"), Talk(slack)
        clock.moved_to = date(2026, 6, 1)
        alice.say("cert add ACP-620 earned 2024-01-01", "cert add ACA-100 earned 2024-06-01", user=who.id)
        for _ in range(14):
            today = desk.today(who)
            before, facts = replayed(ledger.facts(who), desk), ledger.facts(who)
            said = alice.say(random_change(dice, facts, today), user=who.id)
            if said.startswith(ASKS):
                asked += 1
                assert ledger.facts(who) == facts
                assert not alice.click("Save", user=who.id).startswith(ASKS)
                assert worse(before, replayed(ledger.facts(who), desk))
            else:
                assert not worse(before, replayed(ledger.facts(who), desk)), said
            clock.moved_to = today + timedelta(days=dice.randrange(40))
    assert asked > 20


def random_change(dice: random.Random, facts: Facts, today: date) -> str:
    day = today - timedelta(days=dice.randrange(900))
    numbers = [one.number for one in facts.activities] or [1]
    return dice.choice(
        [
            *[f"add global Team {dice.random()} {day}"] * 6,
            *[f"add course Some {dice.random()} {day}"] * 4,
            f"edit {dice.choice(numbers)} {day}",
            f"remove {dice.choice(numbers)}",
            f"remove {dice.choice(numbers)}",
            f"exam ACP-620 {day}",
            f"portal ACA-100 suspends {today + timedelta(days=dice.randrange(700))}",
            "undo",
        ]
    )


def replayed(facts: Facts, desk: Desk) -> dict[str, rules.Standing]:
    """Where everything stands, by a replay of the facts as of the day all of them are known on."""
    today = desk.today(ALICE)
    return {one.code: one for one in rules.standings(facts.history(today), desk.policy)}


def worse(before: dict[str, rules.Standing], after: dict[str, rules.Standing]) -> bool:
    if set(before) - set(after):
        return any(before[code].status is not rules.Status.EXPIRED for code in set(before) - set(after))
    return any(
        (now.cycle.suspends_on, 0) < (was.cycle.suspends_on, 0)
        or now.cycle.expires_on < was.cycle.expires_on
        or ["active", "suspended", "expired"].index(now.status)
        > ["active", "suspended", "expired"].index(was.status)
        for code, was in before.items()
        if (now := after[code])
    )


# A question waits for its answer


def test_a_question_survives_a_restart(
    alice: Talk, desk: Desk, ledger: Ledger, policy: rules.Policy, clock: Clock
) -> None:
    alice.say(*W1)
    alice.say("remove 10")
    save = alice.button("Save")
    ledger.close()
    again = Ledger(ledger.path)
    later = Talk(Slack(Desk(again, policy, clock, lambda who: "UTC")))
    assert later.click(save, key="after the restart").startswith("Removed *10*")
    again.close()


@pytest.mark.parametrize(
    ("seconds", "answer"), [(86_400, "Removed *10*"), (86_401, "I keep such a question for a day")]
)
def test_a_question_is_kept_for_a_day(
    ledger: Ledger, policy: rules.Policy, seconds: int, answer: str
) -> None:
    now = [datetime(2026, 1, 5, 9, tzinfo=UTC)]
    desk = Desk(ledger, policy, lambda: now[0], lambda who: "UTC")
    alice = Talk(Slack(desk))
    alice.say(*W1)
    alice.say("remove 10")
    now[0] += timedelta(seconds=seconds)
    assert alice.click("Save").startswith(answer)


def test_old_questions_are_forgotten_with_the_next_one(slack: Slack, ledger: Ledger, clock: Clock) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    alice.say("remove 10")
    clock.moved_to = date(2025, 12, 4)
    alice.say("remove 10")
    assert [row[0] for row in rows(ledger, "SELECT asked_at FROM pending_changes")] == [
        "2025-12-04T12:00:00+00:00"
    ]


def test_nobody_else_can_answer_a_question(slack: Slack, ledger: Ledger) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    alice.say("remove 10")
    save, cancel = alice.button("Save"), alice.button("Cancel")
    for button in (save, cancel):
        assert alice.click(button, user="UBOB").startswith("I keep such a question for a day")
    assert ledger.facts(ALICE).activity(10)
    assert alice.click(save).startswith("Removed *10*")


def test_a_member_of_the_same_name_in_another_workspace_cannot_answer_it_either(
    desk: Desk, slack: Slack
) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    number = int(alice.say("remove 10") and alice.button("Save")["value"].split()[-1])
    other = json.loads(slack.command(f"save change {number}", team="T2").body)
    assert other["text"].startswith("I keep such a question for a day")


@pytest.mark.parametrize(
    ("first", "second", "answer"),
    [
        ("Save", "Save", "You said Save before, and it is saved"),
        ("Save", "Cancel", "You said Save before, and it is saved"),
        ("Cancel", "Save", "You said Cancel before, so nothing was saved"),
        ("Cancel", "Cancel", "You said Cancel before, so nothing was saved"),
    ],
)
def test_a_question_is_answered_once_however_often_it_is_clicked(
    slack: Slack, ledger: Ledger, first: str, second: str, answer: str
) -> None:
    alice = Talk(slack)
    alice.say(*W7[:-1])
    alice.say("remove 10")
    buttons = {label: alice.button(label) for label in ("Save", "Cancel")}
    alice.click(buttons[first])
    facts = ledger.facts(ALICE)
    assert alice.click(buttons[second]).startswith(answer)
    assert ledger.facts(ALICE) == facts


def test_the_same_click_delivered_twice_is_answered_alike(slack: Slack, ledger: Ledger) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    alice.say("remove 10")
    save = alice.button("Save")
    first = alice.click(save, key="k1")
    audits = rows(ledger, "SELECT count(*) FROM audit")
    assert alice.click(save, key="k1") == first
    assert rows(ledger, "SELECT count(*) FROM audit") == audits


def test_the_same_command_delivered_twice_is_asked_about_once(slack: Slack, ledger: Ledger) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    assert alice.say("remove 10", key="k1") == alice.say("remove 10", key="k1")
    assert rows(ledger, "SELECT count(*) FROM pending_changes") == [(1,)]


def test_a_question_is_put_anew_where_the_facts_have_changed_since(
    slack: Slack, ledger: Ledger, desk: Desk
) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    alice.say("remove 10")
    save = alice.button("Save")
    alice.say("edit 10 2025-12-02")
    asked = alice.click(save)
    assert asked.startswith(f'{ASKS} Removing *10* · course "Tenth", Tue 2025-12-02 would make this worse')
    assert "(now Thu 2027-12-02)" in asked
    assert ledger.facts(ALICE).activity(10)
    anew = alice.button("Save")
    assert alice.click(save).startswith("I asked that again, because something had changed")
    assert alice.click(anew).startswith("Removed *10*")
    assert dates(desk) == ("active", "2026-01-01", "2026-04-01")


def test_a_question_is_put_anew_where_the_status_has_changed_by_time_alone(
    slack: Slack, clock: Clock
) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    clock.moved_to = date(2025, 12, 31)
    assert "would be *" not in alice.say("remove 10")
    clock.moved_to = date(2026, 1, 1)
    assert "It would be *suspended* (now active)." in alice.click("Save")
    assert alice.click("Save").startswith("Removed *10*")


def test_what_has_become_harmless_since_is_saved_without_another_question(slack: Slack, desk: Desk) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    alice.say("remove 10")
    save = alice.button("Save")
    alice.say("add course Eleventh 2025-12-01")
    assert alice.click(save).startswith("Removed *10*")
    assert dates(desk) == ("active", "2027-12-01", "2028-03-01")


def test_yesterday_is_the_day_before_the_question(slack: Slack, clock: Clock, ledger: Ledger) -> None:
    alice = Talk(slack)
    clock.moved_to = date(2025, 12, 6)
    alice.say(*B, "add course Tenth 2025-12-05")
    assert alice.say("edit 10 4 days ago").startswith(ASKS)
    clock.moved_to = date(2025, 12, 7)
    assert alice.click("Save").startswith('Changed *10* · course "Tenth", Tue 2025-12-02')


def test_an_undo_that_was_asked_about_takes_back_what_it_was_about(slack: Slack) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    assert "logging activity 10" in alice.say("undo")
    save = alice.button("Save")
    alice.say("add course Eleventh 2025-12-02")
    assert alice.click(save).startswith("Undone: logging activity 11.")
    assert alice.say("list").count("Tenth") == 1


def test_what_was_typed_is_cleared_with_the_answer(slack: Slack, ledger: Ledger) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    alice.say('edit 10 "My secret hobby" 2025-11-03')
    assert "secret" in rows(ledger, "SELECT words FROM pending_changes")[0][0]
    alice.click("Cancel")
    assert rows(ledger, "SELECT words, answer FROM pending_changes") == [("", "cancelled")]


@pytest.mark.parametrize("number", ["", "0", "-1", "x", "99999999999999999999999"])
@pytest.mark.parametrize(
    "command", ["save change", "cancel change", "portal same", "portal other", "portal later"]
)
def test_a_made_up_answer_changes_nothing(slack: Slack, ledger: Ledger, command: str, number: str) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    alice.say("remove 10")
    facts = ledger.facts(ALICE)
    assert "Try: `/ce" in alice.say(f"{command} {number}")
    assert ledger.facts(ALICE) == facts


# What the portal shows


def test_after_a_calculated_renewal_the_portal_is_asked_about_once(slack: Slack) -> None:
    alice = Talk(slack)
    alice.say(*B)
    said = alice.say("add course Tenth 2025-12-01")
    assert "What does the portal show for *ACP-620* now?" in said
    assert alice.labels() == ["Same dates", "Other dates", "Not there yet", "Undo"]
    alice.say("undo")
    alice.click("Save")
    assert "What does the portal show" not in alice.say("add course Tenth 2025-12-01")
    assert alice.labels() == ["Undo"]


def test_another_renewal_is_asked_about_again(slack: Slack) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    assert "What does the portal show for *ACP-620*" in alice.say("edit 10 2025-12-02")


def test_the_same_dates_become_the_portals(slack: Slack, desk: Desk, ledger: Ledger) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    assert alice.click("Same dates").startswith(
        "Noted; from here on these are the portal's dates.\n• *ACP-620*: "
    )
    (held,) = ledger.facts(ALICE).credentials
    assert held.portal == (
        rules.PortalDates(date(2027, 12, 1), date(2028, 3, 1), date(2025, 12, 2), date(2025, 12, 1)),
    )
    assert "as the portal shows them" in alice.say("status")
    assert alice.say("undo").startswith("Undone: your word that the portal agrees about ACP-620.")
    assert "calculated from its last renewal" in alice.say("status")


def test_a_renewal_on_a_day_that_clamps_keeps_its_cycle_when_the_portal_agrees(
    slack: Slack, clock: Clock, desk: Desk
) -> None:
    """Renewals on 2024-02-28 and on the 29th both suspend on 2026-02-28; the cycle stays as calculated."""
    clock.moved_to = date(2024, 3, 10)
    alice = Talk(slack)
    alice.say(
        "cert add ACA-100 earned 2022-06-01", *[f"add course C{number} 2024-02-28" for number in range(5)]
    )
    alice.click("Same dates")
    alice.say("add course After 2024-02-29")
    (found,) = desk.overview(ALICE, date(2024, 3, 10)).standings
    assert (found.credited, found.cycle.started_on) == (10, date(2024, 2, 28))


def test_one_question_covers_all_that_a_change_renewed(slack: Slack, desk: Desk) -> None:
    alice = Talk(slack)
    alice.say("cert add ACP-120 earned 2024-01-15", *B)
    assert "for *ACP-120* and *ACP-620* now?" in alice.say("add course Tenth 2025-12-01")
    said = alice.click("Same dates")
    assert "• *ACP-620*" in said
    assert "• *ACP-120*" in said
    assert alice.say("status").count("as the portal shows them") == 2


def test_other_dates_of_several_are_told_by_the_commands_that_are_shown_or_by_forms(slack: Slack) -> None:
    alice = Talk(slack)
    alice.say("cert add ACP-120 earned 2024-01-01", *W1)
    said = alice.click("Other dates")
    assert "`/ce portal ACP-620 suspends 2027-12-01 expires 2028-03-01`" in said
    assert "`/ce portal ACP-120 suspends 2027-12-01 expires 2028-03-01`" in said
    assert sorted(alice.labels()) == ["ACP-120", "ACP-620"]


def test_not_there_yet_leads_to_the_portal_and_can_be_answered_later(slack: Slack, ledger: Ledger) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    said = alice.click("Not there yet")
    assert "stay calculated" in said
    assert "https://cp.certmetrics.com/atlassian" in said
    assert rows(ledger, "SELECT answer FROM portal_questions") == [("not there yet",)]
    assert alice.click("Same dates").startswith("Noted")
    assert rows(ledger, "SELECT answer FROM portal_questions") == [("same dates",)]


def test_same_dates_means_nothing_once_the_renewal_is_gone(slack: Slack, ledger: Ledger) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    same = alice.button("Same dates")
    alice.say("remove 10")
    alice.click("Save")
    facts = ledger.facts(ALICE)
    assert alice.click(same).startswith("What I calculated has changed since")
    assert ledger.facts(ALICE) == facts


def test_nobody_else_can_say_what_the_portal_shows(slack: Slack, ledger: Ledger) -> None:
    alice = Talk(slack)
    alice.say(*W1)
    facts = ledger.facts(ALICE)
    alice.click("Same dates", user="UBOB")
    assert ledger.facts(ALICE) == facts


def test_who_states_the_portals_dates_is_not_asked_for_them(slack: Slack) -> None:
    alice = Talk(slack)
    alice.say(*W1[1:])
    said = alice.say("portal ACP-620 suspends 2026-01-01")
    assert "renewed on Mon 2025-12-01" in said
    assert "What does the portal show" not in said


def rows(ledger: Ledger, sql: str) -> list[Any]:
    with ledger.write() as writer:
        return writer._db.execute(sql).fetchall()

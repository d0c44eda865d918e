"""Slack delivers some requests twice: the second time nothing changes and the answer is the same."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
from conftest import ALICE, TODAY, Slack
from slack_bolt import BoltResponse

import rules
from bot.console import Clock
from bot.desk import Desk
from bot.ledger import Ledger, Member

ADD = 'add course "Jira Automation" 2025-12-01'


def undo_button(answer: BoltResponse) -> dict[str, Any]:
    """The button below the answer to a change."""
    (row,) = [block for block in json.loads(answer.body)["blocks"] if block["type"] == "actions"]
    (found,) = row["elements"]
    assert found["text"]["text"] == "Undo"
    return found


def titles(ledger: Ledger, who: Member = ALICE) -> list[str]:
    return [activity.title for activity in ledger.facts(who).activities]


def count(ledger: Ledger, table: str) -> int:
    db = sqlite_utils.Database(ledger.path)
    try:
        return db[table].count
    finally:
        db.close()


@pytest.fixture
def other_ledger(ledger: Ledger) -> Iterator[Ledger]:
    """The same file, as another process opens it."""
    found = Ledger(Path(ledger.path))
    yield found
    found.close()


@pytest.fixture
def replica(other_ledger: Ledger, policy: rules.Policy, clock: Clock) -> Slack:
    """Another process's app over the same file."""
    return Slack(Desk(other_ledger, policy, clock, lambda who: "UTC"))


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ([], ADD),
        ([ADD], 'edit 1 "Another title"'),
        ([ADD], "remove 1"),
        ([ADD, ADD], "undo"),
        ([ADD, ADD], "undo change 1"),
        ([], "cert add ACP-620 earned 2024-01-01"),
        (["cert add ACP-620 earned 2024-01-01"], "portal ACP-620 suspends 2026-01-01 expires 2026-04-01"),
        (["cert add ACP-620 earned 2024-01-01"], "exam ACP-620 2025-11-15"),
        (["exam ACP-620 2025-11-15"], "exam remove ACP-620 2025-11-15"),
        (["cert add ACP-620 earned 2024-01-01", "cert remove ACP-620"], "save change 1"),
    ],
)
def test_a_command_delivered_twice_is_done_once_and_answered_alike(
    slack: Slack, ledger: Ledger, before: list[str], command: str
) -> None:
    for text in before:
        slack.command(text)
    changes = count(ledger, "audit")
    first = slack.command(command, key="k1")
    facts = ledger.facts(ALICE)
    assert count(ledger, "audit") == changes + 1
    again = slack.command(command, key="k1")
    assert (again.status, again.body) == (first.status, first.body) == (200, first.body)
    assert ledger.facts(ALICE) == facts
    assert count(ledger, "audit") == changes + 1


def test_two_commands_alike_with_keys_of_their_own_are_both_done(slack: Slack, ledger: Ledger) -> None:
    slack.command(ADD, key="k1")
    slack.command(ADD, key="k2")
    assert titles(ledger) == ["Jira Automation"] * 2


def test_the_answer_stays_the_same_when_the_facts_have_moved_on(slack: Slack) -> None:
    first = slack.command(ADD, key="k1")
    slack.command("remove 1")
    assert slack.command(ADD, key="k1").body == first.body


def test_a_command_refused_once_is_looked_at_again(slack: Slack, ledger: Ledger) -> None:
    refused = slack.command("remove 1", key="k1")
    assert "Undo" not in refused.body
    slack.command(ADD)
    slack.command("remove 1", key="k1")
    assert titles(ledger) == []


def test_another_replica_knows_what_the_first_has_done(slack: Slack, replica: Slack, ledger: Ledger) -> None:
    first = slack.command(ADD, key="k1")
    assert replica.command(ADD, key="k1").body == first.body
    assert titles(ledger) == ["Jira Automation"]


def test_replicas_that_get_it_at_the_same_time_do_it_once(
    slack: Slack, replica: Slack, ledger: Ledger, other_ledger: Ledger
) -> None:
    bodies: dict[str, list[str]] = {}
    at_once = threading.Barrier(4)

    def send(app: Slack) -> None:
        for round_ in range(10):
            at_once.wait(10)
            body = app.command(f'add course "Round {round_}" 2025-12-01', key=f"k{round_}").body
            bodies.setdefault(f"k{round_}", []).append(body)
        for opened in (ledger, other_ledger):
            opened.close()  # this thread's connections

    threads = [threading.Thread(target=send, args=(app,)) for app in (slack, replica) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert titles(ledger) == [f"Round {round_}" for round_ in range(10)]
    assert [len(found) for found in bodies.values()] == [4] * 10
    assert [len(set(found)) for found in bodies.values()] == [1] * 10


def test_the_same_key_in_another_workspace_is_another_request(slack: Slack, ledger: Ledger) -> None:
    slack.command(ADD, key="k1")
    slack.command(ADD, key="k1", team="T2")
    assert titles(ledger) == titles(ledger, Member("T2", ALICE.id)) == ["Jira Automation"]


def test_the_answer_to_a_request_is_shown_to_nobody_else(slack: Slack, ledger: Ledger) -> None:
    slack.command(ADD, key="k1")
    with ledger.write() as writer:
        assert writer.answer_to(ALICE, "k1")
        assert writer.answer_to(Member(ALICE.workspace, "UBOB"), "k1") is None
        assert writer.answer_to(Member("T2", ALICE.id), "k1") is None


def question(text: str = "does coursework need to match the cert?", **rest: str) -> dict[str, Any]:
    return {
        "type": "message",
        "channel": "D1",
        "channel_type": "im",
        "user": "UALICE",
        "text": text,
        "ts": "1.0",
        **rest,
    }


def test_an_event_delivered_twice_is_answered_once(
    slack: Slack, replica: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    for app in (slack, slack, replica):
        assert app.event(question(), key="Ev1").status == 200
    assert len(slack.said) == 1
    assert replica.said == []
    assert caplog.records == []
    slack.event(question(ts="2.0"), key="Ev2")
    assert len(slack.said) == 2


def test_a_click_delivered_twice_undoes_and_answers_once(slack: Slack, ledger: Ledger) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    button = undo_button(slack.command(ADD))
    slack.click(button, key="k1")
    slack.click(button, key="k1")
    assert titles(ledger) == []
    assert [held.code for held in ledger.facts(ALICE).credentials] == ["ACP-620"]
    ((_, said),) = slack.sent
    assert said["text"].startswith("Undone: logging activity 1.")


def test_a_second_click_on_undo_undoes_nothing_else(slack: Slack, ledger: Ledger) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    button = undo_button(slack.command(ADD))
    slack.click(button)
    slack.click(button)
    assert [held.code for held in ledger.facts(ALICE).credentials] == ["ACP-620"]
    (_, first), (_, again) = slack.sent
    assert first["text"].startswith("Undone")
    assert again["text"].startswith("There is nothing left to undo here")


def test_nobody_undoes_for_somebody_else(slack: Slack, ledger: Ledger) -> None:
    button = undo_button(slack.command(ADD))
    slack.click(button, user="UBOB")
    assert titles(ledger) == ["Jira Automation"]
    ((_, said),) = slack.sent
    assert said["text"].startswith("There is nothing left to undo here")


def test_a_day_later_an_answer_is_forgotten(slack: Slack, ledger: Ledger, clock: Clock) -> None:
    slack.command(ADD, key="k1")
    clock.moved_to = TODAY + timedelta(days=1)
    slack.command(ADD, key="k2")
    assert slack.command(ADD, key="k1").body
    assert len(titles(ledger)) == 2
    clock.moved_to = TODAY + timedelta(days=3)
    slack.command(ADD, key="k3")
    assert count(ledger, "requests") == 1
    slack.command(ADD, key="k1")
    assert len(titles(ledger)) == 4

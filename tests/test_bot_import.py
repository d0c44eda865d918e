"""Importing: a table dropped or pasted, shown before it is saved, saved as one change or not at all."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import ALICE, TODAY, Slack
from slack_limits import elements_of, problems

from bot.clients import OneToken
from bot.console import Clock, Console, DirectiveError, at_once
from bot.courier import Courier
from bot.desk import Desk
from bot.downloads import NotFetchedError
from bot.exporting import table_of
from bot.grammar.columns import FIELDS
from bot.ledger import Ledger, Member
from bot.listeners.imports import read_file
from bot.outcomes import NOWHERE
from bot.sheets import MOST_BYTES
from bot.views.blocks import Reply
from bot.views.imports import SAMPLE
from rules import ExamPass, Policy

BOB = Member("T1", "UBOB")
DOCS = Path(__file__).parents[1] / "docs"
URL = "https://files.slack.com/files-pri/T1-F1/download/a.csv"
HEAD = "kind,date,title,code,earned,suspends,expires"
TABLE = """kind,date,title,code,earned
course,2025-11-20,Jira Automation,,
local event,2025-10-08,ACE Berlin,,
certification,,,ACP-620,2024-01-01
exam,2025-11-15,,ACP-620,
"""


def courses(*days: str) -> str:
    """A table of courses on these days."""
    return "kind,date,title\n" + "".join(f"course,{day},Course of {day}\n" for day in days)


class Dropper:
    """A member who drops files into the direct message and presses buttons."""

    def __init__(self, slack: Slack, user: str = "UALICE") -> None:
        self.slack = slack
        self.user = user
        self.files = 0

    def drop(self, content: str | bytes, name: str = "a.csv", *, key: str = "", **more: Any) -> str:
        """Drop a file; what the bot's message says in the end."""
        self.files += 1
        url = f"{URL}?{self.files}"
        self.slack.files[url] = content.encode() if isinstance(content, str) else content
        file = {"id": "F1", "name": name, "mimetype": "text/csv", "size": 9, "url_private_download": url}
        return self.send(key=key, files=[{**file, **more}])

    def send(self, text: str = "", *, key: str = "", **more: Any) -> str:
        """Send a direct message; what the bot says to it."""
        before = len(self.slack.said)
        ts = key or f"{self.user}.{self.files}.{before}"
        event = {"type": "message", "channel": "D1", "channel_type": "im", "user": self.user, "ts": ts}
        subtype = {"subtype": "file_share"} if "files" in more else {}
        assert self.slack.event({**event, **subtype, "text": text, **more}).status == 200
        for said in self.slack.said[before:]:
            assert problems({"text": said.text, "blocks": said.blocks}) == []
        return self.slack.said[-1].text if len(self.slack.said) > before else ""

    def buttons(self) -> dict[str, dict[str, Any]]:
        """The buttons of the last message, by their labels."""
        return {one["text"]["text"]: dict(one) for one in elements_of(self.slack.said[-1].blocks)}

    def click(self, label: str) -> str:
        """Press a button of the last message whose label begins so."""
        return self.press(next(one for name, one in self.buttons().items() if name.startswith(label)))

    def press(self, button: dict[str, Any], *, key: str | None = None) -> str:
        """Press a button, wherever it is; the answer in the place of its message."""
        assert self.slack.click(button, user=self.user, key=key).status == 200
        shown = self.slack.sent[-1][1]
        assert shown["replace_original"] is True
        assert problems(shown) == []
        return str(shown["text"])

    def asked(self) -> dict[str, dict[str, Any]]:
        """The buttons of the last answer to a click."""
        return {one["text"]["text"]: dict(one) for one in elements_of(self.slack.sent[-1][1]["blocks"])}


@pytest.fixture
def alice(slack: Slack) -> Dropper:
    return Dropper(slack)


@pytest.fixture
def rows(ledger: Ledger) -> Callable[..., list[tuple[Any, ...]]]:
    """The rows of a table of the database."""

    def select(sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(ledger.path)) as db:
            return db.execute(sql).fetchall()

    return select


# From a file to facts


def test_a_file_is_read_shown_and_saved_after_a_yes(alice: Dropper, ledger: Ledger, slack: Slack) -> None:
    preview = alice.drop(TABLE)
    assert [said.kind for said in slack.said] == ["message", "update"]
    assert slack.said[0].text == "Reading “a.csv”…"
    assert "1 course, 1 local event, 1 certification and 1 exam that I do not know" in preview
    assert list(alice.buttons()) == ["Save all 4", "Cancel"]
    assert ledger.facts(ALICE).activities == ()
    saved = alice.click("Save all 4")
    assert saved.startswith("Imported 1 course, 1 local event, 1 certification and 1 exam from “a.csv”.")
    facts = ledger.facts(ALICE)
    assert [(one.number, one.title, one.done_on) for one in facts.activities] == [
        (1, "Jira Automation", date(2025, 11, 20)),
        (2, "ACE Berlin", date(2025, 10, 8)),
    ]
    assert [(held.code, held.earned_on) for held in facts.credentials] == [("ACP-620", date(2024, 1, 1))]
    assert facts.exams == (ExamPass("ACP-620", date(2025, 11, 15)),)


def test_the_answer_says_where_each_certification_stands_now(alice: Dropper) -> None:
    alice.drop(TABLE)
    saved = alice.click("Save")
    assert "renewed on Sat 2025-11-15" in saved  # by the exam of that day
    assert "now suspends *Mon 2027-11-15*" in saved
    assert "The new cycle holds 10 of 100 CE." in saved
    assert "Undo" in alice.asked()


def test_who_has_a_first_certification_by_a_file_is_asked_about_reminders(
    alice: Dropper, slack: Slack
) -> None:
    alice.drop(courses("2025-11-20"))
    assert "Shall I remind you" not in alice.click("Save")
    alice.drop("code,earned\nACP-620,2025-01-01\n")
    assert "Shall I remind you before it is suspended?" in alice.click("Save")
    assert {"Remind me", "No reminders", "Undo"} <= set(alice.asked())
    slack.command("remind off")
    alice.drop("code,earned\nACP-120,2025-01-01\n")
    assert "Shall I remind you" not in alice.click("Save")


@pytest.mark.parametrize(
    "again", [TABLE, TABLE.replace("Jira Automation", "JIRA automation"), TABLE + TABLE.partition("\n")[2]]
)
def test_the_same_file_twice_adds_nothing(alice: Dropper, ledger: Ledger, again: str) -> None:
    alice.drop(TABLE)
    alice.click("Save")
    before = ledger.facts(ALICE)
    assert alice.drop(again).startswith("All of “a.csv” is here already")
    assert alice.buttons() == {}
    assert ledger.facts(ALICE) == before


def test_what_stands_twice_in_a_file_is_saved_once(alice: Dropper, ledger: Ledger) -> None:
    preview = alice.drop(courses("2025-11-01", "2025-11-01", "2025-11-02"))
    assert "2 courses that I do not know" in preview
    assert "1 row is here already, or twice in it" in preview
    alice.click("Save all 2")
    assert len(ledger.facts(ALICE).activities) == 2


@pytest.mark.parametrize(
    ("cells", "is_said"),
    [
        (",", False),
        ("30,", False),
        ("20,", True),
        (",rejected", True),
        ("30,entered", False),  # `/ce done` is for that
    ],
)
def test_what_a_file_says_otherwise_of_what_is_here_stays_and_is_said(
    alice: Dropper, ledger: Ledger, cells: str, is_said: bool
) -> None:
    head, talk = "kind,date,title,units,state", "presentation,2025-11-20,How we use Jira,"
    alice.drop(f"{head}\n{talk}30,\n")
    alice.click("Save")
    before = ledger.facts(ALICE)
    said = alice.drop(f"{head}\n{talk}{cells}\n")
    assert ("1 row says other units or another status than what is here" in said) is is_said
    assert said.startswith("All of")
    preview = alice.drop(f"{head}\n{talk}{cells}\ncourse,2025-11-21,Jira,,\n")
    assert "1 row is here already" in preview
    assert ("1 row says other units" in preview) is is_said
    assert ledger.facts(ALICE) == before


def test_only_what_is_new_by_then_is_saved(alice: Dropper, slack: Slack, ledger: Ledger) -> None:
    alice.drop(courses("2025-11-01", "2025-11-02"))
    slack.command('add course "Course of 2025-11-01" 2025-11-01')
    assert alice.click("Save all 2").startswith("Imported 1 course from")
    assert [one.number for one in ledger.facts(ALICE).activities] == [1, 2]


def test_what_is_all_here_by_then_changes_nothing(alice: Dropper, slack: Slack, rows) -> None:
    alice.drop(courses("2025-11-01"))
    slack.command('add course "Course of 2025-11-01" 2025-11-01')
    assert "here already; nothing changed" in alice.click("Save")
    assert len(rows("SELECT * FROM audit")) == 1


def test_a_file_with_a_fault_is_not_kept_and_each_fault_is_named(alice: Dropper, rows) -> None:
    said = alice.drop(
        "Kind;Datum;Date;Title\nCorse;;2025-11-20;X\nCourse;;31.02.2025;Y <!channel>\nTalk;;;Z\n"
    )
    assert "“a.csv” has 3 faults" in said
    assert "*Row 2*, “Kind”: “Corse” is not a kind I know: did you mean course?" in said
    assert "*Row 3*, “Date”, “31.02.2025”: There is no 31 February 2025" in said
    assert "*Row 4*, “Date”: The date is missing" in said
    assert "Mend them and send it again: I save all of it or nothing." in said
    assert "Columns I do not know, and ignore: “Datum”." in said
    assert alice.buttons() == {}
    assert rows("SELECT * FROM pending_imports") == []


def test_of_many_faults_the_first_are_shown_and_the_rest_counted(alice: Dropper) -> None:
    said = alice.drop("kind,date,title\n" + f"course,{'&' * 300},{'<' * 300}\n" * 5_000)
    assert "has 10000 faults" in said
    assert "9985 more like these are not shown" in said
    assert said.count("*Row ") == 15


# Yes, no, and neither


def test_cancel_deletes_the_file(alice: Dropper, rows) -> None:
    alice.drop(TABLE)
    (save,) = [one for label, one in alice.buttons().items() if label.startswith("Save")]
    assert alice.click("Cancel").startswith("Nothing was imported")
    assert rows("SELECT * FROM pending_imports") == []
    assert alice.press(save).startswith("I do not have that file any more")
    assert rows("SELECT * FROM activities") == []


def test_saving_deletes_the_file_and_is_done_once(alice: Dropper, rows) -> None:
    alice.drop(TABLE)
    save = alice.buttons()["Save all 4"]
    first = alice.press(save, key="twice")
    assert alice.press(save, key="twice") == first
    assert alice.press(save).startswith("I do not have that file any more")
    assert rows("SELECT count(*) FROM activities") == [(2,)]
    assert rows("SELECT * FROM pending_imports") == []


def test_a_message_delivered_twice_is_read_once(alice: Dropper, slack: Slack) -> None:
    alice.drop(TABLE, key="1.1")
    assert alice.drop(TABLE, key="1.1") == ""
    assert len(slack.said) == 2


def test_a_new_file_takes_the_place_of_the_one_before(alice: Dropper, rows) -> None:
    alice.drop(courses("2025-11-01"))
    before = alice.buttons()["Save it"]
    alice.drop(courses("2025-11-02"), "b.csv")
    assert [name for (name,) in rows("SELECT name FROM pending_imports")] == ["b.csv"]
    assert alice.press(before).startswith("I do not have that file any more")
    assert alice.click("Save it").startswith("Imported 1 course from “b.csv”")
    assert rows("SELECT title FROM activities") == [("Course of 2025-11-02",)]


def test_each_member_has_a_file_of_their_own_and_nobody_elses(
    alice: Dropper, slack: Slack, ledger: Ledger
) -> None:
    alice.drop(courses("2025-11-01"))
    save = alice.buttons()["Save it"]
    bob = Dropper(slack, "UBOB")
    assert bob.press(save).startswith("I do not have that file any more")
    bob.drop(courses("2025-11-02"))
    assert bob.press(save).startswith("I do not have that file any more")
    alice.press(save)
    assert [one.title for one in ledger.facts(ALICE).activities] == ["Course of 2025-11-01"]
    assert ledger.facts(BOB).activities == ()


def test_a_file_kept_for_too_long_is_forgotten_though_it_is_there(alice: Dropper, clock: Clock, rows) -> None:
    alice.drop(courses("2025-11-01"))
    save = alice.buttons()["Save it"]
    clock.moved_to = TODAY + timedelta(days=2)
    assert alice.press(save).startswith("I do not have that file any more")
    assert rows("SELECT count(*) FROM pending_imports") == [(1,)]


@pytest.mark.parametrize(("later", "there"), [(1, True), (2, False)])
def test_a_file_is_kept_for_a_day_and_deleted_when_another_comes(
    alice: Dropper, slack: Slack, clock: Clock, rows, later: int, there: bool
) -> None:
    alice.drop(courses("2025-11-01"))
    save = alice.buttons()["Save it"]
    clock.moved_to = TODAY + timedelta(days=later)
    Dropper(slack, "UBOB").drop(courses("2025-11-02"))
    assert (len(rows("SELECT * FROM pending_imports")) == 2) is there
    assert alice.press(save).startswith("Imported" if there else "I do not have that file any more")


@pytest.mark.parametrize(("later", "there"), [(1, 1), (2, 0)])
def test_a_file_nobody_answers_about_is_deleted_in_time(
    alice: Dropper, desk: Desk, clock: Clock, rows, later: int, there: int
) -> None:
    alice.drop(courses("2025-11-01"))
    clock.moved_to = TODAY + timedelta(days=later)
    desk.upkeep.run(lambda _: True)
    assert len(rows("SELECT * FROM pending_imports")) == there


def test_a_file_that_arrives_after_everything_was_deleted_is_not_kept(
    slack: Slack, desk: Desk, ledger: Ledger
) -> None:
    """Slack may take half a minute to hand a file over."""
    slack.command("cert add ACP-620 earned 2024-01-01")
    assert desk.is_new(ALICE, "message D1 1")
    desk.forgetting.forget(ALICE, desk.forgetting.stored(ALICE)[1])
    reply = read_file(desk, ALICE, NOWHERE, "a.csv", TABLE.encode(), "message D1 1")
    assert reply.text.startswith("Nothing was imported")
    assert desk.forgetting.stored(ALICE)[0].is_nothing
    assert ledger.timezone(ALICE) == (None, None)


def test_yesterday_is_the_day_before_the_file_came(alice: Dropper, clock: Clock, ledger: Ledger) -> None:
    alice.drop("kind,date,title\ncourse,yesterday,Jira\n")
    clock.moved_to = TODAY + timedelta(days=1)
    alice.click("Save")
    assert [one.done_on for one in ledger.facts(ALICE).activities] == [TODAY - timedelta(days=1)]


def test_where_the_dates_leave_their_order_open_it_is_asked_once(
    alice: Dropper, ledger: Ledger, rows
) -> None:
    asked = alice.drop("Course,Date\r\nA,01/12/2025\r\nB,02/11/2025\r\n", "dates.csv")
    assert "Is “01/12/2025” in “dates.csv” 1 Dec 2025 or 12 Jan 2025?" in asked
    assert list(alice.buttons()) == ["Day first: 1 Dec 2025", "Month first: 12 Jan 2025", "Cancel"]
    preview = alice.click("Day first")
    assert 'course "A", Mon 2025-12-01' in preview
    assert rows("SELECT day_first FROM pending_imports") == [(1,)]
    alice.press(alice.asked()["Save all 2"])
    assert [one.done_on for one in ledger.facts(ALICE).activities] == [date(2025, 12, 1), date(2025, 11, 2)]


def test_what_is_not_answered_yet_cannot_be_saved(alice: Dropper, slack: Slack, rows) -> None:
    alice.drop("Course,Date\nA,03/12/2025\n")
    ((number,),) = rows("SELECT id FROM pending_imports")
    said = json.loads(slack.command(f"import save {number}").body)["text"]
    assert said.startswith("I do not have that file any more")
    assert "Month first: 12 Mar 2025" in alice.buttons()


def test_an_answer_about_the_order_can_show_faults_or_nothing_new(alice: Dropper, rows) -> None:
    alice.drop("Course,Date\nA,03/12/2025\n")
    month_first = alice.buttons()["Month first: 12 Mar 2025"]
    assert "Wed 2025-12-03 is still to come" in alice.click("Day first")
    assert rows("SELECT * FROM pending_imports") == []
    assert alice.press(month_first).startswith("I do not have that file any more")
    for _ in range(2):
        alice.drop("Course,Date\nA,03/12/2025\n")
        answer = alice.click("Month first")
        if "Save it" in alice.asked():
            alice.press(alice.asked()["Save it"])
    assert answer.startswith("All of")


# One change


def test_an_import_is_one_change_and_undone_as_one(
    alice: Dropper, slack: Slack, ledger: Ledger, rows
) -> None:
    slack.command("add course Before 2025-11-30")
    before = ledger.facts(ALICE)
    alice.drop(TABLE)
    alice.click("Save")
    assert rows("SELECT action, subject FROM audit ORDER BY id DESC LIMIT 1") == [
        ("import", "an import of 2 activities, 1 certification and 1 exam")
    ]
    assert len(rows("SELECT * FROM audit")) == 2
    undone = alice.press(alice.asked()["Undo"])
    if "Save" in alice.asked():
        undone = alice.press(alice.asked()["Save"])
    assert undone.startswith("Undone: an import of 2 activities, 1 certification and 1 exam.")
    assert ledger.facts(ALICE) == before
    assert rows("SELECT count(*) FROM standings") == [(0,)]


def test_before_an_import_is_taken_back_nobody_is_told_that_its_activities_stay(alice: Dropper) -> None:
    alice.drop(TABLE)
    alice.click("Save")
    question = alice.press(alice.asked()["Undo"])
    assert "*ACP-620* would no longer be followed, nor its dates." in question
    assert "would stay" not in question


def test_of_an_exam_it_is_said_that_its_certification_is_not_known_yet(alice: Dropper) -> None:
    alice.drop(f"{TABLE}exam,2025-11-15,,ACP-120\n")
    saved = alice.click("Save")
    assert "Exam ACP-120: kept. I do not know yet when you earned it: `/ce cert add ACP-120 earned" in saved
    assert "Exam ACP-620: kept" not in saved


def test_numbers_go_on_and_are_never_used_again(alice: Dropper, slack: Slack, ledger: Ledger) -> None:
    slack.command("add course Before 2025-11-30")
    alice.drop(courses("2025-11-01", "2025-11-02", "2025-11-03"))
    alice.click("Save")
    slack.command("undo")
    slack.command("add course After 2025-11-29")
    assert [(one.number, one.title) for one in ledger.facts(ALICE).activities] == [
        (1, "Before"),
        (5, "After"),
    ]


def test_where_one_row_cannot_be_saved_none_is_and_the_file_stays(
    alice: Dropper, ledger: Ledger, rows
) -> None:
    with closing(sqlite3.connect(ledger.path)) as db:
        db.execute(
            "CREATE TRIGGER t BEFORE INSERT ON activities WHEN new.number = 3 "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    alice.drop(courses("2025-11-01", "2025-11-02", "2025-11-03", "2025-11-04"))
    save = alice.buttons()["Save all 4"]
    alice.slack.click(save)
    for table in ("activities", "audit", "standings"):
        assert rows(f"SELECT * FROM {table}") == []
    assert rows("SELECT last_number FROM members") in ([], [(0,)])
    with closing(sqlite3.connect(ledger.path)) as db:
        db.execute("DROP TRIGGER t")
    assert alice.press(save).startswith("Imported 4 courses")


B = """earned,code,kind,date,title
2024-01-01,ACP-620,certification,,
""" + "".join(
    f",,course,{day},{title}\n"
    for title, day in zip(
        ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"),
        ("2024-03-01", "2024-05-01", "2024-07-01", "2024-09-01", "2024-11-01", "2025-01-10", "2025-03-01",
         "2025-05-01", "2025-06-01", "2025-12-01"),
        strict=True,
    )
)  # fmt: skip
AFTER_B = courses(*[f"2026-0{month}-15" for month in range(1, 9)], "2027-12-15", "2027-12-16")
OLDER = courses("2025-07-01")


@pytest.fixture
def w6(alice: Dropper, clock: Clock) -> Dropper:
    """A member before the worked example W6: renewed in December 2025 and, for now, in December 2027."""
    clock.moved_to = date(2028, 1, 15)
    alice.drop(B)
    alice.click("Save")
    alice.drop(AFTER_B)
    assert "renewed on Thu 2027-12-16" in alice.click("Save")
    return alice


def test_what_makes_a_date_worse_is_asked_about_first(w6: Dropper, ledger: Ledger, rows) -> None:
    before, kept = ledger.facts(ALICE), rows("SELECT * FROM standings")
    w6.drop(OLDER)
    asked = w6.click("Save it")
    assert "*Not saved yet.* Importing 1 course would make this worse:" in asked
    assert "would suspend *Thu 2027-07-01* (now Sun 2029-12-16)" in asked
    assert ledger.facts(ALICE) == before
    assert rows("SELECT * FROM standings") == kept
    saved = w6.press(w6.asked()["Save"])
    assert saved.startswith("Imported 1 course from “a.csv”.")
    assert "gets worse by this and it is expired" in saved
    assert len(ledger.facts(ALICE).activities) == len(before.activities) + 1
    assert rows("SELECT * FROM pending_imports") == []
    assert rows("SELECT count(*) FROM audit WHERE action = 'import'") == [(3,)]


def test_no_to_that_question_deletes_the_file_too(w6: Dropper, ledger: Ledger, rows) -> None:
    before = ledger.facts(ALICE)
    w6.drop(OLDER)
    w6.click("Save it")
    cancel = w6.asked()["Cancel"]
    w6.drop(courses("2025-07-02"), "later.csv")
    w6.press(cancel)
    assert [name for (name,) in rows("SELECT name FROM pending_imports")] == ["later.csv"]
    w6.click("Save it")
    w6.press(w6.asked()["Cancel"])
    assert rows("SELECT * FROM pending_imports") == []
    assert ledger.facts(ALICE) == before


def test_an_import_says_of_a_certification_what_commands_would(slack: Slack, ledger: Ledger) -> None:
    """Earned anew after it had expired, a certification starts afresh, without its old portal dates (R11)."""
    alice, bob = Dropper(slack), Dropper(slack, "UBOB")
    steps = (
        ("ACP-120", "cert add ACP-120 suspends 2022-01-01 expires 2022-04-01", ",,2022-01-01,2022-04-01"),
        ("ACP-120", "cert add ACP-120 earned 2024-01-01", ",2024-01-01,,"),
        ("ACP-120", "portal ACP-120 suspends 2026-01-01 expires 2026-04-01", ",,2026-01-01,2026-04-01"),
        ("ACP-620", "cert add ACP-620 earned 2025-01-01 suspends 2027-02-01", ",2025-01-01,2027-02-01,"),
        ("ACP-620", "cert add ACP-620 earned 2025-02-01", ",2025-02-01,,"),
    )  # fmt: skip
    for code, command, cells in steps:
        slack.insist(slack.command(command, user="UALICE"))
        bob.drop(f"{HEAD}\ncertification,,,{code}{cells}\n")
        bob.click("Save")
        if "Save" in bob.asked():
            bob.press(bob.asked()["Save"])
        assert ledger.facts(ALICE) == ledger.facts(BOB), command
        if cells == ",2024-01-01,,":
            assert [held.portal for held in ledger.facts(BOB).credentials] == [()]
    assert alice.drop(f"{HEAD}\ncertification,,,ACP-620,2025-02-01,2027-02-01,\n").startswith("All of")


def test_a_certification_said_to_be_earned_otherwise_is_shown_with_both_days(
    alice: Dropper, slack: Slack
) -> None:
    slack.command("cert add ACP-620 earned 2024-01-01")
    preview = alice.drop("code,earned\nACP-620,2024-02-01\n")
    assert "certification ACP-620, earned Thu 2024-02-01 (now Mon 2024-01-01)" in preview


def test_dates_of_the_portal_that_were_replaced_since_are_not_brought_back(
    alice: Dropper, slack: Slack
) -> None:
    alice.drop("code,suspends,expires\nACP-620,2026-01-01,2026-04-01\n")
    alice.click("Save")
    slack.command("portal ACP-620 suspends 2027-01-01 expires 2027-04-01")
    assert alice.drop("code,suspends,expires\nACP-620,2026-01-01,2026-04-01\n").startswith("All of")


def test_an_export_is_imported_as_it_is(slack: Slack, ledger: Ledger, policy: Policy) -> None:
    alice, bob = Dropper(slack), Dropper(slack, "UBOB")
    for words in (
        "cert add ACP-620 earned 2024-01-01",
        "portal ACP-620 suspends 2026-01-01 expires 2026-04-01 started 2024-01-01",
        "cert add ACP-120 suspends 2026-02-01",
        "cert add ACP-699 earned 2025-01-01 anyway",
        "exam ACP-699 2025-11-15",
        "exam ACP-620 2025-11-15",
        "add course \"=SUM(1,2); 'x'\" 2025-11-20 https://example.com/?a=1&b=2",
        "add presentation \"Käse; ein 'Vortrag', 2\" 2025-11-21 30 units",
        "add global 2025-10-08 Team '25",
        'add local "-1 +2 @3" 2025-10-09',
    ):
        slack.insist(slack.command(words))
    facts = ledger.facts(ALICE)
    assert len(facts.activities) == 4
    exported = table_of(facts, TODAY, policy)
    assert alice.drop(exported).startswith("All of")
    bob.drop(exported)
    bob.click("Save all 9")
    assert ledger.facts(BOB) == facts


# Ways in


def test_a_table_can_be_pasted_after_the_command_or_as_a_block_of_code(
    alice: Dropper, slack: Slack, ledger: Ledger
) -> None:
    answer = json.loads(slack.command(f"import {courses('2025-11-01')}").body)
    assert answer["text"].startswith("*Not saved yet.* Your table has 1 course that I do not know.")
    assert problems(answer) == []
    said = alice.send(f"```\n{courses('2025-11-02')}```")
    assert "1 course that I do not know" in said
    assert alice.click("Save it").startswith("Imported 1 course.")
    assert [one.title for one in ledger.facts(ALICE).activities] == ["Course of 2025-11-02"]


def test_the_command_alone_says_how_with_a_table_that_works(slack: Slack, alice: Dropper) -> None:
    answer = json.loads(slack.command("import").body)
    assert SAMPLE in answer["text"]
    assert list(elements_of(answer["blocks"])) == []
    alice.drop(SAMPLE)
    assert list(alice.buttons()) == ["Save all 4", "Cancel"]


def test_in_a_channel_a_file_and_a_block_of_code_are_none_of_our_business(slack: Slack) -> None:
    file = {"id": "F1", "name": "a.csv", "url_private_download": URL}
    event = {"type": "message", "channel": "C1", "channel_type": "channel", "user": "UALICE", "ts": "1.1"}
    slack.event({**event, "subtype": "file_share", "files": [file], "text": ""})
    slack.event({**event, "ts": "1.2", "text": f"```{TABLE}```"})
    assert slack.said == []


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ({"name": "a.xlsx"}, "This is a workbook"),
        ({"name": "a.numbers"}, "This is a workbook"),
        ({"name": "a.docx"}, "I read tables as CSV files"),
        ({"name": "film.mp4", "mimetype": "video/mp4"}, "I read tables as CSV files"),
        ({"name": "noname", "mimetype": "audio/mpeg"}, "I read tables as CSV files"),
    ],
)
def test_what_is_no_table_gets_a_sentence_and_is_not_fetched(alice: Dropper, file: dict, says: str) -> None:
    said = alice.drop(b"", **file)
    assert said.startswith(f"“{file['name']}”: {says}")
    assert "save" in said
    assert "CSV" in said


def test_what_turns_out_to_be_no_table_gets_a_sentence(alice: Dropper, rows) -> None:
    for content in (
        b"PK\x03\x04",
        b"\x00",
        b"hello",
        b"",
        b"x" * (MOST_BYTES + 1),
        b"kind,date\n1,2",
    ):
        assert alice.drop(content).startswith("“a.csv”: ")
    assert rows("SELECT * FROM pending_imports") == []


def test_a_picture_with_a_question_is_a_question(alice: Dropper) -> None:
    photo = {"id": "F1", "name": "photo.png", "mimetype": "image/png", "url_private_download": URL}
    asked = alice.send("does coursework need to match the cert?", files=[photo])
    answer, _ = alice.slack.said
    assert answer.text.startswith("*No, coursework does not have to match")
    assert asked.startswith("Is “photo.png” proof of something you did?")


def test_files_come_one_at_a_time(alice: Dropper) -> None:
    file = {"id": "F1", "name": "a.csv", "url_private_download": URL}
    assert alice.send(files=[file, file]).startswith("I read one file at a time")


@pytest.mark.parametrize(
    "name", ["<!channel>.csv", "```x```.csv", "*_~`.csv", "x" * 300 + ".csv", "\u202egpj.csv", "&.csv"]
)
def test_whatever_a_file_is_called_is_shown_as_text(alice: Dropper, slack: Slack, name: str) -> None:
    alice.drop(TABLE, name)
    alice.drop("x", name)
    alice.drop("Course,Date\nA,01/12/2025\n", name)
    for said in slack.said:
        assert "<!" not in said.text
        assert "```" not in said.text
        assert "\u202e" not in said.text


def test_whatever_stands_in_a_cell_is_shown_as_text(alice: Dropper, slack: Slack) -> None:
    nasty = "<!channel> <@U1> &amp; ```x``` *b* \u202e"
    alice.drop(f"kind,date,title,{nasty}\ncourse,2025-12-01,{nasty},x\n")
    alice.drop(f"kind,date,title,{nasty}\n{nasty},{nasty},{nasty},x\n")
    for said in slack.said:
        assert "<!" not in said.text
        assert "<@" not in said.text
        assert "\u202e" not in said.text


def test_a_file_whose_details_slack_keeps_to_itself_is_asked_about(alice: Dropper) -> None:
    said = alice.send(files=[{"id": "F1", "file_access": "check_file_info"}])
    assert said.startswith("I cannot read “file”, because Slack did not hand it over")


def test_a_file_that_is_too_large_is_not_even_fetched(alice: Dropper) -> None:
    assert "because it is larger than 5 MB" in alice.drop(TABLE, size=MOST_BYTES + 1)
    assert "Save all 4" in (alice.drop(TABLE, size=MOST_BYTES), *alice.buttons())


def test_whatever_goes_wrong_while_a_file_is_read_its_member_is_told(
    desk: Desk, alice: Dropper, slack: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    said = alice.send(files=[{"id": "F1", "name": "a.csv", "url_private_download": "unknown"}])
    assert said.startswith("Something went wrong on my side with “a.csv”. Nothing was saved")
    assert "KeyError" in caplog.text


def test_a_database_that_cannot_be_used_is_said(alice: Dropper, ledger: Ledger, desk: Desk) -> None:
    Path(ledger.path).rename(f"{ledger.path}.away")
    try:
        said = alice.drop(TABLE)
        assert "nothing was saved" in said
        reply = read_file(desk, ALICE, NOWHERE, "a.csv", TABLE.encode(), "key")
        assert "nothing was saved" in reply.text
    finally:
        Path(f"{ledger.path}.away").rename(ledger.path)


def test_the_courier_reads_files_with_what_fetches_them(slack: Slack) -> None:
    def fetch(url: str, most: int) -> bytes:
        if "no" in url:
            raise NotFetchedError("it is gone.")
        return f"{url} {most}".encode()

    from bot.console import LocalClient

    courier = Courier(OneToken(LocalClient([])), submit=at_once, fetch=fetch)
    assert courier.read_file("T1", "yes", 5) == b"yes 5"
    with pytest.raises(NotFetchedError):
        courier.read_file("T1", "no", 5)


def test_a_long_task_is_announced_and_its_answer_takes_the_place_of_the_announcement() -> None:
    from bot.console import LocalClient

    said: list[Any] = []
    courier = Courier(OneToken(LocalClient(said)), submit=at_once)
    courier.post_then_update("T1", "D1", Reply("first", []), lambda: Reply("then", []), Reply("failed", []))
    courier.post_then_update("T1", "D1", Reply("first", []), lambda: 1 / 0, Reply("failed", []))  # type: ignore[arg-type, return-value]
    assert [(one.kind, one.text) for one in said] == [
        ("message", "first"), ("update", "then"), ("message", "first"), ("update", "failed"),
    ]  # fmt: skip


# The console


def test_a_file_is_dropped_in_the_console_by_its_path(tell: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "my table.csv").write_text(TABLE)
    assert "Save all 4" not in tell("/ce status")
    said = tell(f"!file {tmp_path}/my table.csv")
    assert said.startswith("Reading “my table.csv”…\n*Not saved yet.*")
    assert tell("!click Save all").startswith("Imported 1 course")
    assert tell(f"!file '{tmp_path}/my table.csv'").endswith("there is nothing to save.")


def test_a_path_without_a_file_is_said(console: Console, tmp_path: Path) -> None:
    for path in ("nowhere.csv", str(tmp_path), ""):
        with pytest.raises(DirectiveError, match="There is no file"):
            console.feed(f"!file {path}")


# What the documents say


def test_the_template_is_the_one_shown_and_works_as_it_stands(alice: Dropper, ledger: Ledger) -> None:
    (shown,) = re.findall(r"(?ms)^```csv\n(.*?)^```$", (DOCS / "import.md").read_text(encoding="utf-8"))
    assert (DOCS / "import.csv").read_text(encoding="utf-8") == shown
    alice.drop(shown, "import.csv")
    assert alice.click("Save all 6").startswith(
        "Imported 1 course, 1 local event, 1 presentation, 2 certifications and 1 exam"
    )


def test_every_name_a_column_may_have_is_documented_and_no_other() -> None:
    document = (DOCS / "import.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| [^|]+ \| [^|]+ \| ([^|]+) \|$", document)[1:]
    assert [tuple(row.split(", ")) for row in rows[-len(FIELDS) :]] == list(FIELDS.values())

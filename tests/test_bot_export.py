"""What members take with them: `/ce export` and its files, the proof list for the portal, and `/ce done`."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import ALICE, TODAY, Slack
from hypothesis import given
from hypothesis import strategies as st
from slack_limits import elements_of, problems

import rules
from bot.console import Clock, Console
from bot.desk import Desk
from bot.exporting import COLUMNS, harmless, table_of
from bot.grammar import ActivityRow, DoneWords, WordsError, read_done, read_sheet
from bot.ledger import Facts, Ledger, LoggedActivity, Member
from bot.proofs import proof_lists
from bot.sheets import text_in
from bot.views.exports import spans_of
from rules import Credential, ExamPass, Kind, PortalDates, Reason, State
from rules.jsonl import dump, history_from, standing_as_json

Tell = Callable[[str], str]
NINE = ("2024-03-01", "2024-05-01", "2024-07-01", "2024-09-01", "2024-11-01",
        "2025-01-10", "2025-03-01", "2025-05-01", "2025-06-01")  # fmt: skip
B = ("/ce cert add ACP-620 earned 2024-01-01", *(f'/ce add course "Course of {day}" {day}' for day in NINE))
W1 = (*B, '/ce add course "Tenth" 2025-12-01')
BEGINNING_OF_FORMULAS = "=+-@\t\r＝＋－＠"


def say(tell: Tell, lines: Iterable[str]) -> str:
    return [tell(line) for line in lines][-1]


@pytest.fixture
def files(tell: Tell, ledger: Ledger) -> Callable[[], dict[str, str]]:
    """Ask for an export and get what comes, by name; the day in names is left out."""

    def ask() -> dict[str, str]:
        folder = Path(ledger.path).with_name("files")
        for old in folder.glob("*"):
            old.unlink()
        tell("/ce export")
        return {
            path.name.replace(f"-{TODAY}", ""): path.read_bytes().decode("utf-8-sig")
            for path in sorted(folder.glob("*"))
        }

    return ask


def history(
    *activities: LoggedActivity, held: Iterable[Credential] = (), exams: Iterable[ExamPass] = ()
) -> Facts:
    return Facts(tuple(held), activities, tuple(exams))


def course(number: int, day: str, **rest: Any) -> LoggedActivity:
    return LoggedActivity(number, Kind.COURSE, date.fromisoformat(day), f"Course {number}", **rest)


# What is sent


def test_a_table_json_and_a_list_for_the_portal_come_by_direct_message(console: Console) -> None:
    for line in W1:
        console.feed(line)
    answer, *sent = console.feed("/ce export")
    assert [(said.to, said.kind) for said in sent] == [("alice", "message")] * 3
    assert "10 activities and 1 certification" in answer.text
    assert "*10 activities are not yet in the portal.*" in answer.text
    assert "• *ACP-620*: 10 for the renewal calculated for Mon 2025-12-01" in answer.text
    assert "`/ce done 1-10`" in answer.text


def test_what_need_not_be_entered_is_told_from_what_must(tell: Tell) -> None:
    """Together they are what the status counts."""
    say(tell, ("/ce cert add ACP-620 earned 2024-01-01", "/ce add global Team 2024-02-01"))
    tell("/ce add global Unleash 2024-03-01")
    assert to_enter(tell) == 2
    answer = tell("/ce export")
    assert "*1 activity is not yet in the portal.* 1 other counts for nothing now" in answer


def test_of_nothing_nothing_is_sent(console: Console) -> None:
    (answer,) = console.feed("/ce export")
    assert "nothing to export yet" in answer.text
    assert "`/ce cert add ACP-620 earned 2024-01-01`" in answer.text


def test_nobody_gets_what_is_anothers(files: Callable[[], dict[str, str]], tell: Tell) -> None:
    tell('@bob /ce add course "Bob\'s own" yesterday')
    tell('@alice /ce add course "Mine" yesterday')
    assert all("Bob" not in text for text in files().values())


def test_the_answer_and_all_that_is_sent_are_taken_by_slack(slack: Slack) -> None:
    for line in W1:
        slack.command(line.removeprefix("/ce "))
    assert problems(json.loads(slack.command("export").body)) == []
    assert [said.to for said in slack.said] == ["alice"] * 3


# The table


def test_the_table_has_a_row_for_each_fact(tell: Tell, files: Callable[[], dict[str, str]]) -> None:
    say(
        tell,
        (
            "/ce cert add ACP-620 earned 2024-01-01",
            "/ce cert add ACP-120 suspends 2026-05-01 expires 2026-08-01",
            "/ce exam ACP-620 2025-11-15",
            '/ce add course "Jira, Automation" 2025-11-20 https://example.com/1?a=b',
            '/ce add presentation "Talk" 2025-11-21 30 units',
            "/ce done 2",
        ),
    )
    rows = list(csv.reader(io.StringIO(files()["ce-data.csv"])))
    assert rows == [
        list(COLUMNS),
        ["course", "Jira, Automation", "2025-11-20", "", "https://example.com/1?a=b", "logged", *[""] * 5],
        ["presentation", "Talk", "2025-11-21", "30", "", "entered", *[""] * 5],
        ["certification", "", "", "", "", "", "ACP-120", "", "2026-05-01", "2026-08-01", ""],
        ["certification", "", "", "", "", "", "ACP-620", "2024-01-01", "", "", ""],
        ["exam", "", "2025-11-15", "", "", "", "ACP-620", *[""] * 4],
    ]


def test_spreadsheets_see_that_it_is_utf_8(policy: rules.Policy) -> None:
    assert table_of(history(course(1, "2025-01-01")), TODAY, policy).startswith(b"\xef\xbb\xbf")


def test_of_what_the_portal_showed_the_table_has_the_latest(policy: rules.Policy) -> None:
    """The latest confirmed, and of those the last stated (R13)."""
    shown = [
        PortalDates(date(2026, 5, 1), None, date(2025, 6, 1)),
        PortalDates(date(2026, 7, 1), None, date(2025, 9, 1)),
        PortalDates(date(2026, 8, 1), None, date(2025, 9, 1)),
        PortalDates(date(2026, 6, 1), None, date(2025, 7, 1)),
    ]
    held = Credential("ACP-120", None, tuple(shown))
    assert b"certification,,,,,,ACP-120,,2026-08-01,,\r\n" in table_of(history(held=[held]), TODAY, policy)


@pytest.mark.parametrize(
    "title",
    [
        '=HYPERLINK("https://evil.example","x")',
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "＝1",
        "－－",
        "'=1",
        "''=1",
        "'",
        "Team '24",
        ' a "quoted" one, with a comma; and more',
        "Größe 🎉 👩‍👩‍👧 שלום",
        "3-1",
    ],
)
def test_a_title_is_no_formula_and_comes_back_as_it_was(policy: rules.Policy, title: str) -> None:
    facts = history(LoggedActivity(1, Kind.COURSE, date(2025, 1, 1), title.strip()))
    content = table_of(facts, TODAY, policy)
    (_, (_, cell, *_)) = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert cell[0] not in BEGINNING_OF_FORMULAS
    sheet = read_sheet(text_in(content), TODAY, (), ("ACP", "ACA"), policy)
    assert [one.title for one in sheet.activities] == [title.strip()]


@given(st.text(min_size=1))
def test_no_cell_begins_a_formula(text: str) -> None:
    assert harmless(text)[0] not in BEGINNING_OF_FORMULAS
    assert harmless(text).removeprefix("\u200b") == text.removeprefix("\u200b")


def test_the_table_read_back_by_the_import_is_the_same(policy: rules.Policy) -> None:
    kinds, states = list(Kind), list(State)
    activities = [
        LoggedActivity(
            number,
            kinds[number % 4],
            TODAY - timedelta(days=number),
            f"Number {number}",
            30 if kinds[number % 4] is Kind.PRESENTATION else None,
            states[number // 4 % 4],
            f"https://example.com/{number}" if number % 3 else None,
        )
        for number in range(1, 33)
    ]
    held = [
        Credential("ACP-620", date(2024, 1, 1)),
        Credential("ACP-120", None, (PortalDates(date(2026, 5, 1), date(2026, 8, 1), TODAY),)),
        Credential(
            "ACA-900", date(2023, 1, 1), (PortalDates(date(2026, 5, 1), None, TODAY, date(2024, 5, 1)),)
        ),
    ]
    exams = [ExamPass("ACP-620", date(2025, 11, 15)), ExamPass("ACP-620", date(2025, 11, 16))]
    content = table_of(history(*activities, held=held, exams=exams), TODAY, policy)
    sheet = read_sheet(text_in(content), TODAY, policy.certifications.listed, policy.levels, policy)
    assert sheet.faults == ()
    assert list(sheet.activities) == [
        ActivityRow(one.kind, one.done_on, one.title, one.units, one.state, one.link) for one in activities
    ]
    assert [(one.code, one.earned_on, one.suspends_on, one.expires_on) for one in sheet.certifications] == [
        ("ACP-620", date(2024, 1, 1), None, None),
        ("ACP-120", None, date(2026, 5, 1), date(2026, 8, 1)),
        ("ACA-900", date(2023, 1, 1), date(2026, 5, 1), None),
    ]
    assert list(sheet.exams) == exams


def test_imported_again_the_table_adds_nothing(
    tell: Tell, console: Console, ledger: Ledger, files: Callable[[], dict[str, str]]
) -> None:
    say(tell, (*W1, "/ce exam ACP-620 2025-11-15", "/ce add course '=1+1' 2025-11-20"))
    before = ledger.facts(ALICE)
    files()
    said = tell(f"!file {Path(ledger.path).with_name('files') / f'ce-data-{TODAY}.csv'}")
    assert "already" in said
    assert ledger.facts(ALICE) == before


# JSON


def test_the_json_has_everything_and_the_rules_read_its_facts(
    tell: Tell, files: Callable[[], dict[str, str]], policy: rules.Policy
) -> None:
    say(tell, (*W1, "/ce exam ACP-620 2025-11-15", "/ce remind on", "#general /ce team start"))
    say(tell, ("/ce add course One-too-many today", "/ce undo"))
    found = json.loads(files()["ce-data.json"])
    assert found["member"] == {"workspace": "TCONSOLE", "id": "UALICE", "timezone": "UTC"}
    assert found["policy"]["id"] == policy.id
    assert found["reminders"]["is_on"] is True
    assert found["teams"] == [{"channel": "CGENERAL"}]
    assert [change["action"] for change in found["changes"]][:2] == ["state certification", "add activity"]
    assert found["changes"][-1]["action"] == "undo"
    asked = {key: found[key] for key in ("as_of", "credentials", "exams")}
    asked["activities"] = [
        {key: value for key, value in one.items() if key != "link"} for one in found["activities"]
    ]
    read = history_from(json.dumps(asked), policy)
    expected = [json.loads(dump(standing_as_json(one))) for one in rules.standings(read, policy)]
    assert found["standings"] == expected
    assert found["standings"][0]["renewals"]


# What the portal needs


def lists(facts: Facts, policy: rules.Policy, today: date = TODAY) -> list[tuple[Any, ...]]:
    """The proof lists in short: code, start of the cycle, day of the renewal, and numbers of each part."""
    found = rules.standings(facts.history(today), policy)
    return [
        (
            one.standing.code,
            str(one.started_on),
            one.renewal and str(one.renewal.renewed_on),
            [activity.number for activity in one.to_enter],
            [activity.number for activity in one.entered],
            {activity.number: reason for activity, reason in one.nothing},
        )
        for one in proof_lists(facts, found, today, policy)
    ]


EARNED = [Credential("ACP-620", date(2024, 1, 1))]


def nine(**states: State) -> list[LoggedActivity]:
    return [
        course(number, day, state=states.get(f"n{number}", State.LOGGED))
        for number, day in enumerate(NINE, start=1)
    ]


def test_the_current_cycle_has_what_counts_in_it(policy: rules.Policy) -> None:
    facts = history(*nine(n2=State.ENTERED, n4=State.CONFIRMED), held=EARNED)
    assert lists(facts, policy) == [("ACP-620", "2024-01-01", None, [1, 3, 5, 6, 7, 8, 9], [2, 4], {})]


def test_the_renewal_just_calculated_comes_first_and_the_new_cycle_after_it(policy: rules.Policy) -> None:
    """W2: the renewal takes what is dated up to its day, the new cycle what comes after."""
    facts = history(
        *nine(),
        LoggedActivity(10, Kind.GLOBAL_EVENT, date(2025, 10, 8), "Team"),
        course(11, "2025-10-20"),
        held=EARNED,
    )
    assert lists(facts, policy) == [
        ("ACP-620", "2024-01-01", "2025-10-08", [*range(1, 11)], [], {}),
        ("ACP-620", "2025-10-08", None, [11], [], {}),
    ]


def test_what_is_dated_on_the_day_of_the_renewal_belongs_to_it(policy: rules.Policy) -> None:
    """W14."""
    facts = history(*nine(), course(10, "2025-12-01"), course(11, "2025-12-01"), held=EARNED)
    assert lists(facts, policy) == [("ACP-620", "2024-01-01", "2025-12-01", [*range(1, 12)], [], {})]


def test_once_the_portal_shows_the_renewal_only_the_new_cycle_is_left(policy: rules.Policy) -> None:
    shown = PortalDates(date(2027, 12, 1), date(2028, 3, 1), date(2025, 12, 2))
    held = [Credential("ACP-620", date(2024, 1, 1), (shown,))]
    facts = history(*nine(), course(10, "2025-12-01"), course(11, "2025-12-02"), held=held)
    assert lists(facts, policy) == [("ACP-620", "2025-12-01", None, [11], [], {})]


def test_a_renewal_all_of_which_is_entered_stays_while_the_portal_has_not_confirmed_it(
    policy: rules.Policy,
) -> None:
    entered = [one._replace(state=State.ENTERED) for one in (*nine(), course(10, "2025-12-01"))]
    assert lists(history(*entered, held=EARNED), policy) == [
        ("ACP-620", "2024-01-01", "2025-12-01", [], [*range(1, 11)], {})
    ]


def twelve(first: int, year: int) -> list[LoggedActivity]:
    return [course(first + month, f"{year}-{month:02}-15") for month in range(1, 12)]


def test_of_several_renewals_those_are_listed_without_which_the_latest_comes_too_late(
    policy: rules.Policy,
) -> None:
    """What expired on 2026-04-01 for the portal is not renewed by what is dated after that."""
    facts = history(*nine(), course(10, "2025-12-01"), *twelve(10, 2026), held=EARNED)
    assert lists(facts, policy, today=date(2026, 12, 1)) == [
        ("ACP-620", "2024-01-01", "2025-12-01", [*range(1, 11)], [], {}),
        ("ACP-620", "2025-12-01", "2026-10-15", [*range(11, 21)], [], {}),
        ("ACP-620", "2026-10-15", None, [21], [], {}),
    ]


@pytest.mark.parametrize(("last", "is_needed"), [("2026-03-31", False), ("2026-04-01", True)])
def test_a_renewal_before_is_needed_from_the_day_on_which_the_portal_has_none_left(
    policy: rules.Policy, last: str, is_needed: bool
) -> None:
    more = [course(10 + number, f"2026-02-{number:02}") for number in range(1, 10)]
    facts = history(*nine(), course(10, "2025-12-01"), *more, course(20, last), held=EARNED)
    found = [one[2] for one in lists(facts, policy, today=date(2026, 12, 1))]
    assert found == (["2025-12-01"] if is_needed else []) + [last]


def test_what_is_marked_as_entered_of_a_renewal_before_the_latest_the_portal_knows(
    policy: rules.Policy,
) -> None:
    entered = [one._replace(state=State.ENTERED) for one in (*nine(), course(10, "2025-12-01"))]
    facts = history(*entered, *twelve(10, 2026), held=EARNED)
    assert [one[2] for one in lists(facts, policy, today=date(2026, 12, 1))] == ["2026-10-15", None]


def test_after_an_exam_no_renewal_before_it_is_needed(policy: rules.Policy) -> None:
    facts = history(
        *nine(),
        course(10, "2025-12-01"),
        *twelve(10, 2028),
        held=EARNED,
        exams=[ExamPass("ACP-620", date(2027, 11, 15))],
    )
    assert [one[2] for one in lists(facts, policy, today=date(2028, 12, 1))] == ["2028-10-15", None]


def test_what_counts_for_nothing_is_left_out_and_said(policy: rules.Policy) -> None:
    facts = history(
        LoggedActivity(1, Kind.GLOBAL_EVENT, date(2024, 3, 1), "Team"),
        LoggedActivity(2, Kind.GLOBAL_EVENT, date(2024, 3, 2), "Team again"),
        course(3, "2024-04-01", state=State.REJECTED),
        course(4, "2023-12-31"),
        course(5, "2024-01-01"),
        course(6, "2024-01-02"),
        held=EARNED,
    )
    assert lists(facts, policy) == [
        ("ACP-620", "2024-01-01", None, [6, 1], [], {2: Reason.OVER_CAP, 3: Reason.REJECTED})
    ]


def test_a_presentation_without_units_has_to_be_entered_for_the_portal_to_grant_them(
    policy: rules.Policy,
) -> None:
    talk = LoggedActivity(1, Kind.PRESENTATION, date(2025, 3, 1), "Talk")
    assert lists(history(talk, held=EARNED), policy) == [("ACP-620", "2024-01-01", None, [1], [], {})]


def test_of_a_renewed_cycle_it_is_said_why_something_did_not_count(policy: rules.Policy) -> None:
    facts = history(
        *nine(),
        course(10, "2025-12-01"),
        LoggedActivity(11, Kind.PRESENTATION, date(2025, 3, 1), "Talk"),
        *[LoggedActivity(12 + n, Kind.LOCAL_EVENT, date(2025, 11, 1 + n), f"ACE {n}") for n in range(5)],
        held=EARNED,
    )
    (renewal, current) = lists(facts, policy)
    assert renewal[2] == "2025-11-01"
    assert renewal[5] == {11: Reason.VALUE_UNCONFIRMED}
    assert current[3] == [13, 14, 15, 16, 10]


def test_a_cycle_that_the_exam_ended_needs_nothing(policy: rules.Policy) -> None:
    """W11: its 90 units end with the cycle, and the portal knows of its own exam."""
    facts = history(
        *nine(),
        course(10, "2025-11-20"),
        held=EARNED,
        exams=[ExamPass("ACP-620", date(2025, 11, 15))],
    )
    assert lists(facts, policy) == [("ACP-620", "2025-11-15", None, [10], [], {})]


def test_each_certification_has_lists_of_its_own_and_an_expired_one_none(policy: rules.Policy) -> None:
    """W8, and one that lapsed: the same activities, each list with those that count there."""
    held = [*EARNED, Credential("ACP-120", date(2025, 3, 1)), Credential("ACP-420", date(2020, 1, 1))]
    facts = history(*nine(), course(10, "2025-12-01"), held=held)
    assert [(one[0], one[2], one[3]) for one in lists(facts, policy)] == [
        ("ACP-620", "2025-12-01", [*range(1, 11)]),
        ("ACP-120", None, [8, 9, 10]),
    ]


def test_renewals_come_before_current_cycles(policy: rules.Policy) -> None:
    """Until they are entered, the portal shows the dates before them."""
    held = [Credential("ACP-120", date(2025, 3, 1)), *EARNED]
    facts = history(*nine(), course(10, "2025-12-01"), held=held)
    assert [(one[0], one[2]) for one in lists(facts, policy)] == [
        ("ACP-620", "2025-12-01"),
        ("ACP-120", None),
    ]


@pytest.mark.parametrize(("today", "count"), [("2026-03-31", 1), ("2026-04-01", 0)])
def test_once_it_has_expired_nothing_needs_entering_for_it(
    policy: rules.Policy, today: str, count: int
) -> None:
    assert len(lists(history(*nine(), held=EARNED), policy, today=date.fromisoformat(today))) == count


def test_the_file_is_ready_to_copy_entry_by_entry(tell: Tell, files: Callable[[], dict[str, str]]) -> None:
    say(
        tell,
        (
            *B,
            '/ce add local "ACE Berlin" 2025-11-30 https://example.com/proof',
            '/ce add course "After" 2025-12-01',
            "/ce done 1-9 11",
        ),
    )
    found = files()
    assert [name for name in found if "proof" in name] == [
        "ce-proof-ACP-620-from-2024-01-01.txt",
        "ce-proof-ACP-620-from-2025-11-30.txt",
    ]
    text = found["ce-proof-ACP-620-from-2024-01-01.txt"]
    assert text.startswith(
        "ACP-620: what the portal needs\n"
        "==============================\n"
        "\n"
        "It serves the renewal calculated for Sun 2025-11-30. The portal may not know of it before all is "
        "entered.\n"
        "Enter each under the CE units (folder 1.2): https://cp.certmetrics.com/atlassian\n"
    )
    assert (
        "Not yet in the portal: 1\n"
        "------------------------\n"
        "\n"
        "1. Type:  local event\n"
        "   Title: ACE Berlin\n"
        "   Date:  2025-11-30\n"
        "   Proof: https://example.com/proof\n"
        "\n"
        "Once these are entered: /ce done 10\n"
        "\n"
        "Marked as entered: 9\n"
        "--------------------\n"
        "\n"
        "2. Type:  course\n"
    ) in text
    assert text.index("Not yet in the portal") < text.index("Marked as entered")


def test_the_list_is_shown_at_once_with_a_button_for_all_of_it(slack: Slack, ledger: Ledger) -> None:
    for line in W1:
        slack.command(line.removeprefix("/ce "))
    shown = json.loads(slack.command("export proof").body)
    assert problems(shown) == []
    assert "the renewal calculated for Mon 2025-12-01" in shown["text"]
    assert "/ce done 1-10" in shown["text"]
    (button,) = elements_of(shown["blocks"])
    assert (button["text"]["text"], button["value"]) == ("All of these are in the portal", "done 1-10")
    slack.click(button)
    assert {one.state for one in ledger.facts(ALICE).activities} == {State.ENTERED}
    shown = json.loads(slack.command("export proof").body)
    assert "Everything that counts is marked as entered" in shown["text"]
    assert list(elements_of(shown["blocks"])) == []


def test_one_certification_can_be_asked_for_alone(tell: Tell) -> None:
    say(tell, (*B, "/ce cert add ACP-120 earned 2025-03-01"))
    assert "ACP-120" not in tell("/ce export proof acp-620")
    assert "ACP-620" not in tell("/ce export proof ACP-120")
    assert "You do not hold ACP-420 here" in tell("/ce export proof ACP-420")
    tell("/ce cert add ACP-420 earned 2025-12-01")
    assert "Nothing you logged counts for ACP-420 now" in tell("/ce export proof ACP-420")
    assert "Where you stand: `/ce status`" in tell("/ce export proof ACP-420")


def test_a_list_longer_than_a_message_is_cut_and_marks_nothing_unseen(
    slack: Slack, desk: Desk, ledger: Ledger
) -> None:
    slack.command("cert add ACP-620 suspends 2026-01-01")
    with ledger.write() as writer:
        change = writer.begin_change(ALICE, "import", "bench", desk._clock())
        for number in range(1, 400):
            title = f"{number} " + "long " * 38
            one = LoggedActivity(
                number, Kind.LOCAL_EVENT, date(2025, 1, 1), title, link="https://e.com/" + "x" * 500
            )
            writer.add_activity(ALICE, one, change)
    for line in ("export proof", "export proof ACP-620", "export", "done all"):
        shown = json.loads(slack.command(line).body)
        assert problems(shown) == [], line
        if line.startswith("export proof"):
            assert list(elements_of(shown["blocks"])) == []
            assert "`/ce export`" in shown["text"]


def test_with_many_certifications_all_lists_come_and_the_answer_fits(
    slack: Slack, policy: rules.Policy
) -> None:
    for code in policy.certifications.listed:
        slack.command(f"cert add {code} earned 2024-01-01")
    for number in range(20):
        slack.command(f"add course Course {number}x 2025-{number % 9 + 1:02}-{number + 1:02}")
    slack.said.clear()
    shown = json.loads(slack.command("export").body)
    assert problems(shown) == []
    assert len(slack.said) == 2 + 2 * len(policy.certifications.listed)
    assert problems(json.loads(slack.command("export proof").body)) == []


def test_what_marks_one_list_never_marks_another(tell: Tell, files: Callable[[], dict[str, str]]) -> None:
    """However long its numbers are: "all" would take what nobody has entered out of every list."""
    tell("/ce cert add ACP-620 earned 2024-01-01")
    tell("/ce cert add ACP-120 earned 2025-03-01")
    for number in range(1, 61):
        tell(f'/ce add presentation "Talk {number}" {"2024-03-01" if number % 2 else "2025-04-01"} 1 units')
    even = " ".join(map(str, range(2, 61, 2)))
    assert f"`/ce done {even}`" in tell("/ce export proof ACP-120")
    (text,) = [text for name, text in files().items() if "ACP-120" in name]
    assert f"Once these are entered: /ce done {even}\n" in text


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([], ""), ([3], "3"), ([1, 2, 3], "1-3"), ([1, 3, 4, 7], "1 3-4 7"), ([1, 2, 4, 5], "1-2 4-5")],
)
def test_numbers_are_written_as_they_are_read(numbers: list[int], text: str) -> None:
    assert spans_of(numbers) == text
    if numbers:
        spans = read_done(text).spans
        assert [n for first, last in spans for n in range(first, last + 1)] == numbers


# Marking


@pytest.mark.parametrize(
    ("typed", "spans", "entered"),
    [
        ("3", ((3, 3),), True),
        ("#3.", ((3, 3),), True),
        ("1 2 3", ((1, 1), (2, 2), (3, 3)), True),
        ("1, 2 and 5", ((1, 1), (2, 2), (5, 5)), True),
        ("1-4", ((1, 4),), True),
        ("1 – 4, 7", ((1, 4), (7, 7)), True),
        ("1 to 4", ((1, 4),), True),
        ("2..5", ((2, 5),), True),
        ("all", (), True),
        ("Everything", (), True),
        ("3 not", ((3, 3),), False),
        ("1-4 undone", ((1, 4),), False),
        ("all not in the portal", (), False),
    ],
)
def test_which_activities_are_meant(typed: str, spans: tuple[tuple[int, int], ...], entered: bool) -> None:
    assert read_done(typed) == DoneWords(spans, entered)


@pytest.mark.parametrize(
    ("typed", "example"),
    [
        ("", "/ce done all"),
        ("not", "/ce done all"),
        ("Jira", "/ce list"),
        ("0", "/ce list"),
        ("-1", "/ce list"),
        ("3 x 4", "/ce done 3 4"),
        ("4-2", "/ce done 2-4"),
        ("1234567", "/ce list"),
        ("1-2-3", "/ce list"),
        ("٣", "/ce list"),
    ],
)
def test_what_names_no_activity_gets_a_line_that_does(typed: str, example: str) -> None:
    with pytest.raises(WordsError) as caught:
        read_done(typed)
    assert caught.value.example == example
    assert caught.value.sentence.endswith(".")


@pytest.fixture
def known(tell: Tell, ledger: Ledger) -> Ledger:
    """Alice with B, in the console."""
    say(tell, B)
    return ledger


@pytest.fixture
def marked(ledger: Ledger) -> Callable[[], dict[int, str]]:
    """What Alice of the console has marked, by its numbers."""
    return lambda: states(ledger, Member("TCONSOLE", "UALICE"))


def states(ledger: Ledger, who: Member) -> dict[int, str]:
    found = ledger.facts(who).activities
    return {one.number: one.state.value for one in found if one.state is not State.LOGGED}


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [("3", [3]), ("1 3", [1, 3]), ("2-4", [2, 3, 4]), ("8-99", [8, 9]), ("all", range(1, 10))],
)
def test_activities_are_marked_as_entered(
    tell: Tell, known: Ledger, marked: Callable[[], dict[int, str]], typed: str, numbers: Iterable[int]
) -> None:
    answer = tell(f"/ce done {typed}")
    assert answer.startswith("Marked as entered in the portal:")
    assert marked() == dict.fromkeys(numbers, "entered")
    assert "*3* · course" in answer or 3 not in numbers


def test_undo_and_its_button_take_it_back_whole(
    tell: Tell, known: Ledger, marked: Callable[[], dict[int, str]]
) -> None:
    tell("/ce done 1-4")
    assert "Undone: marking 4 activities as entered in the portal." in tell("!click Undo")
    assert marked() == {}
    tell("/ce done 7")
    assert "Undone: marking activity 7 as entered in the portal." in tell("/ce undo")
    assert marked() == {}


def test_not_after_the_numbers_takes_it_back_too(
    tell: Tell, known: Ledger, marked: Callable[[], dict[int, str]]
) -> None:
    tell("/ce done 1-4")
    assert tell("/ce done 2-3 not").startswith("Marked as not in the portal:")
    assert marked() == {1: "entered", 4: "entered"}
    tell("/ce undo")
    assert marked() == dict.fromkeys((1, 2, 3, 4), "entered")


def test_what_is_marked_already_changes_nothing(tell: Tell, known: Ledger) -> None:
    tell("/ce done 1-2")
    assert "marked as in the portal already" in tell("/ce done 1")
    assert "marked as in the portal already" in tell("/ce done 1 2")
    assert "Nothing of that is marked" in tell("/ce done 5 not")
    assert "Undone: marking 2 activities" in tell("/ce undo")


def test_a_number_that_is_not_there_is_said_and_nothing_is_marked(
    tell: Tell, known: Ledger, marked: Callable[[], dict[int, str]]
) -> None:
    tell("/ce remove 2")
    for line, number in (
        ("/ce done 99", 99),
        ("/ce done 1 77", 77),
        ("/ce done 2", 2),
        ("/ce done 40-50", 40),
    ):
        assert f"You have no activity {number}" in tell(line)
    assert marked() == {}


def test_marking_changes_no_date_and_no_unit(desk: Desk, slack: Slack) -> None:
    for line in B:
        slack.command(line.removeprefix("/ce "))
    before = desk.overview(ALICE, TODAY).standings
    slack.command("done all")
    assert desk.overview(ALICE, TODAY).standings == before


def test_marked_by_somebody_it_is_nobody_elses(
    tell: Tell, known: Ledger, marked: Callable[[], dict[int, str]]
) -> None:
    assert "You have no activity 1" in tell("@bob /ce done 1")
    assert marked() == {}


def rejected(ledger: Ledger, clock: Clock, desk: Desk) -> None:
    """W1 with the first course rejected by the portal, which is entered nowhere by a command."""
    with ledger.write() as writer:
        desk.state_credential(writer, ALICE, "ACP-620", TODAY, earned_on=date(2024, 1, 1))
        change = writer.begin_change(ALICE, "import", "test", clock())
        for number, day in enumerate((*NINE, "2025-11-01", "2025-12-01"), start=1):
            state = State.REJECTED if number == 1 else State.LOGGED
            writer.add_activity(ALICE, course(number, day, state=state), change)
        desk._settle(writer, ALICE, (), TODAY)


@pytest.mark.parametrize(("typed", "is_entered"), [("done all", False), ("done 1", True), ("done 1-3", True)])
def test_what_was_rejected_is_entered_anew_only_where_it_is_named(
    slack: Slack, ledger: Ledger, clock: Clock, desk: Desk, typed: str, is_entered: bool
) -> None:
    rejected(ledger, clock, desk)
    answer = slack.command(typed)
    slack.insist(answer)
    found = {one.number: one.state for one in ledger.facts(ALICE).activities}
    assert (found[1] is State.ENTERED) is is_entered


def test_what_was_rejected_and_brings_a_date_forward_is_asked_about_first(
    slack: Slack, ledger: Ledger, clock: Clock, desk: Desk
) -> None:
    """With it the tenth course renews already, a month before the eleventh."""
    rejected(ledger, clock, desk)
    shown = json.loads(slack.command("done 1").body)
    assert problems(shown) == []
    assert shown["text"].startswith(
        ":warning: *Not saved yet.* Marking as entered what the portal had rejected would make this worse:"
    )
    assert states(ledger, ALICE) == {1: "rejected"}


# Where it shows


def test_the_list_says_what_is_in_the_portal(tell: Tell, known: Ledger) -> None:
    tell("/ce done 3")
    lines = tell("/ce list").splitlines()
    assert [line for line in lines if "entered in the portal" in line] == [
        '*3* · course "Course of 2024-07-01", Mon 2024-07-01 · entered in the portal · counts for ACP-620'
    ]


def to_enter(tell: Tell) -> int:
    found = re.search(r"(\d+) activit(?:y|ies) not yet in the portal: `/ce export proof`", tell("/ce status"))
    return int(found[1]) if found else 0


def test_the_status_says_how_many_are_not(tell: Tell, known: Ledger) -> None:
    assert to_enter(tell) == 9
    tell("/ce done 1-8")
    assert "1 activity not yet in the portal" in tell("/ce status")
    tell("/ce done 9")
    assert to_enter(tell) == 0


def test_the_status_counts_what_a_certification_takes(tell: Tell) -> None:
    """From the day after the first was earned on; once a renewal is calculated, what served it, too."""
    say(
        tell,
        (
            '/ce add course "Too old" 2023-12-31',
            '/ce add course "On the day" 2024-01-01',
            '/ce add course "The first" 2024-01-02',
        ),
    )
    assert to_enter(tell) == 0
    tell("/ce cert add ACP-620 earned 2024-01-01")
    assert to_enter(tell) == 1
    assert "renewed on Sun 2025-06-01" in say(tell, B[1:])
    tell("!click Same dates")
    assert to_enter(tell) == 0
    tell("/ce undo")
    assert to_enter(tell) == 10
    tell('/ce add course "After it" 2025-12-01')
    assert to_enter(tell) == 11


def test_once_the_portal_shows_it_the_status_counts_from_there(tell: Tell) -> None:
    say(tell, W1)
    assert to_enter(tell) == 10
    tell("/ce portal ACP-620 suspends 2027-12-01 expires 2028-03-01")
    assert to_enter(tell) == 0
    tell('/ce add course "Next" 2025-12-02')
    assert to_enter(tell) == 1


def test_the_status_counts_nothing_for_what_has_expired(tell: Tell, known: Ledger) -> None:
    assert to_enter(tell) == 9
    tell("!time 2026-03-31")
    assert to_enter(tell) == 9
    tell("!time 2026-04-01")
    assert to_enter(tell) == 0


def test_the_count_is_the_same_by_a_replay(ledger: Ledger, slack: Slack, desk: Desk) -> None:
    for line in W1:
        slack.command(line.removeprefix("/ce "))
    kept = ledger.kept_standings(ALICE, TODAY)
    assert kept
    assert kept.to_enter == ledger.to_enter(ALICE, TODAY) == 10

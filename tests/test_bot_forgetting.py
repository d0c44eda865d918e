"""`/ce forget-me`, `ce-bot forget`, workspaces that remove the bot: what is deleted is gone for good."""

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import ALICE, TODAY, Slack, noon
from slack_limits import elements_of
from talking import Talk

import rules
from bot.cli import main
from bot.console import Clock
from bot.desk import Desk
from bot.forgetting import LOOK_AGAIN_AFTER, MEMBERS_AT_ONCE, Forgetting
from bot.ledger import Ledger, Member, Stored, TeamSettings
from bot.views import forgetting as views

BOB = Member("T1", "UBOB")
FOURTEEN_DAYS = timedelta(days=14)
TOLD = (
    "cert add ACP-620 earned 2024-01-01",
    "portal ACP-620 suspends 2026-01-01 expires 2026-04-01",
    "cert add ACP-120 earned 2023-11-01",
    "exam ACP-620 2025-11-15",
    'add course "Grilled mackerel" yesterday',
    "remind on",
    "cert remove ACP-120",  # which asks first
)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without any of our variables."""
    for name in ("CE_BOT_DB", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def talk(slack: Slack) -> Talk:
    return Talk(slack)


def rows_of(ledger: Ledger, who: Member = ALICE) -> int:
    """How many rows of any table are about somebody."""
    total = 0
    with closing(sqlite3.connect(ledger.path)) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
            for column in columns & {"member", "addressee"}:
                sql = f"SELECT count(*) FROM {table} WHERE workspace = ? AND {column} = ?"
                total += db.execute(sql, [who.workspace, who.id]).fetchone()[0]
    return total


def bytes_of(ledger: Ledger, text: str) -> int:
    files = [Path(ledger.path), *Path(ledger.path).parent.glob("*.db-*")]
    return sum(file.read_bytes().count(text.encode()) for file in files)


# The question


def test_it_shows_what_is_kept_and_deletes_nothing_yet(talk: Talk, ledger: Ledger) -> None:
    talk.say(*TOLD)
    rows = rows_of(ledger)
    answer = talk.say("forget-me")
    for line in (
        "2 certifications with their dates",
        "1 activity",
        "1 exam",
        "the settings of reminders",
        "since Tue 2025-12-02",
    ):
        assert line in answer
    assert [one["text"]["text"] for one in elements_of(talk.shown["blocks"])] == ["Delete everything", "Keep"]
    assert rows_of(ledger) == rows
    assert talk.click(talk.button("Keep")) == views.KEPT
    assert rows_of(ledger) == rows


@pytest.mark.parametrize("line", ["forget-me", "forget me", "FORGET-ME", "forgetme"])
def test_one_of_whom_nothing_is_kept_is_told_so_and_nothing_of_it_is_kept(
    talk: Talk, ledger: Ledger, line: str
) -> None:
    assert talk.say(line) == views.NOTHING
    assert rows_of(ledger) == 0


def test_what_is_written_after_it_deletes_nothing(talk: Talk, ledger: Ledger) -> None:
    talk.say(*TOLD)
    rows = rows_of(ledger)
    answer = talk.say("forget 3")
    assert "cannot place “3”" in answer
    assert "Try: `/ce forget-me`" in answer
    assert rows_of(ledger) == rows


# Deleting


def test_after_a_yes_nothing_is_left_and_it_is_confirmed(talk: Talk, ledger: Ledger) -> None:
    talk.say(*TOLD)
    talk.say(*TOLD[:-1], user="UBOB")
    bob = rows_of(ledger, BOB)
    talk.say("forget-me")
    answer = talk.click(talk.button("Delete everything"))
    assert answer.startswith("*Everything I kept about you is deleted, for good*: 2 certifications")
    assert "Backups" in answer
    assert rows_of(ledger) == 0
    assert rows_of(ledger, BOB) == bob
    assert talk.say("forget-me") == views.NOTHING
    assert rows_of(ledger) == 0


def test_no_byte_of_a_title_is_left(talk: Talk, ledger: Ledger) -> None:
    talk.say(*TOLD, 'add course "Zanzibar" 2025-11-01', "list", "remove 2")
    assert bytes_of(ledger, "Zanzibar") > 0
    talk.say("forget-me")
    talk.click(talk.button("Delete everything"))
    assert bytes_of(ledger, "Zanzibar") == 0
    assert bytes_of(ledger, "Grilled mackerel") == 0


def test_a_second_click_brings_nothing_back(talk: Talk, ledger: Ledger) -> None:
    talk.say(*TOLD)
    talk.say("forget-me")
    button = talk.button("Delete everything")
    talk.click(button)
    assert talk.click(button) == views.NOTHING
    assert rows_of(ledger) == 0


def test_a_click_delivered_twice_brings_nothing_back(talk: Talk, ledger: Ledger) -> None:
    talk.say(*TOLD)
    talk.say("forget-me")
    button = talk.button("Delete everything")
    answer = talk.click(button, key="the same")
    assert talk.click(button, key="the same") == answer
    assert rows_of(ledger) == 0


def test_a_late_click_deletes_nothing_of_a_new_beginning(talk: Talk, ledger: Ledger, clock: Clock) -> None:
    talk.say(*TOLD)
    talk.say("forget-me")
    button = talk.button("Delete everything")
    talk.click(button)
    clock.moved_to = TODAY + timedelta(days=1)
    talk.say('add course "A new one"')
    assert talk.click(button).startswith(views.SINCE_CHANGED)
    assert [one.title for one in ledger.facts(ALICE).activities] == ["A new one"]


def test_what_was_changed_since_the_question_is_asked_about_anew(talk: Talk, ledger: Ledger) -> None:
    talk.say(*TOLD)
    talk.say("forget-me")
    button = talk.button("Delete everything")
    talk.say('add course "One more" today')
    answer = talk.click(button)
    assert answer.startswith(views.SINCE_CHANGED)
    assert "2 activities" in answer
    assert rows_of(ledger) > 0
    talk.click(talk.button("Delete everything"))
    assert rows_of(ledger) == 0


def test_nobody_else_can_say_yes(talk: Talk, ledger: Ledger) -> None:
    """Neither for the one who was asked, nor for themselves by that one's button."""
    talk.say(*TOLD)
    talk.say(*TOLD, user="UBOB")
    talk.say("forget-me")
    alice, bob = rows_of(ledger), rows_of(ledger, BOB)
    answer = talk.click(talk.button("Delete everything"), user="UBOB")
    assert answer.startswith(views.SINCE_CHANGED)
    assert (rows_of(ledger), rows_of(ledger, BOB)) == (alice, bob)


def test_a_yes_is_its_members_alone_where_they_changed_nothing_yet(ledger: Ledger, clock: Clock) -> None:
    """Of them, too, of whom only an answer is kept."""
    forgetting = Forgetting(ledger, clock)
    with ledger.write() as writer:
        for who in (ALICE, BOB, Member("T2", "UALICE")):
            writer.keep_answer(who, "k1", "answered", noon(TODAY))
    _, seal = forgetting.stored(ALICE)
    assert forgetting.forget(BOB, seal) is None
    assert forgetting.forget(Member("T2", "UALICE"), seal) is None
    assert rows_of(ledger, BOB) == rows_of(ledger, Member("T2", "UALICE")) == 1
    assert forgetting.forget(ALICE, seal)


def test_one_of_whom_nothing_is_kept_clicks_in_vain(talk: Talk, ledger: Ledger) -> None:
    talk.say(*TOLD)
    talk.say("forget-me")
    assert talk.click(talk.button("Delete everything"), user="UCARL") == views.NOTHING
    assert rows_of(ledger, Member("T1", "UCARL")) == 0
    assert rows_of(ledger) > 0


def test_who_leads_a_team_from_now_on_is_told(talk: Talk, slack: Slack, ledger: Ledger) -> None:
    with ledger.write() as writer:
        for who in (ALICE, BOB):
            writer.enrol(who, noon(TODAY))
        writer.teams.start(ALICE, TeamSettings("C7"), "Alice", noon(TODAY))
        writer.teams.join(BOB, "C7", "Bob", noon(TODAY))
    talk.say("forget-me")
    assert "1 team or invitation" in talk.shown["text"]
    answer = talk.click(talk.button("Delete everything"))
    assert views.NEW_LEAD in answer
    (told,) = slack.said
    assert (told.to, "You lead the team in <#C7> now" in told.text) == ("bob", True)


def test_while_somebody_reads_the_copies_beside_the_file_are_deleted_in_a_later_round(
    ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.ledger.store.BUSY_MS", 100)
    forgetting = Forgetting(ledger, clock)
    with ledger.write() as writer:
        change = writer.begin_change(ALICE, "add activity", "Zanzibar", noon(TODAY))
    assert change
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM members").fetchall()
        _, seal = forgetting.stored(ALICE)
        assert forgetting.forget(ALICE, seal)
        assert bytes_of(ledger, "Zanzibar") > 0
        reader.execute("COMMIT")
    forgetting.delete_departed(noon(TODAY))
    assert bytes_of(ledger, "Zanzibar") == 0


# For whoever runs the bot


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ledger: Ledger
) -> Callable[..., tuple[int, str, str]]:
    """`ce-bot forget` over the ledger's file: its exit code, what it printed, what it complained of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def do(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["forget", "--db", ledger.path, *arguments])
        return code, *capsys.readouterr()

    return do


def test_the_command_deletes_a_member_without_a_trace(
    run: Callable[..., tuple[int, str, str]], talk: Talk, ledger: Ledger
) -> None:
    talk.say(*TOLD)
    talk.say(*TOLD, user="UBOB")
    bob = rows_of(ledger, BOB)
    code, printed, complaint = run("--workspace", "T1", "--member", "UALICE", "--yes")
    assert (code, complaint) == (0, "")
    assert printed.startswith("Deleted for good what was kept about UALICE of workspace T1: 2 certifications")
    assert rows_of(ledger) == 0
    assert rows_of(ledger, BOB) == bob
    assert bytes_of(ledger, "UALICE") == 0


def test_the_command_asks_and_where_nobody_can_be_asked_deletes_nothing(
    run: Callable[..., tuple[int, str, str]], talk: Talk, ledger: Ledger
) -> None:
    talk.say(*TOLD)
    rows = rows_of(ledger)
    code, printed, complaint = run("--workspace", "T1", "--member", "UALICE")
    assert (code, printed) == (1, "")
    assert "--yes" in complaint
    assert rows_of(ledger) == rows


@pytest.mark.parametrize(("said", "is_deleted"), [("y", True), ("Yes", True), ("n", False), ("", False)])
def test_the_command_deletes_after_a_yes_alone(
    run: Callable[..., tuple[int, str, str]],
    talk: Talk,
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    is_deleted: bool,
) -> None:
    talk.say(*TOLD)
    asked: list[str] = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or said)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    code, printed, _ = run("--workspace", "T1", "--member", "UALICE")
    assert asked[0].startswith("Delete for good what is kept about UALICE of workspace T1: 2 certifications")
    assert (rows_of(ledger) == 0, code == 0) == (is_deleted, is_deleted)
    assert is_deleted or printed == "Nothing was deleted.\n"


class Terminal(io.StringIO):
    """An input by hand."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    "ids",
    [("--workspace", "T1", "--member", "UNOBODY"), ("--workspace", "T2"), ("--workspace", "T2", "--yes")],
)
def test_the_command_says_where_there_is_nothing(
    run: Callable[..., tuple[int, str, str]], talk: Talk, ids: tuple[str, ...]
) -> None:
    talk.say(*TOLD)
    code, printed, complaint = run(*ids)
    assert (code, printed) == (1, "")
    assert complaint.endswith("check the ids.\n")


def test_the_command_makes_no_database(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing.db"
    code = main(["forget", "--db", str(missing), "--workspace", "T1", "--member", "U1", "--yes"])
    assert code == 1
    assert "does not exist" in capsys.readouterr().err
    assert not missing.exists()


def test_without_a_member_the_command_deletes_a_workspace(
    run: Callable[..., tuple[int, str, str]], talk: Talk, slack: Slack, ledger: Ledger
) -> None:
    talk.say(*TOLD)
    talk.say(*TOLD, user="UBOB")
    slack.command(TOLD[0], team="T2")
    code, printed, _ = run("--workspace", "T1", "--yes")
    assert (code, "2 members" in printed) == (0, True)
    assert rows_of(ledger) == rows_of(ledger, BOB) == 0
    assert rows_of(ledger, Member("T2", "UALICE")) > 0


# Workspaces that remove the bot


def uninstalled(slack: Slack, *, at: date = TODAY, team: str = "T1") -> None:
    slack.dispatch(
        {
            "type": "event_callback",
            "team_id": team,
            "event_id": f"Ev{team}{at}",
            "event_time": int(noon(at).timestamp()),
            "event": {"type": "app_uninstalled"},
        }
    )


def left_at(ledger: Ledger, workspace: str = "T1") -> object:
    with ledger.forgetting() as kept:
        return kept.left_at(workspace)


def test_a_workspace_that_removes_the_app_is_noted(slack: Slack, talk: Talk, ledger: Ledger) -> None:
    talk.say(*TOLD)
    uninstalled(slack)
    assert left_at(ledger) == noon(TODAY)


@pytest.mark.parametrize(
    ("tokens", "is_gone"),
    [
        ({"bot": ["UBOT"]}, True),
        ({"bot": ["UBOT"], "oauth": ["UALICE"]}, True),
        ({"oauth": ["UALICE"]}, False),
        ({"bot": [], "oauth": ["UALICE"]}, False),
        ({}, False),
        (None, False),
    ],
)
def test_revoked_tokens_mean_it_only_where_the_bots_own_is_among_them(
    slack: Slack, ledger: Ledger, tokens: dict[str, list[str]] | None, is_gone: bool
) -> None:
    slack.event({"type": "tokens_revoked", "tokens": tokens})
    assert (left_at(ledger) is not None) is is_gone


def test_both_words_of_it_together_note_it_once(slack: Slack, ledger: Ledger, clock: Clock) -> None:
    uninstalled(slack)
    clock.moved_to = TODAY + timedelta(days=1)
    slack.event({"type": "tokens_revoked", "tokens": {"bot": ["UBOT"]}})
    slack.event({"type": "tokens_revoked", "tokens": {"oauth": ["UALICE"]}})
    assert left_at(ledger) == noon(TODAY)


def test_nothing_more_is_sent_to_it(slack: Slack, desk: Desk, talk: Talk, clock: Clock) -> None:
    talk.say("cert add ACP-620 earned 2024-01-01", "remind on")
    clock.moved_to = date(2025, 12, 18)
    assert desk.reminders.due_workspaces() == ("T1",)
    uninstalled(slack)
    assert desk.reminders.due_workspaces() == ()


@pytest.mark.parametrize(
    ("after", "is_deleted"), [(FOURTEEN_DAYS - timedelta(seconds=1), False), (FOURTEEN_DAYS, True)]
)
def test_after_14_days_everything_of_it_is_deleted(
    slack: Slack, talk: Talk, ledger: Ledger, desk: Desk, after: timedelta, is_deleted: bool
) -> None:
    talk.say(*TOLD)
    talk.say(*TOLD, user="UBOB")
    slack.command(TOLD[0], team="T2")
    others = rows_of(ledger, Member("T2", "UALICE"))
    uninstalled(slack)
    assert not desk.forgetting.delete_departed(noon(TODAY) + after)
    assert (rows_of(ledger) == 0) is is_deleted
    assert (rows_of(ledger, BOB) == 0) is is_deleted
    assert (left_at(ledger) is None) is is_deleted
    assert (bytes_of(ledger, "Grilled mackerel") == 0) is is_deleted
    assert rows_of(ledger, Member("T2", "UALICE")) == others


def test_many_members_are_deleted_in_several_rounds(ledger: Ledger, desk: Desk) -> None:
    with ledger.write() as writer:
        for number in range(2 * MEMBERS_AT_ONCE + 1):
            writer.begin_change(Member("T1", f"U{number}"), "add activity", "activity 1", noon(TODAY))
    desk.forgetting.note_departure("T1")
    desk.forgetting.note_departure("T2")
    later = noon(TODAY) + FOURTEEN_DAYS
    rounds = [desk.forgetting.delete_departed(later) for _ in range(5)]
    assert rounds == [True, True, True, False, False]
    assert desk.forgetting.members("T1") == 0
    assert left_at(ledger) is left_at(ledger, "T2") is None


def test_only_the_workspaces_that_are_served_are_deleted(ledger: Ledger, desk: Desk) -> None:
    """The console, whose clock goes where somebody moves it, deletes nothing of Slack's."""
    desk.forgetting.note_departure("T1")
    later = noon(TODAY) + FOURTEEN_DAYS
    assert not desk.forgetting.delete_departed(later, serves="TCONSOLE".__eq__)
    assert left_at(ledger) == noon(TODAY)
    desk.forgetting.delete_departed(later, serves="T1".__eq__)
    assert left_at(ledger) is None


# Coming back


def test_a_workspace_that_sends_a_request_again_is_taken_off_the_list(
    slack: Slack, talk: Talk, ledger: Ledger, desk: Desk, clock: Clock
) -> None:
    talk.say(*TOLD)
    uninstalled(slack)
    clock.moved_to = TODAY + timedelta(days=13)
    talk.say("status")
    assert left_at(ledger) is None
    desk.forgetting.delete_departed(noon(TODAY) + FOURTEEN_DAYS)
    assert rows_of(ledger) > 0


@pytest.mark.parametrize(("sent_on", "is_back"), [(-1, False), (0, False), (1, True)])
def test_what_was_sent_before_it_left_is_no_return(
    slack: Slack, ledger: Ledger, clock: Clock, sent_on: int, is_back: bool
) -> None:
    uninstalled(slack)
    clock.moved_to = TODAY + timedelta(days=2)
    slack.dispatch(
        {
            "type": "event_callback",
            "team_id": "T1",
            "event_id": "EvLate",
            "event_time": int(noon(TODAY + timedelta(days=sent_on)).timestamp()),
            "event": {"type": "message", "subtype": "channel_join", "channel": "C1", "user": "UALICE"},
        }
    )
    assert (left_at(ledger) is None) is is_back


def test_the_word_that_it_was_removed_is_no_return(slack: Slack, ledger: Ledger, clock: Clock) -> None:
    uninstalled(slack)
    clock.moved_to = TODAY + timedelta(days=2)
    uninstalled(slack, at=TODAY + timedelta(days=2))
    assert left_at(ledger) == noon(TODAY)


def test_a_request_of_another_workspace_is_no_return(slack: Slack, ledger: Ledger, clock: Clock) -> None:
    uninstalled(slack)
    clock.moved_to = TODAY + timedelta(days=2)
    slack.command("status", team="T2")
    assert left_at(ledger) == noon(TODAY)


def test_a_departure_that_another_process_noted_is_seen_within_a_minute(
    ledger: Ledger, policy: rules.Policy, clock: Clock
) -> None:
    now = [noon(TODAY)]
    one, other = (Forgetting(ledger, lambda: now[0]) for _ in range(2))
    one.see("T1")
    now[0] += timedelta(seconds=1)
    other.note_departure("T1")
    now[0] += LOOK_AGAIN_AFTER - timedelta(seconds=2)
    one.see("T1")
    assert left_at(ledger)
    now[0] += timedelta(seconds=1)
    one.see("T1")
    assert left_at(ledger) is None


def test_a_departure_that_this_process_noted_is_seen_at_once(ledger: Ledger) -> None:
    now = [noon(TODAY)]
    forgetting = Forgetting(ledger, lambda: now[0])
    forgetting.see("T1")
    forgetting.note_departure("T1")
    now[0] += timedelta(seconds=1)
    forgetting.see("T1")
    assert left_at(ledger) is None


def test_starting_with_a_token_of_it_takes_a_workspace_off_the_list(desk: Desk, ledger: Ledger) -> None:
    desk.forgetting.note_departure("T1")
    assert desk.forgetting.note_return("T1", noon(TODAY) + timedelta(seconds=1))
    assert left_at(ledger) is None
    assert not desk.forgetting.note_return("T1")


def test_of_nobody_nothing_is_kept() -> None:
    assert views.kinds(Stored()) == []
    assert views.of_member(Stored()) == views.of_workspace(0) == ""

"""`ce-bot import FILE.csv`: shown, asked, saved for one member; what it ends with."""

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.bulk import Ask, NotImportedError, import_table, member_named
from bot.cli import main
from bot.console import Clock
from bot.desk import Desk
from bot.ledger import Facts, Ledger, Member

WHO = Member("T1", "U1")
TABLE = "kind,date,title,code\ncourse,2025-11-20,Jira,\ncertification,2024-01-01,,ACP-620\n"
OPEN = "Course,Date\nJira,01/12/2025\n"
WORSE = "code,suspends,expires\nACP-620,2025-12-31,2026-03-31\n"


class Done(NamedTuple):
    """What a command ended with and printed."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """`ce-bot import` of a file with this content, in a pipe."""
    monkeypatch.chdir(tmp_path)

    def do(content: str | bytes, *options: str) -> Done:
        (tmp_path / "a.csv").write_bytes(content.encode() if isinstance(content, str) else content)
        try:
            code = main(["import", "a.csv", "--db", "a.db", *options])
        except SystemExit as ended:
            code = int(ended.code or 0)
        return Done(code, *capsys.readouterr())

    return do


FOR = ("--member", "U1", "--workspace", "T1")


def facts(database: str = "a.db") -> Facts:
    ledger = Ledger(database)
    try:
        return ledger.facts(WHO)
    finally:
        ledger.close()


# In a pipe


def test_a_table_is_shown_and_with_a_yes_saved(run: Callable[..., Done]) -> None:
    done = run(TABLE, *FOR, "--yes")
    assert done.code == 0
    assert "“a.csv” has 1 course and 1 certification that I do not know." in done.out
    assert "Imported 1 course and 1 certification from “a.csv”." in done.out
    assert "[" not in done.out  # there is nothing to press
    assert [one.title for one in facts().activities] == ["Jira"]


def test_without_a_yes_it_is_only_shown(run: Callable[..., Done]) -> None:
    done = run(TABLE, *FOR)
    assert (done.code, done.err) == (2, "ce-bot: Nothing was saved: add --yes to save what is shown above.\n")
    assert "Not saved yet." in done.out
    assert facts() == Facts()


def test_the_same_again_is_fine_and_adds_nothing(run: Callable[..., Done]) -> None:
    run(TABLE, *FOR, "--yes")
    done = run(TABLE, "--member", "U1")  # the workspace is the only one there is
    assert (done.code, done.err) == (0, "")
    assert "All of “a.csv” is here already" in done.out


def test_faults_are_shown_and_nothing_is_saved(run: Callable[..., Done]) -> None:
    done = run("kind,date,title\ncourse,soon,Jira\ncourse,2025-12-01,Fine\n", *FOR, "--yes")
    assert (done.code, done.err) == (1, "ce-bot: Nothing was saved.\n")
    assert "Row 2, “date”: “soon” is not a date I can read" in done.out
    assert facts() == Facts()


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x00\x01", b"kind,date\n"])
def test_what_is_no_table_gets_one_sentence(run: Callable[..., Done], content: bytes) -> None:
    done = run(content, *FOR, "--yes")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("ce-bot: a.csv: ")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "--member"),
        (("--member", "alice"), "--member"),
        (("--member", "U1"), "--workspace"),
        (("--member", "U1", "--workspace", "acme"), "--workspace"),
        ((*FOR, "--day-first", "--month-first"), "not allowed with"),
    ],
)
def test_a_wrong_call_says_what_is_missing(
    run: Callable[..., Done], options: tuple[str, ...], says: str
) -> None:
    done = run(TABLE, *options)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_a_file_that_cannot_be_read_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    database = str(tmp_path / "a.db")
    for name in ("nowhere.csv", str(tmp_path)):
        assert main(["import", name, "--db", database, *FOR]) == 1
        assert f"ce-bot: {name} cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "day"), [("--day-first", date(2025, 12, 1)), ("--month-first", date(2025, 1, 12))]
)
def test_the_order_of_dates_is_said_where_they_leave_it_open(
    run: Callable[..., Done], option: str, day: date
) -> None:
    done = run(OPEN, *FOR, "--yes")
    assert (done.code, "--day-first or --month-first" in done.err) == (2, True)
    assert "Is “01/12/2025” in “a.csv” 1 Dec 2025 or 12 Jan 2025?" in done.out
    assert run(OPEN, *FOR, "--yes", option).code == 0
    assert [one.done_on for one in facts().activities] == [day]


def test_a_table_comes_by_the_input_too_and_an_export_is_nobodys_own(
    run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(TABLE.encode()))))
    monkeypatch.chdir(tmp_path)
    assert main(["import", "-", "--db", "a.db", *FOR, "--yes"]) == 0
    assert [one.title for one in facts().activities] == ["Jira"]
    done = run('{"format":"ce-bot export","version":1}\n', *FOR)
    assert done.code == 2
    assert "leave --member out" in done.err
    assert "Imported 1 course and 1 certification from “standard input”." in done.out


def test_progress_of_a_long_table_goes_to_the_error_output(run: Callable[..., Done]) -> None:
    rows = "".join(f"course,2025-12-01,Jira {number}\n" for number in range(5_001))
    done = run(f"kind,date,title\n{rows}", *FOR, "--yes")
    assert done.code == 0
    assert done.err.splitlines() == ["2,500 rows read…", "5,000 rows read…", "Saving…"]


def test_what_makes_a_date_worse_is_shown_and_with_a_yes_saved(run: Callable[..., Done]) -> None:
    run("code,suspends,expires\nACP-620,2026-01-01,2026-04-01\n", *FOR, "--yes")
    done = run(WORSE, *FOR, "--yes")
    assert done.code == 0
    assert "Not saved yet. Importing 1 certification would make this worse:" in done.out
    assert "would suspend Wed 2025-12-31 (now Thu 2026-01-01)" in done.out
    assert "Imported 1 certification" in done.out
    assert "press" not in done.out


# At a terminal


class Person:
    """Somebody at the terminal: answers one question after the other, and keeps them."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, question: str) -> str:
        self.asked.append(question)
        return self.answers.pop(0)


@pytest.fixture
def at_terminal(desk: Desk, tmp_path: Path, clock: Clock) -> Callable[..., int]:
    numbers = count(1)

    def do(content: str, ask: Ask, **options: bool) -> int:
        return import_table(
            desk, WHO, "a.csv", content.encode(), clock(), key=f"import {next(numbers)}", ask=ask, **options
        )

    return do


@pytest.mark.parametrize(
    ("answer", "saved"), [("y", True), ("YES ", True), ("", False), ("n", False), ("yep", False)]
)
def test_somebody_at_a_terminal_is_asked(
    at_terminal: Callable[..., int], ledger: Ledger, answer: str, saved: bool
) -> None:
    person = Person(answer)
    if saved:
        assert at_terminal(TABLE, person) == 0
    else:
        with pytest.raises(NotImportedError, match="Nothing was saved"):
            at_terminal(TABLE, person)
    assert person.asked == ["Save all 2? [y/N] "]
    assert bool(ledger.facts(WHO).activities) is saved


@pytest.mark.parametrize(
    ("answer", "day"), [("d", 1), ("m", 12), ("Month first", 12), ("", None), ("?", None)]
)
def test_the_order_is_asked_at_a_terminal(
    at_terminal: Callable[..., int], ledger: Ledger, answer: str, day: int | None
) -> None:
    person = Person(answer, "y")
    if day is None:
        with pytest.raises(NotImportedError):
            at_terminal(OPEN, person)
    else:
        at_terminal(OPEN, person)
    assert [one.done_on.day for one in ledger.facts(WHO).activities] == ([day] if day else [])


@pytest.mark.parametrize("anyway", [True, False])
def test_what_makes_a_date_worse_is_asked_about_once_more(
    at_terminal: Callable[..., int], ledger: Ledger, anyway: bool
) -> None:
    at_terminal("code,suspends,expires\nACP-620,2026-01-01,2026-04-01\n", Person("y"))
    before = ledger.facts(WHO)
    person = Person("y", "y" if anyway else "n")
    if anyway:
        at_terminal(WORSE, person)
    else:
        with pytest.raises(NotImportedError):
            at_terminal(WORSE, person)
    assert person.asked == ["Save it? [y/N] ", "Save it all the same? [y/N] "]
    assert (ledger.facts(WHO) != before) is anyway
    with closing(sqlite3.connect(ledger.path)) as db:
        rows = db.execute("SELECT answer FROM pending_changes").fetchall()
    assert rows == [("saved" if anyway else "cancelled",)]


def test_a_file_of_the_members_own_that_waits_stays(
    at_terminal: Callable[..., int], desk: Desk, ledger: Ledger
) -> None:
    with ledger.write() as writer:
        number = desk.importing.keep(writer, WHO, "own.csv", TABLE)
    at_terminal(OPEN, Person("d", "y"))
    with ledger.write() as writer:
        assert desk.importing.waiting(writer, WHO, number).name == "own.csv"


def test_a_member_is_named_by_slacks_ids() -> None:
    assert member_named("W0AB", "T1", []) == Member("T1", "W0AB")
    assert member_named("U1", None, ["T1"]) == WHO
    for member, workspace, known in (
        ("U1", None, ["T1", "T2"]),
        ("U1", None, []),
        ("u1", "T1", []),
        (None, "T1", []),
    ):
        with pytest.raises(NotImportedError) as refused:
            member_named(member, workspace, known)
        assert refused.value.is_call

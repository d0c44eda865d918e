"""What the ledger deletes for good: all rows of a member or a workspace, and every byte of them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from bot.ledger import Ledger, LoggedActivity, Member, Stored, TeamSettings
from bot.ledger.forgetting import OF_MEMBERS, OF_WORKSPACES
from rules import Kind

NOW = datetime(2025, 12, 2, 12, tzinfo=UTC)
ALICE, BOB, CARL = Member("T1", "UALICE"), Member("T1", "UBOB"), Member("T2", "UALICE")
NUMBERS = count(1)
# What a column takes where not just any text or number will do.
FITTING: dict[str, Any] = {
    "kind": "course", "tier": "none", "role": "member", "threshold": "30", "days": "30 7", "hour": 9,
    "digest_day": 1, "is_on": 1, "quiet_weekends": 0, "may_mention": 0, "helpful": 1, "target": 2,
    "at": NOW.isoformat(), "asked_at": NOW.isoformat(), "enrolled_at": NOW.isoformat(), "answer": None,
    "day_first": None, "undone_by": None, "ended_by": None, "entry": "x", "settled_with": None,
    "since_at": NOW.isoformat(), "units": None, "left_at": NOW.isoformat(),
}  # fmt: skip
STATES = {"activities": "logged", "outbox": "planned", "faq_questions": "open", "proofs": "waiting"}


def tables(db: sqlite3.Connection) -> dict[str, list[str]]:
    """Each of our tables with its columns."""
    names = db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "AND name NOT LIKE '_sqlite_%' AND name <> 'install_states'"  # of no workspace yet
    ).fetchall()
    return {name: [row[1] for row in db.execute(f"PRAGMA table_info({name})")] for (name,) in names}


def fill(db: sqlite3.Connection, who: Member) -> None:
    """A row about somebody in every table there is."""
    parents = ("members", "audit", "faq_questions", "teams")
    columns = tables(db)
    change = next(NUMBERS)
    for table in (*parents, *(name for name in columns if name not in parents)):
        row: dict[str, Any] = {}
        for column in columns[table]:
            if column == "workspace":
                row[column] = who.workspace
            elif column in ("member", "addressee"):
                row[column] = who.id
            elif column in ("id", "question", "added_by", "asked_by"):
                is_text = table in ("faq_questions", "faq_threads") and column == "question"
                row[column] = "why" if is_text else change
            elif column == "answer" and table == "requests":
                row[column] = "said"
            elif column == "channel":
                row[column] = f"D{who.id}" if table == "faq_threads" else f"C{who.id}"
            elif column == "state":
                row[column] = STATES[table]
            else:
                row[column] = FITTING.get(column, change)
        marks = ", ".join("?" * len(row))
        again = "OR IGNORE" if table in ("departures", "installations") else ""  # it has one row a workspace
        db.execute(f"INSERT {again} INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def rows_of(db: sqlite3.Connection, who: Member) -> dict[str, int]:
    """How many rows about somebody there are in each table that can have some."""
    found = {}
    for table, columns in tables(db).items():
        people = [column for column in ("member", "addressee") if column in columns]
        if people:
            either = " OR ".join(f"{column} = ?" for column in people)
            sql = f"SELECT count(*) FROM {table} WHERE workspace = ? AND ({either})"
            found[table] = db.execute(sql, [who.workspace, *[who.id] * len(people)]).fetchone()[0]
    return found


def all_rows(db: sqlite3.Connection, workspace: str) -> dict[str, int]:
    """How many rows of a workspace each table has."""
    return {
        table: db.execute(f"SELECT count(*) FROM {table} WHERE workspace = ?", [workspace]).fetchone()[0]
        for table in tables(db)
    }


@pytest.fixture
def db(ledger: Ledger) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as found:
        for who in (ALICE, BOB, CARL):
            fill(found, who)
        yield found


def test_every_table_belongs_to_a_workspace_and_is_deleted_with_it(db: sqlite3.Connection) -> None:
    columns = tables(db)
    assert set(columns) == {*OF_MEMBERS, *OF_WORKSPACES}
    assert all("workspace" in names for names in columns.values())


def test_every_table_about_people_is_deleted_with_a_member(db: sqlite3.Connection) -> None:
    about_people = {name for name, names in tables(db).items() if {"member", "addressee"} & set(names)}
    assert about_people == set(OF_MEMBERS)


def test_nothing_of_a_member_is_left_and_all_of_others(ledger: Ledger, db: sqlite3.Connection) -> None:
    bob, carl = rows_of(db, BOB), all_rows(db, "T2")
    assert set(rows_of(db, ALICE).values()) == {1}
    with ledger.erasing() as erasing:
        erasing.forget(ALICE)
    assert set(rows_of(db, ALICE).values()) == {0}
    assert rows_of(db, BOB) == bob
    assert all_rows(db, "T2") == carl
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_others_were_to_be_told_of_a_member_goes_and_what_a_channel_is_told_of_others_stays(
    ledger: Ledger, db: sqlite3.Connection
) -> None:
    for addressee, member in (("C1", "UALICE"), ("C1", "UBOB"), ("UALICE", "UBOB")):
        db.execute(
            "INSERT INTO outbox (workspace, addressee, member, code, threshold, suspends_on, due_at, state) "
            "VALUES ('T1', ?, ?, 'ACP-620', '7', '2026-01-01', '2025-12-25', 'planned')",
            [addressee, member],
        )
    with ledger.erasing() as erasing:
        erasing.forget(ALICE)
    left = db.execute("SELECT addressee, member FROM outbox WHERE workspace = 'T1' ORDER BY 1, 2").fetchall()
    assert left == [("C1", "UBOB"), ("UBOB", "UBOB")]


def test_the_last_questions_of_direct_messages_go_and_those_of_channels_stay(
    ledger: Ledger, db: sqlite3.Connection
) -> None:
    db.execute("INSERT INTO faq_threads VALUES ('T1', 'C1', '1.0', 'why', NULL, ?)", [NOW.isoformat()])
    with ledger.erasing() as erasing:
        erasing.forget(ALICE)
    threads = db.execute("SELECT workspace, channel FROM faq_threads ORDER BY 1, 2").fetchall()
    assert threads == [("T1", "C1"), ("T2", "DUALICE")]


def test_a_team_goes_on_under_its_longest_standing_member_and_one_without_any_ends(ledger: Ledger) -> None:
    with ledger.write() as writer:
        for channel in ("C1", "C2"):
            writer.teams.start(ALICE, TeamSettings(channel), "Alice", NOW)
            writer.teams.set_target("T1", channel, "ACP-620", 3)
        writer.teams.join(BOB, "C1", "Bob", NOW + timedelta(days=1))
        writer.teams.invite(BOB, "C2", "Bob", NOW)
    with ledger.erasing() as erasing:
        left = erasing.forget(ALICE)
    assert [(one.channel, one.new_lead and one.new_lead.member_id, one.is_over) for one in left] == [
        ("C1", "UBOB", False),
        ("C2", None, True),
    ]
    with ledger.teams() as teams:
        assert [one.member_id for one in teams.members("T1", "C1")] == ["UBOB"]
        assert teams.targets("T1", "C1") == {"ACP-620": 3}
        assert teams.settings("T1", "C2") is None
        assert teams.targets("T1", "C2") == {}
        assert teams.invited("T1", "C2") == 0


def test_nothing_of_a_workspace_is_left_and_all_of_others(ledger: Ledger, db: sqlite3.Connection) -> None:
    others = all_rows(db, "T2")
    with ledger.erasing() as erasing:
        erasing.forget_workspace("T1")
    assert set(all_rows(db, "T1").values()) == {0}
    assert all_rows(db, "T2") == others
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_is_kept_is_counted_by_its_kind(ledger: Ledger, db: sqlite3.Connection) -> None:
    with ledger.forgetting() as kept:
        found = kept.stored(ALICE)
        assert kept.stored(Member("T1", "UNOBODY")) == Stored()
        assert kept.stored(Member("T1", "UNOBODY")).is_nothing
    assert found == Stored(NOW, found.last_change, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3)
    assert found.last_change > 0


# What is never there without a change or a member's row.
BESIDES = {"portal_dates", "standings", "portal_questions"}


@pytest.mark.parametrize("table", OF_MEMBERS)
def test_nobody_is_told_that_nothing_is_kept_while_there_is_a_row(
    ledger: Ledger, db: sqlite3.Connection, table: str
) -> None:
    for other in OF_MEMBERS:
        if other != table:
            db.execute(f"DELETE FROM {other} WHERE workspace = 'T1' AND member = 'UALICE'")
    with ledger.forgetting() as kept:
        assert kept.stored(ALICE).is_nothing is (table in BESIDES)


def test_the_references_are_looked_after_again_once_it_is_through(ledger: Ledger) -> None:
    with ledger.erasing() as erasing:
        erasing.forget(ALICE)
    with pytest.raises(sqlite3.IntegrityError), ledger.write() as writer:
        writer.add_activity(ALICE, LoggedActivity(1, Kind.COURSE, date(2025, 1, 1), "Jira"), 99)


def test_an_erasing_that_fails_deletes_nothing(ledger: Ledger, db: sqlite3.Connection) -> None:
    before = rows_of(db, ALICE)

    def forget_and_fail() -> None:
        with ledger.erasing() as erasing:
            erasing.forget(ALICE)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        forget_and_fail()
    assert rows_of(db, ALICE) == before
    with pytest.raises(sqlite3.IntegrityError), ledger.write() as writer:
        writer.add_activity(CARL, LoggedActivity(7, Kind.COURSE, date(2025, 1, 1), "Jira"), 99_999)


# Bytes


def bytes_of(ledger: Ledger, text: str) -> int:
    """How often a text stands in the database's file and in what waits beside it."""
    files = [Path(ledger.path), *Path(ledger.path).parent.glob("*.db-*")]
    return sum(file.read_bytes().count(text.encode()) for file in files)


def test_no_byte_of_a_member_is_left_in_the_file_or_beside_it(ledger: Ledger) -> None:
    """Among many others' rows, so that pages were split, filled, emptied and filled again."""
    people = [Member("T1", f"U{number}") for number in range(12)]
    for number in range(40):
        for who in people:
            title = f"Title of {who.id}: " + f"{number} " * (number * 5 % 50)
            with ledger.write() as writer:
                change = writer.begin_change(who, "add activity", f"activity {number}", NOW)
                place = writer.next_number(who, NOW)
                if place > 1 and number % 3 == 0:
                    writer.end_activity(who, place - 1, change)
                writer.add_activity(who, LoggedActivity(place, Kind.COURSE, date(2025, 1, 1), title), change)
                writer.keep_answer(
                    who, f"{who.id} {number}", f"Logged {title}", NOW + timedelta(hours=number)
                )
    assert bytes_of(ledger, "Title of U7:") > 40
    with ledger.erasing() as erasing:
        erasing.forget(people[7])
    assert ledger.empty_log()
    assert bytes_of(ledger, "Title of U7:") == 0
    assert bytes_of(ledger, "Title of U8:") > 40


def test_what_is_written_over_every_day_leaves_no_bytes_either(ledger: Ledger) -> None:
    with ledger.write() as writer:
        writer.keep_answer(BOB, "k1", "a secret answer", NOW)
    with ledger.write() as writer:
        writer.keep_answer(BOB, "k2", "another", NOW + timedelta(days=2))
    assert ledger.empty_log()
    assert bytes_of(ledger, "a secret answer") == 0


def test_while_somebody_reads_the_log_cannot_be_emptied(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.ledger.store.BUSY_MS", 50)
    with ledger.write() as writer:
        writer.keep_answer(BOB, "k1", "one", NOW)
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM requests").fetchall()
        with ledger.write() as writer:
            writer.keep_answer(BOB, "k2", "two", NOW)
        assert not ledger.empty_log()
        reader.execute("COMMIT")
        assert ledger.empty_log()


# Speed


def test_a_member_is_forgotten_as_quickly_among_many(ledger: Ledger) -> None:
    """Looking for what refers to each change would go through everybody's facts, once for each."""
    with ledger.write() as writer:
        change = writer.begin_change(ALICE, "import", "bench", NOW)
        for _ in range(400):
            writer.begin_change(BOB, "add activity", "activity 1", NOW)
    with closing(sqlite3.connect(ledger.path)) as db:
        one = ("T1", "UALICE", "course", "2025-01-01", "x", "logged", change)
        db.executemany(
            "INSERT INTO activities (workspace, member, kind, done_on, title, state, added_by, number) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            ((*one, number) for number in range(1, 50_000)),
        )
        db.commit()
    start = perf_counter()
    with ledger.erasing() as erasing:
        erasing.forget(BOB)
    assert perf_counter() - start < 0.5  # a hundred times what it takes, and a fraction of what it would


# Departures


def test_departures_are_noted_once_and_taken_back(ledger: Ledger) -> None:
    with ledger.write() as writer:
        writer.forgetting.note_departure("T1", NOW)
        writer.forgetting.note_departure("T1", NOW + timedelta(days=1))
        writer.forgetting.note_departure("T2", NOW - timedelta(days=1))
    with ledger.forgetting() as kept:
        assert kept.left_at("T1") == NOW
        assert kept.left_at("T3") is None
        assert kept.departed(NOW) == ("T2", "T1")
        assert kept.departed(NOW - timedelta(seconds=1)) == ("T2",)
    with ledger.write() as writer:
        writer.forgetting.take_back_departure("T1")
    with ledger.forgetting() as kept:
        assert kept.left_at("T1") is None
        assert kept.departed(NOW) == ("T2",)

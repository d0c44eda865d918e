"""The database as a file: its schema, how it is opened, and what trouble with it does to what is kept."""

import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from bot.ledger import (
    Ledger,
    LedgerBusyError,
    LedgerDamagedError,
    LedgerError,
    LedgerFullError,
    LedgerNewerError,
    LedgerNotOursError,
    LedgerReadOnlyError,
    LedgerUnavailableError,
    LoggedActivity,
    Member,
    Writer,
)
from rules import Kind

NOW = datetime(2025, 12, 2, 9, 30, tzinfo=UTC)
ALICE = Member("T1", "UALICE")

# People's own queries stand on these names, as docs/database.md describes them.
SCHEMA = {
    "members": ["workspace", "member", "timezone", "timezone_checked_at", "enrolled_at", "last_number"],
    "audit": ["id", "workspace", "member", "action", "subject", "at", "undone_by"],
    "credentials": ["workspace", "member", "code", "earned_on", "added_by", "ended_by"],
    "portal_dates": [
        "workspace",
        "member",
        "code",
        "suspends_on",
        "expires_on",
        "cycle_started_on",
        "confirmed_on",
        "added_by",
        "ended_by",
    ],
    "activities": [
        "workspace",
        "member",
        "number",
        "kind",
        "done_on",
        "title",
        "units",
        "state",
        "link",
        "added_by",
        "ended_by",
    ],
    "proofs": [
        "workspace",
        "member",
        "number",
        "file",
        "name",
        "media_type",
        "size",
        "state",
        "content_hash",
        "reason",
        "given_at",
        "due_at",
        "tries",
        "claimed_by",
        "leased_until",
        "added_by",
        "ended_by",
    ],
    "exams": ["workspace", "member", "code", "passed_on", "added_by", "ended_by"],
    "requests": ["id", "workspace", "key", "member", "answer", "at"],
    "pending_changes": [
        "id",
        "workspace",
        "member",
        "command",
        "words",
        "typed_on",
        "shown",
        "asked_at",
        "answer",
    ],
    "portal_questions": ["workspace", "member", "code", "renewed_on", "asked_by", "answer"],
    "faq_channels": ["workspace", "channel", "switched_on_at"],
    "faq_threads": ["workspace", "channel", "thread", "question", "entry", "asked_at"],
    "faq_questions": [
        "workspace",
        "id",
        "question",
        "tier",
        "entry",
        "asked_on",
        "passed_on",
        "state",
        "settled_with",
    ],
    "faq_votes": ["workspace", "question", "member", "helpful"],
    "faq_phrasings": ["workspace", "phrasing", "entry", "question", "accepted_at"],
    "reminders": [
        "workspace",
        "member",
        "is_on",
        "days",
        "hour",
        "quiet_weekends",
        "may_mention",
        "snoozed_until",
    ],
    "teams": ["workspace", "channel", "days", "digest_day", "hour", "timezone", "started_at"],
    "team_members": ["workspace", "channel", "member", "role", "name", "since_at"],
    "team_targets": ["workspace", "channel", "code", "target"],
    "outbox": [
        "workspace",
        "addressee",
        "member",
        "code",
        "threshold",
        "suspends_on",
        "due_at",
        "state",
        "claimed_by",
        "leased_until",
        "attempts",
        "reason",
        "settled_at",
    ],
    "pending_imports": ["id", "workspace", "member", "name", "content", "day_first", "asked_at"],
    "calendars": ["workspace", "member", "address_hash", "made_at"],
    "departures": ["workspace", "left_at"],
    "installations": [
        "workspace",
        "name",
        "bot_user",
        "bot",
        "scopes",
        "sealed",
        "expires_at",
        "installed_at",
        "rotated_by",
        "rotating_until",
    ],
    "install_states": ["state_hash", "expires_at"],
    "standings": [
        "workspace",
        "member",
        "code",
        "policy",
        "as_of",
        "holds_before",
        "level",
        "started_on",
        "suspends_on",
        "expires_on",
        "last_safe_day",
        "dates",
        "credited",
        "required",
        "exam_opens_on",
        "exam_closes_on",
        "courses",
        "global_events",
        "local_events",
        "presentations",
        "warnings",
    ],
}

# What a process of its own does with the ledger in argv[1].
WRITER = """
import sys
from datetime import UTC, date, datetime
from bot.ledger import Ledger, LoggedActivity, Member
from rules import Kind

NOW, ALICE = datetime(2025, 12, 2, 9, 30, tzinfo=UTC), Member("T1", "UALICE")

def log(writer, title):
    change = writer.begin_change(ALICE, "add activity", "activity", NOW)
    number = writer.next_number(ALICE, NOW)
    writer.add_activity(ALICE, LoggedActivity(number, Kind.COURSE, date(2025, 12, 1), title), change)
"""


def log(writer: Writer, title: str, who: Member = ALICE) -> None:
    change = writer.begin_change(who, "add activity", "activity", NOW)
    number = writer.next_number(who, NOW)
    writer.add_activity(who, LoggedActivity(number, Kind.COURSE, date(2025, 12, 1), title), change)


def log_many(writer: Writer) -> None:
    """More than the pages there are can hold."""
    for number in range(1000):
        log(writer, f"lost {number}" * 20)


def titles(ledger: Ledger, who: Member = ALICE) -> list[str]:
    return [activity.title for activity in ledger.facts(who).activities]


def started(program: str, *arguments: str) -> "subprocess.Popen[str]":
    """Another process, in the middle of its program: it has said a line and waits for one."""
    found = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert found.stdout
    found.stdout.readline()
    return found


# The schema


def test_tables_and_columns_are_those_people_rely_on(ledger: Ledger) -> None:
    with closing(Database(ledger.path)) as db:
        found = {name: list(db[name].columns_dict) for name in db.table_names() if name[0] != "_"}
    assert found == SCHEMA


def test_the_description_of_the_database_names_every_table_and_column() -> None:
    described = (Path(__file__).parents[1] / "docs" / "database.md").read_text("utf-8")
    words = set(re.findall(r"[a-z_]+", described))
    assert {name for table, columns in SCHEMA.items() for name in (table, *columns)} - words == set()


def test_every_table_takes_only_values_of_its_types(ledger: Ledger) -> None:
    with closing(sqlite3.connect(ledger.path)) as connection:
        strict = dict(connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'"))
    assert {name for name in SCHEMA if strict[name] != 1} == set()


def test_every_table_of_facts_and_standings_begins_its_key_with_the_workspace(ledger: Ledger) -> None:
    with closing(Database(ledger.path)) as db:
        for name in SCHEMA.keys() - {"install_states"}:  # of nobody yet
            keys = [tuple(index.columns) for index in db[name].indexes] + [tuple(db[name].pks)]
            assert any(key[0] == "workspace" for key in keys), name


@pytest.mark.parametrize(
    "sql",
    [
        (
            "INSERT INTO activities (workspace, member, number, kind, done_on, title, state, added_by) "
            "VALUES ('T1', 'UALICE', 5, 'nap', '2025-12-01', 'x', 'logged', 1)"
        ),
        (
            "INSERT INTO activities (workspace, member, number, kind, done_on, title, state, added_by) "
            "VALUES ('T1', 'UALICE', 5, 'course', '2025-12-01', 'x', 'lost', 1)"
        ),
        (
            "INSERT INTO activities (workspace, member, number, kind, done_on, title, state, added_by, units)"
            " VALUES ('T1', 'UALICE', 5, 'course', '2025-12-01', 'x', 'logged', 1, 0)"
        ),
        (
            "INSERT INTO activities (workspace, member, number, kind, done_on, title, state, added_by) "
            "VALUES ('T1', 'UALICE', 1, 'course', '2025-12-01', 'x', 'logged', 1)"
        ),
        (
            "INSERT INTO activities (workspace, member, number, kind, done_on, title, state, added_by) "
            "VALUES ('T1', 'UNOBODY', 1, 'course', '2025-12-01', 'x', 'logged', 1)"
        ),
        (
            "INSERT INTO exams (workspace, member, code, passed_on, added_by) "
            "VALUES ('T1', 'UALICE', 'ACP-620', '2025-12-01', 999)"
        ),
        "UPDATE members SET last_number = 'many'",
        "UPDATE activities SET title = NULL",
        "DELETE FROM audit",
        "DELETE FROM members",
    ],
)
def test_the_database_itself_refuses_what_cannot_be(ledger: Ledger, sql: str) -> None:
    with ledger.write() as writer:
        log(writer, "One")
    with pytest.raises(sqlite3.IntegrityError), ledger.write():
        ledger._db().execute(sql)
    assert titles(ledger) == ["One"]


def test_every_thread_has_a_connection_of_its_own_with_the_same_settings(ledger: Ledger) -> None:
    found: dict[int, tuple[object, ...]] = {}
    ready = threading.Barrier(3)

    def look(place: int) -> None:
        db = ledger._db()
        ready.wait(10)  # all connections are open at once
        pragmas = ("journal_mode", "synchronous", "foreign_keys")
        settings = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
        found[place] = (id(db), *settings)
        ready.wait(10)
        ledger.close()

    threads = [threading.Thread(target=look, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    look_here = ledger._db()
    ready.wait(10)
    ready.wait(10)
    for thread in threads:
        thread.join()
    full = 2
    assert [settings for _, *settings in found.values()] == [["wal", full, 1]] * 2
    assert len({id(look_here), *(one for one, *_ in found.values())}) == 3
    assert look_here.execute("PRAGMA synchronous").fetchone()[0] == full
    assert look_here.execute("PRAGMA foreign_keys").fetchone()[0] == 1


# Opening


def test_migrations_are_applied_once(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    for _ in range(3):
        Ledger(path).close()
    with closing(Database(path)) as db:
        applied = [(row["migration_set"], row["name"]) for row in db["_sqlite_migrations"].rows]
    assert applied == [
        ("ce-bot", "m001_facts"),
        ("ce-bot", "m002_questions"),
        ("ce-bot", "m003_faq"),
        ("ce-bot", "m004_reminders"),
        ("ce-bot", "m005_files"),
        ("ce-bot", "m006_proofs"),
        ("ce-bot", "m007_installations"),
    ]


def test_a_second_start_does_not_write(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    ledger = Ledger(path)
    with ledger.write() as writer:
        log(writer, "One")
    ledger.close()
    before = path.read_bytes()
    again = Ledger(path)
    assert titles(again) == ["One"]
    wal = path.with_name("a.db-wal")
    assert not wal.exists() or wal.stat().st_size == 0
    again.close()
    assert path.read_bytes() == before


def test_missing_folders_are_made_and_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "a b" / "ü?#%20" / "ce-bot.db"
    Ledger(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size > 0


def test_a_relative_path_and_an_empty_file_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.db").touch()
    ledger = Ledger("empty.db")
    with ledger.write() as writer:
        log(writer, "One")
    assert titles(ledger) == ["One"]
    ledger.close()


def refused(path: Path, expected: type[LedgerError]) -> str:
    """The message with which a path is refused; the error is of exactly this class."""
    with pytest.raises(LedgerError) as caught:
        Ledger(path)
    assert type(caught.value) is expected
    message = str(caught.value)
    assert str(path) in message
    assert message.endswith(".")
    return message


def test_the_database_of_a_newer_version_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Ledger(path).close()
    with closing(Database(path)) as db:
        db["_sqlite_migrations"].insert(
            {"migration_set": "ce-bot", "name": "m999_teams", "applied_at": NOW.isoformat()}
        )
    before = path.read_bytes()
    assert "m999_teams" in refused(path, LedgerNewerError)
    assert path.read_bytes() == before


def other_program(path: Path) -> None:
    with closing(Database(path)) as db:
        db["notes"].insert({"text": "dear diary"})


def other_program_with_migrations(path: Path) -> None:
    migrations = Migrations("someone-else")

    @migrations()
    def m001(db: Database) -> None:
        db["notes"].insert({"text": "dear diary"})

    with closing(Database(path)) as db:
        migrations.apply(db)


@pytest.mark.parametrize("make", [other_program, other_program_with_migrations])
def test_the_database_of_another_program_is_left_as_it_is(tmp_path: Path, make) -> None:
    path = tmp_path / "notes.db"
    make(path)
    before = path.read_bytes()
    refused(path, LedgerNotOursError)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["notes.db"]


@pytest.mark.parametrize(
    "content", [b"xy", b"Dear diary,\n" * 300, bytes(5000)], ids=["short", "text", "zeros"]
)
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    refused(path, LedgerDamagedError)
    assert path.read_bytes() == content


def test_a_flipped_header_is_named_as_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Ledger(path).close()
    content = bytearray(path.read_bytes())
    content[3] ^= 0xFF
    path.write_bytes(content)
    refused(path, LedgerDamagedError)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    refused(tmp_path, LedgerUnavailableError)


def test_a_place_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused(tmp_path / "file" / "a.db", LedgerUnavailableError)
    refused(Path("/proc/none/a.db"), LedgerUnavailableError)


def test_processes_that_start_at_once_share_one_new_file(tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    program = WRITER + "\nprint('ready', flush=True); input()\nledger = Ledger(sys.argv[1])\n"
    program += "with ledger.write() as writer:\n    log(writer, 'x')\n"
    processes = [started(program, path) for _ in range(3)]
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=20)[1] for process in processes] == ["", "", ""]
    ledger = Ledger(path)
    assert titles(ledger) == ["x"] * 3
    ledger.close()


# Trouble while it runs


def test_a_lock_held_elsewhere_is_waited_for_in_vain_for_no_more_than_2_seconds(ledger: Ledger) -> None:
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(LedgerBusyError), ledger.write() as writer:
            log(writer, "lost")
        took = time.monotonic() - began
        assert titles(ledger) == []
        other.execute("COMMIT")
    assert 0.5 < took < 2
    with ledger.write() as writer:
        log(writer, "kept")
    assert titles(ledger) == ["kept"]


def outcome_of_a_write_in_another_thread(ledger: Ledger) -> tuple[str, float]:
    """How a write ends that begins now, and after how long."""
    ends: list[str] = []

    def write() -> None:
        try:
            with ledger.write() as writer:
                log(writer, "saved")
            ends.append("saved")
        except LedgerBusyError:
            ends.append("busy")
        finally:
            ledger.close()

    began = time.monotonic()
    thread = threading.Thread(target=write)
    thread.start()
    thread.join(10)
    return ends[0], time.monotonic() - began


def test_a_write_of_another_thread_is_waited_for_no_longer(ledger: Ledger) -> None:
    with ledger.write():
        end, took = outcome_of_a_write_in_another_thread(ledger)
    assert end == "busy"
    assert took < 2
    assert titles(ledger) == []


def test_waiting_for_a_thread_and_then_for_a_process_takes_no_longer_together(ledger: Ledger) -> None:
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ledger._writing.acquire()
        letting_go = threading.Timer(1.0, ledger._writing.release)
        letting_go.start()
        end, took = outcome_of_a_write_in_another_thread(ledger)
        letting_go.join()
        other.execute("ROLLBACK")
    assert end == "busy"
    assert 1.0 < took < 2.4
    assert titles(ledger) == []


def test_a_lock_that_is_let_go_in_time_is_waited_for(ledger: Ledger) -> None:
    other = sqlite3.connect(ledger.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    letting_go = threading.Timer(0.2, lambda: other.execute("COMMIT"))
    letting_go.start()
    with ledger.write() as writer:
        log(writer, "kept")
    letting_go.join()
    other.close()
    assert titles(ledger) == ["kept"]


def test_a_reader_does_not_wait_for_a_writer(ledger: Ledger) -> None:
    with closing(sqlite3.connect(ledger.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        assert titles(ledger) == []
        assert time.monotonic() - began < 0.5
        other.execute("ROLLBACK")


def test_a_full_disk_saves_nothing_by_halves_and_passes(ledger: Ledger) -> None:
    with ledger.write() as writer:
        log(writer, "kept")
    db = ledger._db()
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerFullError), ledger.write() as writer:
        log_many(writer)
    assert titles(ledger) == ["kept"]
    assert not db.conn.in_transaction
    db.execute("PRAGMA max_page_count = 1000000")
    with ledger.write() as writer:
        log(writer, "kept, too")
    assert [(one.number, one.title) for one in ledger.facts(ALICE).activities] == [
        (1, "kept"),
        (2, "kept, too"),
    ]


def test_a_database_that_cannot_be_written_to_can_still_be_read(ledger: Ledger) -> None:
    with ledger.write() as writer:
        log(writer, "kept")
    ledger._db().execute("PRAGMA query_only = ON")
    with pytest.raises(LedgerReadOnlyError), ledger.write() as writer:
        log(writer, "lost")
    assert titles(ledger) == ["kept"]
    ledger._db().execute("PRAGMA query_only = OFF")
    with ledger.write() as writer:
        log(writer, "kept, too")
    assert titles(ledger) == ["kept", "kept, too"]


def test_damage_found_by_a_new_connection_is_named_and_passes_with_the_file_restored(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    ledger = Ledger(path)
    with ledger.write() as writer:
        log(writer, "kept")
    ledger.close()
    shutil.copy(path, tmp_path / "backup.db")
    path.write_bytes(b"\xff" * path.stat().st_size)
    with pytest.raises(LedgerDamagedError):
        ledger.facts(ALICE)
    with pytest.raises(LedgerDamagedError), ledger.write() as writer:
        log(writer, "lost")
    shutil.copy(tmp_path / "backup.db", path)
    with ledger.write() as writer:
        log(writer, "kept, too")
    assert titles(ledger) == ["kept", "kept, too"]
    ledger.close()


def test_a_file_taken_away_is_not_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    ledger = Ledger(path)
    ledger.close()
    path.unlink()
    with pytest.raises(LedgerUnavailableError):
        ledger.facts(ALICE)
    assert not path.exists()


def test_errors_that_are_not_the_databases_pass_as_they_are(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.write():
        raise ZeroDivisionError
    with pytest.raises(sqlite3.OperationalError), ledger.write():
        ledger._db().execute("SELECT * FROM nowhere")
    with ledger.write() as writer:
        log(writer, "kept")


# Loss


def test_a_killed_process_loses_nothing_saved_and_leaves_nothing_unsaved(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    program = WRITER + (
        "import os\n"
        "ledger = Ledger(sys.argv[1])\n"
        "with ledger.write() as writer:\n    log(writer, 'saved')\n"
        "with ledger.write() as writer:\n"
        "    for number in range(3000):\n        log(writer, 'unsaved' * 20)\n"
        "    os._exit(9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (9, b"")
    ledger = Ledger(path)
    assert titles(ledger) == ["saved"]
    assert ledger._db().execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    with ledger.write() as writer:
        log(writer, "after")
    assert [activity.number for activity in ledger.facts(ALICE).activities] == [1, 2]
    ledger.close()


def test_threads_writing_at_once_lose_nothing(ledger: Ledger) -> None:
    failures: list[Exception] = []

    def write(name: str) -> None:
        try:
            for number in range(25):
                with ledger.write() as writer:
                    log(writer, f"{name}.{number}")
        except Exception as error:
            failures.append(error)
        finally:
            ledger.close()

    threads = [threading.Thread(target=write, args=(str(name),)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    facts = ledger.facts(ALICE)
    assert [activity.number for activity in facts.activities] == list(range(1, 201))
    assert {activity.title for activity in facts.activities} == {
        f"{name}.{number}" for name in range(8) for number in range(25)
    }


def test_processes_writing_at_once_lose_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "a.db")
    program = WRITER + (
        "ledger = Ledger(sys.argv[1])\nprint('ready', flush=True); input()\n"
        "for number in range(50):\n"
        "    with ledger.write() as writer:\n"
        "        ledger.facts(ALICE)\n"  # who reads first must have the right to write already
        "        log(writer, f'{sys.argv[2]}.{number}')\n"
    )
    processes = [started(program, path, name) for name in "ab"]
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate(timeout=20)[1] for process in processes] == ["", ""]
    ledger = Ledger(path)
    assert sorted(titles(ledger)) == sorted(f"{name}.{number}" for name in "ab" for number in range(50))
    assert [activity.number for activity in ledger.facts(ALICE).activities] == list(range(1, 101))
    ledger.close()

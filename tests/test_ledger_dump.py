"""Everything as JSON Lines: out of one database and into a new one, whole or not at all."""

import io
import json
import shutil
import sqlite3
import tempfile
import threading
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odd_databases import newer, of_another_program
from sqlite_utils import Database

from bot.ledger import (
    Ledger,
    LedgerBusyError,
    LedgerDamagedError,
    LedgerError,
    LedgerNewerError,
    LedgerNotOursError,
    LedgerUnavailableError,
    LoggedActivity,
    Member,
)
from bot.ledger.backup import restore
from bot.ledger.contents import Contents
from bot.ledger.dump import MOST_BYTES, DumpError, _tables, begins_a_dump, dump, load
from bot.ledger.files import FileRefusedError
from bot.ledger.migrations import migrations
from bot.ledger.opening import NAMES
from rules import Credential, ExamPass, History, Kind, Policy, PortalDates, State, fingerprint, standings

NOW = datetime(2025, 12, 2, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
TODAY = date(2025, 12, 2)
ALICE, BOB = Member("T1", "UALICE"), Member("T1", "UBOB")
HEAD = {"ce_bot": "0.1.0", "policy": "abc"}

# A row of each table that no member's words below bring.
OTHERS = {
    "requests": {
        "id": 7,
        "workspace": "T1",
        "key": "k",
        "member": "UALICE",
        "answer": "{}",
        "at": "2025-12-02T09:30:00+00:00",
    },
    "pending_changes": {
        "id": 3,
        "workspace": "T1",
        "member": "UALICE",
        "command": "remove",
        "words": "1",
        "typed_on": "2025-12-02",
        "shown": "f",
        "asked_at": "2025-12-02T09:30:00+00:00",
    },
    "portal_questions": {
        "workspace": "T1",
        "member": "UALICE",
        "code": "ACP-620",
        "renewed_on": "2025-12-01",
        "asked_by": 1,
    },
    "faq_channels": {"workspace": "T1", "channel": "C1", "switched_on_at": "2025-12-02T09:30:00+00:00"},
    "faq_threads": {
        "workspace": "T1",
        "channel": "C1",
        "thread": "1.2",
        "question": "?",
        "asked_at": "2025-12-02T09:30:00+00:00",
    },
    "faq_questions": {
        "workspace": "T1",
        "id": 9,
        "question": "?",
        "tier": "not covered",
        "asked_on": "2025-12-02",
    },
    "faq_votes": {"workspace": "T1", "question": 9, "member": "UALICE", "helpful": 0},
    "faq_phrasings": {
        "workspace": "T1",
        "phrasing": "p",
        "entry": "e",
        "question": 9,
        "accepted_at": "2025-12-02T09:30:00+00:00",
    },
    "reminders": {
        "workspace": "T1",
        "member": "UALICE",
        "is_on": 1,
        "days": "30 7",
        "hour": 9,
        "quiet_weekends": 0,
        "may_mention": 1,
    },
    "teams": {
        "workspace": "T1",
        "channel": "C1",
        "days": "30",
        "hour": 9,
        "timezone": "UTC",
        "started_at": "2025-12-02T09:30:00+00:00",
    },
    "team_members": {
        "workspace": "T1",
        "channel": "C1",
        "member": "UALICE",
        "role": "lead",
        "name": "Alice",
        "since_at": "2025-12-02T09:30:00+00:00",
    },
    "team_targets": {"workspace": "T1", "channel": "C1", "code": "ACP-620", "target": 3},
    "outbox": {
        "workspace": "T1",
        "addressee": "UALICE",
        "member": "UALICE",
        "code": "ACP-620",
        "threshold": "30",
        "suspends_on": "2026-01-01",
        "due_at": "2025-12-03T09:00:00+00:00",
        "state": "parked",
        "attempts": 2,
        "reason": "user_disabled",
    },
    "pending_imports": {
        "id": 4,
        "workspace": "T1",
        "member": "UALICE",
        "name": "my.csv",
        "content": 'kind;title\r\ncourse;"two\nlines"\r\n',
        "asked_at": "2025-12-02T09:30:00+00:00",
    },
    "calendars": {
        "workspace": "T1",
        "member": "UALICE",
        "address_hash": "h",
        "made_at": "2025-12-02T09:30:00+00:00",
    },
    "departures": {"workspace": "T2", "left_at": "2025-12-02T09:30:00+00:00"},
    "proofs": {
        "workspace": "T1",
        "member": "UALICE",
        "number": 1,
        "file": "F1",
        "name": "a.png",
        "media_type": "image/png",
        "size": 9,
        "state": "waiting",
        "given_at": "2025-12-02T09:30:00+00:00",
        "due_at": "2025-12-02T09:30:00+00:00",
        "added_by": 1,
    },
}


def fill(ledger: Ledger, policy: Policy) -> None:
    """Something in every table."""
    with ledger.write() as writer:
        writer.set_timezone(ALICE, "Europe/Berlin", NOW)
        change = writer.begin_change(ALICE, "add certification", "ACP-620", NOW)
        writer.add_credential(ALICE, "ACP-620", date(2024, 1, 1), change)
        writer.add_credential(ALICE, "ACA-100", None, change)
        shown = PortalDates(date(2026, 1, 1), None, TODAY, None)
        writer.add_portal_dates(ALICE, "ACA-100", shown, change)
        activity = LoggedActivity(
            writer.next_number(ALICE, NOW),
            Kind.PRESENTATION,
            TODAY,
            "Größe 🎉 \u2028 \x00 \"quoted\" 'and' \\ <&>",
            30,
            State.ENTERED,
            "https://example.com/?a=1&b=2",
        )
        writer.add_activity(ALICE, activity, change)
        writer.add_exam(ALICE, ExamPass("ACP-620", TODAY), change)
        last = writer.change(ALICE)
        assert last
        writer.undo(ALICE, last, NOW)  # so that a change names a later one
        change = writer.begin_change(ALICE, "add certification", "ACP-620", NOW)
        writer.add_credential(ALICE, "ACP-620", date(2024, 1, 1), change)
        found = standings(History(TODAY, (Credential("ACP-620", date(2024, 1, 1)),), (), ()), policy)
        writer.keep_standings(ALICE, found, policy=fingerprint(policy), as_of=TODAY, holds_before=None)
        for table, row in OTHERS.items():
            ledger._db()[table].insert(row)


@pytest.fixture
def database(tmp_path: Path, empty_database: Path, policy: Policy) -> Path:
    path = Path(shutil.copy(empty_database, tmp_path / "a.db"))
    with closing(Ledger(path)) as ledger:
        fill(ledger, policy)
    return path


def exported(database: Path, at: datetime = NOW) -> bytes:
    out = io.BytesIO()
    dump(database, out, **HEAD, at=at)
    return out.getvalue()


def imported(content: bytes, database: Path) -> Contents:
    return load(io.BytesIO(content), "in.jsonl", database, at=NOW)


def lines_of(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def content_of(lines: list[dict[str, Any]]) -> bytes:
    """Lines as a file, without the digest, as somebody makes them who changes them on purpose."""
    lines[-1].pop("sha256", None)
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


def refused(content: bytes, database: Path, error: type[LedgerError] = DumpError) -> str:
    """The sentence with which a file is refused; nothing was made of it."""
    before = sorted(found.name for found in database.parent.iterdir())
    with pytest.raises(LedgerError) as caught:
        imported(content, database)
    assert type(caught.value) is error
    assert sorted(found.name for found in database.parent.iterdir()) == before
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


# There and back


def test_everything_goes_there_and_back(tmp_path: Path, database: Path) -> None:
    first = exported(database)
    contents = imported(first, tmp_path / "b.db")
    second = exported(tmp_path / "b.db", at=LATER)
    assert second.splitlines()[1:] == first.splitlines()[1:]
    before, after = json.loads(first.splitlines()[0]), json.loads(second.splitlines()[0])
    assert before.pop("exported_at") == "2025-12-02T09:30:00+00:00"
    assert after.pop("exported_at") == "2026-01-05T07:00:00+00:00"
    assert before == after
    assert contents == Contents(1, 0, len(first.splitlines()) - 2, NOW)
    with closing(Ledger(database)) as old, closing(Ledger(tmp_path / "b.db")) as new:
        assert new.facts(ALICE) == old.facts(ALICE)
        assert new.kept_standings(ALICE, TODAY) == old.kept_standings(ALICE, TODAY)
        assert new.timezone(ALICE) == ("Europe/Berlin", NOW)


def test_every_table_there_is_goes_along_but_those_with_tokens(database: Path) -> None:
    counts = lines_of(exported(database))[-1]["rows"]
    with closing(Database(database)) as db:
        tables = {name for name in db.table_names() if name[0] != "_"}
    assert tables - set(counts) == {"installations", "install_states"}
    assert set(counts) < tables
    assert {table for table, count in counts.items() if not count} == set()


def test_what_is_referred_to_comes_before_what_refers_to_it() -> None:
    order = [table.name for table in _tables(NAMES)]
    with closing(Database(memory=True)) as db:
        migrations.apply(db)
        for table in order:
            for key in db.table(table).foreign_keys:
                assert order.index(key.other_table) <= order.index(table)


def test_the_lines_say_what_they_are(database: Path) -> None:
    head, *rows, foot = lines_of(exported(database))
    assert head == {
        "format": "ce-bot export",
        "version": 1,
        "ce_bot": "0.1.0",
        "migrations": list(NAMES),
        "policy": "abc",
        "exported_at": "2025-12-02T09:30:00+00:00",
    }
    assert rows[0]["table"] == "members"
    assert rows[0]["row"] == {
        "workspace": "T1",
        "member": "UALICE",
        "timezone": "Europe/Berlin",
        "timezone_checked_at": "2025-12-02T09:30:00+00:00",
        "enrolled_at": "2025-12-02T09:30:00+00:00",
        "last_number": 1,
    }
    assert all(set(row) == {"table", "row"} for row in rows)
    assert set(foot) == {"rows", "sha256"}
    assert "Größe 🎉".encode() in exported(database)


def test_a_database_with_nothing_in_it_goes_there_and_back(tmp_path: Path) -> None:
    Ledger(tmp_path / "a.db").close()
    content = exported(tmp_path / "a.db")
    assert len(content.splitlines()) == 2
    assert imported(content, tmp_path / "b.db") == Contents(0, 0, 0, None)
    Ledger(tmp_path / "b.db").close()


def test_the_new_database_is_for_its_owner_only_and_complete(tmp_path: Path, database: Path) -> None:
    imported(exported(database), tmp_path / "new" / "b.db")
    assert [found.name for found in (tmp_path / "new").iterdir()] == ["b.db"]
    assert (tmp_path / "new" / "b.db").stat().st_mode & 0o777 == 0o600
    with closing(Database(tmp_path / "new" / "b.db")) as new, closing(Database(database)) as old:
        assert new.schema == old.schema
        assert new.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


TEXTS = st.text(max_size=30)  # whatever can be typed; half a character cannot be
DAYS = st.dates(date(2024, 1, 1), date(2025, 12, 2))
FACTS = st.one_of(
    st.builds(
        lambda kind, day, title, units, state, link: ("activity", kind, day, title, units, state, link),
        st.sampled_from(Kind),
        DAYS,
        TEXTS,
        st.none() | st.integers(1, 2**62),
        st.sampled_from(State),
        st.none() | TEXTS,
    ),
    st.tuples(st.just("exam"), st.sampled_from(["ACP-620", "ACA-100"]), DAYS),
    st.tuples(st.just("portal"), st.sampled_from(["ACP-620", "ACA-100"]), DAYS, st.none() | DAYS),
    st.just(("undo",)),
)


def do(ledger: Ledger, who: Member, fact: tuple[Any, ...]) -> None:
    with ledger.write() as writer:
        if fact[0] == "undo":
            last = writer.change(who)
            if last:
                writer.undo(who, last, NOW)
            return
        change = writer.begin_change(who, "change", fact[0], NOW)
        match fact:
            case ("activity", *rest):
                writer.add_activity(who, LoggedActivity(writer.next_number(who, NOW), *rest), change)
            case ("exam", code, day):
                writer.end_exam(who, ExamPass(code, day), change)
                writer.add_exam(who, ExamPass(code, day), change)
            case ("portal", code, day, started_on):
                writer.add_portal_dates(who, code, PortalDates(day, None, day, started_on), change)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([ALICE, BOB]), FACTS), max_size=12))
def test_whatever_members_tell_goes_there_and_back(
    empty_database: Path, told: list[tuple[Member, tuple[Any, ...]]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        old, new = Path(name) / "a.db", Path(name) / "b.db"
        shutil.copy(empty_database, old)
        with closing(Ledger(old)) as ledger:
            for who, fact in told:
                do(ledger, who, fact)
            facts = {who: ledger.facts(who) for who in (ALICE, BOB)}
        first = exported(old)
        imported(first, new)
        assert exported(new) == first
        with closing(Ledger(new)) as ledger:
            assert {who: ledger.facts(who) for who in (ALICE, BOB)} == facts


# Out


def test_an_export_made_while_others_write_is_of_one_moment(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "a.db")
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            do(ledger, ALICE, ("activity", Kind.COURSE, TODAY, "one more", None, State.LOGGED, None))
        ledger.close()

    do(ledger, ALICE, ("activity", Kind.COURSE, TODAY, "first", None, State.LOGGED, None))
    thread = threading.Thread(target=write)
    thread.start()
    contents = [exported(tmp_path / "a.db") for _ in range(5)]
    stop.set()
    thread.join(10)
    ledger.close()
    for number, content in enumerate(contents):
        rows = lines_of(content)[-1]["rows"]
        assert rows["activities"] == rows["audit"]
        imported(content, tmp_path / f"{number}.db")


def test_the_database_stays_as_it_is(tmp_path: Path, database: Path) -> None:
    before = database.read_bytes()
    exported(database)
    assert database.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["a.db"]


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (newer, LedgerNewerError),
        (of_another_program, LedgerNotOursError),
        (lambda path: path.write_text("Dear diary,\n" * 100, "utf-8"), LedgerDamagedError),
        (lambda path: None, LedgerUnavailableError),
    ],
    ids=["newer", "of another program", "damaged", "missing"],
)
def test_what_is_no_database_of_ours_is_not_exported(tmp_path: Path, make, error) -> None:
    make(tmp_path / "x.db")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(error):
        exported(tmp_path / "x.db")
    assert sorted(tmp_path.iterdir()) == before


def test_a_text_that_is_none_any_more_is_damage_and_not_quoted(database: Path) -> None:
    content = database.read_bytes()
    database.write_bytes(content.replace("Größe".encode(), b"Gr\xff\xff\xffe"))
    with pytest.raises(LedgerDamagedError) as caught:
        exported(database)
    assert "Gr" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_neither_way_is_everything_in_memory_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with closing(Ledger(path)) as ledger, ledger.write() as writer:
        change = writer.begin_change(ALICE, "import", "activities", NOW)
        for number in range(1, 4001):
            activity = LoggedActivity(number, Kind.COURSE, TODAY, f"{number} " * 80)
            writer.add_activity(ALICE, activity, change)
    file = tmp_path / "all.jsonl"
    peaks = []
    for mode in ("wb", "rb"):
        with file.open(mode) as stream:
            tracemalloc.start()
            if stream.writable():
                dump(path, stream, **HEAD, at=NOW)
            else:
                load(stream, "all.jsonl", tmp_path / "b.db", at=NOW)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert file.stat().st_size > 2_000_000
    assert max(peaks) < 800_000


# In: where to


def test_only_a_database_with_nothing_in_it_is_imported_into(tmp_path: Path, database: Path) -> None:
    content = exported(database)
    said = refused(content, database, FileRefusedError)
    assert said.startswith(f"The database {database} has 1 member, ")
    assert said.endswith("UTC: import into a new one, such as --db new.db.")
    assert exported(database) == content
    Ledger(tmp_path / "empty.db").close()
    (tmp_path / "nothing.db").touch()
    for name in ("empty.db", "nothing.db", "new.db"):
        imported(content, tmp_path / name)
        assert exported(tmp_path / name) == content
    assert {found.name for found in tmp_path.iterdir()} == {"a.db", "empty.db", "nothing.db", "new.db"}


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (of_another_program, LedgerNotOursError),
        (lambda path: path.write_text("Dear diary,\n" * 100, "utf-8"), LedgerDamagedError),
        (Path.mkdir, FileRefusedError),
    ],
    ids=["of another program", "damaged", "a folder"],
)
def test_what_is_no_database_of_ours_is_not_imported_into(
    tmp_path: Path, database: Path, make, error
) -> None:
    make(tmp_path / "x.db")
    refused(exported(database), tmp_path / "x.db", error)


def test_a_database_in_use_is_not_imported_into(tmp_path: Path, database: Path) -> None:
    with closing(Ledger(tmp_path / "b.db")) as ledger:
        ledger.titles(ALICE)
        with pytest.raises(LedgerBusyError, match="stop ce-bot"):
            imported(exported(database), tmp_path / "b.db")
        assert ledger.titles(ALICE) == []


# In: what


def test_a_file_that_breaks_off_is_refused_wherever_it_does(tmp_path: Path, database: Path) -> None:
    content = exported(database)
    lines = content.splitlines(keepends=True)
    for count in range(len(lines)):
        said = refused(b"".join(lines[:count]), tmp_path / "b.db")
        assert said == f"in.jsonl breaks off in line {count + 1}: export it again."
    said = refused(content[:-1], tmp_path / "b.db")
    assert said == f"in.jsonl breaks off in line {len(lines)}: export it again."
    said = refused(b"".join(lines[:3]) + lines[3][:20], tmp_path / "b.db")
    assert "breaks off in line 4" in said


@pytest.mark.parametrize("place", [1, 5, -2])
def test_a_line_that_is_lost_or_doubled_is_noticed(tmp_path: Path, database: Path, place: int) -> None:
    lines = exported(database).splitlines(keepends=True)
    lost = [line for number, line in enumerate(lines) if number != place % len(lines)]
    doubled = [*lines[:place], lines[place], *lines[place:]]
    for content in (lost, doubled):
        assert "in.jsonl" in refused(b"".join(content), tmp_path / "b.db")


def test_a_changed_value_is_noticed_by_the_digest_alone(tmp_path: Path, database: Path) -> None:
    content = exported(database)
    changed = content.replace(b"Europe/Berlin", b"Europe/Dublin")
    said = refused(changed, tmp_path / "b.db")
    assert said.endswith("are not those that were exported, so some are lost or changed.")
    assert f"line {len(content.splitlines())}" in said
    imported(content_of(lines_of(changed)), tmp_path / "b.db")  # as its author says it is meant
    with closing(Ledger(tmp_path / "b.db")) as ledger:
        assert ledger.timezone(ALICE) == ("Europe/Dublin", NOW)


def with_line(place: int, **change: Any) -> Callable[[list[dict[str, Any]]], None]:
    return lambda lines: lines[place].update(change)


def with_value(place: int, **change: Any) -> Callable[[list[dict[str, Any]]], None]:
    return lambda lines: lines[place]["row"].update(change)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (with_line(0, format="a diary"), "line 1: this is no export of ce-bot"),
        (with_line(0, version="1"), "line 1: it does not say which version"),
        (with_line(0, migrations=None), "line 1: it does not say which version"),
        (with_line(0, migrations=list(NAMES)[1:]), "line 1: its migrations are not in their order"),
        (with_line(1, table="nowhere"), "line 2: there is no table 'nowhere'"),
        (with_line(1, table="_sqlite_migrations"), "line 2: there is no table '_sqlite_migrations'"),
        (with_line(1, table=["members"]), "line 2: there is no table ['members']"),
        (with_line(1, row=[1]), "line 2: there is no row of members in it"),
        (with_line(1, row={}), "line 2: members needs its column enrolled_at"),
        (with_value(1, shoe_size=44), "line 2: members has no column 'shoe_size'"),
        (with_value(1, last_number=True), "line 2: last_number of members takes text, whole numbers or null"),
        (with_value(1, last_number=1.5), "line 2: last_number of members takes text, whole numbers or null"),
        (with_value(1, timezone={"x": 1}), "line 2: timezone of members takes text"),
        (with_value(1, last_number="many"), "line 2: the row does not fit into members"),
        (with_value(1, last_number=2**63), "line 2: the row does not fit into members"),
        (with_value(1, enrolled_at=None), "line 2: the row does not fit into members (NOT NULL"),
        (with_value(1, member="UBOB"), " name rows of members that are not in it"),
        (with_value(3, id=1), "line 4: the row does not fit into audit (UNIQUE"),
        (with_line(-1, rows={"members": 1}), "are not those that were exported"),
        (lambda lines: lines.append({"more": 1}), "nothing may follow the last line"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, database: Path, change, says: str) -> None:
    lines = lines_of(exported(database))
    lines[-1].pop("sha256")
    change(lines)
    content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    assert says in refused(content, tmp_path / "b.db")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"{",
        b"kind;title",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"table": "members", "row": {"member": "UALICE"}',
    ],
)
def test_a_line_that_is_no_object_is_told_with_its_number(
    tmp_path: Path, database: Path, line: bytes
) -> None:
    lines = exported(database).splitlines()
    lines[2] = line
    assert "in.jsonl, line 3: " in refused(b"\n".join(lines) + b"\n", tmp_path / "b.db")


def test_half_a_character_cannot_be_kept(tmp_path: Path, database: Path) -> None:
    lines = lines_of(exported(database))
    lines[1]["row"]["timezone"] = "\ud800"
    lines[-1].pop("sha256")
    content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    assert "line 2: the row does not fit into members" in refused(content, tmp_path / "b.db")


@pytest.mark.parametrize("change", [{"version": 2}, {"migrations": [*NAMES, "m999_later"]}])
def test_what_a_newer_version_exported_is_refused(tmp_path: Path, database: Path, change) -> None:
    lines = lines_of(exported(database))
    lines[0].update(change)
    said = refused(content_of(lines), tmp_path / "b.db", LedgerNewerError)
    assert said == "in.jsonl was exported by a newer ce-bot: upgrade this one."


def test_what_an_older_version_exported_is_brought_up_to_date(tmp_path: Path) -> None:
    with closing(Database(tmp_path / "old.db")) as db:
        migrations.apply(db, stop_before="m003_faq")
        db["members"].insert({"workspace": "T1", "member": "UALICE", "enrolled_at": NOW.isoformat()})
    content = exported(tmp_path / "old.db")
    head, *_, foot = lines_of(content)
    assert head["migrations"] == list(NAMES[:2])
    assert "faq_votes" not in foot["rows"]
    assert imported(content, tmp_path / "new.db") == Contents(1, 0, 1, NOW)
    with closing(Database(tmp_path / "new.db")) as db:
        assert not migrations.pending(db)
        assert "faq_votes" in db.table_names()


def test_a_mark_at_the_beginning_is_no_matter(tmp_path: Path, database: Path) -> None:
    content = exported(database)
    imported(b"\xef\xbb\xbf" + content, tmp_path / "b.db")
    assert exported(tmp_path / "b.db") == content


def test_a_file_without_line_ends_is_not_read_as_a_whole(tmp_path: Path) -> None:
    class Endless(io.BytesIO):
        asked: int | None = None

        def readline(self, size: int | None = -1, /) -> bytes:
            self.asked = size
            return b"x" * 1000

    endless = Endless()
    with pytest.raises(DumpError):
        load(endless, "in.jsonl", tmp_path / "b.db", at=NOW)
    assert endless.asked == MOST_BYTES


def test_an_import_and_a_restore_understand_one_another(tmp_path: Path, database: Path) -> None:
    content = exported(database)
    imported(content, tmp_path / "b.db")
    restore(tmp_path / "b.db", tmp_path / "c.db", at=NOW)
    assert exported(tmp_path / "c.db") == content


def test_a_table_that_people_added_is_theirs(tmp_path: Path, database: Path) -> None:
    content = exported(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
    assert exported(database) == content


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (b'{"format":"ce-bot export"', True),
        (b'\xef\xbb\xbf{"format":"ce-bot export"', True),
        (b"kind;title", False),
        (b"", False),
    ],
)
def test_an_export_is_known_by_how_it_begins(head: bytes, is_one: bool) -> None:
    assert begins_a_dump(head) is is_one

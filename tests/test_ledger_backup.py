"""Backups are whole, compared and for their owner only; what is restored over is kept, or refused."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

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
from bot.ledger.backup import back_up, restore
from bot.ledger.contents import Contents, contents_of, digest_of
from bot.ledger.files import FileRefusedError
from bot.ledger.migrations import migrations
from bot.ledger.opening import snapshot
from rules import Kind

NOW = datetime(2025, 12, 2, 9, 30, tzinfo=UTC)
LATER = datetime(2025, 12, 5, 17, 0, tzinfo=UTC)
ALICE, BOB = Member("T1", "UALICE"), Member("T1", "UBOB")
KEPT = "a.db.before-restore-20251202T093000Z"


def log(ledger: Ledger, *titles: str, who: Member = ALICE, at: datetime = NOW) -> None:
    for title in titles:
        with ledger.write() as writer:
            change = writer.begin_change(who, "add activity", "activity", at)
            number = writer.next_number(who, at)
            activity = LoggedActivity(number, Kind.COURSE, date(2025, 12, 1), title)
            writer.add_activity(who, activity, change)


def made(path: Path, *titles: str, at: datetime = NOW) -> Path:
    """A database, closed, in which Alice has logged this."""
    with closing(Ledger(path)) as ledger:
        log(ledger, *titles, at=at)
    return path


def titles(path: Path, who: Member = ALICE) -> list[str]:
    with closing(Ledger(path)) as ledger:
        return ledger.titles(who)


def digest(path: Path) -> str:
    with snapshot(path) as db:
        return digest_of(db)


def names(folder: Path) -> set[str]:
    return {found.name for found in folder.iterdir()}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return made(tmp_path / "a.db", "One", "Two")


@pytest.fixture
def backup(tmp_path: Path, database: Path) -> Path:
    back_up(database, tmp_path / "b.db", at=NOW)
    return tmp_path / "b.db"


def refused(error: type[LedgerError], work) -> str:
    """The sentence with which something is refused, by an error of exactly this class."""
    with pytest.raises(LedgerError) as caught:
        work()
    assert type(caught.value) is error
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


@contextmanager
def stopped_at(step: str, work: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Another process, stopped in the middle of its work by its own version of one step of it."""
    program = (
        "import sys\nfrom datetime import UTC, datetime\nimport bot.ledger.backup as steps\n"
        "def stop(*_):\n    print('here', flush=True)\n    input()\n"
        f"steps.{step} = stop\nNOW = datetime(2025, 12, 2, 9, 30, tzinfo=UTC)\nsteps.{work}"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "here\n"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


# What a backup is


def test_a_backup_is_the_database_in_one_file_for_its_owner_only(tmp_path: Path, database: Path) -> None:
    found = back_up(database, tmp_path / "b.db", at=NOW)
    assert names(tmp_path) == {"a.db", "b.db"}
    file = tmp_path / "b.db"
    assert file.stat().st_mode & 0o777 == 0o600
    assert found.size == file.stat().st_size
    assert found.contents == Contents(members=1, activities=2, rows=5, changed_at=NOW)
    assert digest(file) == digest(database)
    write_ahead, one_file = b"\x02\x02", b"\x01\x01"
    assert (database.read_bytes()[18:20], file.read_bytes()[18:20]) == (write_ahead, one_file)
    assert titles(file) == ["One", "Two"]


def test_a_backup_is_a_database_like_any_other(tmp_path: Path, backup: Path) -> None:
    with closing(Ledger(backup)) as ledger:
        log(ledger, "Three")
    assert titles(backup) == ["One", "Two", "Three"]
    back_up(backup, tmp_path / "c.db", at=LATER)
    assert titles(restored_to(tmp_path / "d.db", tmp_path / "c.db")) == ["One", "Two", "Three"]


def restored_to(path: Path, file: Path) -> Path:
    restore(file, path, at=NOW)
    return path


def test_what_still_waits_beside_the_database_is_in_the_backup(tmp_path: Path) -> None:
    program = (
        "import os, sys\nfrom bot.ledger import Ledger, Member\nfrom datetime import UTC, datetime\n"
        "ledger = Ledger(sys.argv[1])\n"
        "with ledger.write() as writer:\n"
        "    writer.enrol(Member('T1', 'UALICE'), datetime(2025, 12, 2, tzinfo=UTC))\n"
        "os._exit(9)\n"
    )
    path = tmp_path / "a.db"
    subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    before = {name: (tmp_path / name).read_bytes() for name in ("a.db", "a.db-wal")}
    assert before["a.db-wal"]
    assert back_up(path, tmp_path / "b.db", at=NOW).contents.members == 1
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


def test_the_database_stays_as_it_is(tmp_path: Path, database: Path) -> None:
    before = database.read_bytes()
    back_up(database, tmp_path / "b.db", at=NOW)
    assert database.read_bytes() == before


def test_a_backup_made_while_others_write_is_of_one_moment(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    ledger = Ledger(path)
    log(ledger, "first")
    stop = threading.Event()
    failures: list[Exception] = []
    counts = {ALICE: 1, BOB: 0}

    def write(who: Member) -> None:
        try:
            while not stop.is_set():
                log(ledger, "one more", who=who)
                counts[who] += 1
        except Exception as error:
            failures.append(error)
        finally:
            ledger.close()

    threads = [threading.Thread(target=write, args=(who,)) for who in (ALICE, BOB)]
    for thread in threads:
        thread.start()
    held = []
    for number in range(5):
        file = tmp_path / f"{number}.db"
        held.append(back_up(path, file, at=NOW).contents)
        with snapshot(file) as db:  # each activity has its number and its change, or neither is there
            numbers = dict(db.execute("SELECT member, last_number FROM members"))
            logged = dict(db.execute("SELECT member, count(*) FROM activities GROUP BY member"))
            assert numbers == logged
            assert db.execute("SELECT count(*) FROM audit").fetchone()[0] == sum(numbers.values())
    stop.set()
    for thread in threads:
        thread.join(10)
    assert failures == []
    assert held == sorted(held)
    assert sorted(ledger.titles(ALICE) + ledger.titles(BOB)) == sorted(
        ["first", *["one more"] * (sum(counts.values()) - 1)]
    )
    ledger.close()


# Where a backup goes


def test_a_file_that_is_there_is_overwritten_only_if_told(tmp_path: Path, database: Path) -> None:
    file = tmp_path / "b.db"
    file.write_text("precious", "utf-8")
    said = refused(FileRefusedError, lambda: back_up(database, file, at=NOW))
    assert "is there already" in said
    assert "--force" in said
    assert file.read_text("utf-8") == "precious"
    back_up(database, file, at=NOW, replace=True)
    assert titles(file) == ["One", "Two"]
    assert not file.with_name("b.db.part").exists()


@pytest.mark.parametrize("end", ["-wal", "-journal"])
def test_what_is_left_of_another_database_does_not_get_into_a_backup(
    tmp_path: Path, database: Path, backup: Path, end: str
) -> None:
    left, before = backup.with_name(backup.name + end), backup.read_bytes()
    left.write_bytes(b"waiting")
    said = refused(FileRefusedError, lambda: back_up(database, backup, at=NOW, replace=True))
    assert str(left) in said
    assert (backup.read_bytes(), left.read_bytes()) == (before, b"waiting")
    left.unlink()
    back_up(database, backup, at=NOW, replace=True)


@pytest.mark.parametrize("name", ["a.db", "a.db-wal", "a.db-shm", "./x/../a.db", "link.db"])
def test_the_database_is_no_place_for_its_backup(tmp_path: Path, database: Path, name: str) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "link.db").symlink_to(database)
    before = database.read_bytes()
    said = refused(FileRefusedError, lambda: back_up(database, tmp_path / name, at=NOW, replace=True))
    assert "is the database itself" in said
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "says"),
    [("none/b.db", "there is no folder"), ("", "is a folder"), ("/dev/null", "is no ordinary file")],
)
def test_a_place_that_will_not_do_is_named(tmp_path: Path, database: Path, name: str, says: str) -> None:
    said = refused(FileRefusedError, lambda: back_up(database, tmp_path / name, at=NOW, replace=True))
    assert says in said
    assert str(tmp_path / name) in said
    assert names(tmp_path) == {"a.db"}


def run_backup(*arguments: object, **how: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "bot", "backup", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[1],
        **how,  # type: ignore[call-overload]
    )


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root may do everything, so that it has to become somebody else to be refused anything."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_a_folder_nobody_may_write_in_is_named() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made(folder / "a.db", "One").chmod(0o644)
        folder.chmod(0o555)
        with as_nobody():
            said = refused(FileRefusedError, lambda: back_up(folder / "a.db", folder / "b.db", at=NOW))
        assert names(folder) == {"a.db"}
        folder.chmod(0o755)
    assert said == f"{folder / 'b.db'} cannot be written: nothing may be written in the folder {folder}."


def test_a_database_one_may_only_read_is_backed_up_to_elsewhere(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as other:
        folder, file = Path(name), Path(other) / "b.db"
        made(folder / "a.db", "One").chmod(0o444)
        folder.chmod(0o555)
        Path(other).chmod(0o777)
        with as_nobody():
            back_up(folder / "a.db", file, at=NOW)
        assert names(folder) == {"a.db"}
        folder.chmod(0o755)
        assert titles(restored_to(tmp_path / "c.db", file)) == ["One"]


def test_a_disk_that_fills_up_is_one_sentence_and_leaves_nothing(tmp_path: Path, database: Path) -> None:
    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    done = run_backup("--db", database, tmp_path / "b.db", preexec_fn=small)
    assert done.returncode == 1
    assert done.stderr.startswith("ce-bot: The database ")
    assert str(tmp_path / "b.db") in done.stderr
    assert done.stderr.count("\n") == 1
    assert names(tmp_path) == {"a.db"}


@pytest.mark.parametrize("step", ["_label", "check_sound"])
def test_a_backup_that_is_killed_leaves_no_half_file(tmp_path: Path, database: Path, step: str) -> None:
    file = tmp_path / "b.db"
    with stopped_at(step, "back_up(sys.argv[1], sys.argv[2], at=NOW)", database, file) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert not file.exists()
    back_up(database, file, at=NOW)
    assert titles(file) == ["One", "Two"]


def test_a_backup_that_is_killed_leaves_the_older_one(tmp_path: Path, database: Path, backup: Path) -> None:
    before = backup.read_bytes()
    work = "back_up(sys.argv[1], sys.argv[2], at=NOW, replace=True)"
    with stopped_at("check_sound", work, database, backup) as process:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert backup.read_bytes() == before


# What cannot be backed up


def no_database(path: Path) -> None:
    path.write_text("Dear diary,\n" * 100, "utf-8")


UNUSABLE = [
    pytest.param(newer, LedgerNewerError, id="newer"),
    pytest.param(of_another_program, LedgerNotOursError, id="of another program"),
    pytest.param(no_database, LedgerDamagedError, id="damaged"),
    pytest.param(lambda _: None, LedgerUnavailableError, id="missing"),
    pytest.param(Path.mkdir, LedgerUnavailableError, id="a folder"),
]


@pytest.mark.parametrize(("make", "error"), UNUSABLE)
def test_what_is_no_database_of_ours_is_neither_backed_up_nor_restored(tmp_path: Path, make, error) -> None:
    make(tmp_path / "x.db")
    before = names(tmp_path)
    for work in (
        lambda: back_up(tmp_path / "x.db", tmp_path / "y.db", at=NOW),
        lambda: restore(tmp_path / "x.db", tmp_path / "y.db", at=NOW, replace=True),
    ):
        assert str(tmp_path / "x.db") in refused(error, work)
        assert names(tmp_path) == before


def page_turned(path: Path, text: bytes) -> None:
    """Break the page that has this text, so that it contradicts others."""
    content = bytearray(path.read_bytes())
    page = content.index(text) // 4096 * 4096
    content[page + 3 : page + 5] = b"\x7f\xff"  # more rows than a page can have
    path.write_bytes(content)


def test_a_damaged_page_is_noticed_before_there_is_a_backup(tmp_path: Path, database: Path) -> None:
    page_turned(database, b"Two")
    said = refused(LedgerDamagedError, lambda: back_up(database, tmp_path / "b.db", at=NOW))
    assert str(database) in said
    assert names(tmp_path) == {"a.db"}


# What is restored


def test_a_backup_is_restored_to_where_nothing_is(tmp_path: Path, database: Path, backup: Path) -> None:
    found = restore(backup, tmp_path / "new" / "c.db", at=NOW)
    assert found == (Contents(1, 2, 5, NOW), None, 0)
    assert names(tmp_path / "new") == {"c.db"}
    path = tmp_path / "new" / "c.db"
    assert path.stat().st_mode & 0o777 == 0o600
    assert digest(path) == digest(database)
    with snapshot(path) as db:
        assert "_backup" not in db.table_names()
    assert titles(path) == ["One", "Two"]


def test_a_database_without_anything_in_it_is_replaced_and_not_kept(tmp_path: Path, backup: Path) -> None:
    made(tmp_path / "c.db")
    (tmp_path / "d.db").touch()
    for name in ("c.db", "d.db"):
        assert restore(backup, tmp_path / name, at=NOW).kept is None
        assert titles(tmp_path / name) == ["One", "Two"]
    assert not [name for name in names(tmp_path) if "restore" in name]


def test_a_database_that_is_not_empty_is_replaced_only_if_told(tmp_path: Path, backup: Path) -> None:
    path = tmp_path / "a.db"
    with closing(Ledger(path)) as ledger:
        log(ledger, "Three", at=LATER)
    before = path.read_bytes()
    said = refused(FileRefusedError, lambda: restore(backup, path, at=NOW))
    assert said == (
        f"The database {path} has 1 member, 3 activities, 7 rows in all, last change 2025-12-05 17:00 UTC; "
        "the backup has 1 member, 2 activities, 5 rows in all, last change 2025-12-02 09:30 UTC: "
        "--force replaces it, and keeps it beside the new one."
    )
    assert path.read_bytes() == before
    found = restore(backup, path, at=NOW, replace=True)
    assert found.kept == tmp_path / KEPT
    assert titles(path) == ["One", "Two"]
    assert titles(tmp_path / KEPT) == ["One", "Two", "Three"]
    assert names(tmp_path) == {"a.db", "b.db", KEPT}


def test_what_is_no_members_is_not_nothing(tmp_path: Path, backup: Path) -> None:
    path = made(tmp_path / "c.db")
    with closing(Database(path)) as db:
        db["faq_channels"].insert({"workspace": "T1", "channel": "C1", "switched_on_at": "2025-12-02"})
    said = refused(FileRefusedError, lambda: restore(backup, path, at=NOW))
    assert "0 members, 0 activities, 1 row in all" in said


def test_nothing_that_was_kept_is_overwritten(tmp_path: Path, database: Path, backup: Path) -> None:
    for _ in range(3):
        restore(backup, database, at=NOW, replace=True)
    assert names(tmp_path) == {"a.db", "b.db", KEPT, f"{KEPT}+", f"{KEPT}++"}


def test_the_file_keeps_its_group_but_lets_nobody_else_in(
    tmp_path: Path, database: Path, backup: Path
) -> None:
    database.chmod(0o664)
    restore(backup, database, at=NOW, replace=True)
    assert database.stat().st_mode & 0o777 == 0o660


def test_a_link_to_the_database_stays_a_link(tmp_path: Path, database: Path, backup: Path) -> None:
    (tmp_path / "x").mkdir()
    link = tmp_path / "x" / "link.db"
    link.symlink_to(database)
    assert restore(backup, link, at=NOW, replace=True).kept == tmp_path / KEPT
    assert link.is_symlink()
    assert names(tmp_path / "x") == {"link.db"}


def test_a_backup_is_not_restored_over_itself(database: Path) -> None:
    said = refused(FileRefusedError, lambda: restore(database, database, at=NOW, replace=True))
    assert "is the database itself" in said


def test_an_empty_file_is_no_backup(tmp_path: Path, database: Path) -> None:
    (tmp_path / "e.db").touch()
    said = refused(FileRefusedError, lambda: restore(tmp_path / "e.db", database, at=NOW, replace=True))
    assert "is empty" in said


def test_a_copy_made_otherwise_is_restored_too(tmp_path: Path, database: Path) -> None:
    shutil.copy(database, tmp_path / "copy.db")
    assert restore(tmp_path / "copy.db", tmp_path / "c.db", at=NOW).contents.activities == 2
    assert titles(tmp_path / "c.db") == ["One", "Two"]
    assert names(tmp_path) == {"a.db", "copy.db", "c.db"}


def test_a_copy_with_changes_waiting_beside_it_is_restored_with_them(tmp_path: Path, database: Path) -> None:
    with closing(Ledger(database)) as ledger:
        log(ledger, "Three")
        for end in ("", "-wal"):
            shutil.copy(tmp_path / f"a.db{end}", tmp_path / f"copy.db{end}")
    restore(tmp_path / "copy.db", tmp_path / "c.db", at=NOW)
    assert titles(tmp_path / "c.db") == ["One", "Two", "Three"]


def test_a_backup_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    with closing(Database(old)) as db:
        migrations.apply(db, stop_before="m003_faq")
        db["members"].insert({"workspace": "T1", "member": "UALICE", "enrolled_at": NOW.isoformat()})
    back_up(old, tmp_path / "b.db", at=NOW)
    behind = len(migrations._migrations) - 2
    assert restore(tmp_path / "b.db", tmp_path / "c.db", at=NOW) == (Contents(1, 0, 1, NOW), None, behind)
    with closing(Database(tmp_path / "c.db")) as db:
        assert not migrations.pending(db)
        assert "faq_votes" in db.table_names()


@pytest.mark.parametrize("replace", [False, True])
def test_a_database_of_another_program_is_never_replaced(tmp_path: Path, backup: Path, replace: bool) -> None:
    of_another_program(tmp_path / "x.db")
    before = (tmp_path / "x.db").read_bytes()
    refused(LedgerNotOursError, lambda: restore(backup, tmp_path / "x.db", at=NOW, replace=replace))
    assert (tmp_path / "x.db").read_bytes() == before
    assert names(tmp_path) == {"a.db", "b.db", "x.db"}


def test_a_damaged_database_is_replaced_only_if_told_and_kept_with_what_waits(
    tmp_path: Path, backup: Path
) -> None:
    path = tmp_path / "c.db"
    no_database(path)
    (tmp_path / "c.db-wal").write_bytes(b"waiting")
    (tmp_path / "c.db-shm").write_bytes(b"whatever")
    said = refused(LedgerDamagedError, lambda: restore(backup, path, at=NOW))
    assert "nobody can tell what would be lost" in said
    assert "--force" in said
    kept = restore(backup, path, at=NOW, replace=True).kept
    assert kept
    assert kept.read_text("utf-8").startswith("Dear diary")
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"waiting"
    assert not (tmp_path / "c.db-shm").exists()
    assert titles(path) == ["One", "Two"]


def test_a_database_with_one_bad_page_is_replaced_if_told(tmp_path: Path, backup: Path) -> None:
    path = tmp_path / "a.db"
    page_turned(path, b"Two")
    restore(backup, path, at=NOW, replace=True)
    assert titles(path) == ["One", "Two"]


def test_changes_left_behind_by_a_database_that_is_gone_are_not_carried_in(
    tmp_path: Path, backup: Path
) -> None:
    path = tmp_path / "a.db"
    program = (
        "import os, sys\nfrom bot.ledger import Ledger, Member\nfrom datetime import UTC, datetime\n"
        "ledger = Ledger(sys.argv[1])\n"
        "with ledger.write() as writer:\n"
        "    writer.enrol(Member('T1', 'UGHOST'), datetime(2025, 12, 2, tzinfo=UTC))\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert (tmp_path / "a.db-wal").stat().st_size
    path.unlink()
    restore(backup, path, at=NOW)
    assert "a.db-wal" not in names(tmp_path)
    with snapshot(path) as db:
        assert [row[0] for row in db.execute("SELECT member FROM members")] == ["UALICE"]


def test_changes_waiting_beside_the_database_are_kept_with_it(tmp_path: Path, backup: Path) -> None:
    path = tmp_path / "a.db"
    with closing(Ledger(path)) as ledger:
        log(ledger, "Three")
        for end in ("", "-wal"):
            shutil.copy(tmp_path / f"a.db{end}", tmp_path / f"crashed.db{end}")
    kept = restore(backup, tmp_path / "crashed.db", at=NOW, replace=True).kept
    assert kept
    assert titles(kept) == ["One", "Two", "Three"]
    assert titles(tmp_path / "crashed.db") == ["One", "Two"]


# Who else is there


@pytest.mark.parametrize(
    ("replace", "error", "says"),
    [(False, FileRefusedError, "--force"), (True, LedgerBusyError, "stop ce-bot")],
)
def test_nothing_is_restored_while_somebody_has_the_database_open(
    tmp_path: Path, backup: Path, replace: bool, error: type[LedgerError], says: str
) -> None:
    path = tmp_path / "a.db"
    with closing(Ledger(path)) as ledger:
        ledger.titles(ALICE)
        assert says in refused(error, lambda: restore(backup, path, at=NOW, replace=replace))
        log(ledger, "Three")
    assert titles(path) == ["One", "Two", "Three"]
    assert names(tmp_path) == {"a.db", "b.db"}


def test_an_empty_database_that_is_in_use_is_not_replaced_either(tmp_path: Path, backup: Path) -> None:
    with closing(Ledger(tmp_path / "c.db")) as ledger:
        ledger.titles(ALICE)
        refused(LedgerBusyError, lambda: restore(backup, tmp_path / "c.db", at=NOW))
        log(ledger, "kept")
    assert titles(tmp_path / "c.db") == ["kept"]


def test_a_bot_that_comes_to_write_later_notices(tmp_path: Path, backup: Path) -> None:
    ledger = Ledger(tmp_path / "a.db")
    ledger.close()
    restore(backup, tmp_path / "a.db", at=NOW, replace=True)
    with pytest.raises(LedgerUnavailableError):
        log(ledger, "lost")
    ledger.close()
    assert titles(tmp_path / "a.db") == ["One", "Two"]


def test_a_bot_that_starts_while_its_database_is_replaced_notices(tmp_path: Path, backup: Path) -> None:
    """It has opened the old one, and would lose there what it is told."""

    class Overtaken(Ledger):
        def _db(self) -> Database:
            found = super()._db()
            if (tmp_path / "new.db").exists():
                (tmp_path / "new.db").replace(self.path)
            return found

    Ledger(tmp_path / "c.db").close()
    (tmp_path / "new.db").write_bytes(backup.read_bytes())
    ledger = Overtaken(tmp_path / "c.db")
    with pytest.raises(LedgerUnavailableError), ledger.write():
        pass
    ledger.close()


@pytest.mark.parametrize("step", ["_copy", "_bring_up_to_date"])
def test_a_restore_that_is_killed_leaves_the_database_as_it_was(
    tmp_path: Path, database: Path, backup: Path, step: str
) -> None:
    with closing(Ledger(database)) as ledger:
        log(ledger, "Three")
    work = "restore(sys.argv[1], sys.argv[2], at=NOW, replace=True)"
    with stopped_at(step, work, backup, database) as process:
        with pytest.raises(LedgerBusyError):  # nobody comes in meanwhile
            Ledger(database)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert titles(database) == ["One", "Two", "Three"]


# Damage to a backup


def test_a_changed_value_in_a_backup_is_noticed_although_sqlite_finds_nothing(
    tmp_path: Path, backup: Path
) -> None:
    content = backup.read_bytes()
    assert content.count(b"Two") == 1
    backup.write_bytes(content.replace(b"Two", b"Twq"))
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    said = refused(LedgerDamagedError, lambda: restore(backup, tmp_path / "c.db", at=NOW))
    assert "not as it was made" in said
    assert names(tmp_path) == {"a.db", "b.db"}


def test_a_backup_that_was_written_to_is_no_backup_any_more(tmp_path: Path, backup: Path) -> None:
    made(backup, "Three")
    said = refused(LedgerDamagedError, lambda: restore(backup, tmp_path / "c.db", at=NOW))
    assert "damaged or changed" in said


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("good")
    back_up(made(folder / "a.db", *map(str, range(40))), folder / "b.db", at=NOW)
    return (folder / "b.db").read_bytes()


def flipped(good: bytes, place: int, bit: int) -> None:
    """A backup with one bit flipped is refused, or what is restored from it is what was backed up."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "good.db").write_bytes(good)
        content = bytearray(good)
        content[place] ^= 1 << bit
        (folder / "bad.db").write_bytes(content)
        try:
            restore(folder / "bad.db", folder / "c.db", at=NOW)
        except LedgerError:
            assert names(folder) == {"good.db", "bad.db"}
        else:
            assert digest(folder / "c.db") == digest(folder / "good.db")


def places(good: bytes) -> st.SearchStrategy[int]:
    """Anywhere, and as often as not where there is something."""
    filled = [place for place, byte in enumerate(good) if byte]
    return st.integers(0, len(good) - 1) | st.sampled_from(filled)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_flipped_bit_in_a_backup_goes_unnoticed(good: bytes, data: st.DataObject) -> None:
    flipped(good, data.draw(places(good)), data.draw(st.integers(0, 7)))


@pytest.mark.soak
@settings(max_examples=600, deadline=None)
@given(data=st.data())
def test_no_flipped_bit_in_a_backup_goes_unnoticed_whichever(good: bytes, data: st.DataObject) -> None:
    flipped(good, data.draw(places(good)), data.draw(st.integers(0, 7)))


# Counting and comparing


def test_what_is_read_is_of_one_moment_whatever_is_written_meanwhile(database: Path) -> None:
    with snapshot(database) as db:
        before = contents_of(db), digest_of(db)
        with closing(Ledger(database)) as ledger:
            log(ledger, "Three")
        assert (contents_of(db), digest_of(db)) == before
    assert digest(database) != before[1]


def test_the_same_rows_in_other_places_have_the_same_digest(tmp_path: Path, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "v.db"),))
    assert digest(tmp_path / "v.db") == digest(database)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE activities SET title = 'two' WHERE number = 2",
        "UPDATE activities SET link = '' WHERE number = 2",
        "DELETE FROM activities WHERE number = 2",
        "CREATE TABLE notes (text TEXT)",
        "DROP INDEX standings_by_suspension",
        "UPDATE _sqlite_migrations SET applied_at = 'never' WHERE id = 1",
    ],
)
def test_whatever_differs_has_another_digest(database: Path, change: str) -> None:
    before = digest(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(change)
    assert digest(database) != before


def test_a_text_differs_from_the_same_bytes(tmp_path: Path) -> None:
    digests = set()
    for name, value in (("a.db", "x"), ("b.db", b"x"), ("c.db", 1), ("d.db", "1"), ("e.db", None)):
        with closing(Database(tmp_path / name)) as db:
            db.execute("CREATE TABLE notes (note ANY) STRICT")
            db["notes"].insert({"note": value})
        digests.add(digest(tmp_path / name))
    assert len(digests) == 5


def test_tables_that_people_added_are_backed_up_and_restored(tmp_path: Path, database: Path) -> None:
    with closing(Database(database)) as db:
        db["my notes"].insert_all([{"text": 'a "quoted" name'}, {"text": "ü"}])
        db["my notes"].enable_fts(["text"])
        db.create_view("recent", "SELECT * FROM activities")
    back_up(database, tmp_path / "b.db", at=NOW)
    restore(tmp_path / "b.db", tmp_path / "c.db", at=NOW)
    with closing(Database(tmp_path / "c.db")) as db:
        assert db["my notes"].count == 2
        assert [row["text"] for row in db["my notes"].search("ü")] == ["ü"]
        assert db["recent"].count == 2


def test_contents_are_told_in_words() -> None:
    told = Contents(1, 1, 1234, NOW).told()
    assert told == "1 member, 1 activity, 1,234 rows in all, last change 2025-12-02 09:30 UTC"
    assert Contents(0, 2, 1, None).told() == "0 members, 2 activities, 1 row in all"


def test_only_what_holds_is_counted_as_an_activity(database: Path) -> None:
    with closing(Ledger(database)) as ledger, ledger.write() as writer:
        change = writer.begin_change(ALICE, "remove activity", "activity 1", LATER)
        writer.end_activity(ALICE, 1, change)
    with snapshot(database) as db:
        assert contents_of(db) == Contents(1, 1, 6, LATER)

"""Copies of the whole database: made while the bot runs, compared before they count, and put back."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from .contents import LABEL, Contents, check_sound, contents_of, digest_of
from .errors import LedgerDamagedError, named_errors
from .files import FileRefusedError, named_file_errors, written_whole
from .opening import (
    BESIDE,
    applied_migrations,
    connect,
    is_part_of,
    migrate,
    missing_migrations,
    snapshot,
)
from .replacing import replacing
from .statements import moment

WAIT_S = 5


class BackedUp(NamedTuple):
    """A backup that was made: its size in bytes, and what it holds."""

    size: int
    contents: Contents


class Restored(NamedTuple):
    """What was put back, where the database it replaced is kept (None: there was nothing in it), and
    how many migrations the backup was behind."""

    contents: Contents
    kept: Path | None
    migrations: int


def back_up(database: str | Path, file: str | Path, *, at: datetime, replace: bool = False) -> BackedUp:
    """Copy the database as it is at one moment, while others go on writing, and compare the copy with it.

    The file is one that only its owner may read, and a database like any other: it can be looked at with
    everything that reads SQLite. `at` is noted in it. Raises a LedgerError; then no file was made.
    """
    database, file = Path(database), Path(file)
    if is_part_of(file, database):
        raise FileRefusedError(f"{file} is the database itself: name another file for its backup.")
    with snapshot(database, wait_s=WAIT_S) as db:
        missing_migrations(db, database)
        with written_whole(file, replace=replace) as part:
            _check_nothing_is_beside(file)
            digest = digest_of(db)
            with named_errors(str(file)):
                _copy(db, part)
                _label(part, digest, at)
            with snapshot(part, wait_s=WAIT_S) as copy:
                check_sound(copy, database)  # page by page it is what the database is
                if digest_of(copy) != digest:
                    raise LedgerDamagedError(
                        f"The backup {file} came out different from the database: check the disk it is on."
                    )
                return BackedUp(part.stat().st_size, contents_of(copy))


def restore(file: str | Path, database: str | Path, *, at: datetime, replace: bool = False) -> Restored:
    """Put a backup, or another copy of a database of ours, in the place of the database.

    What is there is replaced only if it is empty, or with `replace`; then it is kept beside it. A backup that
    is not as it was made is refused, an older one is migrated. Raises a LedgerError; then nothing changed.
    """
    file, database = Path(file), Path(database)
    if is_part_of(file, database):
        raise FileRefusedError(f"{file} is the database itself: name the backup to restore.")
    with snapshot(file, wait_s=WAIT_S) as backup:
        digest = digest_of(backup)
        labelled = _labelled(backup)
        if labelled and labelled != digest:
            raise LedgerDamagedError(
                f"The backup {file} is not as it was made, but damaged or changed: restore another one."
            )
        behind = missing_migrations(backup, file)
        if not applied_migrations(backup, file):
            raise FileRefusedError(f"{file} is empty: name the backup to restore.")
        contents = contents_of(backup)
        instead = f"; the backup has {contents.told()}: --force replaces it, and keeps it beside the new one."
        with replacing(database, instead, at=at, replace=replace) as place:
            with named_file_errors(database), named_errors(str(database)):
                _copy(backup, place.part)
                with snapshot(place.part, wait_s=WAIT_S) as copy:
                    check_sound(copy, file)
                    if digest_of(copy) != digest:
                        raise LedgerDamagedError(
                            f"{database} came out different from the backup: check the disk it is on."
                        )
                _bring_up_to_date(place.part)
            kept = place.take()
        return Restored(contents, kept, len(behind))


def _check_nothing_is_beside(file: Path) -> None:
    """Raise FileRefusedError where changes of another database wait, which would get into the backup."""
    for end in BESIDE:
        left = file.with_name(file.name + end)
        if left.exists():
            raise FileRefusedError(
                f"{left} is left of a database that stood there, and would get into the backup: delete it if "
                "nobody needs it, or name another file."
            )


def _copy(db: Database, part: Path) -> None:
    """Copy a database in one step: in several it would begin anew with each change of others."""
    with closing(connect(part, "rw", wait_s=WAIT_S)) as copy:
        copy.execute("PRAGMA synchronous = OFF")  # the file is on the disk before it is named
        db.conn.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE")  # all of it in one file


def _label(part: Path, digest: str, at: datetime) -> None:
    """Note in a copy what it holds, so that whoever restores it can tell whether it still does."""
    with closing(connect(part, "rw", wait_s=WAIT_S)) as copy:
        copy.execute("PRAGMA synchronous = OFF")
        copy.execute("BEGIN")
        copy.execute(f"DROP TABLE IF EXISTS {LABEL}")
        copy.execute(f"CREATE TABLE {LABEL} (made_at TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT")
        copy.execute(f"INSERT INTO {LABEL} VALUES (:at, :digest)", {"at": moment(at), "digest": digest})  # noqa: S608
        copy.execute("COMMIT")


def _labelled(backup: Database) -> str | None:
    """The digest of what a backup held when it was made; None for a copy that we did not make."""
    if not backup[LABEL].exists():
        return None
    found = backup.execute(f"SELECT sha256 FROM {LABEL}").fetchone()  # noqa: S608 - a constant
    return str(found[0]) if found else None


def _bring_up_to_date(part: Path) -> None:
    connection: sqlite3.Connection = connect(part, "rw", wait_s=WAIT_S)
    with closing(Database(connection)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute(f"DROP TABLE IF EXISTS {LABEL}")
        migrate(db)

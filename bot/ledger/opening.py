"""How the file of a database is opened: whose it is, how old, and how to read it without changing it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from .errors import (
    LedgerDamagedError,
    LedgerNewerError,
    LedgerNotOursError,
    LedgerUnavailableError,
    named_errors,
)
from .migrations import migrations

NAMES = tuple(migration.name for migration in migrations._migrations)
# What SQLite keeps beside a database: changes on their way into it, and who is reading where.
BESIDE = ("-wal", "-shm", "-journal")


def connect(
    path: str | Path, mode: Literal["ro", "rw", "rwc"], *, wait_s: float, immutable: bool = False
) -> sqlite3.Connection:
    """A connection that commits only what it is told to, and waits so long for locks of others."""
    uri = f"{Path(path).absolute().as_uri()}?mode={mode}{'&immutable=1' if immutable else ''}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=wait_s)


def is_part_of(file: Path, database: Path) -> bool:
    """Whether a file is the database, or one of those that SQLite keeps beside it."""
    return file.resolve() in {Path(f"{database.resolve()}{end}") for end in ("", *BESIDE)}


def applied_migrations(db: Database, path: str | Path) -> tuple[str, ...]:
    """The names of the migrations the database has had, in their order; none for one that is new.

    Raises LedgerNotOursError.
    """
    tables = set(db.table_names())  # before the migrations: another process may be creating both
    applied = tuple(migration.name for migration in migrations.applied(db))
    if not applied and tables - {migrations.migrations_table}:
        raise LedgerNotOursError(f"The database {path} belongs to another program: name another file.")
    return applied


def missing_migrations(db: Database, path: str | Path) -> tuple[str, ...]:
    """The names of the migrations the database has not had yet.

    Raises LedgerNotOursError, or LedgerNewerError where it has had some that are not known here.
    """
    applied = applied_migrations(db, path)
    unknown = set(applied) - set(NAMES)
    if unknown:
        raise LedgerNewerError(
            f"The database {path} was written by a newer ce-bot ({max(unknown)}): "
            "upgrade ce-bot or name another file."
        )
    return tuple(name for name in NAMES if name not in applied)


def migrate(db: Database, *, stop_before: str | None = None) -> None:
    """Apply what is missing; processes that start at once take turns, and each looks again in its own."""
    db.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db, stop_before=stop_before)
        db.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise


@contextmanager
def snapshot(path: str | Path, *, wait_s: float = 5) -> Iterator[Database]:
    """A database as it is at one moment, while others go on writing; the file stays as it is.

    Raises LedgerUnavailableError where there is none: nothing is created here. What is read here is the
    same for every database of ours, so where it cannot be read, that is damage: LedgerDamagedError.
    """
    path = Path(path)
    if not path.is_file():
        what = "is a folder, no database" if path.is_dir() else "does not exist"
        raise LedgerUnavailableError(f"The database {path} {what}: name another file.")
    with named_errors(str(path)):
        try:
            with closing(_reading(path, wait_s)) as db:
                yield db
                db.rollback()
        except (UnicodeDecodeError, sqlite3.OperationalError) as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) != sqlite3.SQLITE_ERROR:
                raise
            # Not even in a trace: the error quotes what could not be read, and that may be anybody's.
            raise LedgerDamagedError(
                f"The database {path} is damaged, so that what it holds cannot be read: restore a backup."
            ) from None


def _reading(path: Path, wait_s: float) -> Database:
    """A connection in a transaction that only reads.

    Where changes wait beside the file, a connection for reading leaves them there, and another one would
    carry them in. Where none wait, one for reading would leave empty files behind, and another one takes
    them away again; in a folder nobody may write to it finds that out, and nobody else can be writing.
    """
    if path.with_name(f"{path.name}-wal").exists():
        return _begun(connect(path, "ro", wait_s=wait_s))
    try:
        return _begun(connect(path, "rw", wait_s=wait_s))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        return _begun(connect(path, "ro", wait_s=wait_s, immutable=True))


def _begun(connection: sqlite3.Connection) -> Database:
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # the moment is that of reading
    except BaseException:
        connection.close()
        raise
    return Database(connection)

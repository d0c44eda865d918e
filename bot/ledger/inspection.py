"""What can be told about a database from outside, without changing it."""

import os
import sqlite3
from datetime import datetime
from pathlib import Path
from shutil import disk_usage
from typing import NamedTuple

from sqlite_utils import Database

from .contents import Contents, contents_of
from .errors import named_errors
from .installations import Installation, InstallationsReader
from .opening import missing_migrations, snapshot
from .outbox import OutboxHealth, OutboxReader
from .proofs import KeptFile, ProofsReader
from .statements import moment

SQLITE = sqlite3.sqlite_version


class Inspection(NamedTuple):
    """How a database is doing: sizes in bytes, `mode` its permissions, `damage` what SQLite says is wrong.

    `can_write` is about whoever looks, and the file and its folder. `waiting` is the size of the changes that
    wait beside the file, `astray` the tables with rows that refer to others which are not there, `missing`
    the migrations still to come. What a database needs newer tables for is None in an older one.
    """

    size: int
    waiting: int
    free: int
    mode: int
    can_write: bool
    has_wal: bool
    damage: str | None
    astray: tuple[str, ...]
    missing: tuple[str, ...]
    contents: Contents
    outbox: OutboxHealth | None
    late_since: datetime | None
    departures: tuple[datetime, ...] | None


def inspect(path: str | Path, now: datetime, unserved: str) -> Inspection | None:
    """Look at a database; None where there is none yet.

    `late_since` is about workspaces that are told things: not those that removed the bot, nor `unserved`.
    Raises a LedgerError where it cannot be opened, is no database of ours or of a newer ce-bot.
    """
    path = Path(path)
    if not path.exists():
        return None
    waiting = path.with_name(f"{path.name}-wal")
    waiting_size = waiting.stat().st_size if waiting.exists() else 0
    with named_errors(str(path)), snapshot(path) as db:
        missing = missing_migrations(db, path)
        tables = set(db.table_names())
        found = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
        astray = {row[0] for row in db.execute("PRAGMA foreign_key_check")}
        there = path.stat()
        return Inspection(
            size=there.st_size,
            waiting=waiting_size,
            free=disk_usage(path.absolute().parent).free,
            mode=there.st_mode & 0o777,
            can_write=os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK),
            has_wal=db.execute("PRAGMA journal_mode").fetchone()[0] == "wal",
            damage=None if found == "ok" else " ".join(found.split()),
            astray=tuple(sorted(astray)),
            missing=missing,
            contents=contents_of(db),
            outbox=OutboxReader(db).health(now) if "outbox" in tables else None,
            late_since=_late_since(db, now, unserved, tables) if "departures" in tables else None,
            departures=_departures(db) if "departures" in tables else None,
        )


def installations_in(path: str | Path) -> tuple[Installation, ...]:
    """The installations in a database; none where there is no database, or one from before there were any.

    Raises a LedgerError.
    """
    if not Path(path).exists():
        return ()
    with snapshot(path) as db:
        return InstallationsReader(db).all() if "installations" in db.table_names() else ()


def kept_in(path: str | Path) -> tuple[KeptFile, ...]:
    """The files that a database points to; none where there is no database or an older one.

    Raises a LedgerError.
    """
    if not Path(path).exists():
        return ()
    with named_errors(str(path)), snapshot(path) as db:
        return ProofsReader(db).kept() if "proofs" in db.table_names() else ()


def can_be_made(path: str | Path) -> bool:
    """Whether whoever asks may make a database here, with the folders that it still needs."""
    folder = next(folder for folder in Path(path).absolute().parents if folder.exists())
    return folder.is_dir() and os.access(folder, os.W_OK)


def _late_since(db: Database, now: datetime, unserved: str, tables: set[str]) -> datetime | None:
    """When the oldest notice that nobody has sent yet was due; where workspaces install, in one of them."""
    of_installed = (
        " AND (NOT EXISTS (SELECT 1 FROM installations) "
        "OR workspace IN (SELECT workspace FROM installations))"
        if "installations" in tables
        else ""
    )
    (due_at,) = db.execute(
        "SELECT min(due_at) FROM outbox WHERE state = 'planned' AND due_at <= :now "  # noqa: S608 - constants
        f"AND workspace <> :unserved AND workspace NOT IN (SELECT workspace FROM departures){of_installed}",
        {"now": moment(now), "unserved": unserved},
    ).fetchone()
    return datetime.fromisoformat(due_at) if due_at else None


def _departures(db: Database) -> tuple[datetime, ...]:
    """When workspaces that removed the bot did so, the first one first."""
    rows = db.execute("SELECT left_at FROM departures ORDER BY left_at").fetchall()
    return tuple([datetime.fromisoformat(left_at) for (left_at,) in rows])

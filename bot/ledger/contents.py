"""What a database holds: counted for people, and as one digest to compare with."""

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlite_utils import Database

from .errors import LedgerDamagedError
from .migrations import migrations

# The table that makes a copy of a database a backup of ours: when it was made, and of what contents.
LABEL = "_backup"
ROWS_AT_ONCE = 1000
_DEFINITIONS = "SELECT type, name, sql FROM sqlite_master WHERE tbl_name <> :label ORDER BY type, name"
_CHANGED = {
    "audit": "at",
    "requests": "at",
    "members": "enrolled_at",
    "teams": "started_at",
    "team_members": "since_at",
    "faq_channels": "switched_on_at",
    "faq_phrasings": "accepted_at",
}


class Contents(NamedTuple):
    """How much a database holds, and when it was last changed, as far as it notes that."""

    members: int
    activities: int
    rows: int
    changed_at: datetime | None

    def told(self) -> str:
        """As in "2 members, 1 activity, 14 rows in all, last change 2025-12-02 09:30 UTC"."""
        counts = (
            _counted(self.members, "member", "members"),
            _counted(self.activities, "activity", "activities"),
            f"{_counted(self.rows, 'row', 'rows')} in all",
        )
        changed = (f"last change {self.changed_at:%Y-%m-%d %H:%M} UTC",) if self.changed_at else ()
        return ", ".join((*counts, *changed))


def contents_of(db: Database) -> Contents:
    """What a database of ours holds, whatever its age."""
    tables = {name for name in db.table_names() if name not in (LABEL, migrations.migrations_table)}
    counts = {name: _one(db, f"SELECT COUNT(*) FROM {quoted(name)}") for name in tables}  # noqa: S608
    held = "SELECT COUNT(*) FROM activities WHERE ended_by IS NULL"
    changes = [
        _one(db, f"SELECT MAX({column}) FROM {name}")  # noqa: S608 - constants
        for name, column in _CHANGED.items()
        if name in tables
    ]
    last = max((change for change in changes if isinstance(change, str)), default="")
    return Contents(
        members=counts.get("members", 0),
        activities=_one(db, held) if "activities" in tables else 0,
        rows=sum(counts.values()),
        changed_at=_moment(last),
    )


def digest_of(db: Database) -> str:
    """A SHA-256 over every table, its definition and its rows: two databases that differ differ in it."""
    found = hashlib.sha256(repr(db.execute(_DEFINITIONS, {"label": LABEL}).fetchall()).encode())
    # Exact, also where a text is none any more, and other than what a value of bytes is read as.
    texts, db.conn.text_factory = db.conn.text_factory, bytearray
    try:
        for name, rows in _everything(db.conn):
            found.update(name)
            while some := rows.fetchmany(ROWS_AT_ONCE):
                found.update(repr(some).encode())
    finally:
        db.conn.text_factory = texts
    return found.hexdigest()


def _everything(connection: sqlite3.Connection) -> Iterator[tuple[bytes, sqlite3.Cursor]]:
    """Each table's name and its rows, in an order that does not depend on how they are stored."""
    listed = "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' ORDER BY name"
    for raw_name, kind, without_rowid in connection.execute(listed).fetchall():
        name = raw_name.decode()
        if kind not in (b"table", b"shadow") or name.startswith("sqlite_") or name == LABEL:
            continue  # what is virtual has its rows in its shadows
        keys = "SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk"
        columns = [quoted(column.decode()) for (column,) in connection.execute(keys, (name,))]
        order = ", ".join(columns) if without_rowid else "rowid"
        yield raw_name, connection.execute(f"SELECT * FROM {quoted(name)} ORDER BY {order}")  # noqa: S608


def check_sound(db: Database, path: object) -> None:
    """Raise LedgerDamagedError where the pages of a database contradict each other.

    A value that was changed on the disk is still a value: only a digest tells.
    """
    found = str(_one(db, "PRAGMA integrity_check(1)"))
    if found != "ok":
        raise LedgerDamagedError(
            f"The database {path} is damaged ({' '.join(found.split())}): restore a backup or name another "
            "file."
        )


def quoted(name: str) -> str:
    """A name as it stands in SQL."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _one(db: Database, sql: str) -> Any:
    return db.execute(sql).fetchone()[0]


def _moment(text: str) -> datetime | None:
    """The moment written so; None where nothing is, or no moment."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _counted(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"

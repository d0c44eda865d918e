"""The whole database as text: JSON Lines out of one database, and into a new one.

The first line says what follows: {"format", "version", "ce_bot", "migrations", "policy", "exported_at"}.
Then one line a row, {"table": "members", "row": {...}}, what is referred to before what refers to it. The
last line has the number of rows of each table and a SHA-256 over the lines between, by which a file that was
cut or changed is noticed; who changes one on purpose takes "sha256" out.
"""

import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from sqlite_utils import Database

from .contents import Contents, contents_of, quoted
from .errors import LedgerNewerError, named_errors
from .files import FileRefusedError
from .opening import NAMES, applied_migrations, connect, migrate, missing_migrations, snapshot
from .replacing import replacing
from .statements import moment

FORMAT: Final = "ce-bot export"
VERSION: Final = 1
ENDING: Final = ".jsonl"
# More than a row can be; a file without line ends is not read into memory as a whole.
MOST_BYTES: Final = 64 * 1024 * 1024
WAIT_S: Final = 5
BOM: Final = b"\xef\xbb\xbf"
# Tokens stay where they are: whoever imports an export installs the bot anew.
NOT_EXPORTED: Final = ("installations", "install_states")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class DumpError(FileRefusedError):
    """A file is no export of ours, or not as it was written; the message names the line."""


class Table(NamedTuple):
    """A table, its columns and the statements that read and write its rows."""

    name: str
    columns: tuple[str, ...]
    read: str
    write: str


def dump(database: str | Path, out: BinaryIO, *, ce_bot: str, policy: str, at: datetime) -> Contents:
    """Write everything as it is at one moment, while others go on writing, row by row.

    `ce_bot` is the version of this program, `policy` the fingerprint of its policy, both for people to read.
    Raises a LedgerError where the database cannot be read.
    """
    with snapshot(database, wait_s=WAIT_S) as db:
        missing_migrations(db, database)
        applied = applied_migrations(db, database)
        head = {
            "format": FORMAT,
            "version": VERSION,
            "ce_bot": ce_bot,
            "migrations": applied,
            "policy": policy,
            "exported_at": moment(at),
        }
        out.write(_line(head))
        digest = hashlib.sha256()
        counts = {}
        for table in _tables(applied):
            counts[table.name] = 0
            for row in db.execute(table.read):
                line = _line({"table": table.name, "row": dict(zip(table.columns, row, strict=True))})
                digest.update(line)
                out.write(line)
                counts[table.name] += 1
        out.write(_line({"rows": counts, "sha256": digest.hexdigest()}))
        return contents_of(db)._replace(rows=sum(counts.values()))


def begins_a_dump(head: bytes) -> bool:
    """Whether a file that begins with `head` can only be one for `load`."""
    return head.removeprefix(BOM).startswith(b'{"format":"')


def load(lines: BinaryIO, name: str, database: str | Path, *, at: datetime) -> Contents:
    """Make a database of an export: all of it or nothing, and only where there is nothing yet.

    `name` stands for the file in messages. An export of an older ce-bot is migrated. Raises DumpError for
    what cannot be read, LedgerNewerError for what a newer ce-bot wrote, and FileRefusedError where the
    database is not empty.
    """
    database = Path(database)
    instead = ": import into a new one, such as --db new.db."
    with replacing(database, instead, at=at, replace=False) as place:
        with named_errors(str(database)):
            _fill(place.part, _Lines(lines, name))
        with snapshot(place.part) as db:
            contents = contents_of(db)
        place.take()
    return contents


class _Lines:
    """The lines of an export, counted, one after another."""

    def __init__(self, lines: BinaryIO, name: str) -> None:
        self._lines = lines
        self.name = name
        self._number = 0
        self.digest = hashlib.sha256()

    def next(self) -> dict[str, Any]:
        """The object in the next line. Raises DumpError, also where there is none."""
        self._number += 1
        line = self._lines.readline(MOST_BYTES)
        if not line.endswith(b"\n"):
            raise DumpError(f"{self.name} breaks off in line {self._number}: export it again.")
        if self._number == 1:
            line = line.removeprefix(BOM)
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self.fault("this is no line of an export of ce-bot")
        if "table" in found:
            self.digest.update(line)
        return found

    def check_end(self) -> None:
        """Raise DumpError where anything follows."""
        if self._lines.readline(MOST_BYTES).strip():
            self._number += 1
            raise self.fault("nothing may follow the last line of an export")

    def fault(self, what: str) -> DumpError:
        """The error that says what is wrong with the line read last."""
        return DumpError(f"{self.name}, line {self._number}: {what}.")


def _fill(part: Path, lines: _Lines) -> None:
    """Make an empty file the database that an export describes."""
    applied = _applied(lines)
    with closing(Database(connect(part, "rw", wait_s=WAIT_S))) as db:
        # What goes wrong here goes with the file, and at the end the whole file is written to the disk.
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA journal_mode = OFF")
        migrate(db, stop_before=NAMES[len(applied)] if len(applied) < len(NAMES) else None)
        db.execute("BEGIN")
        _insert(db.conn, {table.name: table for table in _tables(applied)}, lines)
        lost = db.execute("PRAGMA foreign_key_check").fetchone()
        if lost:
            raise DumpError(f"{lines.name}: rows of {lost[0]} name rows of {lost[2]} that are not in it.")
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("PRAGMA foreign_keys = ON")
        migrate(db)


def _applied(lines: _Lines) -> tuple[str, ...]:
    """The migrations that the database had from which an export was made, from its first line."""
    head = lines.next()
    if head.get("format") != FORMAT:
        raise lines.fault("this is no export of ce-bot, which begins with what it is")
    version, applied = head.get("version"), head.get("migrations")
    if not isinstance(version, int) or not isinstance(applied, list):
        raise lines.fault("it does not say which version of the format it has, and which migrations")
    if version > VERSION or set(map(str, applied)) - set(NAMES):
        raise LedgerNewerError(f"{lines.name} was exported by a newer ce-bot: upgrade this one.")
    if tuple(applied) != NAMES[: len(applied)]:
        raise lines.fault("its migrations are not in their order")
    return tuple(applied)


def _insert(connection: sqlite3.Connection, tables: dict[str, Table], lines: _Lines) -> None:
    """Insert all rows, and compare what was inserted with what the last line says."""
    counts = dict.fromkeys(tables, 0)
    while "table" in (found := lines.next()):
        name, row = found["table"], found.get("row")
        table = tables.get(name) if isinstance(name, str) else None
        if table is None:
            raise lines.fault(f"there is no table {name!r} in the database that this was exported from")
        try:
            connection.execute(table.write, _checked(row, table, lines))
        except (sqlite3.IntegrityError, OverflowError, UnicodeEncodeError) as error:
            raise lines.fault(f"the row does not fit into {name} ({error})") from error
        counts[table.name] += 1
    if found.get("rows") != counts or found.get("sha256", wanted := lines.digest.hexdigest()) != wanted:
        raise lines.fault("the lines before are not those that were exported, so some are lost or changed")
    lines.check_end()


def _checked(row: object, table: Table, lines: _Lines) -> dict[str, str | int | None]:
    """The row, which has the columns of its table and values that can stand in them. Raises DumpError."""
    if not isinstance(row, dict):
        raise lines.fault(f"there is no row of {table.name} in it")
    if row.keys() != set(table.columns):
        unknown, missing = sorted(row.keys() - set(table.columns)), sorted(set(table.columns) - row.keys())
        wrong = f"has no column {unknown[0]!r}" if unknown else f"needs its column {missing[0]}"
        raise lines.fault(f"{table.name} {wrong}")
    for column, value in row.items():
        if value is not None and type(value) not in (str, int):
            raise lines.fault(f"{column} of {table.name} takes text, whole numbers or null")
    return row


def _tables(applied: tuple[str, ...]) -> tuple[Table, ...]:
    """Our tables as those migrations make them; what is referred to is made before what refers to it."""
    with closing(Database(memory=True)) as db:
        migrate(db, stop_before=NAMES[len(applied)] if len(applied) < len(NAMES) else None)
        return tuple(
            _table(name, tuple(db.table(name).columns_dict), db.table(name).pks)
            for name in db.table_names()
            if not name.startswith(("_", "sqlite_")) and name not in NOT_EXPORTED
        )


def _table(name: str, columns: tuple[str, ...], keys: list[str]) -> Table:
    listed = ", ".join(map(quoted, columns))
    values = ", ".join(f":{column}" for column in columns)
    return Table(
        name,
        columns,
        f"SELECT {listed} FROM {quoted(name)} ORDER BY {', '.join(map(quoted, keys))}",  # noqa: S608
        f"INSERT INTO {quoted(name)} ({listed}) VALUES ({values})",  # noqa: S608
    )


def _line(value: dict[str, Any]) -> bytes:
    return f"{_encode(value)}\n".encode()

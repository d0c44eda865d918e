"""The database itself: opened once a thread, read freely, written in short transactions."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from time import monotonic

from sqlite_utils import Database

from rules import PortalDates

from .errors import (
    LedgerBusyError,
    LedgerNewerError,
    LedgerNotOursError,
    LedgerUnavailableError,
    named_errors,
)
from .facts import Facts, Member, Row, activity_of, credential_of, exam_of, iso, portal_of
from .faq import FaqReader
from .migrations import migrations
from .standings import COLUMNS, Kept, standing_of
from .writer import Writer

# Slack waits 3 seconds for an answer; a member is told "busy" well before.
BUSY_MS = 1500
WAL_TRIES = 20
_STANDINGS = (
    f"SELECT policy, as_of, holds_before, {', '.join(COLUMNS)} FROM standings "  # noqa: S608 - constants
    "WHERE workspace = :workspace AND member = :member"
)
_CREDENTIALS = (
    "SELECT code, earned_on FROM credentials "
    "WHERE workspace = :workspace AND member = :member AND ended_by IS NULL ORDER BY code"
)
_PORTAL_DATES = (
    "SELECT code, suspends_on, expires_on, confirmed_on, cycle_started_on FROM portal_dates "
    "WHERE workspace = :workspace AND member = :member AND ended_by IS NULL ORDER BY added_by"
)
_ACTIVITIES = (
    "SELECT number, kind, done_on, title, units, state, link FROM activities "
    "WHERE workspace = :workspace AND member = :member AND ended_by IS NULL ORDER BY number"
)
_TITLES = (
    "SELECT title FROM activities WHERE workspace = :workspace AND member = :member AND ended_by IS NULL"
)
_TIMEZONE = (
    "SELECT timezone, timezone_checked_at FROM members WHERE workspace = :workspace AND member = :member"
)
_EXAMS = (
    "SELECT code, passed_on FROM exams "
    "WHERE workspace = :workspace AND member = :member AND ended_by IS NULL ORDER BY code, passed_on"
)


class Ledger:
    """Members' facts in one SQLite file; safe to share between threads and processes.

    Raises a LedgerError, saying what to do, where the file cannot be used.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self._local = threading.local()
        self._writing = threading.Lock()
        with named_errors(self.path):
            try:
                self._prepare()
            except BaseException:
                self.close()
                raise

    def _prepare(self) -> None:
        path = Path(self.path)
        with suppress(OSError):  # SQLite then says what is wrong, and the ledger what to do
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600, exist_ok=True)
        db = self._db()
        tables = set(db.table_names())  # before the migrations: another process may be creating both
        applied = {migration.name for migration in migrations.applied(db)}
        known = {migration.name for migration in migrations._migrations}
        if not applied and tables - {migrations.migrations_table}:
            raise LedgerNotOursError(
                f"The database {self.path} belongs to another program: name another file."
            )
        if applied - known:
            raise LedgerNewerError(
                f"The database {self.path} was written by a newer ce-bot ({max(applied - known)}): "
                "upgrade ce-bot or name another file."
            )
        if known - applied:
            self._migrate(db)
        _use_wal(db)
        self._file = self._file_now()

    def _migrate(self, db: Database) -> None:
        """Apply what is missing; processes that start at once take turns, and each looks again in its own."""
        db.execute("BEGIN IMMEDIATE")
        try:
            migrations.apply(db)
            db.execute("COMMIT")
        except BaseException:
            db.rollback()
            raise

    def _db(self) -> Database:
        """This thread's connection; one shared between threads loses rows."""
        found: Database | None = getattr(self._local, "db", None)
        if found is None:
            uri = f"{Path(self.path).absolute().as_uri()}?mode=rw"
            connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            found = self._local.db = Database(connection)
        return found

    def _file_now(self) -> tuple[int, int] | None:
        """Which file stands at the path; open connections would go on writing to one that was deleted."""
        try:
            found = Path(self.path).stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def close(self) -> None:
        """Close this thread's connection."""
        found: Database | None = getattr(self._local, "db", None)
        if found is not None:
            found.close()
            self._local.db = None

    @contextmanager
    def write(self) -> Iterator["Writer"]:
        """One transaction: all of it is saved at the end, or nothing.

        Writers of this process wait for each other here, which is faster than SQLite's own waiting; what is
        left of the time they wait for those of other processes.
        """
        with named_errors(self.path):
            if self._file_now() != self._file:
                raise LedgerUnavailableError(
                    f"The database {self.path} was deleted or replaced while in use: start ce-bot again."
                )
            give_up_at = monotonic() + BUSY_MS / 1000
            if not self._writing.acquire(timeout=BUSY_MS / 1000):
                raise LedgerBusyError(f"The database {self.path} is busy: try again in a moment.")
            try:
                db = self._db()
                left_ms = max(int((give_up_at - monotonic()) * 1000), 0)
                db.execute(f"PRAGMA busy_timeout = {left_ms}")
                db.execute("BEGIN IMMEDIATE")
                try:
                    yield Writer(db)
                    db.execute("COMMIT")
                except BaseException:
                    db.rollback()
                    raise
            finally:
                self._writing.release()

    @contextmanager
    def faq(self) -> Iterator[FaqReader]:
        """What can be looked up about questions; inside a transaction of this thread, with what it wrote."""
        with named_errors(self.path):
            yield FaqReader(self._db())

    def facts(self, who: Member) -> Facts:
        """All that holds about a member; inside a transaction of this thread, with what it has written."""
        portal: dict[str, list[PortalDates]] = {}
        for code, *shown in self._rows(_PORTAL_DATES, who):
            portal.setdefault(code, []).append(portal_of(tuple(shown)))
        return Facts(
            credentials=tuple(
                credential_of(row, tuple(portal.get(row[0], ()))) for row in self._rows(_CREDENTIALS, who)
            ),
            activities=tuple([activity_of(row) for row in self._rows(_ACTIVITIES, who)]),
            exams=tuple([exam_of(row) for row in self._rows(_EXAMS, who)]),
        )

    def kept_standings(self, who: Member, day: date) -> Kept | None:
        """The member's standings as last computed, with status on `day`; None where a replay must tell."""
        rows = self._rows(_STANDINGS, who)
        kept = {row[:3] for row in rows}
        if len(kept) != 1:  # a certification not known on the day of the last change keeps an older row
            return None
        ((policy, as_of, holds_before),) = kept
        return Kept(
            policy,
            iso(as_of),
            iso(holds_before) if holds_before else None,
            tuple([standing_of(row[3:], day) for row in rows]),
        )

    def timezone(self, who: Member) -> tuple[str | None, datetime | None]:
        """The member's time zone and when Slack was last asked for it, where known."""
        for timezone, checked_at in self._rows(_TIMEZONE, who):
            return timezone, datetime.fromisoformat(checked_at) if checked_at else None
        return None, None

    def titles(self, who: Member) -> list[str]:
        """The titles of a member's activities."""
        return [title for (title,) in self._rows(_TITLES, who)]

    def _rows(self, sql: str, who: Member) -> list[Row]:
        """What a statement about one member gives."""
        with named_errors(self.path):
            return self._db().execute(sql, {"workspace": who.workspace, "member": who.id}).fetchall()


def _use_wal(db: Database) -> None:
    """Switch a new file to write-ahead logging, which it stays with.

    SQLite refuses at once while another process is at it: this waits for that one, then tries again.
    """
    for _ in range(WAL_TRIES):
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        db.execute("BEGIN IMMEDIATE")
        db.rollback()
    db.execute("PRAGMA journal_mode = WAL")

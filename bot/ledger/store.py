"""The database itself: opened once a thread, read freely, written in short transactions."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from time import monotonic

from sqlite_utils import Database

from rules import PortalDates

from .calendars import CalendarsReader
from .errors import LedgerBusyError, LedgerError, LedgerUnavailableError, named_errors
from .facts import Facts, Member, Row, activity_of, credential_of, exam_of, iso, portal_of
from .faq import FaqReader
from .forgetting import ForgettingReader, ForgettingWriter
from .installations import InstallationsReader
from .opening import connect, migrate, missing_migrations
from .outbox import OutboxReader
from .proofs import ProofsReader
from .reminders import OF_ONE, ReminderSettings, settings_of
from .standings import COLUMNS, Kept, kept_of
from .teams import TeamsReader
from .upkeep import UpkeepReader
from .writer import LATEST_CHANGE, Change, Writer

# Slack waits 3 seconds for an answer; a member is told "busy" well before.
BUSY_MS = 1500
# What a connection keeps of the file; each of some twenty threads has one, and the system keeps the rest.
CACHE_KB = 256
# Emptying the log keeps writers out while it waits for readers, of whom a replicating tool is always one.
LOG_WAIT_MS = 100
WAL_TRIES = 20
# The activities the portal may not know of: logged, and dated after what it is known to have started
# from. After a calculated renewal that is the cycle it showed last, or where none was stated the earned day.
_NOT_ENTERED = (
    "FROM activities AS done WHERE done.workspace = :workspace AND done.member = :member "
    "AND done.ended_by IS NULL AND done.state = 'logged' AND done.done_on > ("
    "SELECT min(CASE WHEN kept.dates <> 'calculated' THEN kept.started_on ELSE coalesce("
    "(SELECT max(shown.cycle_started_on) FROM portal_dates AS shown WHERE shown.workspace = :workspace "
    "AND shown.member = :member AND shown.code = kept.code AND shown.ended_by IS NULL), "
    "(SELECT held.earned_on FROM credentials AS held WHERE held.workspace = :workspace "
    "AND held.member = :member AND held.code = kept.code AND held.ended_by IS NULL), '') END) "
    "FROM standings AS kept WHERE kept.workspace = :workspace AND kept.member = :member "
    "AND kept.expires_on > :day)"
)
_TO_ENTER = f"SELECT count(*) {_NOT_ENTERED}"
_NUMBERS_TO_ENTER = f"SELECT done.number {_NOT_ENTERED}"
_STANDINGS = (
    f"SELECT policy, as_of, holds_before, {', '.join(COLUMNS)}, ({_TO_ENTER}), "  # noqa: S608 - constants
    "EXISTS (SELECT 1 FROM reminders WHERE reminders.workspace = :workspace AND reminders.member = :member) "
    "FROM standings WHERE workspace = :workspace AND member = :member"
)
_DATES = (
    "SELECT code, suspends_on, last_safe_day FROM standings WHERE workspace = :workspace AND member = :member"
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
        self._watching: list[Callable[[str, float], None]] = []
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
        self._file = self._file_now()  # before it is opened: it may be replaced while we wait for it
        db = self._db()
        if missing_migrations(db, self.path):
            migrate(db)
        _use_wal(db)

    def _db(self) -> Database:
        """This thread's connection; one shared between threads loses rows."""
        found: Database | None = getattr(self._local, "db", None)
        if found is None:
            connection = connect(self.path, "rw", wait_s=BUSY_MS / 1000)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
            connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
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

    def watch(self, wrote: Callable[[str, float], None]) -> None:
        """Call this after each transaction with what became of it, and with the seconds it took.

        It was saved, undone by who wrote it, or the database was busy or failed.
        """
        self._watching.append(wrote)

    @contextmanager
    def write(self, wait_s: float = BUSY_MS / 1000) -> Iterator["Writer"]:
        """One transaction: all of it is saved at the end, or nothing.

        Writers of this process wait for each other here, which is faster than SQLite's own waiting; what is
        left of the time they wait for those of other processes, `wait_s` in all.
        """
        outcome, began = "undone", monotonic()
        try:
            with self._transaction(wait_s) as writer:
                yield writer
            outcome = "saved"
        except LedgerBusyError:
            outcome = "busy"
            raise
        except (LedgerError, sqlite3.Error):
            outcome = "failed"
            raise
        finally:
            for wrote in self._watching:
                wrote(outcome, monotonic() - began)

    def is_writable(self) -> bool:
        """Whether something could be written now."""
        try:
            with self._transaction():
                return True
        except LedgerError:
            return False

    @contextmanager
    def _transaction(self, wait_s: float = BUSY_MS / 1000) -> Iterator["Writer"]:
        with named_errors(self.path):
            if self._file_now() != self._file:
                raise LedgerUnavailableError(
                    f"The database {self.path} was deleted or replaced while in use: start ce-bot again."
                )
            give_up_at = monotonic() + wait_s
            if not self._writing.acquire(timeout=wait_s):
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
    def erasing(self) -> Iterator[ForgettingWriter]:
        """One transaction that deletes for good, in which nothing asks what refers to a row that goes.

        Whoever deletes one has to delete what refers to it. Call `empty_log` once it is through.
        """
        with named_errors(self.path):
            db = self._db()
            db.execute("PRAGMA foreign_keys = OFF")
            try:
                with self.write() as writer:
                    yield writer.forgetting
            finally:
                db.execute("PRAGMA foreign_keys = ON")

    def empty_log(self) -> bool:
        """Carry all that waits beside the file into it, and leave no copy there; False while others read."""
        with named_errors(self.path):
            db = self._db()
            db.execute(f"PRAGMA busy_timeout = {LOG_WAIT_MS}")
            is_busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not is_busy

    @contextmanager
    def forgetting(self) -> Iterator[ForgettingReader]:
        """What is kept about members; inside a transaction of this thread, with what it wrote."""
        with named_errors(self.path):
            yield ForgettingReader(self._db())

    @contextmanager
    def calendars(self) -> Iterator[CalendarsReader]:
        """Whose calendar address is which; inside a transaction of this thread, with what it wrote."""
        with named_errors(self.path):
            yield CalendarsReader(self._db())

    @contextmanager
    def faq(self) -> Iterator[FaqReader]:
        """What can be looked up about questions; inside a transaction of this thread, with what it wrote."""
        with named_errors(self.path):
            yield FaqReader(self._db())

    @contextmanager
    def installations(self) -> Iterator[InstallationsReader]:
        """Which workspaces have the bot; inside a transaction of this thread, with what it wrote."""
        with named_errors(self.path):
            yield InstallationsReader(self._db())

    @contextmanager
    def teams(self) -> Iterator[TeamsReader]:
        """What can be looked up about teams; inside a transaction of this thread, with what it wrote."""
        with named_errors(self.path):
            yield TeamsReader(self._db())

    @contextmanager
    def outbox(self) -> Iterator[OutboxReader]:
        """What can be looked up in the outbox; inside a transaction of this thread, with what it wrote."""
        with named_errors(self.path):
            yield OutboxReader(self._db())

    @contextmanager
    def proofs(self) -> Iterator[ProofsReader]:
        """What can be looked up about files; inside a transaction of this thread, with what it wrote."""
        with named_errors(self.path):
            yield ProofsReader(self._db())

    @contextmanager
    def upkeep(self) -> Iterator[UpkeepReader]:
        """Whose kept standings have to be computed anew."""
        with named_errors(self.path):
            yield UpkeepReader(self._db())

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
        rows = self._rows(_STANDINGS, who, day=day.isoformat())
        if not rows:
            return None
        *_, to_enter, is_asked = rows[0]
        return kept_of(rows, day, to_enter=to_enter, is_asked=bool(is_asked))

    def kept_dates(self, who: Member) -> set[tuple[str, date, date]]:
        """All that notices depend on, as last computed: codes, suspension dates and last safe days."""
        return {(code, iso(suspends), iso(safe)) for code, suspends, safe in self._rows(_DATES, who)}

    def to_enter(self, who: Member, day: date) -> int:
        """How many of the member's activities the portal may not know of; none once all has expired."""
        ((count,),) = self._rows(_TO_ENTER, who, day=day.isoformat())
        return int(count)

    def numbers_to_enter(self, who: Member, day: date) -> frozenset[int]:
        """Which those are, by their numbers."""
        return frozenset(number for (number,) in self._rows(_NUMBERS_TO_ENTER, who, day=day.isoformat()))

    def latest_change(self, who: Member) -> Change | None:
        """The member's latest change that an undo would take back."""
        rows = self._rows(LATEST_CHANGE, who, change=None)
        return Change(*rows[0]) if rows else None

    def timezone(self, who: Member) -> tuple[str | None, datetime | None]:
        """The member's time zone and when Slack was last asked for it, where known."""
        for timezone, checked_at in self._rows(_TIMEZONE, who):
            return timezone, datetime.fromisoformat(checked_at) if checked_at else None
        return None, None

    def reminder_settings(self, who: Member) -> ReminderSettings | None:
        """How the member wants to be reminded; None for one who never said."""
        rows = self._rows(OF_ONE, who)
        return settings_of(rows[0]) if rows else None

    def workspaces(self) -> list[str]:
        """The workspaces that have members here."""
        with named_errors(self.path):
            found = self._db().execute("SELECT DISTINCT workspace FROM members ORDER BY workspace")
            return [workspace for (workspace,) in found.fetchall()]

    def titles(self, who: Member) -> list[str]:
        """The titles of a member's activities."""
        return [title for (title,) in self._rows(_TITLES, who)]

    def _rows(self, sql: str, who: Member, **values: str | None) -> list[Row]:
        """What a statement about one member gives."""
        with named_errors(self.path):
            return (
                self._db().execute(sql, {"workspace": who.workspace, "member": who.id, **values}).fetchall()
            )


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

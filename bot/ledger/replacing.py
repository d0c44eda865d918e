"""Putting another file in the place of the database, with nobody in it and nothing lost."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from .contents import Contents, contents_of
from .errors import LedgerBusyError, LedgerDamagedError, named_errors
from .files import FileRefusedError, begun, check_place, keep, named_file_errors
from .opening import applied_migrations, connect, snapshot

WAIT_S = 1.5


class Place:
    """The place of a database, while nobody else is in it; `part` is the file to fill, beside it."""

    def __init__(self, database: Path, part: Path, aside: Path, *, is_empty: bool, is_locked: bool) -> None:
        self.part = part
        self._database = database
        self._aside = aside
        self._is_empty = is_empty
        self._is_locked = is_locked

    def take(self) -> Path | None:
        """Put the file there in one step; where what stood there is kept, if there was anything in it."""
        if self._database.exists():
            there = self._database.stat()
            self.part.chmod(there.st_mode & 0o660)  # its group may have been let in on purpose
            with suppress(PermissionError):  # only root gives files away, and only root has to
                os.chown(self.part, there.st_uid, there.st_gid)
        keep(self.part)
        if not self._is_empty:
            self._set_aside()
        if not self._is_locked:
            self._set_aside_what_waits()
        self.part.replace(self._database)
        keep(self._database.parent)
        return None if self._is_empty else self._aside

    def _set_aside(self) -> None:
        try:
            os.link(self._database, self._aside)  # at every moment there is a database in the place
        except OSError:  # not every file system can
            self._database.rename(self._aside)

    def _set_aside_what_waits(self) -> None:
        """Changes that wait beside a database would be carried into whichever stands there."""
        for end in ("-wal", "-journal"):
            with suppress(FileNotFoundError):
                _beside(self._database, end).rename(_beside(self._aside, end))
        _beside(self._database, "-shm").unlink(missing_ok=True)


@contextmanager
def replacing(database: Path, instead: str, *, at: datetime, replace: bool) -> Iterator[Place]:
    """The place of a database; until the end nobody else can open what stands there.

    A database that is not empty is replaced with `replace` only; else FileRefusedError says what it holds,
    and `instead` what to do. LedgerBusyError says that somebody has it open.
    """
    place = database.resolve()
    check_place(place, replace=True)
    if place.exists() and not replace:
        _check_empty(place, database, instead)  # first without a lock: a bot that runs goes on
    with named_file_errors(database):
        place.parent.mkdir(parents=True, exist_ok=True)
        with begun(place) as part, _alone(place, database, replace=replace) as db:
            contents = _contents(db, database) if db else None
            if contents and contents.rows and not replace:
                raise FileRefusedError(f"The database {database} has {contents.told()}{instead}")
            is_empty = contents is not None and contents.rows == 0 if place.exists() else True
            yield Place(place, part, _free(place, at), is_empty=is_empty, is_locked=db is not None)


def _check_empty(place: Path, database: Path, instead: str) -> None:
    try:
        with snapshot(place) as db:
            applied_migrations(db, database)
            contents = contents_of(db)
    except LedgerDamagedError as error:
        raise LedgerDamagedError(
            f"The database {database} is damaged, so nobody can tell what would be lost{instead}"
        ) from error
    if contents.rows:
        raise FileRefusedError(f"The database {database} has {contents.told()}{instead}")


def _contents(db: Database, database: Path) -> Contents | None:
    """What a database holds; None where damage hides that."""
    try:
        with named_errors(str(database)):
            return contents_of(db)
    except LedgerDamagedError:
        return None


@contextmanager
def _alone(place: Path, database: Path, *, replace: bool) -> Iterator[Database | None]:
    """The database, locked against everybody else; None where there is none that can be read."""
    if not place.exists():
        yield None
        return
    with closing(connect(place, "rw", wait_s=WAIT_S)) as connection:
        db = Database(connection)
        is_readable = True
        try:
            with named_errors(str(database)):
                # Refused while anybody has the file open, and all that waits beside it is carried in.
                connection.execute("PRAGMA journal_mode = DELETE")
                connection.execute("BEGIN EXCLUSIVE")
                applied_migrations(db, database)
        except LedgerBusyError as error:
            raise LedgerBusyError(
                f"The database {database} is in use: stop ce-bot, and whatever else reads it, and try again."
            ) from error
        except LedgerDamagedError:
            if not replace:
                raise
            is_readable = False
        yield db if is_readable else None
        connection.rollback()


def _free(place: Path, at: datetime) -> Path:
    """A name beside the database that nothing has."""
    found = _beside(place, f".before-restore-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    while found.exists():
        found = _beside(found, "+")
    return found


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)

"""What can go wrong with the database, one class and one sentence each."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class LedgerError(Exception):
    """The ledger cannot do what was asked; nothing was saved. The message is for the log and the shell."""


class LedgerBusyError(LedgerError):
    """Another process keeps the database locked longer than Slack waits."""


class LedgerFullError(LedgerError):
    """There is no room left for the database."""


class LedgerReadOnlyError(LedgerError):
    """The database, or the place it is kept in, cannot be written to."""


class LedgerDamagedError(LedgerError):
    """The file is damaged, or is no SQLite database."""


class LedgerUnavailableError(LedgerError):
    """The file cannot be opened or read."""


class LedgerNewerError(LedgerError):
    """A newer ce-bot wrote this database."""


class LedgerNotOursError(LedgerError):
    """The file is a database of another program."""


class ChangedSinceError(LedgerError):
    """A change cannot be undone: what it changed was changed again later."""


_CLASS_OF = {
    sqlite3.SQLITE_BUSY: LedgerBusyError,
    sqlite3.SQLITE_LOCKED: LedgerBusyError,
    sqlite3.SQLITE_FULL: LedgerFullError,
    sqlite3.SQLITE_READONLY: LedgerReadOnlyError,
    sqlite3.SQLITE_PERM: LedgerReadOnlyError,
    sqlite3.SQLITE_CORRUPT: LedgerDamagedError,
    sqlite3.SQLITE_NOTADB: LedgerDamagedError,
    sqlite3.SQLITE_CANTOPEN: LedgerUnavailableError,
    sqlite3.SQLITE_IOERR: LedgerUnavailableError,
}

_WHAT_TO_DO = {
    LedgerBusyError: "is locked by another process: try again in a moment",
    LedgerFullError: "cannot grow: make room on the disk",
    LedgerReadOnlyError: "cannot be written to: check the permissions of the file and its folder",
    LedgerDamagedError: "is damaged or no SQLite database: restore a backup or name another file",
    LedgerUnavailableError: "cannot be opened: check that the file and its folder exist and can be read",
}


@contextmanager
def named_errors(path: str) -> Iterator[None]:
    """Turn SQLite's errors into the ledger's own, each saying what to do; other mistakes pass."""
    try:
        yield
    except sqlite3.Error as error:
        # The low byte is the family of the code; the rest tells what is of no use to people.
        kind = _CLASS_OF.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
        if kind is None:
            raise
        raise kind(f"The database {path} {_WHAT_TO_DO[kind]} ({error}).") from error

"""What the bot remembers: the only door to the database."""

from .errors import (
    ChangedSinceError,
    LedgerBusyError,
    LedgerDamagedError,
    LedgerError,
    LedgerFullError,
    LedgerNewerError,
    LedgerNotOursError,
    LedgerReadOnlyError,
    LedgerUnavailableError,
)
from .facts import Facts, LoggedActivity, Member
from .standings import Kept
from .store import Ledger
from .writer import Writer

__all__ = [
    "ChangedSinceError",
    "Facts",
    "Kept",
    "Ledger",
    "LedgerBusyError",
    "LedgerDamagedError",
    "LedgerError",
    "LedgerFullError",
    "LedgerNewerError",
    "LedgerNotOursError",
    "LedgerReadOnlyError",
    "LedgerUnavailableError",
    "LoggedActivity",
    "Member",
    "Writer",
]

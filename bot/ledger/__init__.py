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
from .faq import KEEP_QUESTIONS, AcceptedPhrasing, AskedQuestion, Settled, ThreadQuestion, Tier, Vote
from .questions import Decision, PortalAnswer, Typed
from .standings import Kept
from .store import Ledger
from .writer import Writer

__all__ = [
    "KEEP_QUESTIONS",
    "AcceptedPhrasing",
    "AskedQuestion",
    "ChangedSinceError",
    "Decision",
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
    "PortalAnswer",
    "Settled",
    "ThreadQuestion",
    "Tier",
    "Typed",
    "Vote",
    "Writer",
]

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
from .forgetting import Noted, Stored
from .imports import PendingImport
from .installations import Installation
from .outbox import DIGEST, KEEP_SETTLED, Claim, Held, NoticeKey, OutboxHealth, OutboxRow, Stage
from .proofs import KeptFile, Proof, ProofClaim, ProofState
from .questions import Decision, PortalAnswer, Typed
from .reminders import ReminderSettings
from .standings import Kept
from .store import Ledger
from .teams import INVITE_AGAIN_AFTER, Left, Role, TeamMember, TeamSettings
from .upkeep import BEGINNING
from .writer import Change, Writer

__all__ = [
    "BEGINNING",
    "DIGEST",
    "INVITE_AGAIN_AFTER",
    "KEEP_QUESTIONS",
    "KEEP_SETTLED",
    "AcceptedPhrasing",
    "AskedQuestion",
    "Change",
    "ChangedSinceError",
    "Claim",
    "Decision",
    "Facts",
    "Held",
    "Installation",
    "Kept",
    "KeptFile",
    "Ledger",
    "LedgerBusyError",
    "LedgerDamagedError",
    "LedgerError",
    "LedgerFullError",
    "LedgerNewerError",
    "LedgerNotOursError",
    "LedgerReadOnlyError",
    "LedgerUnavailableError",
    "Left",
    "LoggedActivity",
    "Member",
    "Noted",
    "NoticeKey",
    "OutboxHealth",
    "OutboxRow",
    "PendingImport",
    "PortalAnswer",
    "Proof",
    "ProofClaim",
    "ProofState",
    "ReminderSettings",
    "Role",
    "Settled",
    "Stage",
    "Stored",
    "TeamMember",
    "TeamSettings",
    "ThreadQuestion",
    "Tier",
    "Typed",
    "Vote",
    "Writer",
]

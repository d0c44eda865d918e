"""What comes out of and goes into files, and what is left after forgetting."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from rules import Credential, ExamPass, PortalDates, Reason, Renewal, Standing

from ..ledger import Left, LoggedActivity, Member, Stored


class ProofList(NamedTuple):
    """What the portal needs of one cycle of a certification, by day: what it has not got, and what it has.
    `renewal` is what the cycle's units brought, by calculation; None for the current cycle. `nothing` is
    dated in the cycle and counts for nothing, with the reason.
    """

    standing: Standing
    started_on: date
    renewal: Renewal | None
    to_enter: tuple[LoggedActivity, ...]
    entered: tuple[LoggedActivity, ...]
    nothing: tuple[tuple[LoggedActivity, Reason], ...]


class Archive(NamedTuple):
    """How many files prove how many activities in an archive, and what packs it."""

    files: int
    activities: int
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Exported:
    """All a member told, and where it puts them: as tables, JSON and archives, made when they are wanted.

    `to_enter` are the activities of the proof lists that are not yet in the portal, each once, by number,
    `of_no_use` how many others of them count for nothing; of the codes `expired` nothing needs entering.
    """

    today: date
    certifications: int
    activities: int
    exams: int
    proofs: tuple[ProofList, ...]
    to_enter: tuple[LoggedActivity, ...]
    of_no_use: int
    expired: tuple[str, ...]
    csv: Callable[[], bytes]
    json: Callable[[], bytes]
    archives: tuple[Archive, ...] = ()


class Calendar(NamedTuple):
    """A member's dates on a day: of what has not expired, the most urgent first, and the codes that have.

    `now` is the moment it is made, `changed_at` that of the member's latest change and `change` its number.
    """

    who: Member
    today: date
    now: datetime
    standings: tuple[Standing, ...]
    expired: tuple[str, ...]
    changed_at: datetime
    change: int


class Address(NamedTuple):
    """Whether a member's calendar can have an address on the web, and when theirs was made, if it was."""

    is_possible: bool
    made_at: datetime | None


class Forgotten(NamedTuple):
    """What was kept about a member and is deleted for good, and what became of their teams."""

    stored: Stored
    left: tuple[Left, ...]


class CredentialNews(NamedTuple):
    """What a file says of a certification that was not known: its earned day, portal dates, or both.

    `was` is how the certification is held so far, None where it is not.
    """

    code: str
    earned_on: date | None
    shown: PortalDates | None
    was: Credential | None


@dataclass(frozen=True, slots=True)
class News:
    """What a file says that was not known, and how much of it was `already`, or stands in it twice.

    `otherwise` is how many of those say other units than are known, or something else of a rejection.
    Activities have no numbers yet.
    """

    activities: tuple[LoggedActivity, ...]
    credentials: tuple[CredentialNews, ...]
    exams: tuple[ExamPass, ...]
    already: int
    otherwise: int

    @property
    def count(self) -> int:
        """How many things are new."""
        return len(self.activities) + len(self.credentials) + len(self.exams)

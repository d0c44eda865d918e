"""Where a member stands: what is there to look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from rules import Credential, ExamPass, Life, Outlook, Plan, Reason, Renewing, Standing, Status

from ..ledger import LoggedActivity


@dataclass(frozen=True, slots=True)
class Overview:
    """Where a member stands on a day, the most urgent credential first.

    `to_enter` is how many activities are not yet in the portal; `is_asked` says that the member has said
    whether to be reminded, or has nothing to be reminded of.
    """

    today: date
    standings: tuple[Standing, ...]
    activities: int
    to_enter: int = 0
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """A member's activities, newest first, and for each number the codes by what it does for them.

    `files` is how many files prove those that have some.
    """

    today: date
    activities: tuple[LoggedActivity, ...]
    codes: Mapping[int, Mapping[Reason, Sequence[str]]]
    files: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Holdings:
    """A member's credentials with their standings, and exams passed."""

    today: date
    held: tuple[tuple[Credential, Standing], ...]
    exams: tuple[ExamPass, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """What to do from the day `on`: for each certification, for several at once, over the next years."""

    today: date
    on: date
    outlooks: tuple[Outlook, ...]
    renewing: tuple[Renewing, ...]
    plan: Plan


# As many certifications as a picture has room for: the lanes of a timeline, the panels of a forecast.
PICTURED_MOST = 8


@dataclass(frozen=True, slots=True)
class Timeline:
    """A member's certifications over time, the most urgent first."""

    today: date
    lives: tuple[Life, ...]

    @property
    def pictured(self) -> tuple[Life, ...]:
        """Those that a picture has room for."""
        return self.lives[:PICTURED_MOST]

    @property
    def left_out(self) -> tuple[str, ...]:
        """The codes of the others."""
        return tuple(life.code for life in self.lives[PICTURED_MOST:])


def urgency(standing: Standing | Life) -> tuple[bool, date, str]:
    """What sorts the most urgent certification first: the next date, and last what has expired."""
    return standing.status is Status.EXPIRED, standing.cycle.suspends_on, standing.code

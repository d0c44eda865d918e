"""What the desk's use cases give back: values, and errors for what there is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rules import Credential, Credited, ExamPass, Reason, Renewal, Standing, is_worse

from .ledger import LoggedActivity


class DeskError(Exception):
    """Something was asked for that there is not."""


class NoSuchActivityError(DeskError):
    """The member has no activity with this number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"no activity {number}")
        self.number = number


class NotHeldError(DeskError):
    """The member holds no certification with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code} is not held")
        self.code = code


class NoSuchExamError(DeskError):
    """The member stated no pass of this exam on this day."""

    def __init__(self, exam: ExamPass) -> None:
        super().__init__(f"no pass of {exam.code} on {exam.passed_on}")
        self.exam = exam


class AlreadyNotedError(DeskError):
    """The member has stated this pass of an exam before."""

    def __init__(self, exam: ExamPass) -> None:
        super().__init__(f"{exam.code} on {exam.passed_on} is noted")
        self.exam = exam


class NothingToUndoError(DeskError):
    """The member has no change left to undo, or this one was undone already."""


class CannotUndoError(DeskError):
    """What the change did was changed again later."""

    def __init__(self, subject: str) -> None:
        super().__init__(subject)
        self.subject = subject


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change did to one credential: its standing before and after (None: not held)."""

    code: str
    before: Standing | None
    after: Standing | None

    @property
    def renewal(self) -> Renewal | None:
        """The latest renewal, if the change brought it about and made nothing worse by it."""
        if self.after is None or not self.after.renewals or self.is_worse:
            return None
        before = self.before and self.before.cycle
        return None if before == self.after.cycle else self.after.renewals[-1]

    @property
    def is_worse(self) -> bool:
        """Whether the change moved a date earlier or lowered the status (R14)."""
        return bool(self.before and self.after and is_worse(self.before, self.after))

    @property
    def moved(self) -> bool:
        """Whether the change moved the dates of a credential held before and after."""
        return bool(
            self.before
            and self.after
            and (self.before.cycle.suspends_on, self.before.cycle.expires_on)
            != (self.after.cycle.suspends_on, self.after.cycle.expires_on)
        )

    def credited(self, number: int) -> Credited | None:
        """What the activity with this number counts in the credential's current cycle."""
        found = self.after.activities if self.after else ()
        return next((credited for credited in found if credited.id == str(number)), None)


@dataclass(frozen=True, slots=True)
class Overview:
    """Where a member stands on a day, the most urgent credential first."""

    today: date
    standings: tuple[Standing, ...]
    activities: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A member's activities, newest first, and for each number the codes by what it does for them."""

    today: date
    activities: tuple[LoggedActivity, ...]
    codes: Mapping[int, Mapping[Reason, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Holdings:
    """A member's credentials with their standings, and exams passed."""

    today: date
    held: tuple[tuple[Credential, Standing], ...]
    exams: tuple[ExamPass, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A saved change: its number, what it did to each credential, and what deserves a second look."""

    change: int
    today: date
    effects: tuple[Effect, ...]
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityChanged(Changed):
    """An activity was logged, edited (then `was` is the version before) or removed."""

    activity: LoggedActivity | None = None
    was: LoggedActivity | None = None


@dataclass(frozen=True, slots=True)
class CredentialChanged(Changed):
    """A credential, its portal dates or an exam was stated or removed."""

    code: str = ""
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Undone(Changed):
    """A change was taken back: what had been done, and to what."""

    action: str = ""
    subject: str = ""

"""What the desk's use cases give back: values, and errors for what there is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from rules import (
    Credential,
    Credited,
    Dates,
    ExamPass,
    Outlook,
    Plan,
    PortalDates,
    Reason,
    Renewal,
    Renewing,
    Standing,
    Status,
    is_worse,
)

from .ledger import Decision, LoggedActivity


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


class NoSuchQuestionError(DeskError):
    """The member was not asked this, or so long ago that it was forgotten."""


class AnsweredAlreadyError(DeskError):
    """The member has answered this question before."""

    def __init__(self, answer: Decision) -> None:
        super().__init__(answer.value)
        self.answer = answer


class RenewalGoneError(DeskError):
    """The renewals the portal was asked about are not what is computed any more."""


class WouldWorsenError(Exception):
    """A change was not saved, because it makes something worse and its member has not agreed (R14)."""

    def __init__(self, changed: "Changed", seal: str) -> None:
        super().__init__(f"change {changed.change} makes something worse")
        self.changed = changed
        self.seal = seal


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change did to one credential: its standing before and after (None: not held)."""

    code: str
    before: Standing | None
    after: Standing | None

    @property
    def calculated(self) -> Renewal | None:
        """The renewal that the dates after the change are calculated from, if they were not before."""
        if self.after is None or self.after.cycle.dates is not Dates.CALCULATED:
            return None
        before = self.before and self.before.cycle
        return None if before == self.after.cycle else self.after.renewals[-1]

    @property
    def renewal(self) -> Renewal | None:
        """The same, if the change made nothing worse by it."""
        return None if self.is_worse else self.calculated

    @property
    def is_worse(self) -> bool:
        """Whether the change moved a date earlier, lowered the status or let go of a credential (R14)."""
        if self.before is None:
            return False
        if self.after is None:
            return self.before.status is not Status.EXPIRED
        return is_worse(self.before, self.after)

    @property
    def gone(self) -> tuple[Renewal, ...]:
        """The renewals there were and are no more."""
        if self.before is None:
            return ()
        days = {renewal.renewed_on for renewal in self.after.renewals} if self.after else set()
        return tuple(renewal for renewal in self.before.renewals if renewal.renewed_on not in days)

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
class Planned:
    """What to do from the day `on`: for each certification, for several at once, over the next years."""

    today: date
    on: date
    outlooks: tuple[Outlook, ...]
    renewing: tuple[Renewing, ...]
    plan: Plan


@dataclass(frozen=True, slots=True)
class Changed:
    """A saved change: its number, what it did to each credential, and what deserves a second look.

    `ask_portal` names the credentials it renewed about which the member is now asked what the portal shows.
    """

    change: int
    today: date
    effects: tuple[Effect, ...]
    cautions: tuple[str, ...] = ()
    ask_portal: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def seal(self) -> str:
        """A short text that differs whenever a date or a status before or after does."""
        stood = [(effect.code, _stood(effect.before), _stood(effect.after)) for effect in self.effects]
        return sha256(repr(stood).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ActivityChanged(Changed):
    """An activity was logged, edited (then `was` is the version before) or removed."""

    activity: LoggedActivity | None = None
    was: LoggedActivity | None = None


@dataclass(frozen=True, slots=True)
class CredentialChanged(Changed):
    """A credential, its portal dates (`shown`) or an exam was stated or removed."""

    code: str = ""
    anew: bool = False
    shown: PortalDates | None = None
    exam: ExamPass | None = None


@dataclass(frozen=True, slots=True)
class PortalAgreed(Changed):
    """The portal shows what was calculated for these credentials."""

    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Undone(Changed):
    """A change was taken back: what had been done, and to what."""

    action: str = ""
    subject: str = ""


def _stood(standing: Standing | None) -> tuple[str, str, str] | None:
    if standing is None:
        return None
    cycle = standing.cycle
    return standing.status.value, cycle.suspends_on.isoformat(), cycle.expires_on.isoformat()

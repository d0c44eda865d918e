"""What a change did to the credentials."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from rules import Credited, Dates, ExamPass, PortalDates, Renewal, Standing, Status, is_worse

from ..ledger import LoggedActivity
from .files import News
from .looks import urgency


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
    """An activity was logged, edited (then `was` is the version before) or removed.

    `proofs` are the names of the files that came with it, `files_gone` how many went with it.
    """

    activity: LoggedActivity | None = None
    was: LoggedActivity | None = None
    proofs: tuple[str, ...] = ()
    files_gone: int = 0


@dataclass(frozen=True, slots=True)
class CredentialChanged(Changed):
    """A credential, its portal dates (`shown`) or an exam was stated or removed.

    `is_asked` is false where a credential is new and its member never said whether to be reminded.
    """

    code: str = ""
    anew: bool = False
    shown: PortalDates | None = None
    exam: ExamPass | None = None
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class ActivitiesMarked(Changed):
    """Activities were marked as entered in the portal, or as not entered after all."""

    activities: tuple[LoggedActivity, ...] = ()
    entered: bool = True


@dataclass(frozen=True, slots=True)
class PortalAgreed(Changed):
    """The portal shows what was calculated for these credentials."""

    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported(Changed):
    """A file was saved; `name` is "" for text that was pasted, `is_asked` as with CredentialChanged."""

    name: str = field(kw_only=True)
    news: News = field(kw_only=True)
    is_asked: bool = field(default=True, kw_only=True)


@dataclass(frozen=True, slots=True)
class Undone(Changed):
    """A change was taken back: what had been done, and to what."""

    action: str = ""
    subject: str = ""


def effects_of(before: Sequence[Standing], after: Sequence[Standing]) -> tuple[Effect, ...]:
    """What became of each credential, the most urgent first, what is no longer held last."""
    stood = {standing.code: standing for standing in before}
    stands = {standing.code: standing for standing in sorted(after, key=urgency)}
    codes = [*stands, *(code for code in stood if code not in stands)]
    return tuple(Effect(code, stood.get(code), stands.get(code)) for code in codes)


def _stood(standing: Standing | None) -> tuple[str, str, str] | None:
    if standing is None:
        return None
    cycle = standing.cycle
    return standing.status.value, cycle.suspends_on.isoformat(), cycle.expires_on.isoformat()

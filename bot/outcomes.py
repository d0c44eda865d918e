"""What the desk's use cases give back: values, and errors for what there is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from faq.answer import Answer
from faq.entry import Faq, Personal
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

from .ledger import AskedQuestion, Decision, LoggedActivity


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


class NotACuratorError(DeskError):
    """Only curators look after the answers."""


class QuestionGoneError(DeskError):
    """There is no such question in this workspace, or it was kept long enough."""


class NotYourQuestionError(DeskError):
    """Somebody else asked this, and alone may have it passed on."""


class NoChannelError(DeskError):
    """There is no channel to pass questions on to."""


class SettledAlreadyError(DeskError):
    """A curator has settled this question before."""


class PhrasingRefused(StrEnum):
    """Why a question does not become a phrasing of an entry."""

    NO_ENTRY = "no entry"
    TOO_LONG = "too long"
    NO_WORDS = "no words"
    KNOWN = "known"
    TOO_ALIKE = "too alike"


class PhrasingRefusedError(DeskError):
    """A question does not become a phrasing; `entry` asks what has it already, or `like` it."""

    def __init__(self, reason: PhrasingRefused, entry: str = "", like: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.entry = entry
        self.like = like


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


class PassedOn(NamedTuple):
    """A question on its way to the curators' channel; `is_first` where it was not passed on before."""

    asked: AskedQuestion
    channel: str
    is_first: bool


class Near(NamedTuple):
    """An entry that a question may mean: its slug and its own question."""

    slug: str
    question: str


class Cluster(NamedTuple):
    """Similar questions, oldest first; `spoken` speaks for all, `nearest` are entries it may mean."""

    questions: tuple[AskedQuestion, ...]
    spoken: AskedQuestion
    nearest: tuple[Near, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its questions."""
        return tuple(question.id for question in self.questions)

    @property
    def wordings(self) -> tuple[str, ...]:
        """The questions as they were typed, each wording once, the one that speaks for all first."""
        return tuple(dict.fromkeys((self.spoken.question, *(one.question for one in self.questions))))


class Inbox(NamedTuple):
    """The clusters that wait for a curator, the most frequent first, and how many more there are."""

    clusters: tuple[Cluster, ...]
    more: int


class Accepted(NamedTuple):
    """A phrasing that leads to an entry from now on, and how many questions that settled.

    `is_full` says that the file of the entry has as many phrasings as it may.
    """

    number: int
    phrasing: str
    entry: Near
    settled: int
    is_full: bool


class NotOurs(NamedTuple):
    """Questions taken out of the inbox as not ours, and the topic not covered that is nearest, if any is."""

    cluster: Cluster
    decoy: Near | None


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is asked, by Slack's ids.

    `thread` is the conversation in a channel: the time stamp its thread begins with, "" for a direct message
    as a whole, None where each question stands alone. `is_private` says that only the asker sees the answer,
    `is_shared` that it is a channel, in which the bot may be allowed to answer by itself.
    """

    channel: str = ""
    thread: str | None = None
    is_private: bool = False
    is_shared: bool = False


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class ForYou:
    """What belongs under an answer for one asker alone, and of which kind.

    `outlooks` are the certifications the question is about, the most urgent first; none where none is held.
    `others` is how many more are held.
    """

    kind: Personal
    today: date
    outlooks: tuple[Outlook, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What the curated answers say to a question, and what goes with it.

    `number` is the question's in the log, None where it is not kept; `follows` says that it was understood
    together with the question before it; `can_pass` that there are curators to pass it on to.
    """

    answer: Answer
    faq: Faq
    asker: str
    number: int | None = None
    follows: bool = False
    can_pass: bool = False
    for_you: ForYou | None = None


def urgency(standing: Standing) -> tuple[bool, date, str]:
    """What sorts the most urgent certification first: the next date, and last what has expired."""
    return standing.status is Status.EXPIRED, standing.cycle.suspends_on, standing.code


def _stood(standing: Standing | None) -> tuple[str, str, str] | None:
    if standing is None:
        return None
    cycle = standing.cycle
    return standing.status.value, cycle.suspends_on.isoformat(), cycle.expires_on.isoformat()

"""What there is not, or may not be: why something asked of the desk is not done."""

from enum import StrEnum

from rules import ExamPass

from ..ledger import Decision
from .changes import Changed


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


class FileGoneError(DeskError):
    """The file is saved, cancelled, replaced by another, or was kept long enough."""


class NothingNewError(DeskError):
    """All that a file says is here already."""


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


class TeamError(DeskError):
    """Something about a team that there is not, or that one may not do."""


class NoTeamError(TeamError):
    """The channel has no team."""


class TeamThereError(TeamError):
    """The channel has a team already; `leads` are the names of those who lead it."""

    def __init__(self, leads: tuple[str, ...]) -> None:
        super().__init__("there is a team")
        self.leads = leads


class NotInTeamError(TeamError):
    """Only those who have joined the team may do this."""


class NotALeadError(TeamError):
    """Only those who lead the team may do this; `leads` are their names."""

    def __init__(self, leads: tuple[str, ...]) -> None:
        super().__init__("not a lead")
        self.leads = leads


class NotJoinedError(TeamError):
    """Somebody has not joined the team, which has to come first."""

    def __init__(self, name: str) -> None:
        super().__init__("not joined")
        self.name = name


class NotInvitedError(TeamError):
    """The member was not invited to this team, or has answered, or it has ended."""


class NotHeldInTeamError(DeskError):
    """Nobody in the team holds the certification with this code, and there is no target for it."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code} is not held in the team")
        self.code = code


class NotSharedError(TeamError):
    """The two share no team, so that one may not see where the other stands."""


class EnteredAlreadyError(DeskError):
    """Of the activities named, none is left to mark; `entered` says what they are already."""

    def __init__(self, *, entered: bool) -> None:
        super().__init__("entered already" if entered else "not entered anyway")
        self.entered = entered


class NoAddressError(DeskError):
    """This bot cannot be reached from the web, so that calendars have no address there."""


class NothingStoredError(DeskError):
    """Nothing is kept about the member."""


class WouldWorsenError(Exception):
    """A change was not saved, because it makes something worse and its member has not agreed (R14)."""

    def __init__(self, changed: "Changed", seal: str) -> None:
        super().__init__(f"change {changed.change} makes something worse")
        self.changed = changed
        self.seal = seal

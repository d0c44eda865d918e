"""Files that prove activities: as they are offered, why one is not taken, and what became of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from ..ledger import LoggedActivity, Proof, ProofState
from .changes import Changed
from .errors import DeskError


class OfferedFile(NamedTuple):
    """A file that a member gave in Slack: its id there, and what Slack says of it; `size` is in bytes."""

    id: str
    name: str
    media_type: str
    size: int


class Refusal(StrEnum):
    """Why a file is not kept as proof."""

    OTHER_KIND = "other kind"
    NOT_AS_NAMED = "not as named"
    NOT_WHOLE = "not whole"
    EMPTY = "empty"
    TOO_LARGE = "too large"
    NOT_YOURS = "not yours"
    ELSEWHERE = "elsewhere"
    HIDDEN = "hidden"
    GONE = "gone"
    NOT_HAD = "not had"
    NO_ROOM = "no room"


# What follows the file's name: what is wrong, and what to do.
BECAUSE: Mapping[Refusal, str] = MappingProxyType(
    {
        Refusal.OTHER_KIND: (
            "is no picture (PNG, JPEG, GIF, WebP, HEIC) and no PDF. Send a picture of it, or give a link."
        ),
        Refusal.NOT_AS_NAMED: (
            "is named like a picture or a PDF, but there is something else in it. Open it, save it as PNG or "
            "PDF, and send that."
        ),
        Refusal.NOT_WHOLE: "breaks off before its end. Open it to see if it is whole, and send it again.",
        Refusal.EMPTY: "is empty. Open it to see what is in it, and send it again.",
        Refusal.TOO_LARGE: "is larger than 10 MB. Send a smaller picture of it, or give a link.",
        Refusal.NOT_YOURS: (
            "was shared by somebody else, and I keep only what you share yourself. Send it to me in a direct "
            "message."
        ),
        Refusal.ELSEWHERE: (
            "is kept outside this Slack workspace, where I cannot read it. Download it and send it to me, or "
            "give its link."
        ),
        Refusal.HIDDEN: (
            "is hidden by Slack, because this workspace has reached its limit of storage. Send it again from "
            "your own device."
        ),
        Refusal.GONE: "is no longer in Slack. Send it again.",
        Refusal.NOT_HAD: "could not be fetched and kept for days, so I gave up. Send it again.",
        Refusal.NO_ROOM: (
            "has no room any more: I keep 200 files and 500 MB for each member. Remove some that you need no "
            "longer, or give a link."
        ),
    }
)


def because(reason: str) -> str:
    """What follows the name of a file that was refused for a reason."""
    return BECAUSE[Refusal(reason)]


def is_proven(files: Iterable[Proof]) -> bool:
    """Whether one of these files is kept, or about to be."""
    return any(one.state is not ProofState.REFUSED for one in files)


class ProofsOf(NamedTuple):
    """An activity, the files that prove it, and the member's day on which each was given."""

    activity: LoggedActivity
    files: tuple[Proof, ...]
    given_on: tuple[date, ...]


class Choice(NamedTuple):
    """The activities that files may prove, of each the latest: those without a proof, then those with one."""

    without: tuple[LoggedActivity, ...]
    proven: tuple[LoggedActivity, ...]


@dataclass(frozen=True, slots=True)
class ProofChanged(Changed):
    """Files were added to what proves an activity, or one of them was taken away; by their names.

    Of those `already` there nothing changed.
    """

    activity: LoggedActivity = field(kw_only=True)
    added: tuple[str, ...] = field(default=(), kw_only=True)
    already: tuple[str, ...] = field(default=(), kw_only=True)
    removed: str | None = field(default=None, kw_only=True)


class NoSuchProofError(DeskError):
    """The activity has no such file, or not any more."""

    def __init__(self, number: int) -> None:
        super().__init__(f"no such proof of activity {number}")
        self.number = number


class ProofThereError(DeskError):
    """The files are among those of the activity already."""

    def __init__(self, number: int) -> None:
        super().__init__(f"proof of activity {number} already")
        self.number = number


class ProofRefusedError(DeskError):
    """A file is not taken; the sentence says why, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class ProofDeletedError(DeskError):
    """The removal of a file cannot be undone any more, because the file is deleted for good."""

"""What a team sees of those who joined it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from rules import History, Prospect, Status

from ..ledger import TeamSettings
from .looks import PICTURED_MOST


class Person(NamedTuple):
    """Somebody as Slack knows them: what they are called, and what may keep them from joining a team."""

    name: str
    is_bot: bool = False
    is_elsewhere: bool = False
    is_gone: bool = False


class Invitation(StrEnum):
    """What became of inviting somebody to a team."""

    SENT = "sent"
    SENT_BEFORE = "sent before"
    JOINED = "joined"
    YOURSELF = "yourself"
    BOT = "bot"
    ELSEWHERE = "elsewhere"
    GONE = "gone"
    UNKNOWN = "unknown"


class Invited(NamedTuple):
    """Somebody who was to be invited, and what became of it."""

    member_id: str
    name: str
    invitation: Invitation


class TeamRow(NamedTuple):
    """What a team sees of one credential of a member: never activities, titles or proof.

    `missing` are CE units.
    """

    name: str
    code: str
    status: Status
    suspends_on: date
    expires_on: date
    last_safe_day: date
    missing: int

    @property
    def until(self) -> date:
        """The day that matters next: when it suspends, or once suspended the last safe day, or its end."""
        match self.status:
            case Status.ACTIVE:
                return self.suspends_on
            case Status.SUSPENDED:
                return self.last_safe_day
            case Status.EXPIRED:
                return self.expires_on


class TeamCount(NamedTuple):
    """How many of a team hold a certification actively, and how many are to; None for no target."""

    code: str
    active: int
    target: int | None


class TeamRules(NamedTuple):
    """How a team is told, what it aims at by code, who leads it, and how many have not answered yet."""

    settings: TeamSettings
    targets: Mapping[str, int]
    leads: tuple[str, ...]
    invited: int


@dataclass(frozen=True, slots=True)
class TeamView:
    """Where those who joined a team stand on a day, the most urgent first.

    `members` is how many they are, `without` the names of those who have told no certification.
    """

    today: date
    settings: TeamSettings
    rows: tuple[TeamRow, ...]
    counts: tuple[TeamCount, ...]
    members: int
    without: tuple[str, ...]


class TeamHistories(NamedTuple):
    """What a team's forecast is computed from: names and histories of those who joined, targets by code."""

    names: tuple[str, ...]
    histories: tuple[History, ...]
    targets: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class TeamForecast:
    """How many of a team hold each certification from a day on, what misses its target soonest first.

    `milestones` are days on the way, each after so many months; the last is its end. `names` are the
    members', in the places by which the prospects name them.
    """

    from_on: date
    milestones: tuple[tuple[int, date], ...]
    prospects: tuple[Prospect, ...]
    names: tuple[str, ...]

    @property
    def until_on(self) -> date:
        """The last day."""
        return self.milestones[-1][1]

    @property
    def pictured(self) -> tuple[Prospect, ...]:
        """Those that a picture has room for."""
        return self.prospects[:PICTURED_MOST]

    @property
    def left_out(self) -> tuple[str, ...]:
        """The codes of the others."""
        return tuple(prospect.code for prospect in self.prospects[PICTURED_MOST:])


class SharedStatus(NamedTuple):
    """What somebody sees of one who shares a team with them."""

    today: date
    name: str
    rows: tuple[TeamRow, ...]

"""What happened to one member: the facts from which every standing is computed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What was done to earn CE units (F5-F8)."""

    COURSE = "course"
    GLOBAL_EVENT = "global_event"
    LOCAL_EVENT = "local_event"
    PRESENTATION = "presentation"

    __hash__ = str.__hash__  # as a key it is looked up for every activity; the enum's own is slow


class State(StrEnum):
    """How far an activity has come on its way into the candidate portal."""

    LOGGED = "logged"
    ENTERED = "entered"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class PortalDates:
    """What the candidate portal showed on `confirmed_on`; it wins over what we compute (R13).

    `expires_on` and `cycle_started_on` are None where the member did not state them.
    """

    suspends_on: date
    expires_on: date | None
    confirmed_on: date
    cycle_started_on: date | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """One member's holding of one certification; portal dates in the order they were stated."""

    code: str
    earned_on: date | None
    portal: tuple[PortalDates, ...] = ()

    def known_on(self, day: date) -> bool:
        """Whether there is an earned date or a portal date on or before `day` (R12, R13)."""
        earned = self.earned_on is not None and self.earned_on <= day
        return earned or any(shown.confirmed_on <= day for shown in self.portal)


class Activity(NamedTuple):
    """Something done on a day that earns CE units; `units` only where the policy has no value (R5)."""

    id: str
    kind: Kind
    done_on: date
    title: str = ""
    units: int | None = None
    state: State = State.LOGGED


def in_order(places: Iterable[int], activities: Sequence[Activity]) -> list[int]:
    """Places by the day of what stands there, in a day by its id: the order of entry plays no part (R12)."""
    return sorted(
        places, key=lambda place: (activities[place].done_on, len(activities[place].id), activities[place].id)
    )


@dataclass(frozen=True, slots=True)
class ExamPass:
    """A certification's own exam, passed on a day (R10)."""

    code: str
    passed_on: date


@dataclass(frozen=True, slots=True)
class History:
    """All facts about one member, and the day as of which they are asked for (R12)."""

    as_of: date
    credentials: tuple[Credential, ...]
    activities: tuple[Activity, ...] = ()
    exams: tuple[ExamPass, ...] = ()

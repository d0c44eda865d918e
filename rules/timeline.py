"""A credential over time: its cycles one after the other, and what every activity and exam did in them."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from .cycle import Cycle, Status, last_safe_day, status_on
from .history import Credential, History, Kind, in_order
from .policy import Policy
from .replay import By, Renewal, Timeline, Walk, replay, timeline_of


class Lived(NamedTuple):
    """A cycle as it went: its dates, its last safe day (R15), and the renewal that closed it.

    The present cycle, the last one, has no renewal.
    """

    cycle: Cycle
    last_safe_day: date
    renewal: Renewal | None

    @property
    def ends_on(self) -> date:
        """The first day that does not belong to it any more: of its renewal, or of its expiration."""
        return self.renewal.renewed_on if self.renewal else self.cycle.expires_on


class Done(NamedTuple):
    """An activity on its day, and the CE units it counted in the cycle that took it, if one did (R3-R5)."""

    id: str
    kind: Kind
    done_on: date
    credited: int


class Sat(NamedTuple):
    """A pass of the credential's own exam on its day, and whether it renewed (R10)."""

    passed_on: date
    renewed: bool


class Life(NamedTuple):
    """One credential from its first known cycle on; activities and exams by their days.

    Where portal dates are known, its first cycle is the one they show (R13).
    """

    code: str
    status: Status
    cycles: tuple[Lived, ...]
    activities: tuple[Done, ...]
    exams: tuple[Sat, ...]

    @property
    def present(self) -> Lived:
        """The cycle that no renewal has closed, as it went."""
        return self.cycles[-1]

    @property
    def cycle(self) -> Cycle:
        """The dates of that cycle."""
        return self.present.cycle


def lives(history: History, policy: Policy) -> tuple[Life, ...]:
    """The life of each credential up to the history's day, in the order of its credentials.

    What is dated after that day is left out (R12); the pass of the exam that earned a credential, too.
    Raises NothingToComputeError for a credential without an earned date and portal dates.
    """
    timeline = timeline_of(history, policy)
    return tuple(_life(credential, history, timeline, policy) for credential in history.credentials)


def _life(credential: Credential, history: History, timeline: Timeline, policy: Policy) -> Life:
    walk = replay(credential, history, timeline, policy)
    activities, as_of = history.activities, history.as_of
    places = (place for place, one in enumerate(activities) if one.done_on <= as_of)
    done = tuple(
        Done(activities[place].id, activities[place].kind, activities[place].done_on, walk.counted_of[place])
        for place in in_order(places, activities)
    )
    exams = tuple(sorted(_exams(walk, credential)))
    return Life(credential.code, status_on(walk.cycle, as_of), tuple(_cycles(walk, policy)), done, exams)


def _cycles(walk: Walk, policy: Policy) -> Iterator[Lived]:
    for (cycle, _, _), renewal in zip(walk.closed, walk.renewals, strict=True):
        yield Lived(cycle, last_safe_day(cycle, policy), renewal)
    yield Lived(walk.cycle, last_safe_day(walk.cycle, policy), None)


def _exams(walk: Walk, credential: Credential) -> Iterator[Sat]:
    for renewal in walk.renewals:
        if renewal.by is By.EXAM:
            yield Sat(renewal.renewed_on, renewed=True)
    for passed_on in (*walk.early_exams, *(passed_on for passed_on, _ in walk.missed_exams)):
        if passed_on != credential.earned_on:
            yield Sat(passed_on, renewed=False)

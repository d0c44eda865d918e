"""Where each credential stands as of a day: the answer of the rules."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from .cautions import Oddities, cautions_for, oddities_of
from .cycle import Cycle, ExamWindow, Status, exam_window, last_safe_day, status_on
from .history import Credential, History, Kind
from .policy import Policy, level_of
from .replay import Credited, Renewal, Timeline, replay, timeline_of


class Standing(NamedTuple):
    """The whole answer for a credential as of one day.

    Units are CE units; `used` says how often each kind has counted in the current cycle.
    """

    code: str
    level: str
    status: Status
    cycle: Cycle
    last_safe_day: date
    credited: int
    required: int
    used: Mapping[Kind, int]
    activities: tuple[Credited, ...]
    renewals: tuple[Renewal, ...]
    exam_window: ExamWindow
    warnings: tuple[str, ...]

    @property
    def missing(self) -> int:
        """The CE units still needed, never below zero."""
        return max(self.required - self.credited, 0)


def standings(history: History, policy: Policy) -> tuple[Standing, ...]:
    """Where each credential stands as of the history's day, in the order of its credentials (R1-R16).

    The result depends on the facts alone, not on the order they are listed in (R12).
    Raises NothingToComputeError for a credential without an earned date and portal dates.
    """
    timeline = timeline_of(history, policy)
    odd = oddities_of(history, policy)
    return tuple(_standing(credential, history, timeline, odd, policy) for credential in history.credentials)


def _standing(
    credential: Credential, history: History, timeline: Timeline, odd: Oddities, policy: Policy
) -> Standing:
    walk = replay(credential, history, timeline, policy)
    return Standing(
        code=credential.code,
        level=level_of(credential.code),
        status=status_on(walk.cycle, history.as_of),
        cycle=walk.cycle,
        last_safe_day=last_safe_day(walk.cycle, policy),
        credited=walk.credited,
        required=walk.required.on(history.as_of),
        used=walk.used,
        activities=tuple(map(Credited._make, zip(timeline.ids, walk.credited_of, walk.reasons, strict=True))),
        renewals=tuple(walk.renewals),
        exam_window=exam_window(walk.cycle, policy),
        warnings=cautions_for(credential, history, walk, odd, policy),
    )

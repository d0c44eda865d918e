"""Where each credential stands as of a day: the answer of the rules."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import NamedTuple

from .cautions import Oddities, cautions_for, oddities_of
from .cycle import Cycle, ExamWindow, Status, exam_window, last_safe_day, status_on
from .history import Activity, Credential, History, Kind, State
from .policy import Policy, level_of
from .replay import Credited, Reason, Renewal, Timeline, Walk, replay, timeline_of

# `Credited._make` without its check of the length, which zip has made; it runs for every activity.
_credited = partial(tuple.__new__, Credited)
_BEST_FIRST = (Status.ACTIVE, Status.SUSPENDED, Status.EXPIRED)


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
    return tuple(
        standing_of(replay(credential, history, timeline, policy), credential, history, timeline, odd, policy)
        for credential in history.credentials
    )


def standing_of(
    walk: Walk,
    credential: Credential,
    history: History,
    timeline: Timeline,
    odd: Oddities,
    policy: Policy,
) -> Standing:
    """Where a credential stands after its replay."""
    return Standing(
        code=credential.code,
        level=level_of(credential.code),
        status=status_on(walk.cycle, history.as_of),
        cycle=walk.cycle,
        last_safe_day=last_safe_day(walk.cycle, policy),
        credited=walk.credited,
        required=walk.required.on(history.as_of),
        used=walk.used,
        activities=tuple(map(_credited, zip(timeline.ids, walk.credited_of, walk.reasons, strict=True))),
        renewals=tuple(walk.renewals),
        exam_window=exam_window(walk.cycle, policy),
        warnings=cautions_for(credential, history, walk, odd, policy),
    )


def is_worse(before: Standing, after: Standing) -> bool:
    """Whether a change made a standing worse: a date earlier, or the status lower (R14)."""
    return (
        after.cycle.suspends_on < before.cycle.suspends_on
        or after.cycle.expires_on < before.cycle.expires_on
        or _BEST_FIRST.index(after.status) > _BEST_FIRST.index(before.status)
    )


def with_one_more(standing: Standing, activity: Activity, policy: Policy) -> Standing | None:
    """The standing after one more activity, where that can be told without a replay, else None.

    It can where the activity is dated inside the current cycle, counts in full and renews nothing. The
    result lists this activity alone; everything else is what `standings` gives for the longer history.
    The titles of other activities are the caller's to compare: a repeat deserves a caution.
    """
    kind, required = policy.kinds[activity.kind], policy.required[standing.level]
    worth, cap = kind.on(activity.done_on)
    used = standing.used.get(activity.kind, 0)
    told = (
        activity.state is not State.REJECTED
        and worth is not None
        and (cap is None or used < cap)
        and standing.cycle.started_on < activity.done_on < standing.cycle.expires_on
        and activity.done_on >= policy.programme_began_on
        and policy.readings.same_title.choice == "counted_with_warning"
        # With figures that change inside a cycle, which activity counts how much depends on the others.
        and len(kind.steps[1]) == 1
        and len(required.values) == 1
    )
    if not (told and worth and standing.credited + worth < standing.required):
        return None
    return standing._replace(
        credited=standing.credited + worth,
        used={**standing.used, activity.kind: used + 1},
        activities=(Credited(activity.id, worth, Reason.COUNTED),),
    )

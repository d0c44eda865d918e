"""Where everybody stands, kept with every change: what status, reminders and teams read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules import Cycle, Dates, ExamWindow, Kind, Standing, status_on

from .facts import Row, iso

DATES = {dates.value: dates for dates in Dates}
NO_WARNINGS = "[]"
# The columns that say how many activities of a kind count in the cycle.
_COUNTS = {
    "courses": Kind.COURSE,
    "global_events": Kind.GLOBAL_EVENT,
    "local_events": Kind.LOCAL_EVENT,
    "presentations": Kind.PRESENTATION,
}
COLUMNS = (
    "code",
    "level",
    "started_on",
    "suspends_on",
    "expires_on",
    "last_safe_day",
    "dates",
    "credited",
    "required",
    "exam_opens_on",
    "exam_closes_on",
    *_COUNTS,
    "warnings",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A member's standings as last computed, without the single activities and renewals.

    They hold from `as_of` up to, not including, `holds_before` (None: as long as no fact changes), for the
    policy with this fingerprint. `to_enter` is how many activities the portal may not know of, `is_asked`
    whether the member ever said how they want to be reminded.
    """

    policy: str
    as_of: date
    holds_before: date | None
    standings: tuple[Standing, ...]
    to_enter: int = 0
    is_asked: bool = False

    def holds_on(self, day: date, policy: str) -> bool:
        """Whether these are the standings of `day` under the policy with this fingerprint."""
        return (
            self.policy == policy
            and self.as_of <= day
            and (self.holds_before is None or day < self.holds_before)
        )

    def holds_somewhere(self, day: date, policy: str) -> bool:
        """The same for who looks from further west, where the day of the last change is still to come."""
        return self.holds_on(max(day, self.as_of), policy)


# Where the columns of a standing end in such a row; there may be others behind.
_AFTER = 3 + len(COLUMNS)


def kept_of(rows: Sequence[Row], day: date, *, to_enter: int = 0, is_asked: bool = False) -> Kept | None:
    """A member's standings in rows of policy, as_of, holds_before and COLUMNS, with status on `day`.

    None where there are none, and where a certification that was not known on the day of the last change
    keeps an older row: a replay must tell.
    """
    kept = {row[:3] for row in rows}
    if len(kept) != 1:
        return None
    ((policy, as_of, holds_before),) = kept
    return Kept(
        policy,
        iso(as_of),
        iso(holds_before) if holds_before else None,
        tuple([standing_of(row[3:_AFTER], day) for row in rows]),
        to_enter,
        is_asked,
    )


def row_of(standing: Standing) -> dict[str, Any]:
    """The columns of a standing."""
    cycle, window, used = standing.cycle, standing.exam_window, standing.used
    return {
        "code": standing.code,
        "level": standing.level,
        "started_on": cycle.started_on.isoformat(),
        "suspends_on": cycle.suspends_on.isoformat(),
        "expires_on": cycle.expires_on.isoformat(),
        "last_safe_day": standing.last_safe_day.isoformat(),
        "dates": cycle.dates,
        "credited": standing.credited,
        "required": standing.required,
        "exam_opens_on": window.opens_on.isoformat(),
        "exam_closes_on": window.closes_on.isoformat(),
        **{column: used.get(kind, 0) for column, kind in _COUNTS.items()},
        "warnings": json.dumps(standing.warnings) if standing.warnings else NO_WARNINGS,
    }


def standing_of(row: Row, day: date) -> Standing:
    """The standing in a row of COLUMNS, its status as of `day`."""
    (code, level, started_on, suspends_on, expires_on, safe, dates, credited, required, opens_on, closes_on,
     *counts, warnings) = row  # fmt: skip
    cycle = Cycle(iso(started_on), iso(suspends_on), iso(expires_on), DATES[dates])
    return Standing(
        code=code,
        level=level,
        status=status_on(cycle, day),
        cycle=cycle,
        last_safe_day=iso(safe),
        credited=credited,
        required=required,
        used={kind: times for kind, times in zip(_COUNTS.values(), counts, strict=True) if times},
        activities=(),
        renewals=(),
        exam_window=ExamWindow(iso(opens_on), iso(closes_on)),
        warnings=() if warnings == NO_WARNINGS else tuple(json.loads(warnings)),
    )

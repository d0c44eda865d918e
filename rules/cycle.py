"""One cycle of a credential: when it starts, when it suspends and expires, what it takes."""

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from .history import Credential, PortalDates
from .policy import Policy

DAY = timedelta(days=1)


class NothingToComputeError(ValueError):
    """A credential has neither an earned date nor portal dates on or before the day asked for (R13)."""


class Status(StrEnum):
    """What a credential is on a day (R2)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"


class Dates(StrEnum):
    """Where a cycle's dates come from: the earned date, the portal, or a renewal we computed."""

    EARNED = "earned"
    PORTAL = "portal"
    CALCULATED = "calculated"


class ExamWindow(NamedTuple):
    """The days on which passing the certification's own exam renews it, both included (R10)."""

    opens_on: date
    closes_on: date


class Cycle(NamedTuple):
    """From `started_on` (excluded) up to, not including, `expires_on` (R3)."""

    started_on: date
    suspends_on: date
    expires_on: date
    dates: Dates

    def takes(self, day: date, policy: Policy) -> bool:
        """Whether what is dated `day` belongs to this cycle (R3, with the policy's readings of its edges)."""
        if self.started_on < day < self.expires_on:
            return True
        if day == self.started_on:
            return policy.readings.start_day.choice == "counted"
        return day == self.expires_on and policy.readings.expiration_day.choice == "counted"


@lru_cache(maxsize=4096)
def plus_months(day: date, months: int) -> date:
    """The day `months` calendar months later, clamped to the month's last day."""
    return day + relativedelta(months=months)


def expiration_of(suspends_on: date, policy: Policy) -> date:
    """The first day a credential is gone that is suspended on `suspends_on` (R1)."""
    return plus_months(suspends_on, policy.grace_months.on(suspends_on))


def cycle_from(started_on: date, dates: Dates, policy: Policy) -> Cycle:
    """The cycle that opens when a credential is earned or renewed on `started_on` (R1, R8)."""
    suspends_on = plus_months(started_on, policy.active_months.on(started_on))
    return Cycle(started_on, suspends_on, expiration_of(suspends_on, policy), dates)


def next_cycle(cycle: Cycle, renewed_on: date, policy: Policy) -> Cycle:
    """The cycle that a renewal on `renewed_on` opens (R8, R9)."""
    renewed = cycle_from(renewed_on, Dates.CALCULATED, policy)
    if renewed_on <= cycle.suspends_on or policy.readings.grace_activity.choice == "own_date":
        return renewed
    kept = cycle_from(cycle.suspends_on, Dates.CALCULATED, policy)
    return Cycle(renewed_on, kept.suspends_on, kept.expires_on, Dates.CALCULATED)


def opening_cycle(credential: Credential, as_of: date, policy: Policy) -> Cycle:
    """The cycle from which a credential's facts are replayed: the portal's if stated, else the earned one.

    Raises NothingToComputeError where neither is known on `as_of` (R12, R13).
    """
    earned_on = credential.earned_on if credential.earned_on and credential.earned_on <= as_of else None
    shown = portal_on(credential, as_of)
    if shown:
        return _portal_cycle(shown, earned_on, policy)
    if earned_on is None:
        raise NothingToComputeError(
            f"{credential.code} has neither an earned date nor portal dates on or before {as_of}, "
            "so there is nothing to compute: state one of them."
        )
    return cycle_from(earned_on, Dates.EARNED, policy)


def portal_on(credential: Credential, as_of: date) -> PortalDates | None:
    """The portal dates in force on `as_of`: of the latest confirmed, the last stated (R13)."""
    shown = None
    for stated in credential.portal:
        if stated.confirmed_on <= as_of and (shown is None or stated.confirmed_on >= shown.confirmed_on):
            shown = stated
    return shown


def _portal_cycle(shown: PortalDates, earned_on: date | None, policy: Policy) -> Cycle:
    started_on = shown.cycle_started_on or _start_of(shown.suspends_on, policy)
    if earned_on:
        started_on = max(started_on, earned_on)
    expires_on = shown.expires_on or expiration_of(shown.suspends_on, policy)
    return Cycle(started_on, shown.suspends_on, expires_on, Dates.PORTAL)


def _start_of(suspends_on: date, policy: Policy) -> date:
    """The latest day whose suspension date is `suspends_on`; month steps clamp, so it is tried out."""
    active = policy.active_months
    # A month's last days clamp together: at most four of them share one suspension date.
    candidates = (
        plus_months(suspends_on, -months) + DAY * days
        for months in active.values.values()
        for days in range(4)
    )
    return max(
        (day for day in candidates if plus_months(day, active.on(day)) == suspends_on),
        default=plus_months(suspends_on, -active.on(suspends_on)),
    )


def status_on(cycle: Cycle, day: date) -> Status:
    """Active before the suspension date, suspended from it, expired from the expiration date (R2)."""
    if day >= cycle.expires_on:
        return Status.EXPIRED
    if day >= cycle.suspends_on:
        return Status.SUSPENDED
    return Status.ACTIVE


def last_safe_day(cycle: Cycle, policy: Policy) -> date:
    """The last day on which an activity renews by every reading of the grace period (R15)."""
    safe = cycle.suspends_on + DAY * policy.safe_grace_days.on(cycle.suspends_on)
    return min(safe, cycle.expires_on) - DAY


def exam_window(cycle: Cycle, policy: Policy) -> ExamWindow:
    """When the exam renews: the months before the expiration date (R10)."""
    measured_from = (
        cycle.expires_on if policy.readings.exam_window.choice == "before_expiration" else cycle.suspends_on
    )
    opens_on = plus_months(measured_from, -policy.exam_window_months.on(cycle.suspends_on))
    return ExamWindow(opens_on, cycle.expires_on - DAY)

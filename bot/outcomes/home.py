"""What a member's Home shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from rules import Standing, Status

from ..ledger import Change, LoggedActivity
from .looks import Listing, Overview
from .reminders import PlannedNotice

# Slack takes 100 blocks in a Home tab, which is read from the top: so much stands on one page.
CERTIFICATIONS_A_PAGE = 15
ACTIVITIES_A_PAGE = 10


class Coming(StrEnum):
    """What comes on a day; of one day in this order."""

    REMINDER = "reminder"
    EXAM_OPENS = "exam opens"
    SUSPENDS = "suspends"
    LAST_SAFE_DAY = "last safe day"
    EXAM_CLOSES = "exam closes"
    EXPIRES = "expires"


_ORDER = list(Coming)


class ComingDate(NamedTuple):
    """A day to come or today, what it brings, and for which certifications."""

    on: date
    what: Coming
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Home:
    """A member's Home on a day: all there is, of which `page` (from 0) shows a part.

    `coming` are the next dates in order, `to_enter` the activities not yet in the portal, newest first,
    `change` is what Undo would take back.
    """

    overview: Overview
    listing: Listing
    coming: tuple[ComingDate, ...] = ()
    to_enter: tuple[LoggedActivity, ...] = ()
    change: Change | None = None
    page: int = 0

    @property
    def today(self) -> date:
        """The day it is for the member."""
        return self.overview.today

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return pages(len(self.overview.standings), len(self.listing.activities))

    @property
    def standings(self) -> tuple[Standing, ...]:
        """The certifications on this page, the most urgent first."""
        first = self.page * CERTIFICATIONS_A_PAGE
        return self.overview.standings[first : first + CERTIFICATIONS_A_PAGE]

    @property
    def activities(self) -> tuple[LoggedActivity, ...]:
        """The activities on this page, the newest first."""
        first = self.page * ACTIVITIES_A_PAGE
        return self.listing.activities[first : first + ACTIVITIES_A_PAGE]


def pages(certifications: int, activities: int) -> int:
    """How many pages a Home of so much has, at least one."""
    return max(-(-certifications // CERTIFICATIONS_A_PAGE), -(-activities // ACTIVITIES_A_PAGE), 1)


def coming_dates(
    found: Iterable[Standing], notices: Iterable[PlannedNotice], today: date
) -> tuple[ComingDate, ...]:
    """The dates still to come, with those of today, in order; certifications of one date stand together.

    Of an active one the suspension, of a suspended one the last safe day while it lasts, and the expiry; of
    both the exam's window, and what the member is reminded of.
    """
    days: dict[tuple[date, Coming], dict[str, None]] = {}
    for standing in found:
        for on, what in _dates_of(standing):
            if on >= today:
                days.setdefault((on, what), {})[standing.code] = None
    for notice in notices:
        days.setdefault((max(notice.on, today), Coming.REMINDER), {})[notice.code] = None
    order = sorted(days, key=lambda one: (one[0], _ORDER.index(one[1])))
    return tuple(ComingDate(on, what, tuple(days[on, what])) for on, what in order)


def _dates_of(standing: Standing) -> list[tuple[date, Coming]]:
    cycle, window = standing.cycle, standing.exam_window
    if standing.status is Status.EXPIRED:
        return []
    is_active = standing.status is Status.ACTIVE
    return [
        (cycle.suspends_on, Coming.SUSPENDS) if is_active else (standing.last_safe_day, Coming.LAST_SAFE_DAY),
        (window.opens_on, Coming.EXAM_OPENS),
        (window.closes_on, Coming.EXAM_CLOSES),
        (cycle.expires_on, Coming.EXPIRES),
    ]

"""Which notice belongs to which day: what is told before a certification is suspended, and after it (R15)."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from .cycle import DAY, Status
from .standing import Standing

# Days before the suspension date; the date itself always comes with them.
DAYS = (90, 60, 30, 14, 7, 1)
# Days before the last safe day, for what is suspended already.
SAFE_DAYS = (30, 7)

_SAFE = "safe "
_SATURDAY, _MONDAY_AFTER = 5, 7


class NoticeSettings(NamedTuple):
    """How somebody wants to be told: `days` before the suspension date, whether at weekends, not before when.

    The notice of the suspension date itself and those before the last safe day come whatever `days` says.
    """

    days: tuple[int, ...] = DAYS
    quiet_weekends: bool = False
    silent_until: date | None = None


class Notice(NamedTuple):
    """What is told about a certification on a day.

    `threshold` says which it is: "90" to "1" days before the suspension date, "0" on it, "safe 30" and
    "safe 7" before the last safe day. It and `suspends_on` name a notice: with other dates it is another.
    """

    code: str
    threshold: str
    suspends_on: date
    on: date


def notices(standing: Standing, settings: NoticeSettings) -> tuple[Notice, ...]:
    """All notices that belong to the present dates, the first day first; none for what has expired.

    One a day: where several come to belong to the same day, the most urgent counts. Quiet weekends bring
    forward to Friday what belongs to a Saturday or Sunday. What belongs to a silent day is told when the
    silence ends, or on the weekday after it; but where that weekday is past the date a notice warns of, on
    the weekend, because a warning that comes too late is none. Silence alone moves a notice past that date:
    somebody asked for it, and what is told then says so. After the last safe day nothing is told (R15).
    """
    if standing.status is Status.EXPIRED:
        return ()
    by_day: dict[date, Notice] = {}
    for threshold, on in _told_on(standing, settings):
        if on <= standing.last_safe_day:
            by_day[on] = Notice(standing.code, threshold, standing.cycle.suspends_on, on)
    return tuple(by_day.values())


def next_notice(
    standing: Standing, settings: NoticeSettings, today: date, told: Collection[tuple[str, date]]
) -> Notice | None:
    """What to tell next, `on` today or later; None when nothing is left to tell.

    `told` has the threshold and suspension date of each notice told or given up. One that was told stands
    for all that are less urgent: of days that went by in silence only the most urgent notice is told.
    """
    suspends_on = standing.cycle.suspends_on
    last = max((_urgency(threshold) for threshold, day in told if day == suspends_on), default=None)
    # Days that are past can no more be used than silent ones.
    silent_until = max(today, settings.silent_until or today)
    left = notices(standing, settings._replace(silent_until=silent_until))
    return next((one for one in left if last is None or _urgency(one.threshold) > last), None)


def _told_on(standing: Standing, settings: NoticeSettings) -> Iterator[tuple[str, date]]:
    """Each threshold with the day on which it is told, the least urgent first."""
    suspends_on, last_safe_day = standing.cycle.suspends_on, standing.last_safe_day
    for before in sorted({*settings.days, 0}, reverse=True):
        # Told late, at the end of a silence, it is of use as long as there are safe days.
        is_late = settings.silent_until is not None and settings.silent_until > suspends_on
        until = last_safe_day if is_late else suspends_on
        yield str(before), _moved(suspends_on - DAY * before, until, settings, settings.silent_until)
    after = max(suspends_on + DAY, settings.silent_until or date.min)
    for before in SAFE_DAYS:
        day = last_safe_day - DAY * before
        # Where the portal's dates are that close, the suspension date's own notice names the last safe day.
        if day > suspends_on:
            yield f"{_SAFE}{before}", _moved(day, last_safe_day, settings, after)


def _moved(day: date, until: date, settings: NoticeSettings, earliest: date | None) -> date:
    """The day on which what belongs to `day`, and is of use until another, is told: not before `earliest`."""
    if settings.quiet_weekends:
        day -= DAY * max(day.weekday() - _SATURDAY + 1, 0)
    if earliest is None or day >= earliest:
        return day
    weekday = earliest
    if settings.quiet_weekends and earliest.weekday() >= _SATURDAY:
        weekday += DAY * (_MONDAY_AFTER - earliest.weekday())
    return weekday if weekday <= until else earliest


def _urgency(threshold: str) -> tuple[bool, int]:
    """What sorts thresholds, the most urgent last."""
    return threshold.startswith(_SAFE), -int(threshold.removeprefix(_SAFE))

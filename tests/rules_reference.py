"""The renewal rules read once more, by brute force: every calendar day is walked, nothing is clever.

It shares nothing with `rules` but the input values. The figures are written out below instead of being read
from the policy file, months are counted by hand, and the start of a cycle that the portal shows is found by
trying days. Where this and `rules` disagree, one of them has misread the rules.
"""

import calendar
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from rules import Activity, Credential, History, Kind, State

ONE_DAY = timedelta(days=1)
ACTIVE_MONTHS = 24
GRACE_MONTHS = 3
GRACE_DAYS_OF_THE_OFFICIAL_PAGE = 90
EXAM_WINDOW_MONTHS = 6
REQUIRED = {"ACP": 100, "ACA": 50}
VALUES = {Kind.COURSE: 10, Kind.GLOBAL_EVENT: 30, Kind.LOCAL_EVENT: 10}
CAPS = {Kind.GLOBAL_EVENT: 1, Kind.LOCAL_EVENT: 4}


class NothingKnownError(Exception):
    """A credential has no date to start from."""


def reference_standings(history: History) -> list[dict[str, Any]]:
    """What `python -m rules` must answer for each credential, without the warnings."""
    return [reference_standing(credential, history) for credential in history.credentials]


def reference_standing(credential: Credential, history: History) -> dict[str, Any]:
    level = credential.code[:3]
    required = REQUIRED[level]
    started_on, suspends_on, expires_on, dates = where_the_replay_starts(credential, history.as_of)

    activities_of: dict[date, list[Activity]] = defaultdict(list)
    for activity in in_id_order(history.activities):
        if activity.state is not State.REJECTED:
            activities_of[activity.done_on].append(activity)
    exam_days = {exam.passed_on for exam in history.exams if exam.code == credential.code}

    in_cycle: dict[str, tuple[int, str]] = {}  # what the current cycle says of each activity it has met
    served: set[str] = set()  # activities whose units closed a cycle
    renewals: list[dict[str, str]] = []

    for day in days_after(started_on, history.as_of):
        if not started_on < day < expires_on:
            continue
        for activity in activities_of.get(day, []):
            uses = sum(
                1
                for other in history.activities
                if other.kind is activity.kind and in_cycle.get(other.id, (0, ""))[1] == "counted"
            )
            in_cycle[activity.id] = worth(activity, uses)
        renewed_by = None
        if sum(units for units, _ in in_cycle.values()) >= required:
            renewed_by = "units"
            served |= {id_ for id_, (units, _) in in_cycle.items() if units > 0}
        elif day in exam_days and add_months(expires_on, -EXAM_WINDOW_MONTHS) <= day:
            renewed_by = "exam"
        if renewed_by:
            started_on = day
            suspends_on = add_months(day, ACTIVE_MONTHS)
            expires_on = add_months(suspends_on, GRACE_MONTHS)
            dates = "calculated"
            in_cycle = {}
            renewals.append(
                {
                    "renewed_on": day.isoformat(),
                    "by": renewed_by,
                    "suspends_on": suspends_on.isoformat(),
                    "expires_on": expires_on.isoformat(),
                }
            )

    def line(activity: Activity) -> dict[str, Any]:
        credited = 0
        if activity.done_on > history.as_of:
            reason = "future"
        elif activity.state is State.REJECTED:
            reason = "rejected"
        elif activity.done_on <= started_on:
            reason = "closed_cycle" if activity.id in served else "before_cycle"
        elif activity.done_on >= expires_on:
            reason = "after_expiry"
        else:
            credited, reason = in_cycle[activity.id]
        return {"id": activity.id, "credited": credited, "reason": reason}

    credited = sum(units for units, _ in in_cycle.values())
    return {
        "code": credential.code,
        "level": level,
        "status": status_on(history.as_of, suspends_on, expires_on),
        "cycle": {
            "started_on": started_on.isoformat(),
            "suspends_on": suspends_on.isoformat(),
            "expires_on": expires_on.isoformat(),
            "last_safe_day": last_safe_day(suspends_on, expires_on).isoformat(),
            "dates": dates,
        },
        "units": {"credited": credited, "required": required, "missing": max(0, required - credited)},
        "activities": [line(activity) for activity in in_id_order(history.activities)],
        "renewals": renewals,
        "exam_window": {
            "opens_on": add_months(expires_on, -EXAM_WINDOW_MONTHS).isoformat(),
            "closes_on": (expires_on - ONE_DAY).isoformat(),
        },
    }


def where_the_replay_starts(credential: Credential, as_of: date) -> tuple[date, date, date, str]:
    """Start, suspension and expiration day, and whether the portal or the earned date gave them."""
    earned_on = credential.earned_on
    if earned_on is not None and earned_on > as_of:
        earned_on = None
    statement = None
    for stated in credential.portal:
        if stated.confirmed_on <= as_of and (
            statement is None or stated.confirmed_on >= statement.confirmed_on
        ):
            statement = stated
    if statement is not None:
        started_on = statement.cycle_started_on or start_that_gives(statement.suspends_on)
        if earned_on is not None and started_on < earned_on:
            started_on = earned_on
        expires_on = statement.expires_on or add_months(statement.suspends_on, GRACE_MONTHS)
        return started_on, statement.suspends_on, expires_on, "portal"
    if earned_on is None:
        raise NothingKnownError(credential.code)
    suspends_on = add_months(earned_on, ACTIVE_MONTHS)
    return earned_on, suspends_on, add_months(suspends_on, GRACE_MONTHS), "earned"


def start_that_gives(suspends_on: date) -> date:
    """The latest day that is 24 months before, found by trying each day of two months around it."""
    fitting = [
        day
        for day in days_after(suspends_on - timedelta(days=760), suspends_on - timedelta(days=700))
        if add_months(day, ACTIVE_MONTHS) == suspends_on
    ]
    return max(fitting) if fitting else add_months(suspends_on, -ACTIVE_MONTHS)


def worth(activity: Activity, uses: int) -> tuple[int, str]:
    """Units and reason of an activity in a cycle in which its kind has been counted so many times."""
    if activity.kind is Kind.PRESENTATION:
        return (0, "value_unconfirmed") if activity.units is None else (activity.units, "counted")
    if activity.kind in CAPS and uses >= CAPS[activity.kind]:
        return 0, "over_cap"
    return VALUES[activity.kind], "counted"


def status_on(day: date, suspends_on: date, expires_on: date) -> str:
    if day >= expires_on:
        return "expired"
    if day >= suspends_on:
        return "suspended"
    return "active"


def last_safe_day(suspends_on: date, expires_on: date) -> date:
    return min(suspends_on + timedelta(days=GRACE_DAYS_OF_THE_OFFICIAL_PAGE), expires_on) - ONE_DAY


def add_months(day: date, months: int) -> date:
    """Calendar months forward or back; a day that the month does not have becomes its last."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def days_after(first: date, last: date) -> Iterator[date]:
    """Every day after the first, up to and with the last."""
    day = first
    while day < last:
        day += ONE_DAY
        yield day


def in_id_order(lines: Iterable[Any]) -> list[Any]:
    return sorted(lines, key=lambda line: (len(line.id), line.id))


def plain(standing: Any) -> dict[str, Any]:
    """A standing as `rules` returns it, in the words of `python -m rules`, without the warnings.

    The activities are put into the order of their ids, for the rules give them no order."""
    cycle = standing.cycle
    return {
        "code": str(standing.code),
        "level": str(standing.level),
        "status": str(standing.status),
        "cycle": {
            "started_on": cycle.started_on.isoformat(),
            "suspends_on": cycle.suspends_on.isoformat(),
            "expires_on": cycle.expires_on.isoformat(),
            "last_safe_day": standing.last_safe_day.isoformat(),
            "dates": str(cycle.dates),
        },
        "units": {
            "credited": standing.credited,
            "required": standing.required,
            "missing": standing.missing,
        },
        "activities": [
            {"id": line.id, "credited": line.credited, "reason": str(line.reason)}
            for line in in_id_order(standing.activities)
        ],
        "renewals": [
            {
                "renewed_on": renewal.renewed_on.isoformat(),
                "by": str(renewal.by),
                "suspends_on": renewal.suspends_on.isoformat(),
                "expires_on": renewal.expires_on.isoformat(),
            }
            for renewal in standing.renewals
        ],
        "exam_window": {
            "opens_on": standing.exam_window.opens_on.isoformat(),
            "closes_on": standing.exam_window.closes_on.isoformat(),
        },
    }

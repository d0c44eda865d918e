"""What is accepted but deserves a second look (R16), one sentence each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from .cycle import Dates, portal_on
from .history import Activity, Credential, History, in_order
from .intake import is_unvalued
from .policy import Policy
from .replay import Reason, Walk

_SERVES = (Reason.COUNTED, Reason.CLOSED_CYCLE)


@dataclass(frozen=True, slots=True)
class Oddities:
    """Places of activities in a history that deserve a second look, whichever credential is asked about."""

    early: Sequence[int]
    repeated: Sequence[tuple[int, int]]
    before_all: Sequence[int]
    unvalued: Sequence[int]


def oddities_of(history: History, policy: Policy) -> Oddities:
    """Find the activities that are early, repeated, older than every credential, or without a value."""
    began_on, activities = policy.programme_began_on, history.activities
    unvalued_kinds = [kind for kind, of_kind in policy.kinds.items() if None in of_kind.units.values.values()]
    early = [place for place, one in enumerate(activities) if one.done_on < began_on]
    unvalued = [
        place
        for place, one in enumerate(activities)
        if one.kind in unvalued_kinds and is_unvalued(one.kind, one.units, one.done_on, policy)
    ]
    first_earned_on = min(
        (
            credential.earned_on
            if credential.earned_on and credential.earned_on <= history.as_of
            else date.min
            for credential in history.credentials
        ),
        default=date.min,
    )
    before_all = [place for place, one in enumerate(activities) if one.done_on <= first_earned_on]
    return Oddities(
        early, _repeats(activities), in_order(before_all, activities), in_order(unvalued, activities)
    )


def _repeats(activities: Sequence[Activity]) -> list[tuple[int, int]]:
    """The places of each activity that has the title of an earlier one, after the place of that."""
    titles = [one.title.casefold() for one in activities if one.title]
    if len(set(titles)) == len(titles):
        return []
    first_of: dict[str, int] = {}
    found = []
    for place in in_order(range(len(activities)), activities):
        title = activities[place].title
        first = first_of.setdefault(title.casefold(), place)
        if title and first != place:
            found.append((first, place))
    return found


def cautions_about(activity: Activity, history: History, policy: Policy) -> tuple[str, ...]:
    """What to say about one activity of the history when it is recorded (R16)."""
    place = history.activities.index(activity)
    odd = oddities_of(history, policy)
    found = []
    if place in odd.early:
        found.append(_early([activity], policy))
    found += [
        _repeated(history.activities[first], activity) for first, again in odd.repeated if again == place
    ]
    if place in odd.before_all:
        found.append(_before_all([activity]))
    if place in odd.unvalued:
        found.append(_unvalued(activity, policy))
    return tuple(found)


def cautions_for(
    credential: Credential, history: History, walk: Walk, odd: Oddities, policy: Policy
) -> tuple[str, ...]:
    """What to say beside a standing: about its code, its dates, its exams, its activities (R16)."""
    activities, reasons = history.activities, walk.reasons
    found = [
        *cautions_about_code(credential.code, policy),
        *_about_dates(credential, walk, history.as_of, policy),
    ]
    for passed_on in walk.early_exams:
        if passed_on != credential.earned_on:
            found.append(
                f"The exam passed on {passed_on} renews nothing: this cycle takes what is dated after "
                f"{walk.cycle.started_on}."
            )
    for passed_on, window in walk.missed_exams:
        found.append(
            f"The exam passed on {passed_on} renews nothing: in that cycle it counts from "
            f"{window.opens_on} to {window.closes_on}."
        )
    early = [activities[place] for place in odd.early if reasons[place] in _SERVES]
    if early:
        found.append(_early(early, policy))
    for first, again in odd.repeated:
        if reasons[first] is Reason.COUNTED and reasons[again] is Reason.COUNTED:
            found.append(_repeated(activities[first], activities[again]))
    too_old = [activities[place] for place in odd.before_all if reasons[place] is Reason.BEFORE_CYCLE]
    if too_old:
        found.append(_before_all(too_old))
    found += [
        _unvalued(activities[place], policy)
        for place in odd.unvalued
        if reasons[place] is Reason.VALUE_UNCONFIRMED
    ]
    return tuple(found)


def cautions_about_code(code: str, policy: Policy) -> Iterable[str]:
    """What to say about a certification's code: retired, or not among those the policy lists (R16)."""
    certifications = policy.certifications
    if code in certifications.retired:
        yield (
            f"{code} is on the list of retired certifications: it is computed like others, but ask "
            "Atlassian Support whether CE units still renew it."
        )
    elif not certifications.knows(code):
        yield f"{code} is not among the codes this policy lists; check it against the portal."


def _about_dates(credential: Credential, walk: Walk, as_of: date, policy: Policy) -> Iterable[str]:
    cycle = walk.cycle
    if cycle.dates is not Dates.PORTAL:
        if policy.pause.from_on <= cycle.expires_on < policy.pause.to_on:
            yield (
                f"The programme moved expirations of {policy.pause.from_on} to {policy.pause.to_on} to "
                f"{policy.pause.to_on}; state the dates the portal shows."
            )
        return
    shown = portal_on(credential, as_of)
    if shown and shown.expires_on is None:
        yield (
            f"The expiration date {cycle.expires_on} of {credential.code} is calculated from the suspension "
            "date: state the one the portal shows, too."
        )
    if credential.earned_on and credential.earned_on >= cycle.expires_on:
        yield (
            f"{credential.code} was earned on {credential.earned_on}, after the portal's dates had run out: "
            "leave the portal dates of the earlier holding out."
        )


def _early(activities: Sequence[Activity], policy: Policy) -> str:
    return (
        f"{_which(activities)} dated before {policy.programme_began_on}, when the renewal programme began: "
        "whether that counts is not published; check the portal."
    )


def _repeated(first: Activity, again: Activity) -> str:
    return (
        f"{_name(again)} and {_name(first)} have the same title: whether that counts twice is not "
        "published; remove one if it was entered twice."
    )


def _before_all(activities: Sequence[Activity]) -> str:
    return f"{_which(activities)} dated no later than any certification was earned: that counts for none."


def _which(activities: Sequence[Activity]) -> str:
    return f"{_name(activities[0])} is" if len(activities) == 1 else f"{len(activities)} activities are"


def _unvalued(activity: Activity, policy: Policy) -> str:
    name = policy.kinds[activity.kind].name
    return (
        f"{_name(activity)} counts 0: what a {name} is worth is not published. State the units the portal "
        "granted and they count."
    )


def _name(activity: Activity) -> str:
    return f'"{activity.title or activity.id}" of {activity.done_on}'

"""What has to be entered in the portal, for each certification and cycle that it serves."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from rules import Life, Policy, Reason, Renewal, Standing, State, Status, is_unvalued, lives

from .ledger import Facts, LoggedActivity
from .outcomes import ProofList

# What still has to be entered: of a presentation the portal then says what it is worth.
_NEEDED = (Reason.COUNTED, Reason.CLOSED_CYCLE, Reason.VALUE_UNCONFIRMED)


def proof_lists(facts: Facts, found: Sequence[Standing], today: date, policy: Policy) -> list[ProofList]:
    """The lists that help in the portal: those of renewals first, else in the order of the standings.

    For each certification these are the current cycle, the latest renewal if units brought it and it is
    calculated, and those before it without which it would come too late for the portal. What has expired
    needs none (R11).
    """
    lived = {life.code: life for life in lives(facts.history(today), policy)}
    by_day = sorted(facts.activities, key=lambda one: (one.done_on, one.number))
    lists = [
        one
        for standing in found
        if standing.status is not Status.EXPIRED
        for one in _of(standing, lived[standing.code], by_day, policy)
        if one.to_enter or one.entered
    ]
    # Until a renewal is entered, the portal shows the dates before it.
    return sorted(lists, key=lambda one: one.renewal is None)


def _of(
    standing: Standing, life: Life, by_day: Sequence[LoggedActivity], policy: Policy
) -> Iterator[ProofList]:
    """The lists of closed cycles that may have to be entered, the first first, and of the current one."""
    reasons = {int(one.id): one.reason for one in standing.activities}
    lists = []
    for cycle, _, renewal in life.cycles:  # by its exam, nothing that it held counted
        # What is dated on the day of a renewal belongs to the cycle it closes (R9).
        until = renewal.renewed_on if renewal else date.max
        dated = [one for one in by_day if cycle.started_on < one.done_on <= until]
        why = {one.number: reasons[one.number] for one in dated}
        if renewal:
            why = {one.number: _reason_then(one, why[one.number], policy) for one in dated}
        lists.append(_list(standing, cycle.started_on, renewal, dated, why))
    closed = [(lived.renewal, one) for lived, one in zip(life.cycles, lists, strict=True) if lived.renewal]
    yield from _unknown(life.cycles[0].cycle.expires_on, closed)
    yield lists[-1]


def _unknown(expires_on: date, closed: Sequence[tuple[Renewal, ProofList]]) -> Iterator[ProofList]:
    """Of closed cycles the last, and those before it that the portal has to know of, too.

    It knows what an exam closed and what is marked as entered, or else the cycle that expires on that day.
    Whatever of a later cycle is dated from then on it takes only once a renewal before is entered.
    """
    known = max((place for place, (_, one) in enumerate(closed) if not one.to_enter), default=-1)
    if known >= 0:
        expires_on = closed[known][0].expires_on
    for (renewal, one), (after, _) in pairwise(closed[known + 1 :]):
        if after.renewed_on >= expires_on:
            yield one
            expires_on = renewal.expires_on
    yield from (one for _, one in closed[-1:])


def _reason_then(one: LoggedActivity, reason: Reason, policy: Policy) -> Reason:
    """Why an activity counted, or not, in the cycle it is dated in, which is closed by now."""
    if reason is not Reason.BEFORE_CYCLE:
        return reason
    unvalued = is_unvalued(one.kind, one.units, one.done_on, policy)
    return Reason.VALUE_UNCONFIRMED if unvalued else Reason.OVER_CAP


def _list(
    standing: Standing,
    started_on: date,
    renewal: Renewal | None,
    dated: Sequence[LoggedActivity],
    reasons: dict[int, Reason],
) -> ProofList:
    # A renewal is through without what had no units.
    needed = _NEEDED if renewal is None else _NEEDED[:2]
    counting = [one for one in dated if reasons[one.number] in needed]
    return ProofList(
        standing,
        started_on,
        renewal,
        tuple(one for one in counting if one.state is State.LOGGED),
        tuple(one for one in counting if one.state is not State.LOGGED),
        tuple((one, reasons[one.number]) for one in dated if reasons[one.number] not in needed),
    )

"""Noting what is said of a certification, whichever way it comes in."""

from collections.abc import Sequence
from datetime import date

from rules import Credential, PortalDates, Standing

from .ledger import Member, Writer


def as_stated(
    code: str,
    held: Credential | None,
    before: Sequence[Standing],
    *,
    earned_on: date | None,
    shown: PortalDates | None,
) -> Credential:
    """A certification as it would be held with what is stated, by the same rules; nothing is noted."""
    portal = () if held is None or _is_anew(code, before, earned_on) else held.portal
    earned_before = held.earned_on if held else None
    return Credential(code, earned_on or earned_before, (*portal, *((shown,) if shown else ())))


def state_credential(
    writer: Writer,
    who: Member,
    code: str,
    held: Credential | None,
    before: Sequence[Standing],
    change: int,
    *,
    earned_on: date | None,
    shown: PortalDates | None,
) -> bool:
    """Note under a change when a certification was earned, what the portal shows, or both; whether anew.

    `held` is how it is held so far, `before` where all stand. Earned anew after it had expired, it starts
    afresh, without the portal dates of before (R11).
    """
    anew = _is_anew(code, before, earned_on)
    if anew:
        writer.end_portal_dates(who, code, change)
    if held and earned_on:
        writer.end_credential(who, code, change)
    if earned_on or not held:
        writer.add_credential(who, code, earned_on, change)
    if shown:
        writer.add_portal_dates(who, code, shown, change)
    return anew


def _is_anew(code: str, before: Sequence[Standing], earned_on: date | None) -> bool:
    expired_on = next((one.cycle.expires_on for one in before if one.code == code), None)
    return bool(earned_on and expired_on and earned_on >= expired_on)
